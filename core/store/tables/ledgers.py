"""Facts beside the orders, and the append-only ledgers of growth and points that follow from all of them.

A ledger row is never edited: what no longer follows from the facts is taken back by a row of the opposite sign that names it
in ``corrects_id``. Rows that are neither corrected nor correcting are *in force*; all rows together give the balance.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, RowId, UtcDateTime


class Interaction(Table, table=True):
    """Something a person did that is no order: review, share, check-in, task, event ... A fact, append-only."""

    __tablename__ = "interaction"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_interaction_member", "member_id", "occurred_at"),
        Index("ix_interaction_kind", "kind", "occurred_at", "member_id", "stars"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    kind: str = Field(max_length=32, description="one of core.documents.earning.INTERACTION_KINDS")
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    subject: str = Field(default="", max_length=256, description="the product, task or event it was about")
    stars: int | None = None
    note: str = Field(default="", max_length=500)
    key: str = Field(max_length=128, description="what makes it this one and no other: nothing counts twice")
    actor: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class TierOverride(Table, table=True):
    """A tier that somebody has at least, whatever the rules say: kept when rules changed, bought, or given by hand.

    ``tier`` null: the tier that the member has is not lost (never-downgrade). Ends at ``ends_at`` or when it is revoked.
    """

    __tablename__ = "tier_override"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="span"),
        Index("ix_tier_override_member", "member_id", "starts_at"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    tier: str | None = Field(default=None, max_length=32)
    source: str = Field(max_length=16, description="grandfather | plan | hand")
    reason: str = Field(default="", max_length=200)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    key: str = Field(max_length=96, description="what makes it this one and no other")
    actor: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class PointsFact(Table, table=True):
    """Points that moved for another reason than an order: a fact, append-only.

    ``grant``: given (goodwill, milestone, campaign). ``take``: taken by hand. ``spend``: exchanged for something.
    ``give_back``: the spend named by ``refers_to`` was cancelled, wholly.
    """

    __tablename__ = "points_fact"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("kind IN ('grant', 'take', 'spend', 'give_back')", name="kind"),
        CheckConstraint("(kind = 'give_back') = (refers_to IS NOT NULL)", name="refers"),
        Index("ix_points_fact_member", "member_id", "occurred_at"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    kind: str = Field(max_length=16)
    points: int = Field(sa_type=Amount)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    refers_to: int | None = reference("points_fact.id", nullable=True, unique=True)
    subject: str = Field(max_length=96, description="what it was for: reward:ID, goodwill:ID, milestone:CODE ...")
    reason: str = Field(default="", max_length=200)
    key: str = Field(max_length=128, description="idempotency: the same key again is the same fact")
    actor: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class GrowthEntry(Table, table=True):
    """Growth earned, or taken back by a refund. ``fact_kind``/``fact_id``: the order or interaction it comes from."""

    __tablename__ = "growth_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_growth_entry_member", "member_id", "occurred_at"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    fact_kind: str = Field(max_length=16, description="order | interaction")
    fact_id: int = Field(sa_type=RowId)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    amount: int = Field(sa_type=Amount)
    rule_version_id: int = reference("rule_version.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    corrects_id: int | None = reference("growth_entry.id", nullable=True, unique=True)


class PointsEntry(Table, table=True):
    """Points that moved from one account to another, in one lot; every row balances by itself (I3).

    Accounts: issued, pending, active, debt, spent, expired, reversed. ``lot_kind``/``lot_id``: the fact that made the lot
    (order, interaction, points_fact; debt has none). ``cause_kind``/``cause_id``: the fact that moved it (refund, points_fact,
    or the lot's own fact when time did). A correction swaps the accounts of the row that it names.
    """

    __tablename__ = "points_entry"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("from_account <> to_account", name="accounts"),
        Index("ix_points_entry_member", "member_id", "occurred_at"),
    )

    id: int | None = row_id()
    member_id: int = reference("member.id")
    lot_kind: str = Field(max_length=16)
    lot_id: int = Field(sa_type=RowId)
    from_account: str = Field(max_length=8)
    to_account: str = Field(max_length=8)
    amount: int = Field(sa_type=Amount)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    cause_kind: str = Field(max_length=16)
    cause_id: int = Field(sa_type=RowId)
    rule_version_id: int = reference("rule_version.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    corrects_id: int | None = reference("points_entry.id", nullable=True, unique=True)


class MemberPoints(Table, table=True):
    """A member's points as they stand: derived from the ledger, for fast pages."""

    __tablename__ = "member_points"
    __table_args__ = (CheckConstraint("pending >= 0 AND active >= 0 AND debt >= 0", name="sums"),)

    member_id: int = reference("member.id", primary_key=True)
    pending: int = Field(sa_type=Amount)
    active: int = Field(sa_type=Amount, index=True)
    debt: int = Field(default=0, sa_type=Amount, description="taken back by refunds after it was spent; flagged")
    spent: int = Field(default=0, sa_type=Amount)
    expired: int = Field(default=0, sa_type=Amount)
    next_expiry_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    next_expiry_points: int = Field(default=0, sa_type=Amount)
    evaluated_at: datetime = Field(sa_type=UtcDateTime)


class LedgerSeal(Table, table=True):
    """A seal over the rows that one operation appended to a ledger, chained: a changed row breaks it (I5)."""

    __tablename__ = "ledger_seal"

    id: int | None = row_id()
    ledger: str = Field(max_length=32, index=True)
    first_id: int = Field(sa_type=RowId)
    last_id: int = Field(sa_type=RowId)
    rows: int
    digest: str = Field(max_length=64, description="SHA-256 over the rows and the previous seal of this ledger")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
