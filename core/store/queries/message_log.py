"""What became of the people of a rule: decided, queued, sent or not, and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from core.documents.enums import MessageStatus
from core.store.tables import Campaign, Decision, Member, OutboxMessage


def count_outcomes(session: Session, rule: str, since: datetime) -> list[Row[Any]]:
    """[arm, status, reason, people] of a rule's decisions since an instant."""
    keys = (col(Decision.arm), col(OutboxMessage.status), _reason())
    statement = select(*keys, func.count().label("people")).select_from(Decision)
    statement = statement.outerjoin(OutboxMessage, col(OutboxMessage.decision_id) == col(Decision.id))
    return list(session.execute(statement.where(*_of(rule, since)).group_by(*keys)))


def list_outcomes(
    session: Session, rule: str, since: datetime, *, sent: bool | None, offset: int, limit: int
) -> list[Row[Any]]:
    """The decisions of a rule, the last first, with what became of the message; ``sent`` keeps one kind."""
    statement: Any = (
        select(
            col(Decision.id), col(Decision.decided_at), col(Decision.arm), col(Decision.channel), _reason(),
            col(OutboxMessage.status), col(OutboxMessage.sent_at), col(OutboxMessage.not_before),
            col(Member.id).label("member_id"), col(Member.name), col(Member.nickname),
        )
        .join(Member, col(Member.id) == col(Decision.member_id))
        .outerjoin(OutboxMessage, col(OutboxMessage.decision_id) == col(Decision.id))
        .where(*_of(rule, since))
    )  # fmt: skip
    if sent is not None:
        left = func.coalesce(col(OutboxMessage.status) == MessageStatus.SENT, False)
        statement = statement.where(left if sent else ~left)
    statement = statement.order_by(col(Decision.decided_at).desc(), col(Decision.id).desc())
    return list(session.execute(statement.offset(offset).limit(limit)))


def list_unknown(session: Session, limit: int) -> list[Row[Any]]:
    """Messages of which nobody knows whether they arrived, the oldest first."""
    statement: Any = (
        select(
            col(OutboxMessage.id), col(OutboxMessage.rule), col(OutboxMessage.channel), col(OutboxMessage.tried_at),
            col(OutboxMessage.reason), col(Campaign.name).label("campaign"), col(Member.id).label("member_id"),
            col(Member.name), col(Member.nickname),
        )
        .join(Member, col(Member.id) == col(OutboxMessage.member_id))
        .join(Decision, col(Decision.id) == col(OutboxMessage.decision_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Decision.campaign_id))
        .where(col(OutboxMessage.status) == MessageStatus.UNKNOWN)
        .order_by(col(OutboxMessage.id))
        .limit(limit)
    )  # fmt: skip
    return list(session.execute(statement))


def _reason() -> Any:
    """Why it was not sent: decided at once, or found later."""
    return func.coalesce(col(Decision.reason), col(OutboxMessage.reason)).label("reason")


def _of(rule: str, since: datetime) -> tuple[Any, ...]:
    return col(Decision.rule) == rule, col(Decision.decided_at) >= since
