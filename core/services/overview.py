"""The numbers under today's list: one stretch of days against the one before, and who the money comes from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from core.analytics import rfm
from core.analytics.pareto import pareto
from core.analytics.periods import Every, Period
from core.clock import day_number
from core.documents.segment import Group, Leaf, Node
from core.services.desk import Desk
from core.services.numbers import TierShare, TrendStep, day_range, last_days, read_tier_mix, read_trend
from core.services.rule_versions import read_live
from core.store.queries import numbers

STEPS = {30: Every.DAY, 90: Every.WEEK, 365: Every.MONTH}
RATE_POINTS = 6


@dataclass(frozen=True)
class Rates:
    """Repurchase at the ends of ``RATE_POINTS`` stretches, oldest first; None where nobody bought."""

    now: float | None
    before: float | None
    series: tuple[float, ...]


@dataclass(frozen=True)
class RfmCell:
    """One cell of the R x F grid: its scores, its people, and the group that finds exactly them again."""

    r: int
    f: int
    people: int
    recency: tuple[int, int]
    orders: tuple[int, int]


@dataclass(frozen=True)
class Concentration:
    """Who the money comes from; ``cells`` and ``groups`` are empty when there are too few buyers."""

    buyers: int
    bins: int
    cells: tuple[RfmCell, ...]
    groups: tuple[rfm.GroupCount, ...]
    top_20_share: float | None


@dataclass(frozen=True)
class Overview:
    """The last ``days`` shop days with today, and as many before them."""

    period: Period
    sums: numbers.Sums
    before: numbers.Sums
    steps: tuple[TrendStep, ...]
    repurchase: Rates
    tiers: tuple[TierShare, ...]
    concentration: Concentration


def read_overview(desk: Desk, days: int, *, now: datetime) -> Overview:
    """Everything drawn for the last ``days`` (30, 90 or 365)."""
    period = last_days(desk.zone, now, days)
    before = period.moved(-days)
    codes = read_live(desk, now=now)[0].codes
    with desk.db.read() as session:
        sums = numbers.period_sums(session, *day_range(period))
        earlier = numbers.period_sums(session, *day_range(before))
        ends = [period.end - timedelta(days=days * back // RATE_POINTS) for back in range(RATE_POINTS, -1, -1)]
        rates = [numbers.repurchase_rate(session, day_number(end) - days, day_number(end)) for end in ends]
        bands = numbers.order_bands(session, *day_range(period))
    return Overview(
        period=period,
        sums=sums,
        before=earlier,
        steps=tuple(read_trend(desk, period, STEPS[days])),
        repurchase=Rates(rates[-1], rates[0], tuple(rate for rate in rates if rate is not None)),
        tiers=tuple(read_tier_mix(desk, codes, period)),
        concentration=_concentration(bands, day_number(period.end) - 1),
    )


def cell_tree(cell: RfmCell, days: int) -> Node:
    """The people of a cell as a group: scores are borders of values, so two ranges find the same people."""
    return Group("all", (Leaf("recency_days", "between", cell.recency), Leaf("orders", "between", cell.orders, days)))


def _concentration(bands: tuple[npt.NDArray[np.int64], ...], today: int) -> Concentration:
    _, last, orders, net = bands
    recency = today - last
    scores = rfm.score(recency, orders, net)
    return Concentration(
        buyers=scores.buyers,
        bins=scores.bins,
        cells=tuple(_cells(scores, recency, orders)),
        groups=tuple(rfm.group_counts(scores, net)),
        top_20_share=pareto(net).top_20_share,
    )


def _cells(scores: rfm.Rfm, recency: npt.NDArray[np.int64], orders: npt.NDArray[np.int64]) -> list[RfmCell]:
    """All cells that hold somebody. The ranges are those of the whole row and column: every value has one score."""
    whole = range(1, scores.bins + 1)
    by_r, by_f = _ranges(scores.r, recency, whole), _ranges(scores.f, orders, whole)
    found = []
    for r in whole:
        for f in whole:
            people = int(np.count_nonzero((scores.r == r) & (scores.f == f)))
            if people:
                found.append(RfmCell(r, f, people, by_r[r], by_f[f]))
    return found


def _ranges(scores: npt.NDArray[np.int8], values: npt.NDArray[np.int64], whole: range) -> dict[int, tuple[int, int]]:
    """By score: the least and the greatest value that has it."""
    having = {score: values[scores == score] for score in whole}
    return {score: (int(found.min()), int(found.max())) for score, found in having.items() if len(found)}
