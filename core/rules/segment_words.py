"""The sentence of a group: what its rule tree says, in plain Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.documents.custom_field import show_value
from core.documents.segment import FIELDS, Group, Leaf, Node, Not
from core.i18n import Lang, catalog, translate
from core.rules.phrases import list_words, yuan_words

# Fields whose choices have words of their own in the catalog.
_CHOICES = frozenset(("gender", "consent", "contact", "lifecycle", "rfm_group", "city_level", "interaction"))


@dataclass(frozen=True)
class OwnField:
    """What an own field is called, and its kind."""

    name: str
    kind: str


@dataclass(frozen=True)
class Names:
    """How what a tree refers to is called: tiers and own fields by code, the rest by id; without a name that itself is said."""

    tiers: Mapping[str, str] = field(default_factory=dict)
    campaigns: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    lists: Mapping[int, str] = field(default_factory=dict)
    offers: Mapping[int, str] = field(default_factory=dict)
    customs: Mapping[str, OwnField] = field(default_factory=dict)

    def of(self, name: str) -> Mapping[int, str]:
        """The names behind the ids of a field."""
        found: dict[str, Mapping[int, str]] = {
            "campaign": self.campaigns,
            "segment": self.groups,
            "list": self.lists,
            "coupon": self.offers,
        }
        return found[name]


def describe(tree: Node, lang: Lang, names: Names | None = None) -> str:
    """The sentence for a tree, with the names of what it refers to in the reader's language."""
    if isinstance(tree, Group) and not tree.parts:
        return translate(lang, "segment.everyone")
    return translate(lang, "segment.sentence", body=_body(tree, lang, names or Names(), top=True))


def phrase(tree: Node, lang: Lang, names: Names | None = None) -> str:
    """What a part of a tree says, as it stands inside a sentence."""
    return _body(tree, lang, names or Names(), top=True)


def value_words(leaf: Leaf, value: int | str, lang: Lang, names: Names) -> str:
    """What is known of a person as one says it: fen as yuan, choices and tiers in words."""
    if leaf.field in ("gender", "lifecycle", "rfm_group", "tier", "birthday_month"):
        return _word(leaf.field, value, lang, names)
    if leaf.field == "top_spend_share" and isinstance(value, int):  # what decides the place is the spend
        return yuan_words(value)
    if leaf.field == "custom":
        return show_value(_own(leaf, names).kind, *((value, None) if isinstance(value, str) else (None, value)))
    return _number(leaf, value)


def _body(node: Node, lang: Lang, names: Names, top: bool = False) -> str:
    match node:
        case Leaf():
            return _leaf(node, lang, names, denied=False)
        case Not(part=Leaf() as leaf) if f"{_key(leaf, names)}.not" in catalog(lang):
            return _leaf(leaf, lang, names, denied=True)
        case Not(part=part):
            return translate(lang, "segment.not", body=_body(part, lang, names, top=True))
        case Group(parts=()):
            return translate(lang, "segment.anybody")
        case Group(op=op, parts=(part,)):
            return _body(part, lang, names, top)
        case Group(op=op, parts=parts):
            body = translate(lang, f"segment.{op}").join(_body(part, lang, names) for part in parts)
            return body if top else translate(lang, "segment.brackets", body=body)


def _key(leaf: Leaf, names: Names) -> str:
    """The catalog key of a leaf; yes and no, a range of one number, one, none, any and dates have their own words."""
    same = leaf.op == "between" and isinstance(leaf.value, tuple) and leaf.value[0] == leaf.value[1]
    key = f"segment.leaf.{leaf.field}.{'equal' if same else leaf.op}"
    if isinstance(leaf.value, bool):
        return f"{key}.{str(leaf.value).lower()}"
    match leaf.field:
        case "orders" if leaf.value in (1, (1, 1)):
            return f"{key}.one"
        case "messages" if leaf.value in (0, (0, 0)) and leaf.op != "ge":
            return f"{key}.none"
        case "coupon" if not leaf.value:
            return f"{key}.any"
        case "custom" if leaf.op in ("ge", "le") and _own(leaf, names).kind == "date":
            return f"{key}.date"
    return key


def _leaf(leaf: Leaf, lang: Lang, names: Names, denied: bool) -> str:
    return translate(lang, _key(leaf, names) + (".not" if denied else ""), **_params(leaf, lang, names))


def _params(leaf: Leaf, lang: Lang, names: Names) -> dict[str, Any]:
    """Everything a leaf's sentence may name: ``n``, ``low``, ``high``, ``what``, ``window``, ``times``, ``name``."""
    found: dict[str, Any] = {"window": "", "times": "", "name": _own(leaf, names).name}
    if FIELDS[leaf.field].days:
        where = "ever" if leaf.days is None else "days"
        own = f".{leaf.op}" if leaf.field == "coupon" else ""
        found["window"] = translate(lang, f"segment.window.{leaf.field}{own}.{where}", n=leaf.days)
    if leaf.at_least is not None:
        own = ".interaction" if leaf.field == "interaction" else ""
        found["times"] = translate(lang, f"segment.times{own}", n=leaf.at_least)
    value = leaf.value
    if leaf.op == "between" and isinstance(value, tuple):
        found |= {"low": _number(leaf, value[0]), "high": _number(leaf, value[1]), "n": _number(leaf, value[0])}
    elif isinstance(value, tuple):
        found["what"] = list_words([_word(leaf.field, item, lang, names) for item in value], lang)
    elif isinstance(value, str) or FIELDS[leaf.field].sort == "id":
        found |= {"what": _word(leaf.field, value, lang, names), "n": str(value)}
    else:
        found["n"] = _number(leaf, value)
    return found


def _own(leaf: Leaf, names: Names) -> OwnField:
    return names.customs.get(leaf.key or "", OwnField(leaf.key or "", "text"))


def _number(leaf: Leaf, value: int | str) -> str:
    """A number as one says it: fen as yuan; an own field's as it was written."""
    if isinstance(value, str):
        return value
    return yuan_words(value) if FIELDS[leaf.field].sort == "fen" else f"{value:,}"


def _word(name: str, value: int | str, lang: Lang, names: Names) -> str:
    """One choice as one says it."""
    if name in _CHOICES:
        return translate(lang, f"segment.choice.{name}.{value}")
    if name == "tier":
        return names.tiers.get(str(value), str(value))
    if name == "birthday_month":
        return translate(lang, f"segment.month.{value}")
    if FIELDS[name].sort == "id":
        return names.of(name).get(int(value), str(value))
    return str(value)
