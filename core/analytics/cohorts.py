"""Cohorts: of those who first bought in a month, how many bought in each month after (CLI.md).

A month is ``year * 12 + month - 1``; step k of a cohort is the k-th month after its first, step 0 that month itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

ENOUGH = 30  # METHODS: a share under 30 cases is "too few"
RECENT = 3  # cohorts that are held against as many before them
_CLEAR = 1.96  # standard errors of a difference of two shares: the 95 % of a normal distribution
_EPOCH_MONTH = 1970 * 12


class Cells(NamedTuple):
    """Cells with at least one buyer, by cohort and step; five int64 arrays of one length."""

    cohort: Ints
    step: Ints
    buyers: Ints
    orders: Ints
    net_fen: Ints


NO_CELLS = Cells(*(np.zeros(0, np.int64) for _ in Cells._fields))


class Step(NamedTuple):
    """One month of a cohort's life; ``over``: no order of that month can still come."""

    step: int
    buyers: int
    share: float
    orders: int
    net_fen: int
    over: bool


@dataclass(frozen=True)
class Cohort:
    """The people of one first month and every month since, none missing."""

    month: int
    size: int
    steps: tuple[Step, ...]

    def at(self, step: int) -> Step | None:
        """A month that is over; None for one to come or not yet over."""
        found = self.steps[step] if step < len(self.steps) else None
        return found if found is not None and found.over else None


@dataclass(frozen=True)
class Change:
    """The share that came back in the first month after: recent cohorts against those before them.

    ``clear``: the difference is larger than chance makes of equal shares in 19 of 20 cases.
    """

    recent: float
    before: float
    recent_people: int
    before_people: int
    clear: bool


def month_index(day: Ints) -> Ints:
    """The month of each shop day (days since 1970-01-01). Shape as given."""
    return np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _EPOCH_MONTH


def month_days(month: int) -> tuple[int, int]:
    """The shop days ``[first, end)`` of a month."""
    ends = np.array([month, month + 1]) - _EPOCH_MONTH
    first, end = ends.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64).tolist()
    return int(first), int(end)


def cohort_cells(member: Ints, day: Ints, net_fen: Ints) -> Cells:
    """The cells of all paid orders of some people, one entry an order, by member and then by day."""
    if not len(member):
        return NO_CELLS
    month = month_index(day)
    fresh = np.ones(len(member), np.bool_)
    fresh[1:] = member[1:] != member[:-1]
    starts = np.flatnonzero(fresh)
    cohort = np.repeat(month[starts], np.diff(np.append(starts, len(member))))
    first_of_month = fresh.copy()
    first_of_month[1:] |= month[1:] != month[:-1]
    least, width = int(cohort.min()), int((month - cohort).max()) + 1
    key = (cohort - least) * width + month - cohort
    buyers = np.bincount(key[first_of_month], minlength=int(key.max()) + 1)
    orders = np.bincount(key, minlength=len(buyers))
    net = np.zeros(len(buyers), np.int64)
    np.add.at(net, key, net_fen)
    held = np.flatnonzero(orders)
    return Cells(held // width + least, held % width, buyers[held], orders[held], net[held])


def join_cells(parts: Sequence[Cells]) -> Cells:
    """The cells of several lots of people that share nobody, as one."""
    cohort, step, *figures = (np.concatenate(columns) for columns in zip(NO_CELLS, *parts, strict=True))
    keys, place = np.unique(np.stack([cohort, step]), axis=1, return_inverse=True)
    sums = []
    for figure in figures:
        total = np.zeros(keys.shape[1], np.int64)
        np.add.at(total, place.ravel(), figure)
        sums.append(total)
    return Cells(keys[0], keys[1], *sums)


def make_cohorts(cells: Cells, until_day: int) -> tuple[Cohort, ...]:
    """The cohorts, oldest first, with every month up to that of the last shop day that is known."""
    known = {(c, s): rest for c, s, *rest in zip(*(column.tolist() for column in cells), strict=True)}
    last = int(month_index(np.array([until_day]))[0])
    over_until = last if month_days(last)[1] - 1 <= until_day else last - 1
    found = []
    for month in sorted({cohort for cohort, _ in known}):
        size = known[month, 0][0]
        steps = []
        for step in range(last - month + 1):
            buyers, orders, net_fen = known.get((month, step), (0, 0, 0))
            steps.append(Step(step, buyers, buyers / size, orders, net_fen, month + step <= over_until))
        found.append(Cohort(month, size, tuple(steps)))
    return tuple(found)


def pooled_share(cohorts: Sequence[Cohort], step: int) -> tuple[int, int]:
    """Buyers of a step that is over and the people they come from, over some cohorts."""
    having = [(one.at(step), one.size) for one in cohorts]
    known = [(found.buyers, size) for found, size in having if found is not None]
    return sum(buyers for buyers, _ in known), sum(size for _, size in known)


def first_month_change(cohorts: Sequence[Cohort]) -> Change | None:
    """First-month repurchase of the latest cohorts against those before; None where either has too few people."""
    over = [one for one in cohorts if one.at(1) is not None]
    recent, before = pooled_share(over[-RECENT:], 1), pooled_share(over[-2 * RECENT : -RECENT], 1)
    if recent[1] < ENOUGH or before[1] < ENOUGH:
        return None
    shares = recent[0] / recent[1], before[0] / before[1]
    both = (recent[0] + before[0]) / (recent[1] + before[1])
    error = (both * (1 - both) * (1 / recent[1] + 1 / before[1])) ** 0.5
    return Change(*shares, recent[1], before[1], clear=abs(shares[0] - shares[1]) > _CLEAR * error)


def best_cohort(cohorts: Sequence[Cohort], steps: int = RECENT) -> tuple[Cohort, float] | None:
    """The cohort whose people came back most in the first months after (mean share); None with fewer than three to compare."""
    ranked = []
    for one in cohorts:
        after = [one.at(step) for step in range(1, steps + 1)]
        if one.size >= ENOUGH and all(found is not None for found in after):
            ranked.append((sum(found.share for found in after if found is not None) / steps, one))
    if len(ranked) < RECENT:
        return None
    share, found = max(ranked, key=lambda pair: pair[0])
    return found, share
