"""What changes in the grid of benefits, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.documents.benefits import Benefit, Cell
from core.documents.rules import RuleDocument
from core.i18n import Lang, translate
from core.rules.version_words import (
    Sentence,
    benefit_kind,
    both_names,
    came_and_went,
    cell,
    change,
    days,
    moved,
    plain,
    season,
    share,
)


def benefit_changes(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    """Benefits that go, come, change, and change places."""
    old = {benefit.code: benefit for benefit in before.benefits}
    new = {benefit.code: benefit for benefit in after.benefits}
    gone, come, kept = came_and_went(old, new)
    for code in gone:
        yield "rules.diff.benefit_removed", {"benefit": old[code].name(lang)}
    for code in come:
        yield "rules.diff.benefit_added", {"benefit": new[code].name(lang)}
    names = {**before.names(lang), **after.names(lang)}
    for code in kept:
        yield from _benefit(old[code], new[code], names, lang)
    if moved(list(old), list(new)):
        yield "rules.diff.benefit_order", {}


def _benefit(was: Benefit, now: Benefit, names: Mapping[str, str], lang: Lang) -> Iterator[Sentence]:
    name: dict[str, Any] = {"benefit": now.name(lang)}
    if was.name(lang) != now.name(lang):
        yield "rules.diff.benefit_renamed", {"before": was.name(lang), "after": now.name(lang)}
    elif (was.name_zh, was.name_en) != (now.name_zh, now.name_en):
        yield from change("rules.diff.benefit_renamed", both_names(was), both_names(now), plain, lang)
    yield from change("rules.diff.benefit_kind", was.kind, now.kind, benefit_kind, lang, **name)
    if was.mode != now.mode:
        yield f"rules.diff.benefit_{now.mode}", name
    yield from change("rules.diff.benefit_season", was.season, now.season, season, lang, **name)
    yield from change("rules.diff.benefit_due", was.due_days, now.due_days, days, lang, **name)
    yield from change("rules.diff.benefit_take_up", was.take_up_bp, now.take_up_bp, share, lang, **name)
    yield from change("rules.diff.benefit_partner", was.partner, now.partner, plain, lang, **name)
    for code, tier in names.items():
        yield from _cell(was.cells.get(code), now.cells.get(code), {**name, "tier": tier}, lang)


def _cell(old: Cell | None, new: Cell | None, named: Mapping[str, Any], lang: Lang) -> Iterator[Sentence]:
    """A cell as it is read; what is not read (the other language, the number to compare) is named apart."""
    if old == new:
        return
    said = list(change("rules.diff.benefit_changed", _words(old, lang), _words(new, lang), plain, lang, **named))
    yield from said
    if said or old is None or new is None:
        return
    yield from change("rules.diff.benefit_level", old.level, new.level, plain, lang, **named)
    other: Lang = "en" if lang == "zh" else "zh"
    yield from change("rules.diff.benefit_other", old.value(other), new.value(other), plain, lang, **named)


def _words(value: Cell | None, lang: Lang) -> str:
    return translate(lang, "rules.none") if value is None else cell(value, lang)
