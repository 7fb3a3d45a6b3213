"""Promises at rest: who has none yet, making them once, and what becomes of them by itself."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, update
from sqlmodel import Session, col

from core.documents.enums import OrderStatus
from core.store.database import Database
from core.store.tables import Member, MemberService, MemberTier, Obligation, Order

CHUNK = 500
OPEN = ("owed", "offered")
NOT_SHIPPED = (OrderStatus.PAID, OrderStatus.PART_SHIPPED)
SHIPPED = (OrderStatus.SHIPPED, OrderStatus.FINISHED)
_PLAIN = {"synchronize_session": False}


def _none_yet(benefit_code: str, occasion: ColumnElement[str] | str) -> ColumnElement[bool]:
    """Whether the member of the row has no such promise yet."""
    own = and_(
        col(Obligation.benefit_code) == benefit_code,
        col(Obligation.occasion) == occasion,
        col(Obligation.member_id) == col(MemberTier.member_id),
    )
    return ~exists().where(own)


def _counted() -> ColumnElement[bool]:
    return and_(col(Member.joined_at).is_not(None), col(Member.not_counted).is_(None))


def members_without(
    session: Session,
    benefit_code: str,
    occasion: str,
    tiers: Sequence[str],
    after: int,
    *,
    now: datetime,
    unserved: bool = False,
) -> list[Row[Any]]:
    """[member_id, tier, since] of members on some tiers who have no promise of an occasion yet, ``CHUNK`` at most, by id.

    ``unserved``: only those whom no service person looks after.
    """
    statement = (
        select(col(MemberTier.member_id), col(MemberTier.tier), col(MemberTier.since))
        .join(Member, col(Member.id) == col(MemberTier.member_id))
        .where(col(MemberTier.tier).in_(tiers), col(MemberTier.member_id) > after, _counted())
        .where(col(MemberTier.since) <= now, _none_yet(benefit_code, occasion))
    )
    if unserved:
        statement = statement.where(~exists().where(col(MemberService.member_id) == col(MemberTier.member_id)))
    return list(session.execute(statement.order_by(col(MemberTier.member_id)).limit(CHUNK)))


def members_born(
    session: Session,
    benefit_code: str,
    occasion: str,
    tiers: Sequence[str],
    birthday: tuple[int, int],
    after: int,
    *,
    now: datetime,
) -> list[Row[Any]]:
    """As ``members_without`` for those born on a (month, day)."""
    statement = (
        select(col(MemberTier.member_id), col(MemberTier.tier), col(MemberTier.since))
        .join(Member, col(Member.id) == col(MemberTier.member_id))
        .where(col(Member.birth_month) == birthday[0], col(Member.birth_day) == birthday[1], _counted())
        .where(col(MemberTier.tier).in_(tiers), col(MemberTier.member_id) > after)
        .where(col(MemberTier.since) <= now, _none_yet(benefit_code, occasion))
    )
    return list(session.execute(statement.order_by(col(MemberTier.member_id)).limit(CHUNK)))


def orders_without(
    session: Session, benefit_code: str, tiers: Sequence[str], first_day: int, last_day: int, after: int
) -> list[Row[Any]]:
    """[order_id, member_id, tier, shop_day] of paid orders of some days that have not left and have no promise, ``CHUNK`` at most."""
    own = and_(col(Obligation.benefit_code) == benefit_code, col(Obligation.order_id) == col(Order.id))
    statement: Any = (
        select(col(Order.id).label("order_id"), col(Order.member_id), col(MemberTier.tier), col(Order.shop_day))
        .join(MemberTier, col(MemberTier.member_id) == col(Order.member_id))
        .join(Member, col(Member.id) == col(Order.member_id))
        .where(
            col(Order.shop_day).between(first_day, last_day), col(Order.status).in_(NOT_SHIPPED), col(Order.id) > after
        )
        .where(col(Order.paid_fen) > col(Order.refund_fen), col(Order.paid_at) >= col(Member.joined_at), _counted())
        .where(col(MemberTier.tier).in_(tiers), ~exists().where(own))
    )
    return list(session.execute(statement.order_by(col(Order.id)).limit(CHUNK)))


def add_promises(session: Session, db: Database, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Insert promises; one that is there already stays as it is. The ids of the new ones."""
    batch = list(rows)
    new: list[int] = []
    for start in range(0, len(batch), CHUNK):
        statement = db.upsert(Obligation).values(batch[start : start + CHUNK])
        statement = statement.on_conflict_do_nothing(index_elements=["member_id", "benefit_code", "occasion"])
        new += [int(number) for number in session.execute(statement.returning(col(Obligation.id))).scalars()]
    return new


def find_promise(session: Session, member_id: int, code: str, occasion: str) -> int | None:
    """The id of a promise by what makes it this one."""
    statement = select(col(Obligation.id)).where(
        col(Obligation.member_id) == member_id,
        col(Obligation.benefit_code) == code,
        col(Obligation.occasion) == occasion,
    )
    return session.execute(statement).scalar_one_or_none()


def cancel_refunded(session: Session) -> list[int]:
    """Promises of orders that were wholly refunded or closed are cancelled; their ids."""
    over = select(col(Order.id)).where(
        or_(col(Order.refund_fen) >= col(Order.paid_fen), col(Order.status) == OrderStatus.CLOSED)
    )
    those = and_(col(Obligation.status).in_(OPEN), col(Obligation.order_id).in_(over))
    return _close(session, those, "cancelled", "refunded")


def cancel_not_counted(session: Session) -> list[int]:
    """Promises to people who are not to be counted are cancelled; their ids."""
    out = select(col(Member.id)).where(col(Member.not_counted).is_not(None))
    return _close(
        session, and_(col(Obligation.status).in_(OPEN), col(Obligation.member_id).in_(out)), "cancelled", "not_counted"
    )


def lapse_over(session: Session, today: int) -> list[int]:
    """What was offered and not claimed in time lapses; their ids."""
    return _close(session, and_(col(Obligation.status) == "offered", col(Obligation.due_day) < today), "lapsed", "over")


def lapse_lost(session: Session, benefit_code: str, tiers: Sequence[str]) -> list[int]:
    """What was offered to members who are no longer on one of the tiers lapses; their ids."""
    on = select(col(MemberTier.member_id)).where(col(MemberTier.tier).in_(tiers))
    those = and_(
        col(Obligation.status) == "offered",
        col(Obligation.benefit_code) == benefit_code,
        col(Obligation.member_id).not_in(on),
    )
    return _close(session, those, "lapsed", "tier_lost")


def offered_codes(session: Session) -> list[str]:
    """The benefits of which something is offered and came from the rules."""
    statement = select(col(Obligation.benefit_code)).where(
        col(Obligation.status) == "offered", col(Obligation.rule_version_id).is_not(None)
    )
    return list(session.execute(statement.distinct()).scalars())


def finish_shipped(session: Session, kind: str, now: datetime, today: int, by: str) -> list[int]:
    """Owed promises of a kind whose order has left are done; their ids."""
    left = select(col(Order.id)).where(col(Order.status).in_(SHIPPED))
    return _finish(session, and_(col(Obligation.kind) == kind, col(Obligation.order_id).in_(left)), now, today, by)


def finish_served(session: Session, kind: str, now: datetime, today: int, by: str) -> list[int]:
    """Owed promises of a kind to members who have their service person now are done; their ids."""
    served = select(col(MemberService.member_id))
    return _finish(session, and_(col(Obligation.kind) == kind, col(Obligation.member_id).in_(served)), now, today, by)


def _finish(session: Session, those: ColumnElement[bool], now: datetime, today: int, by: str) -> list[int]:
    statement = update(Obligation).where(col(Obligation.status) == "owed", those)
    values = statement.values(
        status="done", done_at=now, done_day=today, done_by=by, actual_fen=col(Obligation.cost_fen)
    )
    return sorted(session.execute(values.returning(col(Obligation.id)), execution_options=_PLAIN).scalars())


def _close(session: Session, those: ColumnElement[bool], status: str, reason: str) -> list[int]:
    statement = update(Obligation).where(those).values(status=status, closed_for=reason)
    return sorted(session.execute(statement.returning(col(Obligation.id)), execution_options=_PLAIN).scalars())
