"""The outbox of a store that came back from a backup, beside that of the store it replaces."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from core.documents.enums import MessageStatus
from core.store.tables import Journey, OutboxMessage

CHUNK = 500
WAITING = (MessageStatus.PENDING, MessageStatus.LEASED, MessageStatus.SENDING)
Key = tuple[int, str, str]
_PLAIN = {"synchronize_session": False}
_STATE = ("status", "reason", "provider_id", "not_before", "attempts", "tried_at", "sent_at")


@dataclass(frozen=True)
class MessageState:
    """A message's (member, rule, occasion), and the columns that say what became of it."""

    key: Key
    values: dict[str, Any]


def waiting_ids(session: Session) -> Iterator[list[int]]:
    """The messages that have not ended, ``CHUNK`` at a time."""
    waiting = select(col(OutboxMessage.id)).where(col(OutboxMessage.status).in_(WAITING))
    ids = [number for number in session.execute(waiting.order_by(col(OutboxMessage.id))).scalars() if number]
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def read_keys(session: Session, ids: Sequence[int]) -> dict[int, Key]:
    """(member, rule, occasion) of messages, by id."""
    return {number: state.key for number, state in read_states(session, ids).items()}


def read_states(session: Session, ids: Sequence[int]) -> dict[int, MessageState]:
    """The states of messages by id; one that was only reserved waits again."""
    names = ("id", "member_id", "rule", "occasion", *_STATE)
    statement = select(*(getattr(OutboxMessage, name) for name in names)).where(col(OutboxMessage.id).in_(ids))
    found = {}
    for row in session.execute(statement):
        values = {name: getattr(row, name) for name in _STATE}
        if values["status"] is MessageStatus.LEASED:
            values["status"] = MessageStatus.PENDING
        found[int(row.id)] = MessageState((row.member_id, row.rule, row.occasion), values)
    return found


def put_state(session: Session, message_id: int, values: Mapping[str, Any]) -> None:
    """Give a message a state, in nobody's hands."""
    statement = update(OutboxMessage).where(col(OutboxMessage.id) == message_id)
    session.execute(statement.values(**values, lease_owner=None, lease_until=None), execution_options=_PLAIN)


def read_watermarks(session: Session) -> dict[str, datetime]:
    """How far each reminder has been evaluated."""
    statement = select(col(Journey.code), col(Journey.evaluated_until)).where(col(Journey.evaluated_until).is_not(None))
    return {row[0]: row[1] for row in session.execute(statement)}


def skip_to(session: Session, watermarks: Mapping[str, datetime] | None, now: datetime) -> None:
    """Reminders go on where ``watermarks`` say that they were; without any, from ``now``: never back."""
    for code, until in read_watermarks(session).items():
        later = max(until, now if watermarks is None else watermarks.get(code, until))
        session.execute(update(Journey).where(col(Journey.code) == code).values(evaluated_until=later))
