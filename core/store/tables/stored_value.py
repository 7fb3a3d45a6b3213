"""Stored value: the plan in force, the append-only ledger of what moved, and the balances that follow from it.

A transaction is several postings whose amounts sum to zero (I3). A *lot* is one top-up: every posting names the lot whose money
it moves, so that a refund finds the way by which the money came. Transactions are chained by hash like the audit trail (I5).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime


class StoredPlan(Table, table=True):
    """The top-up plan as it was saved; the newest holds, older ones stay for the top-ups made under them."""

    __tablename__ = "stored_plan"

    id: int | None = row_id()
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    actor: str = Field(max_length=64)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class StoredTransaction(Table, table=True):
    """One thing that happened to a member's stored value; append-only.

    ``refers_to``: the payment that a ``refund_payment`` gives back, the top-up that a ``refund_topup`` or ``bonus_expiry`` is about.
    ``bonus_until``: from then on the bonus of this lot cannot be used; null: never. Principal has no such column on purpose.
    """

    __tablename__ = "stored_transaction"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(
            "kind IN ('topup', 'pay', 'refund_payment', 'refund_topup', 'adjust', 'bonus_expiry')", name="kind"
        ),
        CheckConstraint("amount_fen <> 0", name="amount"),
        Index("ix_stored_transaction_member", "member_id", "occurred_at"),
    )

    id: int | None = row_id()
    key: str = Field(max_length=128, description="idempotency: the same key again is the same transaction")
    kind: str = Field(max_length=16)
    member_id: int = reference("member.id")
    amount_fen: int = Field(sa_type=Amount, description="what was asked for: paid in, spent, given back, lapsed")
    refers_to: int | None = reference("stored_transaction.id", nullable=True, index=True)
    plan_id: int | None = reference("stored_plan.id", nullable=True)
    bonus_until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    route: str | None = Field(default=None, max_length=16, description="how the money came or went back")
    order_no: str | None = Field(default=None, max_length=64)
    note: str = Field(default="", max_length=200)
    actor: str = Field(max_length=64)
    occurred_at: datetime = Field(sa_type=UtcDateTime, index=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class StoredPosting(Table, table=True):
    """One side of a transaction; append-only. ``amount_fen`` is signed: what a member has is positive."""

    __tablename__ = "stored_posting"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="amount"),
        Index("ix_stored_posting_member", "member_id", "lot_id", "account", "amount_fen"),
    )

    id: int | None = row_id()
    transaction_id: int = reference("stored_transaction.id", index=True)
    account: str = Field(max_length=24, description="one of core.rules.stored_value.ACCOUNTS")
    member_id: int = reference("member.id")
    lot_id: int = reference("stored_transaction.id", index=True)
    amount_fen: int = Field(sa_type=Amount)


class StoredBalance(Table, table=True):
    """What a member has: follows from the postings; moved only by an UPDATE that refuses to go below zero."""

    __tablename__ = "stored_balance"
    __table_args__ = (CheckConstraint("principal_fen >= 0 AND bonus_fen >= 0", name="sums"),)

    member_id: int = reference("member.id", primary_key=True)
    principal_fen: int = Field(default=0, sa_type=Amount)
    bonus_fen: int = Field(default=0, sa_type=Amount)
