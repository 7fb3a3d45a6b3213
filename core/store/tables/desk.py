"""The desk itself: settings, revisions of the areas, and the audit trail."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field

from core.documents.enums import Area
from core.store.tables.base import Table, row_id
from core.store.types import Amount, UtcDateTime, closed


class Setting(Table, table=True):
    """One group of settings as a JSON document; secrets in it are sealed."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True, max_length=32)
    value: str = Field(sa_type=Text)


class Revision(Table, table=True):
    """How often an area was written: the key of the page caches."""

    __tablename__ = "revision"

    area: Area = Field(sa_column=Column(closed(Area), primary_key=True))
    number: int = Field(default=0, sa_type=Amount)


class AuditEntry(Table, table=True):
    """Who did what and when: one row an operation, chained by hash, append-only, without personal data."""

    __tablename__ = "audit_entry"

    id: int | None = row_id()
    occurred_at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=48, index=True)
    subject: str = Field(max_length=96, index=True)
    count: int = 0
    detail: str = Field(default="{}", sa_type=Text)
    ids_hash: str | None = Field(default=None, max_length=64)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
