"""The outbox: queue, lease, compare-and-set, settle. Statuses move only along guarded UPDATEs, so two workers are safe."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlmodel import Session, col

from core.clock import to_micros
from core.documents.enums import MessageStatus
from core.store.database import Database
from core.store.tables import (
    CallTask,
    Campaign,
    Coupon,
    Decision,
    Heartbeat,
    Journey,
    Member,
    MemberProfile,
    MemberTier,
    MessageTemplate,
    Offer,
    OutboxMessage,
    PaidPlan,
    PlanPurchase,
)

CHUNK = 500
COLUMNS = (
    "decision_id",
    "member_id",
    "rule",
    "occasion",
    "channel",
    "purpose",
    "template_hash",
    "coupon_id",
    "status",
    "attempts",
    "not_before",
    "deadline",
    "created_at",
)
_QUEUED: Mapping[str, Any] = {"coupon_id": None, "status": MessageStatus.PENDING, "attempts": 0}
_NO_LEASE: Mapping[str, Any] = {"lease_owner": None, "lease_until": None}
_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a message becomes; ``not_before`` only for one that goes back to pending."""

    id: int
    status: MessageStatus
    reason: str | None = None
    provider_id: str | None = None
    not_before: datetime | None = None
    attempts: int = 0


def save_template(session: Session, db: Database, subject: str, text: str) -> str:
    """The hash under which a text is kept; a text that is already there is not kept twice."""
    name = hashlib.sha256(f"{subject}\x00{text}".encode()).hexdigest()
    statement = db.upsert(MessageTemplate).values(hash=name, subject=subject, text=text)
    session.execute(statement.on_conflict_do_nothing(index_elements=["hash"]))
    return name


def queue_messages(session: Session, db: Database, rows: Iterable[Mapping[str, Any]]) -> int:
    """Queue messages, each once for (member, rule, occasion); returns how many are new. Through the driver: 10x faster."""
    batch = [tuple(_plain({**_QUEUED, **row}[column]) for column in COLUMNS) for row in rows]
    if not batch:
        return 0
    mark = "?" if db.is_sqlite else "%s"
    statement = (
        f"INSERT INTO outbox_message ({', '.join(COLUMNS)}) VALUES ({', '.join(mark for _ in COLUMNS)})"
        " ON CONFLICT (member_id, rule, occasion) DO NOTHING"
    )
    return session.connection().exec_driver_sql(statement, batch).rowcount


def suppress_late(session: Session, now: datetime) -> list[int]:
    """Pending messages whose deadline has passed become suppressed; their ids, ``CHUNK`` at most."""
    late = (
        select(col(OutboxMessage.id))
        .where(col(OutboxMessage.status) == MessageStatus.PENDING, col(OutboxMessage.deadline) <= now)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.execute(late).scalars())
    return _move(session, ids, MessageStatus.PENDING, status=MessageStatus.SUPPRESSED, reason="too_late")


def lease_pending(
    session: Session, owner: str, now: datetime, until: datetime, limit: int, without: Sequence[str] = ()
) -> list[tuple[int, str]]:
    """Reserve due messages (id, channel), first come first; ``until`` is on the machine's clock."""
    due = (
        select(col(OutboxMessage.id))
        .where(
            col(OutboxMessage.status) == MessageStatus.PENDING,
            col(OutboxMessage.not_before) <= now,
            col(OutboxMessage.deadline) > now,
            col(OutboxMessage.channel).not_in(without),
        )
        .order_by(col(OutboxMessage.not_before), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.execute(due).scalars())
    statement = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))
    statement = statement.values(status=MessageStatus.LEASED, lease_owner=owner, lease_until=until)
    session.execute(statement, execution_options=_PLAIN)
    channels = select(col(OutboxMessage.id), col(OutboxMessage.channel)).where(col(OutboxMessage.id).in_(ids))
    return [(row[0], row[1]) for row in session.execute(channels.order_by(col(OutboxMessage.id)))]


def dead_messages(
    session: Session, status: MessageStatus, real_now: datetime, everybody: bool
) -> list[tuple[int, str]]:
    """Messages (id, channel) left behind in a dead worker's hands; ``everybody``: no other worker is alive."""
    statement = select(col(OutboxMessage.id), col(OutboxMessage.channel)).where(col(OutboxMessage.status) == status)
    if not everybody:
        statement = statement.where(col(OutboxMessage.lease_until) <= real_now)
    return [(row[0], row[1]) for row in session.execute(statement.with_for_update(skip_locked=True))]


def return_messages(
    session: Session, ids: Sequence[int], came_from: MessageStatus, owner: str | None = None
) -> list[int]:
    """Messages of a status (and an owner) go back to pending as if nobody had taken them."""
    return _move(session, ids, came_from, owner, status=MessageStatus.PENDING, tried_at=None, **_NO_LEASE)


def mark_unknown(session: Session, ids: Sequence[int], reason: str) -> list[int]:
    """Messages that were being sent when their worker died become unknown: a person decides."""
    return _move(session, ids, MessageStatus.SENDING, status=MessageStatus.UNKNOWN, reason=reason, **_NO_LEASE)


def lock_members(session: Session, ids: Sequence[int]) -> None:
    """On PostgreSQL nobody else may judge these people's caps or change their consent until the transaction ends."""
    members = select(col(Member.id)).join(OutboxMessage, col(OutboxMessage.member_id) == col(Member.id))
    statement = members.where(col(OutboxMessage.id).in_(ids)).order_by(col(Member.id))
    session.execute(statement.with_for_update(key_share=True, of=Member))


def read_messages(session: Session, ids: Sequence[int], owner: str | None = None) -> Sequence[Row[Any]]:
    """Messages with all that judging and writing them needs, by id; with ``owner`` only those leased by it."""
    message, member, coupon = OutboxMessage, Member, Coupon
    columns: tuple[Any, ...] = (
        col(message.id), col(message.member_id), col(message.rule), col(message.occasion), col(message.channel),
        col(message.purpose), col(message.coupon_id), col(message.status), col(message.deadline), col(message.attempts),
        col(message.tried_at), col(Decision.arm), col(Campaign.status).label("campaign_status"),
        col(Campaign.name).label("campaign_name"),
        col(Journey.enabled).label("journey_enabled"), col(member.nickname), col(member.name), col(member.email_cipher),
        col(member.consent_email), col(member.opted_out), col(member.not_counted), col(member.birth_month), col(member.birth_day),
        col(MemberTier.tier), col(MemberTier.next_tier), col(MemberTier.missing_fen), col(MemberTier.drops_at),
        col(MemberTier.drops_to), col(MemberTier.keep_fen), col(MemberTier.keep_orders), col(MemberTier.keep_growth),
        col(coupon.code), col(coupon.tier).label("coupon_tier"), col(coupon.status).label("coupon_status"),
        col(coupon.valid_until), col(MemberProfile.last_order_id), col(Offer.document).label("offer"),
        col(MessageTemplate.subject), col(MessageTemplate.text),
        col(PaidPlan.document).label("plan"), col(PlanPurchase.ends_at).label("plan_until"),
    )  # fmt: skip
    statement: Select[Any] = (
        select(*columns)
        .join(Member, col(member.id) == col(message.member_id))
        .join(Decision, col(Decision.id) == col(message.decision_id))
        .join(MessageTemplate, col(MessageTemplate.hash) == col(message.template_hash))
        .outerjoin(Campaign, col(Campaign.id) == col(Decision.campaign_id))
        .outerjoin(Journey, func.concat("journey:", col(Journey.code)) == col(message.rule))
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(member.id))
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(member.id))
        .outerjoin(Coupon, col(coupon.id) == col(message.coupon_id))
        .outerjoin(Offer, col(Offer.id) == col(coupon.offer_id))
        .outerjoin(PlanPurchase, func.concat("plan_renewal:", col(PlanPurchase.id)) == col(message.occasion))
        .outerjoin(PaidPlan, col(PaidPlan.id) == col(PlanPurchase.plan_id))
        .where(col(message.id).in_(ids))
        .order_by(col(message.id))
    )
    if owner is not None:
        statement = statement.where(col(message.status) == MessageStatus.LEASED, col(message.lease_owner) == owner)
    return session.execute(statement).all()


def mark_sending(session: Session, ids: Sequence[int], owner: str, now: datetime, until: datetime) -> list[int]:
    """Compare-and-set from leased by ``owner`` to sending; the ids that are now ours to send."""
    values = {"status": MessageStatus.SENDING, "tried_at": now, "lease_until": until}
    return _move(session, ids, MessageStatus.LEASED, owner, **values)


def list_calls(session: Session, ids: Sequence[int], owner: str, now: datetime) -> list[int]:
    """Compare-and-set from leased to sent, and a line of the call list for each, in the same transaction."""
    values = {"status": MessageStatus.SENT, "tried_at": now, "sent_at": now, **_NO_LEASE}
    moved = _move(session, ids, MessageStatus.LEASED, owner, **values)
    members = select(col(OutboxMessage.id), col(OutboxMessage.member_id)).where(col(OutboxMessage.id).in_(moved))
    session.add_all([CallTask(message_id=row[0], member_id=row[1], listed_at=now) for row in session.execute(members)])
    return moved


def settle(session: Session, outcomes: Sequence[Settled], owner: str, now: datetime) -> list[Settled]:
    """Write what became of messages that ``owner`` holds; those that it no longer holds are left out of the answer."""
    written = []
    for outcome in outcomes:
        values: dict[str, Any] = {"status": outcome.status, "reason": outcome.reason, "attempts": outcome.attempts}
        if outcome.status == MessageStatus.SENT:
            values["sent_at"] = now
        if outcome.not_before is not None:
            values |= {"not_before": outcome.not_before, "tried_at": None}
        if outcome.provider_id:
            values["provider_id"] = outcome.provider_id[:128]
        statement = update(OutboxMessage).where(
            col(OutboxMessage.id) == outcome.id,
            col(OutboxMessage.lease_owner) == owner,
            col(OutboxMessage.status).in_((MessageStatus.LEASED, MessageStatus.SENDING)),
        )
        if session.execute(statement.values(**values, **_NO_LEASE), execution_options=_PLAIN).rowcount == 1:  # type: ignore[attr-defined]
            written.append(outcome)
    return written


def decide_unknown(session: Session, message_id: int, status: MessageStatus) -> bool:
    """A person's word on an unknown message; false when it is not unknown (any more)."""
    statement = update(OutboxMessage).where(
        col(OutboxMessage.id) == message_id, col(OutboxMessage.status) == MessageStatus.UNKNOWN
    )
    values: dict[str, Any] = {"status": status, "reason": "by_hand"}
    if status == MessageStatus.SENT:
        values["sent_at"] = col(OutboxMessage.tried_at)
    return bool(session.execute(statement.values(**values), execution_options=_PLAIN).rowcount)  # type: ignore[attr-defined]


def queued_from(session: Session, rule: str, since: datetime) -> list[datetime]:
    """The earliest hours of a rule's messages from ``since`` on, suppressed ones left out."""
    statement = select(col(OutboxMessage.not_before)).where(
        col(OutboxMessage.rule) == rule,
        col(OutboxMessage.not_before) >= since,
        col(OutboxMessage.status) != MessageStatus.SUPPRESSED,
    )
    return list(session.execute(statement).scalars())


def beat(
    session: Session, worker: str, started_at: datetime, at: datetime, sent: int, failed: int, error: str | None
) -> None:
    """The worker's sign of life with what its last round sent; instants on the machine's clock."""
    row = Heartbeat(
        worker=worker, started_at=started_at, beat_at=at, sent=sent, failed=failed, error=error[:64] if error else None
    )
    session.merge(row)


def _move(
    session: Session, ids: Sequence[int], came_from: MessageStatus, owner: str | None = None, **values: Any
) -> list[int]:
    """Compare-and-set: the ids that had the status (and the owner) and now have the values. The guard is in the UPDATE."""
    statement = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids), col(OutboxMessage.status) == came_from)
    if owner is not None:
        statement = statement.where(col(OutboxMessage.lease_owner) == owner)
    returning = statement.values(**values).returning(col(OutboxMessage.id))
    return sorted(session.execute(returning, execution_options=_PLAIN).scalars())


def _plain(value: Any) -> Any:
    """A value as the drivers take it: instants as epoch microseconds, words of a vocabulary as text."""
    if isinstance(value, datetime):
        return to_micros(value)
    return value.value if isinstance(value, StrEnum) else value
