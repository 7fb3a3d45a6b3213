"""What makes earning confusing: sources, caps, categories, multipliers, member days, expiry; and milestones."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from core.documents.earning import EARNING_KINDS, SPEND, Earning, Milestone, MultiplierDay, Points
from core.documents.fault_words import said, said_by_key, twice
from core.documents.rules import RuleDocument
from core.errors import Refusal

# A hundred units a yuan: more is a slip of the decimal point.
MOST_SPEND_RATE = 10_000
MOST_CATEGORY_PCT = 1_000
# Tier and day together: a hundredfold.
MOST_PCT = 10_000


def earning_faults(document: RuleDocument) -> Iterator[Refusal]:
    """Faults of growth, then of points."""
    if document.growth is not None:
        yield from _sources("rules.growth", document.growth.earnings, document.growth.category_pct)
    if document.points is not None:
        yield from _sources("rules.points", document.points.earnings, document.points.category_pct)
        yield from _tier_multipliers(document, document.points)
        for day in document.points.days:
            yield from _member_day(day)
        yield from _expiry(document.points)


def _sources(ledger: str, earnings: Sequence[Earning], category_pct: Mapping[str, int]) -> Iterator[Refusal]:
    word = said_by_key("ledger", ledger)
    if not earnings:
        yield Refusal("earning_none", **word)
    kinds = [earning.kind for earning in earnings]
    for kind in dict.fromkeys(kinds):
        if kind not in EARNING_KINDS:
            yield Refusal("earning_kind", kind=kind, **word)
        elif kinds.count(kind) > 1:
            yield Refusal("earning_twice", **said_by_key("kind", f"rules.earning.{kind}"), **word)
    for earning in earnings:
        if earning.kind in EARNING_KINDS:
            yield from _caps(earning, word)
    for category, pct in category_pct.items():
        if not category.strip():
            yield Refusal("category_unnamed", **word)
        elif not 0 <= pct <= MOST_CATEGORY_PCT:
            yield Refusal("category_pct", category=category, most=MOST_CATEGORY_PCT, **word)


def _caps(earning: Earning, word: Mapping[str, str]) -> Iterator[Refusal]:
    kind = said_by_key("kind", f"rules.earning.{earning.kind}")
    spend = earning.kind == SPEND
    if spend and earning.rate > MOST_SPEND_RATE:
        yield Refusal("earning_spend_rate", most=MOST_SPEND_RATE // 100, **word)
    if earning.per_day is not None and earning.lifetime is not None and earning.lifetime < earning.per_day:
        yield Refusal("earning_caps_crossed", **kind, **word)
    least = min((cap for cap in (earning.per_day, earning.lifetime) if cap is not None), default=None)
    if not spend and least is not None and least < earning.rate:
        yield Refusal("earning_cap_below_rate", rate=earning.rate, cap=least, **kind, **word)


def _tier_multipliers(document: RuleDocument, points: Points) -> Iterator[Refusal]:
    for code, pct in points.tier_pct.items():
        if code not in document.codes:
            yield Refusal("tier_pct_tier", tier=code)
        elif pct < 100:
            yield Refusal("tier_pct_low", **said("tier", document.tier(code)))
    before = 0
    for tier in document.tiers:
        own = points.tier_pct.get(tier.code, 100)
        if own < before:
            yield Refusal("tier_pct_falling", **said("tier", tier))
        before = max(before, own)
    together = max([*points.tier_pct.values(), 100]) * max([day.pct for day in points.days] or [100]) // 100
    if together > MOST_PCT:
        yield Refusal("pct_together", times=together // 100, most=MOST_PCT // 100)


def _member_day(day: MultiplierDay) -> Iterator[Refusal]:
    dated = day.starts is not None or day.ends is not None
    ways = (day.day_of_month is not None) + (day.weekday is not None) + dated
    if ways == 0:
        yield Refusal("day_when")
    elif ways > 1:
        yield Refusal("day_ways")
    if day.pct == 100:
        yield Refusal("day_once")
    if dated:
        starts, ends = _date(day.starts), _date(day.ends)
        if starts is None or ends is None:
            yield Refusal("day_dates")
        elif ends < starts:
            yield Refusal("day_ends_first", starts=day.starts, ends=day.ends)


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def _expiry(points: Points) -> Iterator[Refusal]:
    """Points must live longer than they wait."""
    if points.expiry == "days" and points.valid_days <= points.pending_days:
        yield Refusal("points_expire_first", valid=points.valid_days, pending=points.pending_days)
    if points.expiry == "year_end" and points.valid_years == 0 and points.pending_days:
        yield Refusal("points_expire_new_year", pending=points.pending_days)


def milestone_faults(document: RuleDocument) -> Iterator[Refusal]:
    """A milestone gives something, can be reached, and comes after the one before it."""
    milestones = document.milestones
    yield from twice("milestone_code_twice", [milestone.code for milestone in milestones])
    yield from twice("milestone_name_twice", [milestone.name_zh.strip() for milestone in milestones])
    last: dict[str, Milestone] = {}
    for milestone in milestones:
        word = said("milestone", milestone)
        if not milestone.points and not milestone.gift_zh and not milestone.gift_en:
            yield Refusal("milestone_without_reward", **word)
        if milestone.points and document.points is None:
            yield Refusal("milestone_without_points", **word)
        if milestone.measure == "growth" and document.growth is None:
            yield Refusal("milestone_without_growth", **word)
        before = last.get(milestone.measure)
        if before is not None and milestone.at <= before.at:
            yield Refusal("milestone_not_rising", **word, **said("lower", before))
        last[milestone.measure] = milestone
