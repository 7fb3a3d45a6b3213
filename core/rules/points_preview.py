"""What one order would earn, before it is paid: for the portrait, the price quote, and the rules page."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from core.clock import day_number, day_of
from core.documents.earning import ORDER, SPEND, Points
from core.documents.rules import RuleDocument
from core.rules.facts import NEVER, as_ints
from core.rules.points import day_pcts, expiry_days


@dataclass(frozen=True)
class Preview:
    """Units of an order, the multipliers behind them (per cent), from which day they can be spent, when they expire."""

    units: int
    tier_pct: int
    day_pct: int
    active_on: date
    expires_on: date | None


def day_pct(points: Points, day: date) -> int:
    """The multiplier of a shop day, per cent."""
    return int(day_pcts(points.days, as_ints([day_number(day)]))[0])


def preview_order(
    points: Points, tier: str, amount_fen: int, day: date, *, category: str | None = None, earned_today: int = 0
) -> Preview:
    """What an order of ``amount_fen`` by a member of a tier earns when it counts on the day on which it is paid.

    ``earned_today``: units from spending that day so far, for the cap of the day. Lifetime caps are not looked at.
    """
    tier_pct, of_day = points.tier_pct.get(tier, 100), day_pct(points, day)
    pct, counted = tier_pct * of_day // 100, amount_fen
    if category is not None:
        counted = amount_fen * points.category_pct.get(category, 100) // 100
    units = 0
    for earning in points.earnings if amount_fen > 0 else ():
        if earning.kind == SPEND:
            worth = counted * earning.rate * pct // 1_000_000
            room = worth if earning.per_day is None else max(earning.per_day - earned_today, 0)
        elif earning.kind == ORDER:
            worth = earning.rate * pct // 100
            room = worth if earning.per_day is None else earning.per_day
        else:
            continue
        units += min(worth, room)
    active_on = day + timedelta(days=points.pending_days)
    number = int(expiry_days([points], as_ints([day_number(day)]), np.zeros(1, np.int64))[0])
    expires_on = None if number == NEVER else max(day_of(number), active_on)
    return Preview(units, tier_pct, of_day, active_on, expires_on)


def units_by_tier(document: RuleDocument, amount_fen: int, day: date) -> dict[str, int]:
    """What the same order earns a member of each tier; nothing under rules without points."""
    points = document.points
    if points is None:
        return dict.fromkeys(document.codes, 0)
    return {code: preview_order(points, code, amount_fen, day).units for code in document.codes}
