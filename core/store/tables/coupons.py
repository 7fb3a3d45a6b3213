"""Coupon offers, the coupons issued from them, and their redemptions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field

from core.documents.enums import CouponStatus, RedemptionKind
from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime, closed


class Offer(Table, table=True):
    """What is offered. The counters are guarded by their CHECKs and by the UPDATE that moves them."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("issued >= 0 AND (total_limit IS NULL OR issued <= total_limit)", name="issued"),
        CheckConstraint("liability_fen >= 0 AND (budget_fen IS NULL OR liability_fen <= budget_fen)", name="budget"),
    )

    id: int | None = row_id()
    name: str = Field(max_length=100)
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    total_limit: int | None = None
    budget_fen: int | None = Field(default=None, sa_type=Amount)
    issued: int = 0
    liability_fen: int = Field(default=0, sa_type=Amount, description="the most that the issued coupons can cost")
    created_at: datetime = Field(sa_type=UtcDateTime)


class Coupon(Table, table=True):
    """One code owned by one person. A platform coupon has no code of ours."""

    __tablename__ = "coupon"
    __table_args__ = (
        CheckConstraint("valid_until > valid_from", name="validity"),
        CheckConstraint("value_fen >= 0", name="amount"),
        Index("ix_coupon_offer_member", "offer_id", "member_id"),
        Index("ix_coupon_expiry", "status", "valid_until", "member_id", "offer_id", "issued_at"),
    )

    id: int | None = row_id()
    offer_id: int = reference("offer.id")
    member_id: int = reference("member.id", index=True)
    rule: str = Field(max_length=64, description="what issued it: campaign:ID, journey:CODE")
    code: str | None = Field(default=None, max_length=32, unique=True)
    value_fen: int = Field(sa_type=Amount, description="the most it takes off")
    tier: str | None = Field(default=None, max_length=32)
    status: CouponStatus = Field(sa_column=Column(closed(CouponStatus), nullable=False))
    issued_at: datetime = Field(sa_type=UtcDateTime)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)


class Redemption(Table, table=True):
    """The one use of a coupon; append-only."""

    __tablename__ = "redemption"
    __table_args__ = (CheckConstraint("discount_fen >= 0", name="discount"),)

    id: int | None = row_id()
    coupon_id: int = reference("coupon.id", unique=True)
    order_id: int | None = reference("shop_order.id", nullable=True)
    order_no: str | None = Field(
        default=None, max_length=64, description="as typed or imported; the order may come later"
    )
    kind: RedemptionKind = Field(sa_column=Column(closed(RedemptionKind), nullable=False))
    source: str = Field(max_length=16, description="desk | import")
    discount_fen: int = Field(sa_type=Amount)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=64)
