"""Who was in a group when it was used, and which conditions held for them: written in one statement."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, literal, select
from sqlmodel import Session, col

from core.documents.segment import Leaf, Node
from core.store.queries.segment_leaves import Day
from core.store.queries.segments import select_held
from core.store.tables import SegmentSnapshot, SegmentSnapshotMember


def insert_snapshot(
    session: Session,
    tree: Node,
    held: Sequence[Leaf],
    day: Day,
    *,
    subject: str,
    document: str,
    author: str,
    now: datetime,
) -> tuple[int, int]:
    """Write down the people of a tree with the leaves that hold for each: (id, people)."""
    row = SegmentSnapshot(subject=subject, document=document, people=0, taken_at=now, author=author)
    session.add(row)
    session.flush()
    assert row.id is not None
    people = select_held(session, tree, day, held).subquery()
    chosen = select(literal(row.id), people.c.id, people.c.held)
    session.execute(insert(SegmentSnapshotMember).from_select(["snapshot_id", "member_id", "held"], chosen))
    counted = select(func.count()).where(col(SegmentSnapshotMember.snapshot_id) == row.id)
    row.people = int(session.execute(counted).scalar_one())
    session.add(row)
    session.flush()
    return row.id, row.people


def newest(session: Session, subject: str) -> SegmentSnapshot | None:
    """The last snapshot of a subject."""
    statement = select(SegmentSnapshot).where(col(SegmentSnapshot.subject) == subject)
    found: SegmentSnapshot | None = session.execute(
        statement.order_by(col(SegmentSnapshot.id).desc()).limit(1)
    ).scalar_one_or_none()
    return found


def held_of(session: Session, snapshot_id: int, member_id: int) -> int | None:
    """Which leaves held for a person, as bits; None: not in the snapshot."""
    row = session.get(SegmentSnapshotMember, (snapshot_id, member_id))
    return None if row is None else int(row.held)
