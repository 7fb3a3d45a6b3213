"""Benefits that are things: samples, gifts, limited goods, what a partner gives."""

from dataclasses import dataclass

from core.documents.benefits import Benefit, Cell
from core.rules.benefits.base import Family, Strategy, TypicalYear


@dataclass(frozen=True)
class Gift(Strategy):
    """A thing that is given; worth its level where one is set, else what it costs."""

    def worth_fen(self, cell: Cell, year: TypicalYear) -> int:
        """What the member would pay for it, as far as the shop has said so."""
        return cell.level or cell.cost_fen


@dataclass(frozen=True)
class BirthdayGift(Gift):
    """A gift to post; with a level it is a coupon of that value, which the birthday reminder issues by itself."""

    def owes(self, benefit: Benefit, cell: Cell) -> bool:
        """Only a real gift must be posted."""
        return cell.level is None and super().owes(benefit, cell)

    def occasion(self, cell: Cell) -> str:
        """A birthday, whatever the cell says of its period."""
        return "birthday"

    def tenths(self, benefit: Benefit, cell: Cell, year: TypicalYear) -> int:
        """Once a year; the coupon needs an order."""
        once = 10 * cell.quantity
        return once if cell.level is None else min(once, 10 * year.orders)


@dataclass(frozen=True)
class Limited(Gift):
    """Goods that only some may buy, or that are made for a member; worth nothing in money unless a level says so."""

    def worth_fen(self, cell: Cell, year: TypicalYear) -> int:
        """What was said that it is worth."""
        return cell.level or 0


GIFTS: tuple[Strategy, ...] = (
    Gift("sample", Family.GIFT, "fen", by_hand=True),
    BirthdayGift("birthday_gift", Family.GIFT, "fen", by_hand=True, address=True),
    Gift("yearly_gift", Family.GIFT, "fen", by_hand=True, address=True),
    Limited("limited_items", Family.ACCESS, "fen", by_hand=True, address=True),
    Gift("partner", Family.GIFT, "fen", by_hand=True),
)
