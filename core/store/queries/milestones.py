"""How far members have come in their whole time: sums of all their facts, for rewards on the way."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlmodel import Session, col

from core.store.tables import GrowthEntry, Member, Obligation, Order, PointsFact

CHUNK = 500


def reached(
    session: Session,
    measure: str,
    at: int,
    until: datetime,
    *,
    joined: datetime,
    finished: bool,
    members: Sequence[int] | None = None,
) -> set[int]:
    """Counted members (joined by ``joined``) whose facts before ``until`` add up to ``at``: net fen, orders not wholly refunded, or growth.

    ``finished``: an order counts from its completion. Refunds are taken off whenever they came.
    """
    parts: Iterable[Sequence[int] | None] = [None]
    if members is not None:
        parts = [members[start : start + CHUNK] for start in range(0, len(members), CHUNK)]
    found: set[int] = set()
    for part in parts:
        statement = _growth(at, until) if measure == "growth" else _orders(measure, at, until, finished=finished)
        statement = statement.where(col(Member.joined_at) <= joined, col(Member.not_counted).is_(None))
        if part is not None:
            statement = statement.where(col(Member.id).in_(part))
        found |= set(session.execute(statement).scalars())
    return found


def _orders(measure: str, at: int, until: datetime, *, finished: bool) -> Select[Any]:
    net = col(Order.paid_fen) - col(Order.refund_fen)
    total: ColumnElement[int] = func.sum(net if measure == "spend" else case((net > 0, 1), else_=0))
    counts_from = col(Order.completed_at) if finished else col(Order.paid_at)
    return (
        select(col(Member.id))
        .join(Order, col(Order.member_id) == col(Member.id))
        .where(col(Order.paid_at).is_not(None), counts_from < until)
        .group_by(col(Member.id))
        .having(total >= at)
    )


def _growth(at: int, until: datetime) -> Select[Any]:
    return (
        select(col(Member.id))
        .join(GrowthEntry, col(GrowthEntry.member_id) == col(Member.id))
        .where(col(GrowthEntry.occurred_at) < until)
        .group_by(col(Member.id))
        .having(func.sum(col(GrowthEntry.amount)) >= at)
    )


def rewarded(session: Session, subject: str, *, points: bool) -> set[int]:
    """Who has had the reward of a milestone: its points, or where it gives none its promise."""
    if points:
        return set(
            session.execute(select(col(PointsFact.member_id)).where(col(PointsFact.subject) == subject)).scalars()
        )
    promised = select(col(Obligation.member_id)).where(col(Obligation.benefit_code) == subject)
    return set(session.execute(promised).scalars())
