"""The audit trail as it is read: who did what and when, the newest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from core.services.desk import Desk
from core.store.tables import AuditEntry

LISTED = 1_000


@dataclass(frozen=True)
class AuditLine:
    """One entry; ``detail`` holds counts, codes and hashes."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    count: int
    detail: dict[str, Any]


def read_audit(desk: Desk, *, limit: int = LISTED) -> list[AuditLine]:
    """The newest entries."""
    with desk.db.read() as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit))
        return [
            AuditLine(
                row.id or 0, row.occurred_at, row.actor, row.action, row.subject, row.count, json.loads(row.detail)
            )
            for row in rows
        ]
