"""What the people of the shop wrote about a person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.store.tables import Member, MemberNote

_QUIET = {"synchronize_session": False}


def notes_of(session: Session, member_id: int, limit: int) -> Sequence[MemberNote]:
    """A person's notes that stand, the newest first."""
    statement = select(MemberNote).where(MemberNote.member_id == member_id, col(MemberNote.removed_at).is_(None))
    return session.exec(
        statement.order_by(col(MemberNote.written_at).desc(), col(MemberNote.id).desc()).limit(limit)
    ).all()


def remove_note(session: Session, note_id: int, now: datetime) -> int | None:
    """Take a note back; whose it was, none where it does not stand."""
    statement = (
        update(MemberNote)
        .where(col(MemberNote.id) == note_id, col(MemberNote.removed_at).is_(None))
        .values(removed_at=now)
        .returning(col(MemberNote.member_id))
    )
    found = session.execute(statement, execution_options=_QUIET).scalar_one_or_none()
    return None if found is None else int(found)


def member_there(session: Session, member_id: int) -> bool:
    """Whether a person exists and was not erased."""
    statement = select(Member.id).where(Member.id == member_id, col(Member.erased_at).is_(None))
    return session.exec(statement).first() is not None
