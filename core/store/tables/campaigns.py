"""Campaigns, and the decisions made for each person before anything is sent."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.documents.enums import Arm, CampaignStatus
from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime, closed


class Campaign(Table, table=True):
    """One campaign: its document, its frozen comparison window, its offer."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("measure_until IS NULL OR measure_until > measure_from", name="window"),)

    id: int | None = row_id()
    draft_key: str = Field(
        unique=True, max_length=36, description="made with the draft, so that a double click makes one campaign"
    )
    name: str = Field(max_length=100)
    goal: str = Field(max_length=24)
    status: CampaignStatus = Field(sa_column=Column(closed(CampaignStatus), nullable=False, index=True))
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    salt: str = Field(max_length=64)
    offer_id: int | None = reference("offer.id", nullable=True)
    author: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    launched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    measure_from: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="when the first message may leave"
    )
    measure_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Decision(Table, table=True):
    """What was decided for one person on one occasion of one rule: an arm, or a reason for none. Made once."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("rule", "occasion", "member_id"),
        CheckConstraint("(arm IS NULL) <> (reason IS NULL)", name="arm_or_reason"),
        Index("ix_decision_campaign", "campaign_id", "arm"),
    )

    id: int | None = row_id()
    rule: str = Field(max_length=64, description="campaign:ID or journey:CODE")
    occasion: str = Field(max_length=64)
    campaign_id: int | None = reference("campaign.id", nullable=True)
    member_id: int = reference("member.id", index=True)
    arm: Arm | None = Field(default=None, sa_column=Column(closed(Arm), nullable=True))
    reason: str | None = Field(default=None, max_length=32)
    measured: bool = Field(
        default=True,
        sa_column=Column(Boolean, nullable=False, server_default=text("true")),
        description="false for a tier that always gets it: treated, but nobody like them is left out to compare with",
    )
    channel: str | None = Field(default=None, max_length=16)
    tier: str | None = Field(default=None, max_length=32)
    prior_net_fen: int = Field(default=0, sa_type=Amount, description="net spend in the 90 days before: the covariate")
    coupon_id: int | None = reference("coupon.id", nullable=True)
    decided_at: datetime = Field(sa_type=UtcDateTime)
