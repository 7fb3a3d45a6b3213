"""What the shop writes on a person's card: notes, own fields, tags that keep themselves, lists from a file, erasures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime


class MemberNote(Table, table=True):
    """What somebody of the shop wrote about a person. Taken back, never edited."""

    __tablename__ = "member_note"

    id: int | None = row_id()
    member_id: int = reference("member.id", index=True)
    text: str = Field(max_length=500)
    author: str = Field(max_length=64)
    written_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CustomField(Table, table=True):
    """A field that the owner defined. ``code`` and ``kind`` never change; one that is put away keeps its values."""

    __tablename__ = "custom_field"
    __table_args__ = (CheckConstraint("kind IN ('text', 'number', 'date', 'choice', 'flag')", name="kind"),)

    id: int | None = row_id()
    code: str = Field(unique=True, max_length=32)
    name: str = Field(unique=True, max_length=30)
    kind: str = Field(max_length=8)
    choices: str = Field(default="[]", sa_type=Text, description="JSON list of texts, for a choice")
    position: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CustomValue(Table, table=True):
    """One person's value of one field: a text or choice in ``text``, else ``number`` (thousandths; shop day; 0 or 1)."""

    __tablename__ = "custom_value"
    __table_args__ = (
        CheckConstraint("(text IS NULL) <> (number IS NULL)", name="one"),
        Index("ix_custom_value_text", "field_id", "text", "member_id"),
        Index("ix_custom_value_number", "field_id", "number", "member_id"),
    )

    member_id: int = reference("member.id", primary_key=True)
    field_id: int = reference("custom_field.id", primary_key=True)
    text: str | None = Field(default=None, max_length=200)
    number: int | None = Field(default=None, sa_type=Amount)


class TagRule(Table, table=True):
    """A tag that keeps itself: whoever the rule tree finds has it, nobody else by it. Kept current by the worker."""

    __tablename__ = "tag_rule"

    tag: str = Field(primary_key=True, max_length=64)
    document: str = Field(sa_type=Text)
    enabled: bool = True
    author: str = Field(max_length=64)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    evaluated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaticList(Table, table=True):
    """A list of people from a file: whoever was found in it then."""

    __tablename__ = "static_list"

    id: int | None = row_id()
    name: str = Field(unique=True, max_length=60)
    file_name: str = Field(default="", max_length=200)
    author: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)


class StaticListMember(Table, table=True):
    """One person of a list."""

    __tablename__ = "static_list_member"

    list_id: int = reference("static_list.id", primary_key=True)
    member_id: int = reference("member.id", primary_key=True, index=True)


class SegmentSnapshot(Table, table=True):
    """Who was in a group when it was used, and by which rule. ``subject``: campaign:ID, segment:ID, ..."""

    __tablename__ = "segment_snapshot"

    id: int | None = row_id()
    subject: str = Field(max_length=96, index=True)
    document: str = Field(sa_type=Text)
    people: int
    taken_at: datetime = Field(sa_type=UtcDateTime)
    author: str = Field(max_length=64)


class SegmentSnapshotMember(Table, table=True):
    """One person of a snapshot; bit k of ``held``: the k-th leaf of the rule, left to right, held for them then."""

    __tablename__ = "segment_snapshot_member"

    snapshot_id: int = reference("segment_snapshot.id", primary_key=True)
    member_id: int = reference("member.id", primary_key=True, index=True)
    held: int = Field(sa_type=Amount)


class Erasure(Table, table=True):
    """A person whose personal data was erased on demand; append-only. No member: an older copy never knew them."""

    __tablename__ = "erasure"

    id: int | None = row_id()
    member_id: int | None = reference("member.id", nullable=True, index=True)
    reason: str = Field(max_length=200)
    erased_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=64)


class ErasedIdentity(Table, table=True):
    """The hash of what an erased person was recognised by: a file that brings it again brings nobody back; append-only."""

    __tablename__ = "erased_identity"
    __table_args__ = (UniqueConstraint("value_hash", "kind", "platform"),)

    id: int | None = row_id()
    erasure_id: int = reference("erasure.id", index=True)
    platform: str = Field(max_length=32)
    kind: str = Field(max_length=16)
    value_hash: bytes
