"""What is known about how people can be reached, and what reached them lately; arrays for whole audiences."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from core.clock import to_micros
from core.documents.enums import MessageStatus, Purpose
from core.store.tables import Member, MemberIdentity, OutboxMessage

CHUNK = 500
# From here on one pass over the table is faster than asking for the people in chunks.
WHOLE_TABLE = 20_000
TRIED = (MessageStatus.SENT, MessageStatus.SENDING, MessageStatus.UNKNOWN)
WAITING = (MessageStatus.PENDING, MessageStatus.LEASED)
COLUMNS = ["member_id", "opted_out", "not_counted", "consent_email", "has_email", "has_handle", "personalised"]


def read_contacts(session: Session, member_ids: Sequence[int]) -> pd.DataFrame:
    """[*COLUMNS] of those who exist, in the order asked for."""
    named = exists().where(col(MemberIdentity.member_id) == col(Member.id), col(MemberIdentity.kind) == "platform_id")
    statement = select(
        col(Member.id),
        col(Member.opted_out),
        col(Member.not_counted).is_not(None),
        col(Member.consent_email),
        col(Member.email_cipher).is_not(None),
        col(Member.nickname).is_not(None) | named,
        col(Member.personalised),
    )
    rows: list[tuple[object, ...]] = []
    for condition in _among(member_ids, col(Member.id)):
        rows += [tuple(row) for row in session.execute(statement.where(*condition))]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[1:], bool))
    return (
        frame.set_index("member_id")
        .reindex(pd.Index(member_ids, name="member_id").intersection(frame["member_id"]))
        .reset_index()
    )


def read_touches(
    session: Session, member_ids: Sequence[int], now: datetime, *, waiting: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Marketing of the last 30 days as (member ids, epoch µs): what left or may have left, and what waits to leave.

    What waits to leave a day or more after ``now`` is left out: its own turn comes when it leaves.
    """
    message = OutboxMessage
    rows: list[tuple[int, int]] = []
    for condition in _among(member_ids, col(message.member_id)):
        left = select(col(message.member_id), col(message.tried_at)).where(
            *condition,
            col(message.purpose) == Purpose.MARKETING,
            col(message.status).in_(TRIED),
            col(message.tried_at) > now - timedelta(days=30),
        )
        rows += [(row[0], to_micros(row[1])) for row in session.execute(left)]
        if waiting:
            queued = select(col(message.member_id), col(message.not_before)).where(
                *condition,
                col(message.purpose) == Purpose.MARKETING,
                col(message.status).in_(WAITING),
                col(message.not_before) < now + timedelta(days=1),
            )
            rows += [(row[0], to_micros(row[1])) for row in session.execute(queued)]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 2)
    return table[:, 0], table[:, 1]


def _among(ids: Sequence[int], column: Mapped[int] | Mapped[int | None]) -> Iterator[list[ColumnElement[bool]]]:
    """Conditions that together ask for all of ``ids``; for very many: none, and the caller looks at everybody."""
    if len(ids) > WHOLE_TABLE:
        yield []
        return
    for start in range(0, len(ids), CHUNK):
        yield [column.in_(ids[start : start + CHUNK])]
