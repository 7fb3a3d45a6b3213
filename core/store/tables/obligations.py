"""What was promised and must be done by hand, and the service person who stays with a member."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime


class Obligation(Table, table=True):
    """One promise to one person on one occasion; made once, however often the pass runs.

    ``offered``: may be claimed until ``due_day``. ``owed``: must be done by ``due_day``. Days are shop days.
    """

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("member_id", "benefit_code", "occasion"),
        CheckConstraint("status IN ('offered', 'owed', 'done', 'cancelled', 'lapsed')", name="status"),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done"),
        CheckConstraint("due_day >= begins_day", name="days"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("cost_fen >= 0 AND actual_fen >= 0", name="cost"),
        Index("ix_obligation_open", "status", "due_day", "id"),
        Index("ix_obligation_occasion", "benefit_code", "occasion", "member_id"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    benefit_code: str = Field(max_length=64, description="a benefit of the rules, milestone:CODE or goodwill")
    kind: str = Field(max_length=32, description="a benefit kind, or gift for what no rule of a tier gives")
    tier: str | None = Field(default=None, max_length=32)
    occasion: str = Field(max_length=64, description="birthday:2027, quarter:2027Q1, once, order:ID ...")
    what_zh: str = Field(max_length=120)
    what_en: str = Field(max_length=160)
    rule_version_id: int | None = reference("rule_version.id", nullable=True)
    order_id: int | None = reference("shop_order.id", nullable=True, index=True)
    status: str = Field(max_length=16)
    begins_day: int
    due_day: int
    due_days: int = Field(default=7, description="how long there is from the claim on")
    quantity: int = 1
    cost_fen: int = Field(default=0, sa_type=Amount, description="expected, for all of the quantity")
    actual_fen: int | None = Field(default=None, sa_type=Amount)
    owner: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_day: int | None = None
    done_by: str | None = Field(default=None, max_length=64)
    closed_for: str | None = Field(
        default=None,
        max_length=16,
        description="why it was cancelled or lapsed: refunded | not_counted | tier_lost ...",
    )
    note: str = Field(default="", sa_type=Text)


class MemberService(Table, table=True):
    """The one person of the shop who looks after a member."""

    __tablename__ = "member_service"

    member_id: int = reference("member.id", primary_key=True)
    person: str = Field(max_length=64, index=True)
    since: datetime = Field(sa_type=UtcDateTime)
    assigned_by: str = Field(max_length=64)
