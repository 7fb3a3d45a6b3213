"""What points are exchanged for, who exchanged them, and what was given from the heart."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, RowId, UtcDateTime


class Reward(Table, table=True):
    """One thing in the catalogue. ``claimed`` is guarded by its CHECK and by the UPDATE that moves it."""

    __tablename__ = "reward"
    __table_args__ = (CheckConstraint("claimed >= 0 AND (stock IS NULL OR claimed <= stock)", name="stock"),)

    id: int | None = row_id()
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    points: int = Field(sa_type=Amount)
    stock: int | None = Field(default=None, description="how many there are in all; null: no end")
    claimed: int = 0
    offer_id: int | None = reference("offer.id", nullable=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RewardClaim(Table, table=True):
    """Points exchanged for a reward, once; taken back wholly or not at all."""

    __tablename__ = "reward_claim"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("status IN ('done', 'cancelled')", name="status"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        Index("ix_reward_claim_member", "member_id", "claimed_at"),
        Index("ix_reward_claim_reward", "reward_id", "member_id"),
    )

    id: int | None = row_id()
    reward_id: int = reference("reward.id")
    member_id: int = reference("member.id")
    points: int = Field(sa_type=Amount)
    points_fact_id: int = reference("points_fact.id", unique=True)
    coupon_id: int | None = reference("coupon.id", nullable=True, unique=True)
    obligation_id: int | None = Field(default=None, sa_type=RowId, description="the promise to post the good")
    cost_fen: int = Field(sa_type=Amount, description="what it costs the shop at most")
    status: str = Field(max_length=16)
    key: str = Field(max_length=96, description="idempotency: the same key again is the same claim")
    actor: str = Field(max_length=64)
    claimed_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Goodwill(Table, table=True):
    """Something given without being owed: a coupon, points or a gift, with its reason; append-only."""

    __tablename__ = "goodwill"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("kind IN ('coupon', 'points', 'gift')", name="kind"),
        CheckConstraint("value > 0 AND cost_fen >= 0", name="amount"),
        Index("ix_goodwill_member", "member_id", "occurred_at"),
        Index("ix_goodwill_actor", "actor", "occurred_at"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    kind: str = Field(max_length=8)
    value: int = Field(sa_type=Amount, description="fen of a coupon or gift, else points")
    cost_fen: int = Field(sa_type=Amount, description="what it costs the shop at most")
    what: str = Field(default="", max_length=60, description="the gift")
    reason: str = Field(max_length=200)
    coupon_id: int | None = reference("coupon.id", nullable=True)
    points_fact_id: int | None = reference("points_fact.id", nullable=True)
    obligation_id: int | None = Field(default=None, sa_type=RowId, description="the promise to post the gift")
    key: str = Field(max_length=96)
    actor: str = Field(max_length=64)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
