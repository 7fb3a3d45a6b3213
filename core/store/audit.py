"""The audit trail: one row an operation, in the operation's own transaction, chained by hash."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from core.clock import to_micros
from core.store.tables import AuditEntry
from core.store.write_lock import Turn, take_turn

GENESIS = "0" * 64


def hash_ids(ids: Iterable[int]) -> str:
    """One hash for a set of row ids, whatever their order."""
    return hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()


def entry_hash(entry: AuditEntry) -> str:
    """The hash of an entry's content and its predecessor's hash."""
    content = [
        to_micros(entry.occurred_at),
        entry.actor,
        entry.action,
        entry.subject,
        entry.count,
        entry.detail,
        entry.ids_hash,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def record(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    *,
    now: datetime,
    count: int = 0,
    ids: Iterable[int] | None = None,
    **detail: object,
) -> None:
    """Append one entry; ``detail`` holds counts, codes and hashes, never personal data."""
    take_turn(session, Turn.AUDIT)  # one chain, also with several writers
    last = session.exec(select(AuditEntry.hash).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    entry = AuditEntry(
        occurred_at=now,
        actor=actor,
        action=action,
        subject=subject,
        count=count,
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
        ids_hash=None if ids is None else hash_ids(ids),
        previous_hash=last or GENESIS,
        hash="",
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()


def broken_link(session: Session) -> int | None:
    """The id of the first entry whose hash or predecessor does not fit; none when the chain is whole."""
    previous = GENESIS
    for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id))):
        if entry.previous_hash != previous or entry_hash(entry) != entry.hash:
            return entry.id
        previous = entry.hash
    return None
