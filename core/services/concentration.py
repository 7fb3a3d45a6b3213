"""Who the money comes from: the R x F grid with its cells as groups, the named groups, and the curve of concentration."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from core.analytics import rfm
from core.analytics.pareto import Pareto, pareto
from core.clock import day_number
from core.documents.segment import Group, Leaf, Node
from core.services.desk import Desk
from core.services.numbers import day_range, last_days
from core.services.rhythm import YEAR
from core.store.queries import numbers

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RfmCell:
    """One cell of the R x F grid: its scores, its people and their net spend, and what finds exactly them again."""

    r: int
    f: int
    people: int
    net_fen: int
    recency: tuple[int, int]
    orders: tuple[int, int]


@dataclass(frozen=True)
class Concentration:
    """Of the buyers of the last ``days`` shop days; ``cells`` and ``groups`` are empty when there are too few."""

    days: int
    buyers: int
    bins: int
    cells: tuple[RfmCell, ...]
    groups: tuple[rfm.GroupCount, ...]
    curve: Pareto


def read_concentration(desk: Desk, days: int, *, now: datetime) -> Concentration:
    """Score everybody who bought in the last ``days`` shop days with today."""
    period = last_days(desk.zone, now, days)
    with desk.db.read() as session:
        _, last, orders, net = numbers.order_bands(session, *day_range(period))
    recency = day_number(period.end) - 1 - last
    scores = rfm.score(recency, orders, net)
    return Concentration(
        days=days,
        buyers=scores.buyers,
        bins=scores.bins,
        cells=tuple(_cells(scores, recency, orders, net)),
        groups=tuple(rfm.group_counts(scores, net)),
        curve=pareto(net),
    )


def cell_tree(cell: RfmCell, days: int) -> Node:
    """The people of a cell as a group: scores are borders of values, so two ranges find the same people."""
    return Group("all", (Leaf("recency_days", "between", cell.recency), Leaf("orders", "between", cell.orders, days)))


def group_tree(group: rfm.RfmGroup, days: int) -> Node | None:
    """The people of a named group as a group: of a whole year, whose ranks are kept; None of another window."""
    return Leaf("rfm_group", "in", (group.value,)) if days == YEAR else None


def _cells(scores: rfm.Rfm, recency: Ints, orders: Ints, net: Ints) -> list[RfmCell]:
    """All cells that hold somebody. The ranges are those of the whole row and column: every value has one score."""
    whole = range(1, scores.bins + 1)
    by_r, by_f = _ranges(scores.r, recency, whole), _ranges(scores.f, orders, whole)
    grid = rfm.grid(scores, net)
    return [
        RfmCell(r, f, int(grid.buyers[r - 1, f - 1]), int(grid.net_fen[r - 1, f - 1]), by_r[r], by_f[f])
        for r in whole
        for f in whole
        if grid.buyers[r - 1, f - 1]
    ]


def _ranges(scores: npt.NDArray[np.int8], values: Ints, whole: range) -> dict[int, tuple[int, int]]:
    """By score: the least and the greatest value that has it."""
    having = {score: values[scores == score] for score in whole}
    return {score: (int(found.min()), int(found.max())) for score, found in having.items() if len(found)}
