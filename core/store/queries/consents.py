"""What a person agreed to or refused, and what waits to be sent to them."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from core.documents.enums import MessageStatus, Purpose
from core.store.tables import Consent, Member, OutboxMessage

_PLAIN = {"synchronize_session": False}


def set_opted_out(session: Session, member_id: int, opted_out: bool) -> bool:
    """Compare-and-set a person's opt-out; false when it was so already. No channel is agreed to afterwards."""
    statement = update(Member).where(col(Member.id) == member_id, col(Member.opted_out).is_(not opted_out))
    values = {"opted_out": opted_out, "consent_sms": False, "consent_email": False}
    return bool(session.execute(statement.values(**values), execution_options=_PLAIN).rowcount)  # type: ignore[attr-defined]


def agree(session: Session, member_id: int, flags: list[str]) -> None:
    """Set consent flags (``consent_email`` ...) of a person."""
    statement = update(Member).where(col(Member.id) == member_id)
    session.execute(statement.values(dict.fromkeys(flags, True)), execution_options=_PLAIN)


def add_consents(
    session: Session, member_id: int, channels: tuple[str, ...], granted: bool, source: str, now: datetime
) -> None:
    """One row of evidence a channel."""
    session.add_all(
        Consent(
            member_id=member_id,
            channel=channel,
            purpose=Purpose.MARKETING,
            granted=granted,
            source=source,
            occurred_at=now,
            recorded_at=now,
        )
        for channel in channels
    )


def suppress_waiting(session: Session, member_id: int) -> int:
    """What has not left to a person yet never will, for either purpose; how many messages."""
    statement = update(OutboxMessage).where(
        col(OutboxMessage.member_id) == member_id,
        col(OutboxMessage.status).in_((MessageStatus.PENDING, MessageStatus.LEASED)),
    )
    values = {"status": MessageStatus.SUPPRESSED, "reason": "opted_out", "lease_owner": None, "lease_until": None}
    return int(session.execute(statement.values(**values), execution_options=_PLAIN).rowcount)  # type: ignore[attr-defined]
