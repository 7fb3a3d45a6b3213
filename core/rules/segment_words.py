"""The sentence of a group: what its rule tree says, in plain Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.documents.segment import FIELDS, Group, Leaf, Node, Not
from core.i18n import Lang, catalog, translate
from core.rules.phrases import list_words, yuan_words


@dataclass(frozen=True)
class Names:
    """How tiers (by code) and campaigns (by id) are called; without a name the code or number is said."""

    tiers: Mapping[str, str] = field(default_factory=dict)
    campaigns: Mapping[int, str] = field(default_factory=dict)


def describe(tree: Node, lang: Lang, names: Names | None = None) -> str:
    """The sentence for a tree, with the names of tiers and campaigns in the reader's language."""
    if isinstance(tree, Group) and not tree.parts:
        return translate(lang, "segment.everyone")
    return translate(lang, "segment.sentence", body=_body(tree, lang, names or Names(), top=True))


def _body(node: Node, lang: Lang, names: Names, top: bool = False) -> str:
    match node:
        case Leaf():
            return _leaf(node, lang, names, denied=False)
        case Not(part=Leaf() as leaf) if f"{_key(leaf)}.not" in catalog(lang):
            return _leaf(leaf, lang, names, denied=True)
        case Not(part=part):
            return translate(lang, "segment.not", body=_body(part, lang, names, top=True))
        case Group(op=op, parts=(part,)):
            return _body(part, lang, names, top)
        case Group(op=op, parts=parts):
            body = translate(lang, f"segment.{op}").join(_body(part, lang, names) for part in parts)
            return body if top else translate(lang, "segment.brackets", body=body)


def _key(leaf: Leaf) -> str:
    """The catalog key of a leaf; yes and no, a range of one number, and one order have their own words."""
    same = leaf.op == "between" and isinstance(leaf.value, tuple) and leaf.value[0] == leaf.value[1]
    key = f"segment.leaf.{leaf.field}.{'equal' if same else leaf.op}"
    if isinstance(leaf.value, bool):
        return f"{key}.{str(leaf.value).lower()}"
    return f"{key}.one" if leaf.field == "orders" and leaf.value in (1, (1, 1)) else key


def _leaf(leaf: Leaf, lang: Lang, names: Names, denied: bool) -> str:
    return translate(lang, _key(leaf) + (".not" if denied else ""), **_params(leaf, lang, names))


def _params(leaf: Leaf, lang: Lang, names: Names) -> dict[str, Any]:
    """Everything a leaf's sentence may name: ``n``, ``low``, ``high``, ``what``, ``window``, ``times``."""
    found: dict[str, Any] = {"window": "", "times": ""}
    if FIELDS[leaf.field].days:
        where = "ever" if leaf.days is None else "days"
        found["window"] = translate(lang, f"segment.window.{leaf.field}.{where}", n=leaf.days)
    if leaf.at_least is not None:
        found["times"] = translate(lang, "segment.times", n=leaf.at_least)
    value = leaf.value
    if leaf.op == "between" and isinstance(value, tuple):
        found |= {"low": _number(leaf, value[0]), "high": _number(leaf, value[1]), "n": _number(leaf, value[0])}
    elif isinstance(value, tuple):
        found["what"] = list_words([_word(leaf.field, item, lang, names) for item in value], lang)
    elif isinstance(value, str) or leaf.field == "campaign":
        found["what"] = _word(leaf.field, value, lang, names)
    else:
        found["n"] = _number(leaf, value)
    return found


def _number(leaf: Leaf, value: int | str) -> str:
    """A number as one says it: fen as yuan."""
    return yuan_words(int(value)) if FIELDS[leaf.field].sort == "fen" else f"{int(value):,}"


def _word(name: str, value: int | str, lang: Lang, names: Names) -> str:
    """One choice as one says it."""
    match name:
        case "tier":
            return names.tiers.get(str(value), str(value))
        case "campaign":
            return names.campaigns.get(int(value), str(value))
        case "birthday_month":
            return translate(lang, f"segment.month.{value}")
        case "gender" | "consent" | "contact":
            return translate(lang, f"segment.choice.{name}.{value}")
        case _:
            return str(value)
