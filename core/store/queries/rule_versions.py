"""Rule versions at rest."""

from datetime import datetime

from sqlmodel import Session, select

from core.documents.enums import VersionStatus
from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument
from core.store.tables import RuleVersion


def ensure_first_version(session: Session, now: datetime, rules: RuleDocument | None = None) -> None:
    """The rules a new shop starts with (the Tmall ladder, which owes nothing for the past), in force from the first fact."""
    if session.exec(select(RuleVersion.id).limit(1)).first() is None:
        document = rules or tmall_ladder()
        session.add(
            RuleVersion(
                status=VersionStatus.PUBLISHED,
                document=document.canonical(),
                document_hash=document.digest(),
                author="memberdesk",
                created_at=now,
                published_at=now,
            )
        )
