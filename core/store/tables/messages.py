"""The outbox, the call list behind it, the journeys that fill it, and the worker's heartbeat."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.documents.enums import MessageStatus, Purpose
from core.store.tables.base import Table, reference, row_id
from core.store.types import UtcDateTime, closed


class MessageTemplate(Table, table=True):
    """A text with placeholders, kept by its hash: what exactly was sent can always be said."""

    __tablename__ = "message_template"

    hash: str = Field(primary_key=True, max_length=64)
    subject: str = Field(max_length=200)
    text: str = Field(sa_type=Text)


class OutboxMessage(Table, table=True):
    """One message to one person on one occasion of one rule; rendered when it is sent."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("member_id", "rule", "occasion"),
        CheckConstraint("status <> 'suppressed' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        Index("ix_outbox_message_due", "status", "not_before"),
        Index("ix_outbox_message_touch", "member_id", "tried_at"),
        Index(
            "ix_outbox_message_sent",
            "sent_at",
            "member_id",
            sqlite_where=text("sent_at IS NOT NULL"),
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
    )

    id: int | None = row_id()
    decision_id: int = reference("decision.id", index=True)
    member_id: int = reference("member.id")
    rule: str = Field(max_length=64, index=True)
    occasion: str = Field(max_length=64)
    channel: str = Field(max_length=16)
    purpose: Purpose = Field(sa_column=Column(closed(Purpose), nullable=False))
    template_hash: str = Field(foreign_key="message_template.hash", max_length=64)
    coupon_id: int | None = reference("coupon.id", nullable=True)
    status: MessageStatus = Field(sa_column=Column(closed(MessageStatus), nullable=False))
    reason: str | None = Field(
        default=None, max_length=32, description="why it was not sent, or the code of the failure"
    )
    not_before: datetime = Field(sa_type=UtcDateTime)
    deadline: datetime = Field(sa_type=UtcDateTime, description="after this it is of no use and is not sent")
    attempts: int = 0
    lease_owner: str | None = Field(default=None, max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    provider_id: str | None = Field(default=None, max_length=128)
    tried_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="business time of the last try: what caps count"
    )
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="business time of the send")
    created_at: datetime = Field(sa_type=UtcDateTime)


class CallTask(Table, table=True):
    """A message that a person of the shop delivers by hand: one line of the call list."""

    __tablename__ = "call_task"

    id: int | None = row_id()
    message_id: int = reference("outbox_message.id", unique=True)
    member_id: int = reference("member.id", index=True)
    listed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by: str | None = Field(default=None, max_length=64)
    answer: str | None = Field(default=None, max_length=500)


class Journey(Table, table=True):
    """A reminder that runs by itself: its document and how far it has been evaluated."""

    __tablename__ = "journey"

    code: str = Field(primary_key=True, max_length=32)
    enabled: bool = False
    document: str = Field(sa_type=Text)
    offer_id: int | None = reference("offer.id", nullable=True)
    evaluated_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="what was due before this is in the outbox"
    )
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Heartbeat(Table, table=True):
    """A worker's sign of life, on the machine's clock."""

    __tablename__ = "heartbeat"

    worker: str = Field(primary_key=True, max_length=64)
    started_at: datetime = Field(sa_type=UtcDateTime)
    beat_at: datetime = Field(sa_type=UtcDateTime)
    sent: int = 0
    failed: int = 0
    error: str | None = Field(default=None, max_length=64)
