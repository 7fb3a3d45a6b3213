"""Paid membership: plans on sale, who bought which term, and what was given back."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime


class PaidPlan(Table, table=True):
    """A plan; what somebody bought stands in the purchase and does not change with it."""

    __tablename__ = "paid_plan"

    id: int | None = row_id()
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class PlanPurchase(Table, table=True):
    """A fact, append-only: a term of a plan that somebody paid for, ``[starts_at, ends_at)``."""

    __tablename__ = "plan_purchase"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("paid_fen >= 0", name="paid"),
        CheckConstraint("months > 0", name="months"),
        Index("ix_plan_purchase_member", "member_id", "starts_at"),
        Index("ix_plan_purchase_ends", "ends_at"),
    )

    id: int | None = row_id()
    plan_id: int = reference("paid_plan.id", index=True)
    member_id: int = reference("member.id")
    order_id: int | None = reference("shop_order.id", nullable=True)
    order_item_id: int | None = reference("order_item.id", nullable=True, unique=True)
    renews_id: int | None = reference("plan_purchase.id", nullable=True)
    paid_fen: int = Field(sa_type=Amount)
    months: int
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    tier: str | None = Field(default=None, max_length=32, description="the tier that the term holds as a floor")
    key: str = Field(max_length=96, description="idempotency: order_item:ID, or the draft's key")
    actor: str = Field(max_length=64)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class PlanRefund(Table, table=True):
    """A fact, append-only: a purchase was given back, and its term ended then."""

    __tablename__ = "plan_refund"
    __table_args__ = (CheckConstraint("refunded_fen >= 0", name="refunded"),)

    id: int | None = row_id()
    purchase_id: int = reference("plan_purchase.id", unique=True)
    refunded_fen: int = Field(sa_type=Amount)
    reason: str = Field(default="", max_length=200)
    actor: str = Field(max_length=64)
    refunded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
