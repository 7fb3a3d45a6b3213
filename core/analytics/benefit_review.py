"""What a benefit brought: the purchases of those who had it against others of their tier, and the advice that follows.

Nobody was left out by lot, so it is a comparison and no proof: who gets a benefit may buy more anyway. What both groups did
before is taken off (difference in differences over each person's bought-or-not, normal interval).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.rules.benefits import Family

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FEWEST = 30
DAYS = 60
Z = 1.959963984540054
OFTEN_DAYS, RARE_DAYS = 45, 90
LITTLE_USED, WELL_USED, OFTEN_LATE = 0.10, 0.50, 0.80


@dataclass(frozen=True)
class Repeat:
    """Shares that bought within ``DAYS``: those who had it, the others; and the difference beyond what was there before.

    ``low``/``high`` bound the difference at 95 %; all are None when a side has fewer than ``FEWEST`` people.
    """

    users: int
    others: int
    with_it: float | None = None
    without: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


class Advice(StrEnum):
    """What to do with a benefit."""

    STRENGTHEN = "strengthen"
    SWAP = "swap"
    DROP = "drop"
    ON_TIME = "on_time"
    KEEP = "keep"


def bought_between(members: Ints, purchases: Ints, first: Ints, end: Ints) -> Bools:
    """Whether each member has a purchase day in its own ``[first, end)``; ``purchases`` [member, day] sorted by both."""
    if not len(purchases):
        return np.zeros(len(members), dtype=np.bool_)
    low_day = int(min(purchases[:, 1].min(), first.min() if len(first) else 0))
    width = int(max(purchases[:, 1].max(), end.max() if len(end) else 0)) - low_day + 2
    keys = purchases[:, 0] * width + (purchases[:, 1] - low_day)
    low = np.searchsorted(keys, members * width + (first - low_day), side="left")
    high = np.searchsorted(keys, members * width + (end - low_day), side="left")
    return np.asarray(high > low)


def compare_repeat(users: Ints, everybody: Ints, purchases: Ints) -> Repeat:
    """``users`` [member, day of use] against the others, who are looked at from the users' middle day on.

    ``everybody``: [member, day since when on the tier]; who came to the tier later than the middle day is no other: what
    brought them up would be counted as coming back.
    """
    middle = int(np.median(users[:, 1])) if len(users) else 0
    others = np.setdiff1d(everybody[everybody[:, 1] <= middle, 0], users[:, 0])
    if len(users) < FEWEST or len(others) < FEWEST:
        return Repeat(len(users), len(others))
    after_u, change_u = _before_after(users[:, 0], users[:, 1], purchases)
    after_o, change_o = _before_after(others, np.full(len(others), middle, dtype=np.int64), purchases)
    difference = float(change_u.mean() - change_o.mean())
    error = math.sqrt(change_u.var(ddof=1) / len(change_u) + change_o.var(ddof=1) / len(change_o))
    return Repeat(
        len(users),
        len(others),
        float(after_u.mean()),
        float(after_o.mean()),
        difference,
        difference - Z * error,
        difference + Z * error,
    )


def _before_after(members: Ints, days: Ints, purchases: Ints) -> tuple[Bools, npt.NDArray[np.float64]]:
    """Bought in the ``DAYS`` after the day (not on it), and the change against the ``DAYS`` before."""
    after = bought_between(members, purchases, days + 1, days + 1 + DAYS)
    before = bought_between(members, purchases, days - DAYS, days)
    return after, after.astype(np.float64) - before.astype(np.float64)


def advise(
    family: Family,
    *,
    entitled: int,
    usage_rate: float | None,
    cost_fen: int,
    on_time_rate: float | None,
    repeat: Repeat,
    cycle_days: int | None,
) -> tuple[Advice, str]:
    """What to do, and the reason's code (``benefit.reason.*``); the stronger evidence first.

    ``usage_rate``: only where using it is the member's own choice, else None.
    """
    if repeat.low is not None and repeat.low > 0:
        return Advice.STRENGTHEN, "more_repeat"
    if on_time_rate is not None and on_time_rate < OFTEN_LATE:
        return Advice.ON_TIME, "often_late"
    little = usage_rate is not None and usage_rate < LITTLE_USED and entitled >= FEWEST
    if little and family in (Family.GIFT, Family.ACCESS):
        return Advice.SWAP, "little_used_thing"
    if little:
        return Advice.DROP, "little_used"
    if repeat.high is not None and repeat.high <= 0 and cost_fen > 0:
        return Advice.SWAP, "less_repeat"
    if family is Family.PRICE and cycle_days is not None and cycle_days >= RARE_DAYS:
        return Advice.SWAP, "rare_price"
    if family is Family.SERVICE and cycle_days is not None and cycle_days >= RARE_DAYS:
        return Advice.STRENGTHEN, "rare_service"
    if family is Family.PRICE and cycle_days is not None and cycle_days <= OFTEN_DAYS:
        well_used = usage_rate is not None and usage_rate >= WELL_USED and entitled >= FEWEST
        return (Advice.STRENGTHEN, "often_price_used") if well_used else (Advice.KEEP, "often_price")
    if repeat.low is None:
        return Advice.KEEP, "too_few"
    return Advice.KEEP, "cannot_tell"


def median_gap(gaps: list[tuple[int, int]]) -> int | None:
    """The middle of (gap, people) pairs sorted by gap; none without people."""
    total = sum(people for _, people in gaps)
    seen = 0
    for gap, people in gaps:
        seen += people
        if 2 * seen >= total:
            return gap
    return None
