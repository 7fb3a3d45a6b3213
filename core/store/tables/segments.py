"""Groups of people that the owner named and kept: a rule tree, never a list of people."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from core.store.tables.base import Table, row_id
from core.store.types import UtcDateTime


class SavedSegment(Table, table=True):
    """One group under its name; ``document`` is the rule tree as canonical JSON."""

    __tablename__ = "saved_segment"

    id: int | None = row_id()
    name: str = Field(unique=True, max_length=60)
    document: str = Field(sa_type=Text)
    author: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
