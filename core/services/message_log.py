"""The log of a rule: who got the message, who did not and why, and the messages that a person must decide on."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.documents.enums import Arm, MessageStatus
from core.services.desk import Desk
from core.store.queries import message_log as queries

DAYS = 90
PAGE = 20
MOST_UNKNOWN = 50
WAITING = (MessageStatus.PENDING, MessageStatus.LEASED, MessageStatus.SENDING)


@dataclass(frozen=True)
class LogLine:
    """One person of a rule; ``status`` None: no message was made. Names are clear here, the page masks them."""

    id: int
    at: datetime
    member_id: int
    name: str | None
    nickname: str | None
    channel: str | None
    status: MessageStatus | None
    reason: str | None


@dataclass(frozen=True)
class LogCounts:
    """People of a rule in the last ``DAYS`` days: sent to, still waiting, and not sent to by reason."""

    sent: int
    waiting: int
    not_sent: Counter[str]

    @property
    def total(self) -> int:
        """Everybody decided on."""
        return self.sent + self.waiting + self.not_sent.total()


@dataclass(frozen=True)
class UnknownMessage:
    """A message that may or may not have arrived; ``campaign`` None: it is a reminder's, named by ``rule``."""

    id: int
    rule: str
    campaign: str | None
    channel: str
    tried_at: datetime | None
    reason: str | None
    member_id: int
    name: str | None
    nickname: str | None


def count_log(desk: Desk, rule: str, *, now: datetime, since: datetime | None = None) -> LogCounts:
    """How a rule's messages went since an instant, else in the last ``DAYS`` days."""
    with desk.db.read() as session:
        rows = queries.count_outcomes(session, rule, since or now - timedelta(days=DAYS))
    sent = sum(row.people for row in rows if row.status is MessageStatus.SENT)
    waiting = sum(row.people for row in rows if row.status in WAITING)
    not_sent: Counter[str] = Counter()
    for row in rows:
        if row.status is not MessageStatus.SENT and row.status not in WAITING:
            not_sent[_reason(row)] += row.people
    return LogCounts(sent, waiting, not_sent)


def list_log(
    desk: Desk,
    rule: str,
    *,
    now: datetime,
    sent: bool | None = None,
    offset: int = 0,
    limit: int = PAGE,
    since: datetime | None = None,
) -> list[LogLine]:
    """One page of a rule's log, the last first; ``sent`` keeps those sent to (or not); ``since`` as in ``count_log``."""
    with desk.db.read() as session:
        first = since or now - timedelta(days=DAYS)
        rows = queries.list_outcomes(session, rule, first, sent=sent, offset=offset, limit=limit)
    return [
        LogLine(
            row.id,
            row.sent_at or row.decided_at,
            row.member_id,
            row.name,
            row.nickname,
            row.channel,
            row.status,
            None if row.status is MessageStatus.SENT or row.status in WAITING else _reason(row),
        )
        for row in rows
    ]


def list_unknown(desk: Desk) -> list[UnknownMessage]:
    """The messages of which nobody knows whether they arrived."""
    with desk.db.read() as session:
        rows = queries.list_unknown(session, MOST_UNKNOWN)
    return [
        UnknownMessage(
            row.id,
            row.rule,
            row.campaign,
            row.channel,
            row.tried_at,
            row.reason,
            row.member_id,
            row.name,
            row.nickname,
        )
        for row in rows
    ]


def _reason(row: Any) -> str:
    """The word of why; who was left out to compare has no reason in the store."""
    return "held_out" if row.arm is Arm.HELD_OUT else str(row.reason or "fault")
