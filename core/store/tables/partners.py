"""Other shops whose benefits ours may give: who they are, and the codes that they left with us."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime


class Partner(Table, table=True):
    """One partner; ``share_bp``: of what a used code costs (``code_cost_fen``), so much is ours."""

    __tablename__ = "partner"
    __table_args__ = (
        CheckConstraint("share_bp BETWEEN 0 AND 10000", name="share"),
        CheckConstraint("code_cost_fen >= 0", name="cost"),
        CheckConstraint("valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from", name="span"),
    )

    id: int | None = row_id()
    code: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=60)
    contact: str = Field(default="", max_length=120)
    gives: str = Field(default="", sa_type=Text, description="what their code is good for")
    share_bp: int = 0
    code_cost_fen: int = Field(default=0, sa_type=Amount)
    valid_from: int | None = Field(default=None, description="first shop day")
    valid_until: int | None = Field(default=None, description="last shop day")
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class PartnerCode(Table, table=True):
    """One code of a partner; it goes to one member and never comes back."""

    __tablename__ = "partner_code"
    __table_args__ = (
        UniqueConstraint("partner_id", "code"),
        CheckConstraint("(member_id IS NULL) = (given_at IS NULL)", name="given"),
        CheckConstraint("used_at IS NULL OR given_at IS NOT NULL", name="used"),
        Index("ix_partner_code_member", "member_id", "partner_id"),
        Index("ix_partner_code_free", "partner_id", "given_at", "id"),
    )

    id: int | None = row_id()
    partner_id: int = reference("partner.id")
    code: str = Field(max_length=64)
    member_id: int | None = reference("member.id", nullable=True)
    obligation_id: int | None = reference("obligation.id", nullable=True, unique=True)
    given_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="as the partner reported it")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
