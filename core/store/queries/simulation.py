"""What a simulation counts beside the kernels' facts: sales and margins by shop day, redeemed coupons, birthdays."""

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.facts import Whom, read_columns

Ints = npt.NDArray[np.int64]
_COUNTED = (
    " o.shop_day IS NOT NULL AND o.paid_fen > 0 AND (o.member_id IS NULL"
    " OR o.member_id NOT IN (SELECT id FROM member WHERE not_counted IS NOT NULL))"
)


def net_by_day(session: Session) -> list[Ints]:
    """Shop day and net sales of everybody's paid orders."""
    statement = (
        f"SELECT o.shop_day, sum(o.paid_fen - o.refund_fen) FROM shop_order o WHERE {_COUNTED} GROUP BY o.shop_day"
    )
    return read_columns(session, text(statement), 2)


def known_by_day(session: Session) -> list[Ints]:
    """Shop day, kept revenue and cost of the lines whose product has a cost; what came back wholly has neither."""
    statement = (
        "SELECT o.shop_day, sum(i.amount_fen - i.refund_fen), sum(i.quantity * p.cost_fen) FROM product p"
        " JOIN order_item i ON i.product_id = p.id JOIN shop_order o ON o.id = i.order_id"
        f" WHERE p.cost_fen IS NOT NULL AND i.amount_fen > i.refund_fen AND {_COUNTED} GROUP BY o.shop_day"
    )
    return read_columns(session, text(statement), 3)


def redemptions(session: Session) -> list[Ints]:
    """Instant and discount of every coupon used."""
    return read_columns(session, text("SELECT occurred_at, discount_fen FROM redemption"), 2)


def birth_months(session: Session, whom: Whom) -> Ints:
    """The birth month of each member in id order, -1 unknown."""
    statement = whom.clause("id", "SELECT coalesce(birth_month, -1) FROM member WHERE {whom} ORDER BY id")
    return read_columns(session, statement, 1)[0]


def first_paid_day(session: Session) -> int | None:
    """The shop day of the first paid order; none in an empty shop."""
    found = session.execute(text("SELECT min(shop_day) FROM shop_order WHERE paid_fen > 0")).scalar_one()
    return None if found is None else int(found)
