"""Recency, frequency, money: each buyer's rank among the shop's buyers, in named groups and a grid. Hughes (1994)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Scores = npt.NDArray[np.int8]

QUINTILES_FROM = 200  # buyers; fewer are cut in three
TERCILES_FROM = 9  # buyers; fewer are too few: a third would hold fewer than three people


class RfmGroup(StrEnum):
    """The eight groups shop owners know, by whether R, F, M are high: the fourth or fifth fifth, or the top third."""

    BEST = "best"  # R F M
    GROWING = "growing"  # R - M
    KEEP = "keep"  # - F M
    WIN_BACK = "win_back"  # - - M
    FAITHFUL = "faithful"  # R F -
    NEWCOMER = "newcomer"  # R - -
    COOLING = "cooling"  # - F -
    LEFT = "left"  # - - -


# Index = 4 * high R + 2 * high F + high M.
_BY_CODE = (
    RfmGroup.LEFT,
    RfmGroup.WIN_BACK,
    RfmGroup.COOLING,
    RfmGroup.KEEP,
    RfmGroup.NEWCOMER,
    RfmGroup.GROWING,
    RfmGroup.FAITHFUL,
    RfmGroup.BEST,
)


@dataclass(frozen=True)
class Rfm:
    """Scores from 1 (weakest) to ``bins`` (strongest) for each person in the order given; 0 for who is not a buyer.

    ``bins`` is 5, 3, or 0 when there are too few buyers (all scores 0 then).
    """

    bins: int
    buyers: int
    r: Scores
    f: Scores
    m: Scores


@dataclass(frozen=True)
class GroupCount:
    """One named group: people in it and their net spend."""

    group: RfmGroup
    buyers: int
    net_fen: int


@dataclass(frozen=True)
class Grid:
    """R by F: entry [r - 1, f - 1] of people and of their net spend in fen; shape (bins, bins)."""

    buyers: Whole
    net_fen: Whole


@dataclass(frozen=True)
class Borders:
    """The values above which one scores one higher, weakest first: ``bins - 1`` of each; R's are of minus the days."""

    bins: int
    r: tuple[int, ...] = ()
    f: tuple[int, ...] = ()
    m: tuple[int, ...] = ()


def find_borders(recency_days: Whole, paid_orders: Whole, net_fen: Whole, bins: int | None = None) -> Borders:
    """The borders of the people (n) who bought, as ``score`` takes them; ``bins`` overrides the choice by number of buyers."""
    bought = np.asarray(paid_orders) > 0
    buyers = int(np.count_nonzero(bought))
    if bins is None:
        bins = 5 if buyers >= QUINTILES_FROM else 3 if buyers >= TERCILES_FROM else 0
    if bins == 0 or buyers == 0:
        return Borders(bins)
    # Fewer days are better: the sign turns.
    return Borders(
        bins, *(_borders(values[bought], bins) for values in (-np.asarray(recency_days), paid_orders, net_fen))
    )


def score_by(borders: Borders, recency_days: Whole, paid_orders: Whole, net_fen: Whole) -> Rfm:
    """Scores of people (n) by borders found before, of the same or of other people."""
    bought = np.asarray(paid_orders) > 0
    values = (-np.asarray(recency_days), np.asarray(paid_orders), np.asarray(net_fen))
    found = (
        _above(one, cuts, bought, borders.bins)
        for one, cuts in zip(values, (borders.r, borders.f, borders.m), strict=True)
    )
    return Rfm(borders.bins, int(np.count_nonzero(bought)), *found)


def score(recency_days: Whole, paid_orders: Whole, net_fen: Whole, bins: int | None = None) -> Rfm:
    """Scores of people (n) from days since the last paid order, paid orders and net spend of one stated window.

    A score is one more than the number of whole fifths (thirds) of the buyers who are strictly weaker, so that equal
    values share a score. Who has no paid order is not a buyer and scores 0; the recency given is not read. ``bins``
    overrides the choice by number of buyers.
    """
    return score_by(find_borders(recency_days, paid_orders, net_fen, bins), recency_days, paid_orders, net_fen)


def group_codes(rfm: Rfm) -> Scores:
    """The group of each person as an index of ``GROUPS``; -1 for who has no scores. Shape as scored."""
    high = 4 if rfm.bins == 5 else max(rfm.bins, 1)
    code = 4 * (rfm.r >= high).astype(np.int8) + 2 * (rfm.f >= high).astype(np.int8) + (rfm.m >= high).astype(np.int8)
    return np.where(rfm.r > 0, _PLACE[code], np.int8(-1)).astype(np.int8)


def group_counts(rfm: Rfm, net_fen: Whole) -> list[GroupCount]:
    """People and net spend of all eight groups, best first; empty when there are too few buyers."""
    if rfm.bins == 0:
        return []
    codes, net = group_codes(rfm), np.asarray(net_fen, np.int64)
    return [
        GroupCount(group, int(np.count_nonzero(codes == place)), int(net[codes == place].sum()))
        for place, group in enumerate(GROUPS)
    ]


def grid(rfm: Rfm, net_fen: Whole) -> Grid:
    """The R x F table of people and net spend (fen); shape (0, 0) when there are too few buyers."""
    bought = rfm.r > 0
    cell = (rfm.r[bought].astype(np.int64) - 1) * rfm.bins + rfm.f[bought] - 1
    people, money = np.zeros(rfm.bins**2, np.int64), np.zeros(rfm.bins**2, np.int64)
    np.add.at(people, cell, 1)
    np.add.at(money, cell, np.asarray(net_fen, np.int64)[bought])
    return Grid(people.reshape(rfm.bins, rfm.bins), money.reshape(rfm.bins, rfm.bins))


GROUPS = tuple(RfmGroup)
_PLACE = np.array([GROUPS.index(group) for group in _BY_CODE], dtype=np.int8)


def _borders(ranked: Whole, bins: int) -> tuple[int, ...]:
    """The k-th border is the ceil(k n / bins)-th weakest value."""
    places = [-(-k * len(ranked) // bins) - 1 for k in range(1, bins)]
    parted = np.partition(np.asarray(ranked, np.int64), places)
    return tuple(int(parted[place]) for place in places)


def _above(values: Whole, borders: tuple[int, ...], bought: npt.NDArray[np.bool_], bins: int) -> Scores:
    """One more than the borders below each value; 0 for who did not buy, and where there are too few."""
    found = np.zeros(len(bought), dtype=np.int8)
    if bins:
        for border in borders:
            found += values > border
        found = np.where(bought, found + np.int8(1), np.int8(0)).astype(np.int8)
    return found
