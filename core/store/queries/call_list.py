"""The call list: messages that people of the shop deliver by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, or_, select, update
from sqlmodel import Session, col

from core.documents.enums import CallEnd
from core.store.tables import CallTask, Campaign, Decision, MemberIdentity, OutboxMessage


def read_tasks(
    session: Session, *, done: bool | None, limit: int, rule: str | None = None, offset: int = 0
) -> list[Row[Any]]:
    """Lines (id, message_id, listed_at, done_at, done_by, answer), open ones in the order they came; done: latest first."""
    statement = select(
        col(CallTask.id),
        col(CallTask.message_id),
        col(CallTask.listed_at),
        col(CallTask.done_at),
        col(CallTask.done_by),
        col(CallTask.answer),
    ).limit(limit)
    if offset:
        statement = statement.offset(offset)
    if rule is not None:
        own = col(OutboxMessage.rule) == rule
        statement = statement.join(OutboxMessage, col(OutboxMessage.id) == col(CallTask.message_id)).where(own)
    if done is None:
        statement = statement.order_by(col(CallTask.id))
    elif done:
        statement = statement.where(col(CallTask.done_at).is_not(None)).order_by(
            col(CallTask.done_at).desc(), col(CallTask.id)
        )
    else:
        statement = statement.where(col(CallTask.done_at).is_(None)).order_by(col(CallTask.listed_at), col(CallTask.id))
    return list(session.execute(statement))


def read_handles(session: Session, member_ids: Sequence[int]) -> dict[int, str]:
    """The id that a shop's staff types in to find a person, by member; of several platforms the first known."""
    statement = (
        select(col(MemberIdentity.member_id), col(MemberIdentity.label))
        .where(
            col(MemberIdentity.member_id).in_(member_ids),
            col(MemberIdentity.kind) == "platform_id",
            col(MemberIdentity.label).is_not(None),
        )
        .order_by(col(MemberIdentity.id).desc())
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def count_tasks(session: Session) -> tuple[int, int]:
    """Open and done lines."""
    total, done = session.execute(select(func.count(col(CallTask.id)), func.count(col(CallTask.done_at)))).one()
    return total - done, done


def count_by_rule(session: Session) -> list[Row[Any]]:
    """[rule, campaign, open, done] of every rule that has lines; ``campaign`` is its name, None for a reminder's."""
    statement = (
        select(
            col(OutboxMessage.rule),
            func.max(col(Campaign.name)).label("campaign"),
            (func.count(col(CallTask.id)) - func.count(col(CallTask.done_at))).label("open"),
            func.count(col(CallTask.done_at)).label("done"),
        )
        .join(OutboxMessage, col(OutboxMessage.id) == col(CallTask.message_id))
        .join(Decision, col(Decision.id) == col(OutboxMessage.decision_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Decision.campaign_id))
        .group_by(col(OutboxMessage.rule))
        .order_by(func.min(col(CallTask.id)))
    )
    return list(session.execute(statement))


def count_done(session: Session, since: datetime) -> int:
    """Lines worked off since an instant; those that ended because there was nothing left to write are none."""
    worked = or_(col(CallTask.answer).is_(None), col(CallTask.answer).not_in((CallEnd.CANCELLED, CallEnd.COUPON_OVER)))
    statement = select(func.count()).select_from(CallTask).where(col(CallTask.done_at) >= since, worked)
    return int(session.execute(statement).scalar_one())


def tick_task(session: Session, task_id: int, done_by: str, answer: str | None, done_at: datetime) -> bool:
    """Tick an open line off; false when it is not open."""
    statement = update(CallTask).where(col(CallTask.id) == task_id, col(CallTask.done_at).is_(None))
    ticked = session.execute(statement.values(done_at=done_at, done_by=done_by, answer=answer))
    return bool(ticked.rowcount)  # type: ignore[attr-defined]


def untick_task(session: Session, task_id: int) -> bool:
    """Open a ticked line again, its answer forgotten; false when it is open, or closed for good."""
    ticked = or_(col(CallTask.answer).is_(None), col(CallTask.answer).not_in(tuple(CallEnd)))
    statement = update(CallTask).where(col(CallTask.id) == task_id, col(CallTask.done_at).is_not(None), ticked)
    opened = session.execute(statement.values(done_at=None, done_by=None, answer=None))
    return bool(opened.rowcount)  # type: ignore[attr-defined]


def close_person(session: Session, member_id: int, end: CallEnd, done_by: str, now: datetime) -> int:
    """Close a person's open lines; how many."""
    return _close(session, col(CallTask.member_id) == member_id, end, done_by, now)


def close_rule(session: Session, rule: str, end: CallEnd, done_by: str, now: datetime) -> int:
    """Close the open lines of a campaign or reminder; how many."""
    own = select(col(OutboxMessage.id)).where(col(OutboxMessage.rule) == rule)
    return _close(session, col(CallTask.message_id).in_(own), end, done_by, now)


def close_coupons(session: Session, coupon_ids: Sequence[int], end: CallEnd, done_by: str, now: datetime) -> int:
    """Close the open lines that tell of some coupons; how many."""
    own = col(OutboxMessage.id) == col(CallTask.message_id)
    return _close(session, exists().where(own, col(OutboxMessage.coupon_id).in_(coupon_ids)), end, done_by, now)


def _close(session: Session, those: ColumnElement[bool], end: CallEnd, done_by: str, now: datetime) -> int:
    statement = update(CallTask).where(col(CallTask.done_at).is_(None), those)
    closed = statement.values(done_at=now, done_by=done_by, answer=end.value)
    return int(session.execute(closed, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]
