"""What the programme cost and what of its earning is proven. Pure; money is integer fen.

Proven is only what a comparison with people left out showed. All finished comparisons are added up, those that found
nothing or a loss too: to add only the winners would promise too much. What members buy is not the programme's earning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from math import sqrt

from core.analytics.effects import share_difference
from core.documents.canonical import Document
from core.money import share_of

LEAST_PEOPLE = 30


class RunningCosts(Document):
    """What every sale costs besides the goods: commission in basis points, shipping and return insurance an order."""

    commission_bp: int = 0
    shipping_fen: int = 0
    insurance_fen: int = 0

    @property
    def set(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.commission_bp or self.shipping_fen or self.insurance_fen)


@dataclass(frozen=True)
class Costs:
    """What the programme cost in a stretch of time.

    ``points_spent``: points used, at their value; ``points_owed``: growth of what is still owed, at face value.
    """

    benefits: int = 0
    points_spent: int = 0
    points_owed: int = 0
    coupons: int = 0
    messages: int = 0
    goodwill: int = 0

    @property
    def total(self) -> int:
        """All together."""
        return sum(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True)
class Shown:
    """What one comparison showed over all who got it, before its own cost; margin with its 95 % limits."""

    margin: int
    low: int
    high: int
    sales: int
    orders: float


@dataclass(frozen=True)
class Proven:
    """The comparisons added up, before and after running costs; ``comparisons`` of them had people left out."""

    comparisons: int
    margin: int
    running: int
    low: int
    high: int

    @property
    def net(self) -> int:
        """Margin gained less what the extra sales cost to run."""
        return self.margin - self.running


@dataclass(frozen=True)
class NearThreshold:
    """People just over a threshold against people just under it, in the 90 days after: a comparison, no proof."""

    over: int
    under: int
    over_bought: int
    under_bought: int
    over_fen: int
    under_fen: int
    low: float | None = None
    high: float | None = None

    @property
    def enough(self) -> bool:
        """Whether both sides have enough people to say anything."""
        return min(self.over, self.under) >= LEAST_PEOPLE

    @property
    def difference(self) -> float | None:
        """Of a hundred people, how many more bought of those over; None with too few."""
        return 100 * (self.over_bought / self.over - self.under_bought / self.under) if self.enough else None


def running_cost(sales_fen: int, orders: float, costs: RunningCosts) -> int:
    """What sales and orders cost to run, whole fen; less of both costs less than nothing."""
    return share_of(sales_fen, costs.commission_bp) + round(orders * (costs.shipping_fen + costs.insurance_fen))


def add_up(shown: Sequence[Shown], costs: RunningCosts) -> Proven:
    """The sum of independent comparisons; its limits by the root of the summed squares of each one's reach.

    Running costs are taken off at the middle, so they move the limits and do not widen them.
    """
    margin = sum(one.margin for one in shown)
    running = sum(running_cost(one.sales, one.orders, costs) for one in shown)
    below, above = (
        _root(reach) for reach in ((one.margin - one.low for one in shown), (one.high - one.margin for one in shown))
    )
    net = margin - running
    return Proven(len(shown), margin, running, net - below, net + above)


def near_threshold(over: Sequence[int], under: Sequence[int]) -> NearThreshold:
    """Compare by what each person spent (fen) in the time after; the share who bought with Newcombe's 95 % limits."""
    bought = [sum(fen > 0 for fen in side) for side in (over, under)]
    low = high = None
    if min(len(over), len(under)) >= LEAST_PEOPLE:
        effect = share_difference(bought[0], len(over), bought[1], len(under))
        low, high = (None if limit is None else 100 * limit for limit in (effect.low, effect.high))
    return NearThreshold(len(over), len(under), bought[0], bought[1], sum(over), sum(under), low, high)


def _root(reaches: Iterable[int]) -> int:
    return round(sqrt(sum(float(reach) ** 2 for reach in reaches)))
