"""Imported files: the batches, the rows they left out, the platforms they came from."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.store.tables import ImportBatch, ImportReject


def find_batches(session: Session, limit: int, now: datetime) -> list[tuple[ImportBatch, int]]:
    """The newest batches, each with the number of its rejected rows that are still kept."""
    kept = (
        select(func.count())
        .where(col(ImportReject.batch_id) == col(ImportBatch.id), col(ImportReject.expires_at) > now)
        .scalar_subquery()
    )
    newest = select(ImportBatch, kept).order_by(col(ImportBatch.id).desc()).limit(limit)
    return [(row[0], row[1]) for row in session.execute(newest)]


def any_batch(session: Session) -> bool:
    """Whether there is any batch."""
    return session.execute(select(col(ImportBatch.id)).limit(1)).first() is not None


def find_rejects(session: Session, batch_id: int, now: datetime) -> Sequence[ImportReject]:
    """The kept rejected rows of a batch in file order."""
    wanted = select(ImportReject).where(col(ImportReject.batch_id) == batch_id, col(ImportReject.expires_at) > now)
    return session.execute(wanted.order_by(col(ImportReject.line), col(ImportReject.id))).scalars().all()


def find_platforms(session: Session) -> list[str]:
    """The platforms that files came from, the last one first."""
    newest = func.max(col(ImportBatch.id))
    rows = session.execute(
        select(col(ImportBatch.platform)).group_by(col(ImportBatch.platform)).order_by(newest.desc())
    )
    return list(rows.scalars())
