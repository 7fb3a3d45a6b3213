"""One person's purchases and looks, and what is known of the goods that may suit them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlmodel import Session, col

from core.store.tables import Interaction, Member, Order, OrderItem, Product

NEWEST_LINES, NEWEST_LOOKS = 500, 100


def is_personalised(session: Session, member_id: int) -> bool | None:
    """Whether goods may be chosen by what this person did; None when nobody is that."""
    found = session.execute(select(col(Member.personalised)).where(col(Member.id) == member_id)).scalar_one_or_none()
    return None if found is None else bool(found)


def own_lines(session: Session, member_id: int, until_day: int) -> list[Row[Any]]:
    """[product_id, category, shop_day, quantity, amount_fen, refund_fen, paid_fen, order_refund_fen] of a person's newest lines."""
    columns: tuple[Any, ...] = (
        col(OrderItem.product_id),
        col(Product.category),
        col(Order.shop_day),
        col(OrderItem.quantity),
        col(OrderItem.amount_fen),
        col(OrderItem.refund_fen),
        col(Order.paid_fen),
        col(Order.refund_fen).label("order_refund_fen"),
    )
    statement = (
        select(*columns)
        .join(Order, col(Order.id) == col(OrderItem.order_id))
        .join(Product, col(Product.id) == col(OrderItem.product_id))
        .where(col(Order.member_id) == member_id, col(Order.paid_fen) > 0, col(Order.shop_day) <= until_day)
        .order_by(col(Order.paid_at).desc(), col(OrderItem.id).desc())
        .limit(NEWEST_LINES)
    )
    return list(session.execute(statement))


def own_looks(session: Session, member_id: int, kinds: Sequence[str], since: Any) -> list[Row[Any]]:
    """[kind, occurred_at, subject] of what a person lately put into the cart, kept or looked at."""
    statement = (
        select(col(Interaction.kind), col(Interaction.occurred_at), col(Interaction.subject))
        .where(col(Interaction.member_id) == member_id, col(Interaction.kind).in_(kinds))
        .where(col(Interaction.occurred_at) >= since, col(Interaction.subject) != "")
        .order_by(col(Interaction.occurred_at).desc(), col(Interaction.id).desc())
        .limit(NEWEST_LOOKS)
    )
    return list(session.execute(statement))


def products_named(session: Session, subjects: Collection[str]) -> dict[str, int]:
    """The product that each subject names, by key or else by title; the first one where several do."""
    if not subjects:
        return {}
    wanted = list(subjects)
    named = or_(col(Product.product_key).in_(wanted), col(Product.title).in_(wanted))
    found: dict[str, int] = {}
    columns = (col(Product.id), col(Product.product_key), col(Product.title))
    rows = session.execute(select(*columns).where(named).order_by(col(Product.id))).all()
    for row in rows:
        found.setdefault(row.product_key, int(row.id))
    for row in rows:
        found.setdefault(row.title, int(row.id))
    return {subject: found[subject] for subject in wanted if subject in found}


def goods(session: Session, product_ids: Collection[int]) -> dict[int, Row[Any]]:
    """[id, title, category, price_fen] of some products, by id; a price that nobody typed in is what a piece last went for."""
    last = (
        select(col(OrderItem.amount_fen) // col(OrderItem.quantity))
        .where(
            col(OrderItem.product_id) == col(Product.id),
            and_(col(OrderItem.quantity) > 0, col(OrderItem.amount_fen) > 0),
        )
        .order_by(col(OrderItem.order_id).desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (
        col(Product.id),
        col(Product.title),
        col(Product.category),
        col(Product.price_fen),
        last.label("last_fen"),
    )
    found = session.execute(select(*columns).where(col(Product.id).in_(list(product_ids))))
    return {int(row.id): row for row in found}
