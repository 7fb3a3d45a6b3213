"""What was given without being owed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.store.tables import Goodwill, Offer


def count_person(session: Session, member_id: int, since: datetime) -> int:
    """How often one person was given something after an instant."""
    statement = select(func.count()).where(col(Goodwill.member_id) == member_id, col(Goodwill.occurred_at) > since)
    return int(session.execute(statement).scalar_one())


def count_staff(session: Session, actor: str, since: datetime) -> int:
    """How often one of the staff gave something after an instant."""
    statement = select(func.count()).where(col(Goodwill.actor) == actor, col(Goodwill.occurred_at) > since)
    return int(session.execute(statement).scalar_one())


def find_goodwill(session: Session, key: str) -> Goodwill | None:
    """What was given under a key."""
    return session.execute(select(Goodwill).where(col(Goodwill.key) == key)).scalar_one_or_none()


def goodwill_of(session: Session, member_id: int, limit: int) -> list[Goodwill]:
    """What one person was given, the newest first."""
    statement = select(Goodwill).where(col(Goodwill.member_id) == member_id)
    newest = statement.order_by(col(Goodwill.occurred_at).desc(), col(Goodwill.id).desc()).limit(limit)
    return list(session.execute(newest).scalars())


def find_offer(session: Session, document_hash: str) -> int | None:
    """An offer with just this document, if there is one."""
    statement = select(func.min(col(Offer.id))).where(col(Offer.document_hash) == document_hash)
    found = session.execute(statement).scalar_one()
    return None if found is None else int(found)
