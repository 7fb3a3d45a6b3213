"""The values that differences between rule versions name, in words; None is none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from core.documents.benefits import Cell, Season
from core.documents.fault_words import Named
from core.i18n import Lang, translate
from core.rules.phrases import yuan_words

Sentence = tuple[str, dict[str, Any]]


def or_none(say: Callable[[Any, Lang], str]) -> Callable[[Any, Lang], str]:
    """The same words, and "none" where there is no value."""
    return lambda value, lang: translate(lang, "rules.none") if value is None else say(value, lang)


def yuan(fen: int, lang: Lang) -> str:
    """An amount."""
    return translate(lang, "rules.yuan", amount=yuan_words(fen))


def orders(count: int, lang: Lang) -> str:
    """A number of orders."""
    return translate(lang, "rules.orders", n=count)


def units(count: int, lang: Lang) -> str:
    """A plain number."""
    return f"{count:,}"


def days(count: int, lang: Lang) -> str:
    """A number of days."""
    return translate(lang, "rules.days", n=count)


def plain(text: object, lang: Lang) -> str:
    """A text as it stands."""
    return str(text) or translate(lang, "rules.none")


def benefit_kind(kind: str, lang: Lang) -> str:
    """What a kind of benefit is called."""
    return translate(lang, f"benefit.kind.{kind}")


def both_names(thing: Named) -> str:
    """A name in both languages, for when only the one that is not read has changed."""
    return f"{thing.name_zh} / {thing.name_en}"


def percent(count: int, lang: Lang) -> str:
    """A per cent."""
    return f"{count}%"


def share(bp: int, lang: Lang) -> str:
    """Basis points as a per cent."""
    return f"{bp // 100}%" if bp % 100 == 0 else f"{bp / 100:.2f}%"


def season(value: Season, lang: Lang) -> str:
    """The days of a season."""
    return translate(lang, "rules.season", starts=value.starts, ends=value.ends)


def cell(value: Cell, lang: Lang) -> str:
    """What a tier gets of a benefit: its text, how often, and its cost."""
    period = translate(lang, f"benefit.period.{value.period}", n=value.quantity)
    # What is always there is not counted in times, but several may be.
    several = (
        translate(lang, "rules.several", n=value.quantity) if value.period == "always" and value.quantity > 1 else ""
    )
    cost = translate(lang, "rules.cost", amount=yuan_words(value.cost_fen)) if value.cost_fen else ""
    return translate(lang, "phrase.comma").join(text for text in (value.value(lang), period, several, cost) if text)


def change(
    key: str, before: Any, after: Any, say: Callable[[Any, Lang], str], lang: Lang, **params: Any
) -> Iterator[Sentence]:
    """The sentence of a value that changed; nothing when it did not."""
    if before != after:
        known = or_none(say)
        yield key, {"before": known(before, lang), "after": known(after, lang), **params}


def moved(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether codes that both know stand in another order."""
    return [code for code in before if code in after] != [code for code in after if code in before]


def came_and_went(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """Codes that are gone, new, and in both."""
    return (
        [code for code in before if code not in after],
        [code for code in after if code not in before],
        [code for code in after if code in before],
    )
