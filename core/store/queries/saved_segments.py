"""Groups that were kept under a name."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from core.documents.enums import CampaignStatus
from core.store.database import Database
from core.store.tables import Campaign, SavedSegment, TagRule

_QUIET = {"synchronize_session": False}


def list_segments(session: Session) -> list[SavedSegment]:
    """All kept groups, the last changed first."""
    newest = (col(SavedSegment.updated_at).desc(), col(SavedSegment.id).desc())
    return list(session.execute(select(SavedSegment).order_by(*newest)).scalars())


def insert_segment(session: Session, db: Database, **values: Any) -> int | None:
    """Keep a new group; its id, or none where the name is taken."""
    statement = db.upsert(SavedSegment).values(**values).on_conflict_do_nothing(index_elements=["name"])
    found = session.execute(statement.returning(col(SavedSegment.id))).scalar_one_or_none()
    return None if found is None else int(found)


def name_owner(session: Session, name: str) -> int | None:
    """The id of the group with a name."""
    return session.execute(select(col(SavedSegment.id)).where(col(SavedSegment.name) == name)).scalar_one_or_none()


def change_segment(session: Session, segment_id: int, **values: Any) -> bool:
    """Change a kept group; whether it was there."""
    statement = update(SavedSegment).where(col(SavedSegment.id) == segment_id).values(**values)
    return int(session.execute(statement, execution_options=_QUIET).rowcount) == 1  # type: ignore[attr-defined]


def delete_segment(session: Session, segment_id: int) -> bool:
    """Forget a kept group; whether it was there."""
    statement = delete(SavedSegment).where(col(SavedSegment.id) == segment_id)
    return int(session.execute(statement, execution_options=_QUIET).rowcount) == 1  # type: ignore[attr-defined]


def trees_in_use(session: Session) -> list[tuple[str, int, str, str]]:
    """(kind, id, name, rule tree as JSON) of what may name a group or a list: saved groups, kept tags, drafts of campaigns."""
    groups = select(col(SavedSegment.id), col(SavedSegment.name), col(SavedSegment.document))
    found = [("segment", int(number), str(name), str(tree)) for number, name, tree in session.execute(groups)]
    tags = select(col(TagRule.tag), col(TagRule.document))
    found += [("tag", 0, str(tag), str(tree)) for tag, tree in session.execute(tags)]
    drafts = select(col(Campaign.id), col(Campaign.name), col(Campaign.document))
    drafts = drafts.where(col(Campaign.status) == CampaignStatus.DRAFT)
    return found + [("campaign", int(number), str(name), str(text)) for number, name, text in session.execute(drafts)]
