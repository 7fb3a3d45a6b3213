"""A member's ledger of points line by line, each with the fact that moved it, as a page or a person reads it."""

from dataclasses import dataclass
from datetime import datetime

from core.services.desk import Desk
from core.store.queries.facts import order_names
from core.store.queries.ledgers import points_lines
from core.store.queries.programme_facts import interaction_kinds, points_reasons, refunded_orders

LISTED = 300


@dataclass(frozen=True)
class MoveLine:
    """Points that went from one account to another. ``cause``: an order number, a kind of interaction, or a reason."""

    at: datetime
    source: str
    target: str
    amount: int
    cause_kind: str
    cause: str


def points_moves(desk: Desk, member_id: int, *, limit: int = LISTED) -> list[MoveLine]:
    """The rows of a member's ledger in force, the newest first."""
    with desk.db.read() as session:
        lines = points_lines(session, member_id, limit)
        ids = {kind: {line.cause_id for line in lines if line.cause_kind == kind} for kind in _KINDS}
        orders_of_refunds = refunded_orders(session, ids["refund"])
        numbers = order_names(session, sorted(ids["order"] | set(orders_of_refunds.values())))
        words = {
            "order": numbers,
            "refund": {refund: numbers.get(order, "") for refund, order in orders_of_refunds.items()},
            "interaction": interaction_kinds(session, ids["interaction"]),
            "points_fact": points_reasons(session, ids["points_fact"]),
        }
        return [
            MoveLine(
                line.occurred_at, line.from_account, line.to_account, line.amount, line.cause_kind,
                words.get(line.cause_kind, {}).get(line.cause_id, ""),
            )
            for line in lines
        ]  # fmt: skip


_KINDS = ("order", "refund", "interaction", "points_fact")
