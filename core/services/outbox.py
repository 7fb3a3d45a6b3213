"""The one way out: due messages are leased, judged once more at the last moment, sent outside any transaction, and settled.

Judging, marking as *sending* and writing the outcomes of the group before happen in one short transaction for each small
group, so that a kill leaves at most ``GROUP`` messages in doubt. Every message ends sent, failed, unknown or suppressed.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from core.channels.base import Channel, Delivery, Message, Outcome, Reason
from core.channels.registry import build_channel, channel_kind
from core.clock import ShopZone, from_micros, real_now
from core.config import config
from core.documents.enums import Area, Arm, CampaignStatus, CouponStatus, MessageStatus, Purpose
from core.documents.journey import DORMANT, NEAR_UPGRADE, TIER_DROP
from core.errors import Refusal
from core.rules.timing import allowed_window, cap_reached, closes_in, next_allowed, tier_drop_key
from core.services.actor import Actor
from core.services.channel_pause import pause_channel, paused_channels, rested_channels, resume_channel
from core.services.desk import Desk
from core.services.letters import CALL_LIST, Writer, make_writer, write_letter
from core.services.shop_settings import ShopSettings, load_settings, smtp_plain
from core.store.audit import record
from core.store.queries import outbox
from core.store.queries.contacts import read_touches
from core.store.queries.outbox import Settled

LEASE_BATCH = 20
GROUP = 5
# Longer than the slowest mail server can keep one group waiting; who finds nobody else alive need not wait for it.
LEASE_TIME = timedelta(minutes=15)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MAX_ATTEMPTS = len(BACKOFF) + 1
# Faults of the shop's own line: no message is to blame, none is used up, the channel rests.
LINE_FAULTS = (Reason.SETTINGS, Reason.UNREACHABLE, Reason.SENDER_REFUSED)
_TIER_DROP, _SINCE_ORDER = f"journey:{TIER_DROP}", (f"journey:{DORMANT}", f"journey:{NEAR_UPGRADE}")


@dataclass
class Tally:
    """What became of messages, by number; ``unfinished``: there was more to do when the time was up."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    stopped: dict[str, str] = field(default_factory=dict)
    unfinished: bool = False

    def add(self, outcomes: Sequence[Settled]) -> None:
        """Count final outcomes."""
        for outcome in outcomes:
            match outcome.status:
                case MessageStatus.SENT:
                    self.sent += 1
                case MessageStatus.FAILED:
                    self.failed += 1
                case MessageStatus.UNKNOWN:
                    self.unknown += 1
                case MessageStatus.SUPPRESSED:
                    self.suppressed[outcome.reason or ""] += 1


@dataclass
class Round:
    """One draining of the outbox by one worker."""

    desk: Desk
    settings: ShopSettings
    writer: Writer
    now: datetime
    owner: str
    should_stop: Callable[[], bool]
    rested: set[str]
    channels: dict[str, Channel] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def lease_until(self) -> datetime:
        """On the machine's clock, counted from this moment."""
        return real_now() + LEASE_TIME


def drain_outbox(
    desk: Desk,
    *,
    now: datetime,
    began: float | None = None,
    seconds: float = 20.0,
    should_stop: Callable[[], bool] = lambda: False,
) -> Tally:
    """Send what is due. Ends after ``seconds`` of machine time, so that ``now`` stays true; then there may be more.

    ``began``: the machine's ``time.monotonic`` at ``now``. When the hours of marketing end meanwhile, so does the round.
    """
    started = time.monotonic()
    ends, night = started + seconds, float("inf")
    with desk.db.read() as session:
        settings = load_settings(session)
        writer = make_writer(session, settings, now)
        rested, resting = rested_channels(session), paused_channels(session, settings, real_now())
    left = closes_in(now, allowed_window(settings.quiet_end, settings.quiet_start), ShopZone(settings.zone))
    if left is not None:
        night = (started if began is None else began) + left.total_seconds()
    owner = f"{os.getpid()}-{os.urandom(6).hex()}"
    turn = Round(
        desk, settings, writer, now, owner, lambda: should_stop() or time.monotonic() > min(ends, night), rested
    )
    turn.tally.stopped |= resting
    _suppress_late(turn)
    try:
        turn.tally.unfinished = _drain_leases(turn) and time.monotonic() <= night
    finally:
        for channel in turn.channels.values():
            channel.close()
    return turn.tally


def _drain_leases(turn: Round) -> bool:
    """Lease after lease until nothing is due; whether it was stopped before."""
    while not turn.should_stop():
        with turn.desk.db.write() as session:
            leased = outbox.lease_pending(
                session, turn.owner, turn.now, turn.lease_until(), LEASE_BATCH, tuple(turn.tally.stopped)
            )
        if not leased:
            return False
        for channel in sorted({name for _, name in leased}):
            _drain_channel(turn, channel, [number for number, name in leased if name == channel])
    return True


def recover_messages(desk: Desk, *, now: datetime, real: datetime, alone: bool = False) -> Tally:
    """Take over what dead workers left: reserved goes back; half-way out is repeated where harmless, else unknown.

    Dead is a worker whose lease has ended on the machine's clock, or any, when the caller knows to be ``alone``.
    """
    tally = Tally()
    with desk.db.write() as session:
        leased = outbox.dead_messages(session, MessageStatus.LEASED, real, alone)
        sending = outbox.dead_messages(session, MessageStatus.SENDING, real, alone)
        if not leased and not sending:
            return tally
        safe = [number for number, name in sending if channel_kind(_real_channel(desk, name)).idempotent]
        lost = [number for number, _ in sending if number not in set(safe)]
        back = outbox.return_messages(session, [number for number, _ in leased], MessageStatus.LEASED)
        back += outbox.return_messages(session, safe, MessageStatus.SENDING)
        unknown = outbox.mark_unknown(session, lost, "worker_died")
        tally.unknown = len(unknown)
        record(
            session,
            Actor.worker().name,
            "messages.recovered",
            "outbox",
            now=now,
            count=len(back) + len(unknown),
            ids=back + unknown,
            returned=len(back),
            unknown=len(unknown),
        )
    return tally


def resolve_unknown(desk: Desk, actor: Actor, message_id: int, outcome: MessageStatus, *, now: datetime) -> None:
    """A person says what became of an unknown message: sent or failed; refuses one that is not unknown."""
    if outcome not in (MessageStatus.SENT, MessageStatus.FAILED):
        raise Refusal("message_outcome")
    with desk.db.write(Area.MESSAGES) as session:
        if not outbox.decide_unknown(session, message_id, outcome):
            raise Refusal("message_not_unknown")
        record(session, actor.name, "message.resolved", f"message:{message_id}", now=now, outcome=outcome.value)


def judge(row: Row[Any], settings: ShopSettings, now: datetime, touched: Sequence[datetime]) -> Settled | None:
    """Whether a message may leave at ``now`` (None), else what becomes of it; ``touched``: its receiver's marketing."""
    reason = _reason_against(row, now)
    if reason is not None:
        return Settled(row.id, MessageStatus.SUPPRESSED, reason, attempts=row.attempts)
    window = allowed_window(settings.quiet_end, settings.quiet_start)
    opens = next_allowed(now, window, ShopZone(settings.zone))
    if opens >= row.deadline:
        return Settled(row.id, MessageStatus.SUPPRESSED, "expired", attempts=row.attempts)
    if opens > now:
        return Settled(row.id, MessageStatus.PENDING, not_before=opens, attempts=row.attempts)
    if row.purpose == Purpose.MARKETING and cap_reached(
        sorted(touched), now, settings.cap_per_day, settings.cap_per_30_days
    ):
        return Settled(row.id, MessageStatus.SUPPRESSED, "cap", attempts=row.attempts)
    return None


def _reason_against(row: Row[Any], now: datetime) -> str | None:
    """Why a message must not leave, whatever the hour."""
    checks = (
        ("too_late", row.deadline <= now),
        ("held_out", row.arm == Arm.HELD_OUT),
        ("opted_out", row.opted_out),
        ("not_counted", row.not_counted is not None),
        ("no_consent", row.channel == "email" and not row.consent_email),
        ("no_contact", row.channel == "email" and row.email_cipher is None),
        ("cancelled", row.campaign_status == CampaignStatus.CANCELLED),
        ("switched_off", row.journey_enabled is False),
        ("came_back", row.rule in _SINCE_ORDER and row.occasion.partition(":")[2] != str(row.last_order_id)),
        ("tier_kept", row.rule == _TIER_DROP and not (row.drops_at and row.occasion == tier_drop_key(row.drops_at))),
        ("coupon_over", row.coupon_id is not None and not _usable(row, now)),
    )
    return next((reason for reason, holds in checks if holds), None)


def _usable(row: Row[Any], now: datetime) -> bool:
    return bool(row.coupon_status == CouponStatus.ISSUED and row.valid_until > now)


def _suppress_late(turn: Round) -> None:
    while True:
        with turn.desk.db.write() as session:
            late = outbox.suppress_late(session, turn.now)
            settled = [Settled(number, MessageStatus.SUPPRESSED, "too_late") for number in late]
            _write_down(session, turn, settled)
        if not late:
            return


def _drain_channel(turn: Round, name: str, ids: list[int]) -> None:
    """Send one channel's part of a lease; a channel that cannot send at all gives its messages back."""
    if name == CALL_LIST:
        _list_calls(turn, ids)
        return
    try:
        channel = _opened_channel(turn, name)
    except Refusal as refusal:
        _rest(turn, name, refusal.code)
        with turn.desk.db.write() as session:
            outbox.return_messages(session, ids, MessageStatus.LEASED, turn.owner)
        return
    _send_groups(turn, channel, name, ids)


def _opened_channel(turn: Round, name: str) -> Channel:
    """The round's channel, opened once: signing in anew for each lease cost a third of the time (measured)."""
    if name not in turn.channels:
        channel = _make_channel(turn, name)
        channel.open()
        turn.channels[name] = channel
    return turn.channels[name]


def _send_groups(turn: Round, channel: Channel, name: str, ids: list[int]) -> None:
    outcomes: list[Settled] = []
    for start in range(0, len(ids), GROUP):
        if turn.should_stop() or name in turn.tally.stopped:
            break
        rows = _advance(turn, outcomes, ids[start : start + GROUP])
        outcomes = _send_group(turn, channel, name, rows)
    with turn.desk.db.write() as session:
        _write_down(session, turn, outbox.settle(session, outcomes, turn.owner, turn.now))
        outbox.return_messages(session, ids, MessageStatus.LEASED, turn.owner)
        if name in turn.rested and any(outcome.status == MessageStatus.SENT for outcome in outcomes):
            resume_channel(session, name)
            turn.rested.discard(name)


def _advance(turn: Round, outcomes: Sequence[Settled], ids: Sequence[int]) -> list[Row[Any]]:
    """One short transaction: settle the last group, judge the next one, and mark what may leave as sending."""
    with turn.desk.db.write() as session:
        written = outbox.settle(session, outcomes, turn.owner, turn.now)
        cleared, refused = _judge_all(session, turn, ids)
        written += outbox.settle(session, refused, turn.owner, turn.now)
        marked = outbox.mark_sending(session, [row.id for row in cleared], turn.owner, turn.now, turn.lease_until())
        _write_down(session, turn, written)
    return [row for row in cleared if row.id in set(marked)]


def _judge_all(session: Session, turn: Round, ids: Sequence[int]) -> tuple[list[Row[Any]], list[Settled]]:
    """Rows that may leave now, and what becomes of the others; each that may leave counts for the next one's cap."""
    if not ids:
        return [], []
    outbox.lock_members(session, ids)
    rows = outbox.read_messages(session, ids, turn.owner)
    touched: dict[int, list[datetime]] = {row.member_id: [] for row in rows}
    for member, at in zip(*read_touches(session, list(touched), turn.now), strict=True):
        touched[int(member)].append(from_micros(int(at)))
    cleared, refused = [], []
    for row in rows:
        verdict = judge(row, turn.settings, turn.now, touched[row.member_id])
        if verdict is not None:
            refused.append(verdict)
            continue
        cleared.append(row)
        if row.purpose == Purpose.MARKETING:
            touched[row.member_id].append(turn.now)
    return cleared, refused


def _list_calls(turn: Round, ids: list[int]) -> None:
    with turn.desk.db.write() as session:
        cleared, refused = _judge_all(session, turn, ids)
        written = outbox.settle(session, refused, turn.owner, turn.now)
        listed = outbox.list_calls(session, [row.id for row in cleared], turn.owner, turn.now)
        written += [Settled(number, MessageStatus.SENT) for number in listed]
        _write_down(session, turn, written)


def _send_group(turn: Round, channel: Channel, name: str, rows: Sequence[Row[Any]]) -> list[Settled]:
    """Send a group, outside any transaction. Whatever happens, each of its messages gets an outcome."""
    done: list[Settled] = []
    try:
        for row in rows:
            delivery = _send(turn, channel, row)
            done.append(_outcome(row, delivery, turn.now))
            if delivery.retry and delivery.code in LINE_FAULTS:
                _rest(turn, name, delivery.detail or delivery.code)
                break
            if turn.should_stop():
                break
    except Exception:
        lost = rows[len(done)]
        done.append(Settled(lost.id, MessageStatus.UNKNOWN, "fault", attempts=lost.attempts + 1))
        _advance(turn, done + _untouched(rows[len(done) :], turn.now), ())
        raise
    return done + _untouched(rows[len(done) :], turn.now)


def _untouched(rows: Sequence[Row[Any]], now: datetime) -> list[Settled]:
    return [Settled(row.id, MessageStatus.PENDING, not_before=now, attempts=row.attempts) for row in rows]


def _send(turn: Round, channel: Channel, row: Row[Any]) -> Delivery:
    """Write one message and hand it over; the address is open only here."""
    try:
        subject, text = write_letter(row, turn.writer)
    except Refusal as refusal:
        return Delivery(Outcome.FAILED, code=refusal.code)
    address = turn.desk.vault.unseal(row.email_cipher) if row.channel == "email" and row.email_cipher else None
    message = Message(str(row.id), row.channel, address, subject, text, turn.writer.shop, Purpose(row.purpose))
    return channel.send(message)


def _outcome(row: Row[Any], delivery: Delivery, now: datetime) -> Settled:
    """What a delivery makes of a message."""
    attempts = row.attempts + 1
    if not delivery.retry:
        status = MessageStatus(delivery.outcome.value)
        return Settled(row.id, status, delivery.code[:32] or None, delivery.provider_id or None, attempts=attempts)
    if delivery.code in LINE_FAULTS:
        return Settled(row.id, MessageStatus.PENDING, delivery.code, not_before=now, attempts=row.attempts)
    if attempts >= MAX_ATTEMPTS:
        return Settled(row.id, MessageStatus.FAILED, delivery.code, attempts=attempts)
    return Settled(
        row.id, MessageStatus.PENDING, delivery.code, not_before=now + BACKOFF[attempts - 1], attempts=attempts
    )


def _rest(turn: Round, name: str, code: str) -> None:
    """Nothing can leave on this channel now, and no message is to blame: it rests, they wait."""
    turn.tally.stopped[name] = code
    with turn.desk.db.write() as session:
        pause_channel(session, turn.settings, name, code, real_now())


def _write_down(session: Session, turn: Round, written: Sequence[Settled]) -> None:
    """The audit entry of what was settled, in its own transaction, and the tally."""
    final = [outcome for outcome in written if outcome.status != MessageStatus.PENDING]
    if final:
        counts = Counter(outcome.status.value for outcome in final)
        reasons = Counter(outcome.reason for outcome in final if outcome.status == MessageStatus.SUPPRESSED)
        record(
            session,
            Actor.worker().name,
            "messages.settled",
            "outbox",
            now=turn.now,
            count=len(final),
            ids=[outcome.id for outcome in final],
            **counts,
            reasons=dict(reasons),
        )
        turn.tally.add(final)


def _real_channel(desk: Desk, name: str) -> str:
    """The channel that is really used: in the demo nothing goes out."""
    return "practice" if name != CALL_LIST and desk.is_demo else name


def _make_channel(turn: Round, name: str) -> Channel:
    """A channel with the shop's settings; refuses settings that cannot be right."""
    plain = smtp_plain(turn.desk, turn.settings.smtp)
    folder = config().data_dir / "outbox" / turn.desk.store
    return build_channel(_real_channel(turn.desk, name), plain, folder)
