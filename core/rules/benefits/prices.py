"""Benefits that make things cheaper: price, coupons, shipping, points."""

from dataclasses import dataclass

from core.documents.benefits import Benefit, Cell
from core.rules.benefits.base import Family, Strategy, TypicalYear, Yearly, season_days


@dataclass(frozen=True)
class MemberPrice(Strategy):
    """Basis points off everything that is bought; worth and cost are both what is taken off."""

    def yearly(self, benefit: Benefit, cell: Cell, year: TypicalYear) -> Yearly:
        """A share of the year's spend, of its season."""
        off = year.spend_fen * (cell.level or 0) // 10_000 * season_days(benefit.season) // season_days(None)
        return Yearly(self.tenths(benefit, cell, year), off * benefit.take_up_bp // 10_000, off)


@dataclass(frozen=True)
class FaceValue(Strategy):
    """Coupons with a face value in fen; one order uses one of them."""

    def worth_fen(self, cell: Cell, year: TypicalYear) -> int:
        """The face value."""
        return cell.level or 0

    def cost_fen(self, cell: Cell, year: TypicalYear) -> int:
        """What was entered, else the face value: the most that it can cost."""
        return cell.cost_fen or cell.level or 0


@dataclass(frozen=True)
class Shipping(Strategy):
    """Postage that the shop pays; the member saves what it costs."""

    def worth_fen(self, cell: Cell, year: TypicalYear) -> int:
        """The postage of one parcel."""
        return cell.cost_fen


@dataclass(frozen=True)
class PointsMultiplier(Strategy):
    """Points times so many per cent (150 = half as many again); the extra points are worth what points are worth."""

    def yearly(self, benefit: Benefit, cell: Cell, year: TypicalYear) -> Yearly:
        """The extra points of the year's spend."""
        extra = year.points_fen * max((cell.level or 100) - 100, 0) // 100
        extra = extra * season_days(benefit.season) // season_days(None)
        return Yearly(self.tenths(benefit, cell, year), extra * benefit.take_up_bp // 10_000, extra)


PRICES: tuple[Strategy, ...] = (
    MemberPrice("member_price", Family.PRICE, "off_bp", per_order=True),
    FaceValue("coupon_pack", Family.PRICE, "fen", by_hand=True, per_order=True),
    Shipping("free_shipping", Family.PRICE, per_order=True),
    PointsMultiplier("points_multiplier", Family.PRICE, "pct", per_order=True),
)
