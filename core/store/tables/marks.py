"""Who is not counted, and why: by hand or by a rule."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference
from core.store.types import UtcDateTime


class MemberMark(Table, table=True):
    """The present word on whether a person counts; ``member.not_counted`` is its projection, the audit trail its history.

    ``mark`` null: counts whatever the rules say (taken back by hand). ``why``: which rule it was, or what was said by hand.
    """

    __tablename__ = "member_mark"
    __table_args__ = (
        CheckConstraint("source IN ('hand', 'rule')", name="source"),
        CheckConstraint("source = 'hand' OR mark IS NOT NULL", name="mark"),
    )

    member_id: int = reference("member.id", primary_key=True)
    mark: str | None = Field(default=None, max_length=16)
    source: str = Field(max_length=8)
    why: str = Field(default="", max_length=200)
    actor: str = Field(max_length=64)
    marked_at: datetime = Field(sa_type=UtcDateTime)
