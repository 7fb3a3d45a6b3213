"""What changes in how growth and points are earned, and in the milestones, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.documents.earning import Earning, Growth, Milestone, Points
from core.documents.rules import RuleDocument
from core.i18n import Lang, translate
from core.rules.earning_words import earning_words, expiry_words, member_day_words, milestone_goal, milestone_reward
from core.rules.version_words import (
    Sentence,
    both_names,
    came_and_went,
    change,
    days,
    moved,
    percent,
    plain,
    yuan,
)


def earning_changes(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    """Growth first, then points."""
    yield from _ledger("growth", before.growth, after.growth, lang)
    yield from _ledger("points", before.points, after.points, lang)
    if before.points is not None and after.points is not None:
        names = {**before.names(lang), **after.names(lang)}
        yield from _points(before.points, after.points, names, lang)


def _ledger(
    ledger: str, was: Growth | Points | None, becomes: Growth | Points | None, lang: Lang
) -> Iterator[Sentence]:
    if was is None or becomes is None:
        if becomes is not None:
            said = [earning_words(earning, lang) for earning in becomes.earnings]
            yield f"rules.diff.{ledger}_on", {"earnings": translate(lang, "phrase.semicolon").join(said)}
        elif was is not None:
            yield f"rules.diff.{ledger}_off", {}
        return
    word: dict[str, Any] = {"ledger": translate(lang, f"rules.{ledger}")}
    old, new = _by_kind(was.earnings), _by_kind(becomes.earnings)
    gone, come, kept = came_and_went(old, new)
    for kind in gone:
        yield "rules.diff.earning_removed", {"kind": translate(lang, f"rules.earning.{kind}"), **word}
    for kind in come:
        yield "rules.diff.earning_added", {"earning": earning_words(new[kind], lang), **word}
    for kind in kept:
        yield from change("rules.diff.earning_changed", old[kind], new[kind], earning_words, lang, **word)
    for category in {**was.category_pct, **becomes.category_pct}:
        pct = (was.category_pct.get(category, 100), becomes.category_pct.get(category, 100))
        yield from change("rules.diff.category", pct[0], pct[1], percent, lang, category=category, **word)


def _by_kind(earnings: Sequence[Earning]) -> dict[str, Earning]:
    return {earning.kind: earning for earning in earnings}


def _points(was: Points, becomes: Points, names: Mapping[str, str], lang: Lang) -> Iterator[Sentence]:
    for code in {**was.tier_pct, **becomes.tier_pct}:
        pct = (was.tier_pct.get(code, 100), becomes.tier_pct.get(code, 100))
        yield from change("rules.diff.tier_pct", pct[0], pct[1], percent, lang, tier=names.get(code, code))
    for day in was.days:
        if day not in becomes.days:
            yield "rules.diff.day_removed", {"day": member_day_words(day, lang)}
    for day in becomes.days:
        if day not in was.days:
            yield "rules.diff.day_added", {"day": member_day_words(day, lang)}
    yield from change("rules.diff.pending_days", was.pending_days, becomes.pending_days, days, lang)
    if was.expiry != becomes.expiry:
        yield "rules.diff.expiry", {"before": expiry_words(was, lang), "after": expiry_words(becomes, lang)}
    else:
        yield from change("rules.diff.valid_days", was.valid_days, becomes.valid_days, days, lang)
        yield from change("rules.diff.valid_years", was.valid_years, becomes.valid_years, plain, lang)
    yield from change("rules.diff.points_value", was.value_fen, becomes.value_fen, yuan, lang)


def milestone_changes(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    """Milestones that go, come, change, and change places."""
    old = {milestone.code: milestone for milestone in before.milestones}
    new = {milestone.code: milestone for milestone in after.milestones}
    gone, come, kept = came_and_went(old, new)
    for code in gone:
        yield "rules.diff.milestone_removed", {"milestone": old[code].name(lang)}
    for code in come:
        yield "rules.diff.milestone_added", _said(new[code], lang)
    for code in kept:
        yield from _milestone(old[code], new[code], lang)
    if moved(list(old), list(new)):
        yield "rules.diff.milestone_order", {}


def _said(milestone: Milestone, lang: Lang) -> dict[str, Any]:
    words = {"goal": milestone_goal(milestone, lang), "reward": milestone_reward(milestone, lang)}
    return {"milestone": milestone.name(lang), **words}


def _milestone(was: Milestone, becomes: Milestone, lang: Lang) -> Iterator[Sentence]:
    name: dict[str, Any] = {"milestone": becomes.name(lang)}
    if (was.name_zh, was.name_en) != (becomes.name_zh, becomes.name_en):
        yield from change("rules.diff.milestone_renamed", both_names(was), both_names(becomes), plain, lang)
    goals = (milestone_goal(was, lang), milestone_goal(becomes, lang))
    yield from change("rules.diff.milestone_goal", goals[0], goals[1], plain, lang, **name)
    rewards = (milestone_reward(was, lang), milestone_reward(becomes, lang))
    yield from change("rules.diff.milestone_reward", rewards[0], rewards[1], plain, lang, **name)
    if rewards[0] == rewards[1] and (was.gift_zh, was.gift_en) != (becomes.gift_zh, becomes.gift_en):
        gifts = (f"{was.gift_zh} / {was.gift_en}", f"{becomes.gift_zh} / {becomes.gift_en}")
        yield from change("rules.diff.milestone_reward", gifts[0], gifts[1], plain, lang, **name)
    yield from change("rules.diff.milestone_cost", was.cost_fen, becomes.cost_fen, yuan, lang, **name)
