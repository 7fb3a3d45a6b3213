"""What the demo shop's half year of promises is made with."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlmodel import Session, col

from core.store.tables import Member, MemberTier, Obligation, Order


def open_promises(session: Session, status: str) -> list[Row[Any]]:
    """[id, kind, begins_day, due_day] of the promises in a status, by id."""
    columns = (col(Obligation.id), col(Obligation.kind), col(Obligation.begins_day), col(Obligation.due_day))
    return list(session.execute(select(*columns).where(col(Obligation.status) == status).order_by(col(Obligation.id))))


def newest_orders(session: Session, tiers: Sequence[str]) -> list[Row[Any]]:
    """[id, member_id, province, city, name, nickname] of the newest paid order of each member on some tiers."""
    newest = (
        select(func.max(col(Order.id)))
        .join(MemberTier, col(MemberTier.member_id) == col(Order.member_id))
        .where(col(MemberTier.tier).in_(tiers), col(Order.paid_at).is_not(None))
        .group_by(col(Order.member_id))
    )
    columns = (col(Order.id), col(Order.member_id), col(Order.province), col(Order.city))
    statement: Any = select(*columns, col(Member.name), col(Member.nickname)).join(
        Member, col(Member.id) == col(Order.member_id)
    )
    return list(session.execute(statement.where(col(Order.id).in_(newest)).order_by(col(Order.id))))


def put_receivers(session: Session, sealed: Iterable[tuple[int, bytes]]) -> None:
    """Put a sealed receiver on some orders."""
    rows = [{"id": number, "cipher": cipher} for number, cipher in sealed]
    if rows:
        session.execute(text("UPDATE shop_order SET receiver_cipher = :cipher WHERE id = :id"), rows)
