"""What a customer was worth in a year as frequency x value of an order x margin, and which of the three moved since the year before.

A difference of products is shared among its factors as Shapley (1953) would: each factor's part is its own change at the mean of
the other two over all orders of changing them, so that the three parts add up to the difference exactly.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.analytics.lifetime import Real, Whole

FACTORS = ("frequency", "order", "margin")
STILL = 0.10  # a customer's value that changed by less than a tenth has not moved


class Year(NamedTuple):
    """One year's paid orders of customers, columns of one length: orders, net spend and margin of it (fen)."""

    orders: Whole
    net_fen: Whole
    margin_fen: Whole


@dataclass(frozen=True)
class Factors:
    """A year's customers on average: value_fen = orders each x net of an order x margin of the net."""

    buyers: int
    orders: int
    net_fen: int
    margin_fen: int

    @property
    def frequency(self) -> float:
        """Paid orders of a buyer."""
        return self.orders / self.buyers if self.buyers else 0.0

    @property
    def order_fen(self) -> float:
        """Net value of an order."""
        return self.net_fen / self.orders if self.orders else 0.0

    @property
    def margin(self) -> float:
        """Margin of the net value (0..1)."""
        return self.margin_fen / self.net_fen if self.net_fen else 0.0

    @property
    def value_fen(self) -> float:
        """Margin that a buyer brought."""
        return self.margin_fen / self.buyers if self.buyers else 0.0


@dataclass(frozen=True)
class Moved:
    """Customers of both years whose value moved, by the factor that moved it most, and by how much in all (fen)."""

    factor: str
    up: int
    down: int
    up_fen: int
    down_fen: int


@dataclass(frozen=True)
class ValueChange:
    """Last year beside the year before; ``parts`` are fen a buyer by factor and add up to the change of ``value_fen``."""

    last: Factors
    before: Factors
    parts: tuple[float, float, float]
    moved: tuple[Moved, ...]
    still: int
    came: int
    gone: int


def factors(year: Year) -> Factors:
    """The sums of those who bought in the year."""
    return Factors(
        int(np.count_nonzero(year.orders)), int(year.orders.sum()), int(year.net_fen.sum()), int(year.margin_fen.sum())
    )


def compare_years(before: Year, last: Year) -> ValueChange:
    """Two years of the same customers, row by row; who did not buy has 0 orders."""
    old, new = factors(before), factors(last)
    whole = _shares(*(_column(value) for value in (old, new)))[:, 0] if old.buyers and new.buyers else np.zeros(3)
    both = (before.orders > 0) & (last.orders > 0)
    parts = _shares(_each(before, both), _each(last, both))
    change = last.margin_fen[both] - before.margin_fen[both]
    moves = np.abs(change) > STILL * np.maximum(np.abs(before.margin_fen[both]), 1)
    # The factor that carried most of the way the value went, not merely the one that swung most.
    most = np.argmax(parts * np.sign(change), axis=0)
    rows = []
    for place, name in enumerate(FACTORS):
        up, down = (moves & (most == place) & (side * change > 0) for side in (1, -1))
        counts = (int(np.count_nonzero(way)) for way in (up, down))
        rows.append(Moved(name, *counts, *(int(change[way].sum()) for way in (up, down))))
    return ValueChange(
        last=new,
        before=old,
        parts=(float(whole[0]), float(whole[1]), float(whole[2])),
        moved=tuple(rows),
        still=int(np.count_nonzero(~moves)),
        came=int(np.count_nonzero((before.orders == 0) & (last.orders > 0))),
        gone=int(np.count_nonzero((before.orders > 0) & (last.orders == 0))),
    )


def _column(year: Factors) -> Real:
    return np.array([[year.frequency], [year.order_fen], [year.margin]])


def _each(year: Year, whom: npt.NDArray[np.bool_]) -> Real:
    """Rows frequency, value of an order, margin of the chosen customers, shape (3, n)."""
    orders, net, margin = (column[whom].astype(np.float64) for column in year)
    rate = np.divide(margin, net, out=np.zeros_like(net), where=net != 0)
    return np.stack([orders, net / orders, rate])


def _shares(before: Real, after: Real) -> Real:
    """Shapley's parts of after's product less before's, shape (3, n) as given."""
    found = np.empty_like(before)
    for own in range(3):
        one, two = (place for place in range(3) if place != own)
        around = (before[one] * before[two] + after[one] * after[two]) / 3
        around += (before[one] * after[two] + after[one] * before[two]) / 6
        found[own] = (after[own] - before[own]) * around
    return found


@dataclass(frozen=True)
class Spread:
    """How the value still expected is spread: ``half_people`` customers, each with ``half_fen`` or more, hold half of it.

    ``curve``: for the dearest 1, 5, 10, 20, 50 and 100 % of the people, the share of the value that they hold.
    """

    people: int
    value_fen: int
    half_people: int
    half_fen: int
    curve: tuple[tuple[int, float], ...]


def spread(value_fen: Whole) -> Spread | None:
    """The spread of expected values; None where nothing is expected. Who is as dear as the last of the half is in it too."""
    ranked = np.sort(np.asarray(value_fen, np.int64))[::-1]
    upto = np.cumsum(ranked)
    if not len(ranked) or upto[-1] <= 0:
        return None
    border = int(ranked[np.searchsorted(upto, upto[-1] / 2)])
    tops = [(percent, -(-len(ranked) * percent // 100)) for percent in (1, 5, 10, 20, 50, 100)]
    return Spread(
        people=len(ranked),
        value_fen=int(upto[-1]),
        half_people=int(np.count_nonzero(ranked >= border)),
        half_fen=border,
        curve=tuple((percent, float(upto[count - 1] / upto[-1])) for percent, count in tops),
    )
