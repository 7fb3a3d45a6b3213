"""The programme: rule versions and the tiers that follow from them."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from core.documents.enums import VersionStatus
from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime, closed


class RuleVersion(Table, table=True):
    """One dated rule document. A published one is never edited (a trigger refuses)."""

    __tablename__ = "rule_version"

    id: int | None = row_id()
    status: VersionStatus = Field(sa_column=Column(closed(VersionStatus), nullable=False, index=True))
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    author: str = Field(max_length=64)
    note: str = Field(default="", max_length=500)
    effective_from: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="null on the first version: from the first fact"
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MemberTier(Table, table=True):
    """The tier a member has now, with the sums it follows from and how far the next one is."""

    __tablename__ = "member_tier"

    member_id: int = reference("member.id", primary_key=True)
    tier: str = Field(max_length=32, index=True)
    since: datetime = Field(sa_type=UtcDateTime)
    window_spend_fen: int = Field(sa_type=Amount)
    window_orders: int
    window_growth: int = Field(default=0, sa_type=Amount, sa_column_kwargs={"server_default": "0"})
    next_tier: str | None = Field(default=None, max_length=32)
    missing_fen: int | None = Field(default=None, sa_type=Amount, index=True)
    missing_orders: int | None = None
    missing_growth: int | None = Field(default=None, sa_type=Amount)
    drops_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        index=True,
        description="when the tier is lost if nothing more is bought",
    )
    drops_to: str | None = Field(default=None, max_length=32)
    keep_fen: int | None = Field(default=None, sa_type=Amount, description="what is missing until then to keep it")
    keep_orders: int | None = None
    keep_growth: int | None = Field(default=None, sa_type=Amount)
    grace: bool = Field(
        default=False,
        description="it is not kept any more and lost at drops_at",
        sa_column_kwargs={"server_default": text("false")},
    )
    held_by: str | None = Field(
        default=None, max_length=16, description="grandfather | plan | hand: more than was earned"
    )
    rule_version_id: int = reference("rule_version.id")
    evaluated_at: datetime = Field(sa_type=UtcDateTime)


class TierChange(Table, table=True):
    """One change of a member's tier with its inputs; superseded, never edited, when a late fact changes history."""

    __tablename__ = "tier_change"
    __table_args__ = (
        Index(
            "uq_tier_change_current",
            "member_id",
            "changed_at",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    changed_at: datetime = Field(sa_type=UtcDateTime)
    from_tier: str | None = Field(default=None, max_length=32)
    to_tier: str = Field(max_length=32)
    reason: str = Field(max_length=16)
    window_spend_fen: int = Field(sa_type=Amount)
    window_orders: int
    window_growth: int = Field(default=0, sa_type=Amount, sa_column_kwargs={"server_default": "0"})
    rule_version_id: int = reference("rule_version.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
