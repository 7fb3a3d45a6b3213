"""A goal's pace: where it should stand today, where it is likely to end, and what moved a rate. Pure.

Two shapes of goal. A *rate* (repurchase, first to second order) stands somewhere every day and is to be at the target on
the last day. A *sum* (sales, people who joined) begins at nothing and is to reach the target by the last day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt

import numpy as np
from scipy.stats import t

WHOLE_BP = 10_000
CONFIDENCE = 0.8
LEAST_CHANGES = 6  # fewer steps of a rate or weeks of a sum say nothing about the next ones
LEAST_PEOPLE = 30
_PARTS = 1_000_000
CLOSE_BP = 500  # within a twentieth of where it should be: on pace


class Metric(StrEnum):
    """What a shop may aim at."""

    REPURCHASE_365 = "repurchase_365"
    REPURCHASE_90 = "repurchase_90"
    FIRST_TO_SECOND = "first_to_second"
    MEMBER_SALES = "member_sales"
    MEMBERS_JOINED = "members_joined"

    @property
    def is_rate(self) -> bool:
        """Whether it is a share in basis points; else a sum over the goal's days."""
        return self not in (Metric.MEMBER_SALES, Metric.MEMBERS_JOINED)

    @property
    def window(self) -> int:
        """The days a rate looks back on."""
        return 90 if self is Metric.REPURCHASE_90 else 365


class Pace(StrEnum):
    """How it stands against where it should be today."""

    REACHED = "reached"
    AHEAD = "ahead"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Outlook:
    """Where the goal is likely to end: middle and the limits between which four of five such ends lie."""

    middle: int
    low: int
    high: int
    steps: int


@dataclass(frozen=True)
class Part:
    """What one group added to the change of a rate (basis points) or of a sum; the parts sum to the change."""

    name: str
    people: int
    moved: int


def should_be(baseline: int, target: int, elapsed: float, *, is_rate: bool) -> int:
    """Where it should stand when the share ``elapsed`` of the way has passed (by days, or by last year's course)."""
    elapsed = min(max(elapsed, 0.0), 1.0)
    start = baseline if is_rate else 0
    return start + (target - start) * round(elapsed * _PARTS) // _PARTS


def judge_pace(current: int, should: int, target: int, baseline: int, *, cases: int | None = None) -> Pace:
    """How it stands. ``cases``: the people behind a rate; under 30 of them nothing is said."""
    if cases is not None and cases < LEAST_PEOPLE:
        return Pace.TOO_FEW
    if current >= target:
        return Pace.REACHED
    slack = abs(target - (baseline if cases is not None else 0)) * CLOSE_BP // WHOLE_BP
    if abs(current - should) <= slack:
        return Pace.ON_PACE
    return Pace.AHEAD if current > should else Pace.BEHIND


def people_needed(target_bp: int, cases: int, held: int) -> int:
    """How many more of the same ``cases`` people must do it for the rate to reach the target; never below 0."""
    return max(ceil(target_bp * cases / WHOLE_BP) - held, 0)


def foresee_rate(past_bp: Sequence[int], steps_left: float) -> Outlook | None:
    """A rate so many steps on, from its values at equal steps so far, oldest first: a random walk with drift.

    Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.2: middle = last + h * mean change, variance =
    s^2 * h * (1 + h / n). None with fewer than six changes.
    """
    changes = np.diff(np.asarray(past_bp, np.float64))
    n = len(changes)
    if n < LEAST_CHANGES or steps_left < 0:
        return None
    middle = float(past_bp[-1] + steps_left * changes.mean())
    spread = float(changes.std(ddof=1)) * sqrt(steps_left * (1 + steps_left / n))
    return _outlook(middle, spread, n, WHOLE_BP)


def foresee_sum(so_far: int, weeks: Sequence[int], like: Sequence[int], rest_like: int) -> Outlook | None:
    """Where a sum ends: ``so_far`` plus what is left, in the ratio that ``weeks`` had to the same weeks of before.

    ``like``: the comparable weeks (of last year, or equal ones), ``rest_like``: the same measure of all that is left.
    Weeks vary on their own; the interval holds the doubt about the ratio and the luck of the weeks to come. None with
    fewer than six weeks that have something to compare with.
    """
    pairs = [(week, old) for week, old in zip(weeks, like, strict=True) if old > 0]
    n = len(pairs)
    if n < LEAST_CHANGES:
        return None
    now, old = (np.array([pair[side] for pair in pairs], np.float64) for side in (0, 1))
    ratio = float(now.sum() / old.sum())
    residual = float(
        np.sqrt(np.sum((now - ratio * old) ** 2 / old) / (n - 1))
    )  # variance grows with the size of a week
    spread = residual * sqrt(rest_like * (1 + rest_like / float(old.sum())))
    return _outlook(so_far + ratio * rest_like, spread, n, None, least=so_far)


def _outlook(middle: float, spread: float, n: int, most: int | None, least: int = 0) -> Outlook:
    reach = float(t.ppf((1 + CONFIDENCE) / 2, n - 1)) * spread

    def held(value: float) -> int:
        whole = max(round(value), least)
        return whole if most is None else min(whole, most)

    return Outlook(held(middle), held(middle - reach), held(middle + reach), n)


def split_rate(before: Sequence[tuple[str, int, int]], after: Sequence[tuple[str, int, int]]) -> list[Part]:
    """What each group added to the change of a rate: (name, people, held) then and now, the same names.

    A group adds by its own rate's change at its mean share, and by its share's change at its mean rate over the mean of
    all (midpoint decomposition, Kitagawa 1955). The parts sum to the whole change; rounding lies in the largest.
    """
    whole = [max(sum(people for _, people, _ in side), 1) for side in (before, after)]
    rates = [sum(held for _, _, held in side) / total for side, total in zip((before, after), whole, strict=True)]
    mean = sum(rates) / 2
    found = []
    for (name, old_people, old_held), (_, people, held) in zip(before, after, strict=True):
        shares = (old_people / whole[0], people / whole[1])
        own = (old_held / old_people if old_people else mean, held / people if people else mean)
        moved = (own[1] - own[0]) * sum(shares) / 2 + (shares[1] - shares[0]) * (sum(own) / 2 - mean)
        found.append((name, people, moved * WHOLE_BP))
    parts = [Part(name, people, round(moved)) for name, people, moved in found]
    left = round((rates[1] - rates[0]) * WHOLE_BP) - sum(part.moved for part in parts)
    if parts and left:
        at = max(range(len(parts)), key=lambda index: abs(parts[index].moved))
        parts[at] = Part(parts[at].name, parts[at].people, parts[at].moved + left)
    return parts
