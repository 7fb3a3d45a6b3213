"""Benefits that are a service or a door: returns, shipping first, a person of one's own, earlier than others."""

from dataclasses import dataclass

from core.documents.benefits import Benefit, Cell
from core.rules.benefits.base import Family, Strategy


@dataclass(frozen=True)
class ShipFirst(Strategy):
    """Each order is a promise of its own, due the next day at the latest."""

    def owes(self, benefit: Benefit, cell: Cell) -> bool:
        """It is work with every order."""
        return True

    def occasion(self, cell: Cell) -> str:
        """The order, whatever the cell says of its period."""
        return "order"

    def due_days(self, benefit: Benefit) -> int:
        """At most one day: who waits longer was not served first."""
        return min(benefit.due_days, 1)


@dataclass(frozen=True)
class OwnPerson(Strategy):
    """A named service person: owed once, until somebody is named."""

    def owes(self, benefit: Benefit, cell: Cell) -> bool:
        """Somebody must be named."""
        return True

    def occasion(self, cell: Cell) -> str:
        """Once; the person stays."""
        return "once"


@dataclass(frozen=True)
class FreeText(Strategy):
    """What no kind covers: work where it comes round at a time of its own or is claimed, else only words."""

    def owes(self, benefit: Benefit, cell: Cell) -> bool:
        """Marked by its period or by being claimed."""
        return cell.period not in ("always", "order") or benefit.mode == "claim"


CARE: tuple[Strategy, ...] = (
    Strategy("longer_returns", Family.SERVICE, "days", per_order=True),
    ShipFirst("priority_shipping", Family.SERVICE, by_hand=True, per_order=True),
    OwnPerson("dedicated_service", Family.SERVICE, by_hand=True),
    Strategy("return_privilege", Family.SERVICE, per_order=True),
    Strategy("early_access", Family.ACCESS, "hours"),
    Strategy("flash_sale_priority", Family.ACCESS, "hours"),
    Strategy("event_entry", Family.ACCESS, by_hand=True),
    FreeText("text", Family.SERVICE, by_hand=True),
)
