"""People: customers and members in one table, what identifies them, what they agreed to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import UtcDateTime


class Member(Table, table=True):
    """One person. A *member* has ``joined_at``; a *customer* has a paid order. Contact data is sealed."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("birth_month BETWEEN 1 AND 12", name="birth_month"),
        CheckConstraint("birth_day BETWEEN 1 AND 31", name="birth_day"),
        CheckConstraint("grade >= 0", name="grade"),
        Index("ix_member_search", "nickname", "name", "phone_last4", "id"),
        Index(
            "ix_member_not_counted",
            "not_counted",
            sqlite_where=text("not_counted IS NOT NULL"),
            postgresql_where=text("not_counted IS NOT NULL"),
        ),
    )

    id: int | None = row_id()
    public_id: str = Field(unique=True, max_length=32)
    platform: str = Field(max_length=32)
    nickname: str | None = Field(default=None, max_length=64)
    name: str | None = Field(default=None, max_length=64)
    gender: str | None = Field(default=None, max_length=8)
    birth_year: int | None = None
    birth_month: int | None = Field(default=None, index=True)
    birth_day: int | None = None
    province: str | None = Field(default=None, max_length=32, index=True)
    city: str | None = Field(default=None, max_length=64)
    joined_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    joined_by: str | None = Field(default=None, max_length=16, description="file | first_order | owner")
    grade: int | None = None
    source: str | None = Field(default=None, max_length=64)
    phone_cipher: bytes | None = None
    phone_last4: str | None = Field(default=None, max_length=4)
    email_cipher: bytes | None = None
    consent_sms: bool = False
    consent_email: bool = False
    opted_out: bool = False
    not_counted: str | None = Field(
        default=None, max_length=16, description="staff | test | reseller | blacklist: out of figures, tiers and sends"
    )
    personalised: bool = Field(
        default=True,
        sa_column_kwargs={"server_default": text("true")},
        description="false: no offers chosen by what this person did (PIPL 24)",
    )
    left_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="left the programme; not joined since"
    )
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class MemberIdentity(Table, table=True):
    """What a person is recognised by: (platform, kind, hash of the value) belongs to one person."""

    __tablename__ = "member_identity"
    __table_args__ = (UniqueConstraint("value_hash", "kind", "platform"),)

    id: int | None = row_id()
    member_id: int = reference("member.id", index=True)
    platform: str = Field(
        max_length=32, description="empty for a phone or an e-mail: these are the same on every platform"
    )
    kind: str = Field(max_length=16, description="platform_id | phone | email")
    value_hash: bytes
    label: str | None = Field(default=None, max_length=128, description="the readable id; never a phone or an e-mail")


class MemberTag(Table, table=True):
    """A tag on a person."""

    __tablename__ = "member_tag"
    __table_args__ = (Index("ix_member_tag_tag_member_id", "tag", "member_id"),)

    member_id: int = reference("member.id", primary_key=True)
    tag: str = Field(primary_key=True, max_length=64)
    by_rule: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}, description="given and taken by its tag_rule"
    )


class Consent(Table, table=True):
    """One act of consent or refusal, with its source; append-only evidence. The latest holds."""

    __tablename__ = "consent"

    id: int | None = row_id()
    member_id: int = reference("member.id", index=True)
    channel: str = Field(max_length=16)
    purpose: str = Field(max_length=16)
    granted: bool
    source: str = Field(max_length=64)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
