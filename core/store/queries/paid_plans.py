"""Paid plans: who bought which term, which order lines are purchases, whose term ends, what holders buy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.store.tables import (
    Coupon,
    Member,
    Order,
    OrderItem,
    PaidPlan,
    PlanPurchase,
    PlanRefund,
    Product,
    Redemption,
)

CHUNK = 500


def read_plans(session: Session) -> list[PaidPlan]:
    """All plans, oldest first."""
    return list(session.execute(select(PaidPlan).order_by(col(PaidPlan.id))).scalars())


def read_purchases(
    session: Session, *, member_id: int | None = None, plan_id: int | None = None, number: int | None = None
) -> list[Row[Any]]:
    """Purchases with the person and what went back, oldest term first."""
    statement = (
        select(
            PlanPurchase,
            col(Member.public_id),
            col(Member.nickname),
            col(Member.name),
            col(PlanRefund.refunded_fen),
            col(PlanRefund.refunded_at),
        )
        .join(Member, col(Member.id) == col(PlanPurchase.member_id))
        .outerjoin(PlanRefund, col(PlanRefund.purchase_id) == col(PlanPurchase.id))
        .order_by(col(PlanPurchase.starts_at), col(PlanPurchase.id))
    )
    if member_id is not None:
        statement = statement.where(col(PlanPurchase.member_id) == member_id)
    if plan_id is not None:
        statement = statement.where(col(PlanPurchase.plan_id) == plan_id)
    if number is not None:
        statement = statement.where(col(PlanPurchase.id) == number)
    return list(session.execute(statement))


def find_purchase(session: Session, key: str) -> PlanPurchase | None:
    """The purchase with an idempotency key."""
    found: PlanPurchase | None = session.execute(
        select(PlanPurchase).where(col(PlanPurchase.key) == key)
    ).scalar_one_or_none()
    return found


def find_refund(session: Session, purchase_id: int) -> PlanRefund | None:
    """The refund of a purchase."""
    found: PlanRefund | None = session.execute(
        select(PlanRefund).where(col(PlanRefund.purchase_id) == purchase_id)
    ).scalar_one_or_none()
    return found


def unmatched_items(session: Session, product_keys: Sequence[str]) -> list[Row[Any]]:
    """Paid order lines of these goods by known people that are nobody's purchase yet, oldest first."""
    statement: Any = (
        select(
            col(OrderItem.id).label("item_id"),
            col(Order.id).label("order_id"),
            col(Order.member_id),
            col(Order.paid_at),
            col(OrderItem.amount_fen),
            col(OrderItem.quantity),
            col(Product.product_key),
        )
        .join(Order, col(Order.id) == col(OrderItem.order_id))
        .join(Product, col(Product.id) == col(OrderItem.product_id))
        .outerjoin(PlanPurchase, col(PlanPurchase.order_item_id) == col(OrderItem.id))
        .where(col(Product.product_key).in_(product_keys), col(PlanPurchase.id).is_(None))
        .where(col(Order.member_id).is_not(None), col(Order.paid_at).is_not(None), col(OrderItem.amount_fen) > 0)
        .order_by(col(Order.paid_at), col(OrderItem.id))
    )
    return list(session.execute(statement))


def refunded_items(session: Session) -> list[Row[Any]]:
    """Purchases by order whose line went back wholly and that are not given back here yet: id, fen, when."""
    statement = (
        select(col(PlanPurchase.id), col(PlanPurchase.paid_fen), col(Order.refunded_at))
        .join(OrderItem, col(OrderItem.id) == col(PlanPurchase.order_item_id))
        .join(Order, col(Order.id) == col(OrderItem.order_id))
        .outerjoin(PlanRefund, col(PlanRefund.purchase_id) == col(PlanPurchase.id))
        .where(col(PlanRefund.id).is_(None), col(OrderItem.refund_fen) >= col(OrderItem.amount_fen))
        .order_by(col(PlanPurchase.id))
    )
    return list(session.execute(statement))


def ending_between(session: Session, start: datetime, end: datetime) -> list[Row[Any]]:
    """Terms (member, purchase, end) that end in ``(start, end]``, were not given back, and are not renewed."""
    later, gone = aliased(PlanPurchase), aliased(PlanRefund)
    renewed = (
        select(col(later.id))
        .outerjoin(gone, col(gone.purchase_id) == col(later.id))
        .where(col(later.member_id) == col(PlanPurchase.member_id), col(later.plan_id) == col(PlanPurchase.plan_id))
        .where(col(later.ends_at) > col(PlanPurchase.ends_at), col(gone.id).is_(None))
    )
    statement = (
        select(col(PlanPurchase.member_id), col(PlanPurchase.id), col(PlanPurchase.ends_at))
        .outerjoin(PlanRefund, col(PlanRefund.purchase_id) == col(PlanPurchase.id))
        .where(col(PlanPurchase.ends_at) > start, col(PlanPurchase.ends_at) <= end)
        .where(col(PlanRefund.id).is_(None), ~renewed.exists())
        .order_by(col(PlanPurchase.id))
    )
    return list(session.execute(statement))


def latest_term(session: Session, member_id: int | None, ends_at: datetime) -> tuple[str, datetime] | None:
    """The plan's document and the end of a person's last term; without one, of any plan, as if it ended at ``ends_at``."""
    own = (
        select(col(PaidPlan.document), col(PlanPurchase.ends_at))
        .join(PaidPlan, col(PaidPlan.id) == col(PlanPurchase.plan_id))
        .where(col(PlanPurchase.member_id) == member_id)
        .order_by(col(PlanPurchase.ends_at).desc())
        .limit(1)
    )
    if member_id is not None and (found := session.execute(own).first()) is not None:
        return found[0], found[1]
    document = session.execute(select(col(PaidPlan.document)).order_by(col(PaidPlan.id)).limit(1)).scalar()
    return None if document is None else (document, ends_at)


def orders_of(session: Session, member_ids: Sequence[int]) -> list[Row[Any]]:
    """Paid orders of some people: member, when, net fen."""
    found: list[Row[Any]] = []
    for start in range(0, len(member_ids), CHUNK):
        statement = select(
            col(Order.member_id), col(Order.paid_at), (col(Order.paid_fen) - col(Order.refund_fen)).label("net_fen")
        ).where(
            col(Order.member_id).in_(member_ids[start : start + CHUNK]),
            col(Order.paid_at).is_not(None),
            col(Order.paid_fen) > 0,
        )
        found += session.execute(statement)
    return found


def savings_of(session: Session, member_ids: Sequence[int]) -> list[Row[Any]]:
    """What coupons took off for some people: member, when, fen."""
    found: list[Row[Any]] = []
    for start in range(0, len(member_ids), CHUNK):
        statement = (
            select(col(Coupon.member_id), col(Redemption.occurred_at), col(Redemption.discount_fen))
            .join(Coupon, col(Coupon.id) == col(Redemption.coupon_id))
            .where(col(Coupon.member_id).in_(member_ids[start : start + CHUNK]))
        )
        found += session.execute(statement)
    return found


def find_products(session: Session, needle: str, limit: int = 20) -> list[Row[Any]]:
    """Goods whose title or key holds a text: key and title."""
    escaped = needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    statement = (
        select(col(Product.product_key), func.max(Product.title).label("title"))
        .where(
            col(Product.title).ilike(f"%{escaped}%", escape="\\")
            | col(Product.product_key).ilike(f"%{escaped}%", escape="\\")
        )
        .group_by(col(Product.product_key))
        .order_by(col(Product.product_key))
        .limit(limit)
    )
    return list(session.execute(statement))


def read_products(session: Session, keys: Sequence[str]) -> list[Row[Any]]:
    """Key and title of some goods."""
    statement = select(col(Product.product_key), func.max(Product.title).label("title")).where(
        col(Product.product_key).in_(keys)
    )
    return list(session.execute(statement.group_by(col(Product.product_key))))


_PAID_BACK = (
    "SELECT count(*) FROM plan_refund r JOIN plan_purchase p ON p.id = r.purchase_id WHERE r.refunded_fen > p.paid_fen"
)


def violations(session: Session) -> dict[str, int]:
    """I22 for plans: nobody gets back more than was paid."""
    return {"I22": int(session.execute(text(_PAID_BACK)).scalar_one())}
