"""Reminders: what the owner set, who would get one today, and the evaluation that decides and queues.

A reminder's *moment* is one wall-clock time on one shop day; everyone whose moment has come since the watermark is decided
once, in one transaction for each day, so that a machine that slept catches up day by day and a killed one loses nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from core.clock import ShopZone
from core.documents.enums import Area
from core.documents.journey import (
    BIRTHDAY,
    COUPON_EXPIRING,
    DORMANT,
    NEAR_UPGRADE,
    PLAN_RENEWAL,
    TIER_DROP,
    JourneyDocument,
    default_journeys,
    journey_faults,
)
from core.documents.message import Message
from core.errors import Refusal
from core.i18n import Lang, translate
from core.rules.templates import check_template
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.due import DueLine, decide_day, find_due, moment_of
from core.services.letters import make_writer
from core.services.options import load_options
from core.services.shop_settings import ShopSettings, load_settings
from core.store.audit import record
from core.store.queries.coupons import insert_offer
from core.store.tables import Journey, Offer

# Switching a reminder on must not flood: only those whose moment came within these days, none from before.
FIRST_DAYS = {BIRTHDAY: 0, COUPON_EXPIRING: 0, DORMANT: 30, PLAN_RENEWAL: 0, TIER_DROP: 0, NEAR_UPGRADE: 7}
# These count days after the last order, the others days ahead.
AFTER_ORDER = (DORMANT, NEAR_UPGRADE)
FURTHEST_BACK = 30
MOST_COUPONS = 100
PLAN_FIELDS = {"plan", "plan_until", "days"}
DROP_FIELDS = {"keep_missing", "keep_until", "drop_tier", "days"}
NEAR_FIELDS = {"next_tier", "missing_amount"}
_COUPON_FIELDS = {"offer", "coupon_code", "coupon_value", "coupon_threshold", "coupon_until", "days", "link"}


@dataclass(frozen=True)
class JourneyView:
    """A reminder as it is set; ``evaluated_until`` None: it was never on."""

    document: JourneyDocument
    enabled: bool
    evaluated_until: datetime | None


@dataclass(frozen=True)
class DueToday:
    """Who would get a reminder today, and why the others would not; ``first_days``: how far back the first day looks."""

    lines: list[DueLine]
    first_days: int

    @property
    def getting(self) -> int:
        """People who would get it."""
        return sum(line.reason is None for line in self.lines)

    @property
    def reasons(self) -> Counter[str]:
        """The others, by reason."""
        return Counter(line.reason for line in self.lines if line.reason is not None)


@dataclass
class Evaluation:
    """What an evaluation of all reminders queued, by code, and whom it left out, by reason."""

    due: Counter[str] = field(default_factory=Counter)
    suppressed: Counter[str] = field(default_factory=Counter)


def list_journeys(desk: Desk) -> list[JourneyView]:
    """All reminders; those never touched with the ready text in the shop's language."""
    with desk.db.read() as session:
        settings = load_settings(session)
        plans = "paid_plan" in load_options(session)
        return [
            _view(session, document, settings.lang)
            for document in default_journeys()
            if plans or document.code != PLAN_RENEWAL
        ]


def read_journey(desk: Desk, code: str) -> JourneyView:
    """One reminder; refuses ``journey_unknown``."""
    for view in list_journeys(desk):
        if view.document.code == code:
            return view
    raise Refusal("journey_unknown", journey=code)


def set_journey(desk: Desk, actor: Actor, document: JourneyDocument, *, now: datetime) -> JourneyView:
    """Set on or off, timing, text, channels, offer; refuses the first fault of the document or of its text."""
    before = read_journey(desk, document.code)
    document = JourneyDocument.read(document.as_json())
    with desk.db.write(Area.MESSAGES) as session:
        settings = load_settings(session)
        tiers = tuple(make_writer(session, settings, now).tiers)
        for fault in [*journey_faults(document, tiers), *_text_faults(document)]:
            raise fault
        row = session.get(Journey, document.code)
        if row is None:
            row = Journey(code=document.code, document="", updated_at=now)
        row.evaluated_until = _watermark(before, document, settings, row.evaluated_until, now)
        row.offer_id = _keep_offer(session, row.offer_id, document, now)
        row.document, row.enabled, row.updated_at = document.canonical(), document.enabled, now
        session.add(row)
        subject = f"journey:{document.code}"
        record(session, actor.name, "journey.set", subject, now=now, enabled=document.enabled, hash=document.digest())
        return JourneyView(document, document.enabled, row.evaluated_until)


def list_due_today(desk: Desk, document: JourneyDocument, *, now: datetime) -> DueToday:
    """Whose moment is today, or was missed and would be caught up; for a draft: as if it were switched on now."""
    with desk.db.read() as session:
        settings = load_settings(session)
        row = session.get(Journey, document.code)
        running = row is not None and row.enabled
        until = row.evaluated_until if row is not None and running else None
        since = min(until or first_watermark(document.code, settings, now), _today(settings, now))
        ends = _today(settings, now + timedelta(days=1))
        lines: list[DueLine] = []
        for day in _days_between(document, settings, since, ends):
            lines += find_due(session, desk, document, day, settings, now)
    return DueToday(lines, FIRST_DAYS.get(document.code, 0))


def evaluate_journeys(desk: Desk, actor: Actor, *, now: datetime) -> Evaluation:
    """Decide and queue everything whose moment has come since each reminder's watermark."""
    found = Evaluation()
    with desk.db.read() as session:
        settings = load_settings(session)
        rows = list(session.exec(select(Journey).where(col(Journey.enabled)).order_by(col(Journey.code))))
    for row in rows:
        document = JourneyDocument.read(row.document)
        for day in _days_between(document, settings, row.evaluated_until or now, now):
            outcome = decide_day(desk, actor, document.code, day, now=now)
            if outcome is not None:
                found.due.update({document.code: outcome.queued} if outcome.queued else {})
                found.suppressed.update(outcome.reasons)
    return found


def first_watermark(code: str, settings: ShopSettings, now: datetime) -> datetime:
    """From where a reminder that is switched on now looks: the start of today, for some a few days back."""
    zone = ShopZone(settings.zone)
    return zone.start(zone.day(now) - timedelta(days=FIRST_DAYS.get(code, 0)))


def _today(settings: ShopSettings, now: datetime) -> datetime:
    """The instant at which the shop day of ``now`` began."""
    zone = ShopZone(settings.zone)
    return zone.start(zone.day(now))


def _days_between(document: JourneyDocument, settings: ShopSettings, since: datetime, until: datetime) -> list[date]:
    """The shop days whose moment lies in ``(since, until]``."""
    zone = ShopZone(settings.zone)
    days = [zone.day(since) + timedelta(days=n) for n in range((zone.day(until) - zone.day(since)).days + 1)]
    return [day for day in days if since < moment_of(document, day, zone) <= until]


def _watermark(
    before: JourneyView, document: JourneyDocument, settings: ShopSettings, until: datetime | None, now: datetime
) -> datetime | None:
    """From where to evaluate after a change.

    Switched on: not from before the first day. An earlier moment (more days ahead, fewer days of silence) looks back as
    far as it moved, or the people in between would never get theirs; nobody is decided twice.
    """
    if not document.enabled:
        return until
    first = first_watermark(document.code, settings, now)
    if not before.enabled or until is None:
        return first if until is None else max(until, first)
    moved = document.days - before.document.days
    moved = -moved if document.code in AFTER_ORDER else moved
    return until - timedelta(days=min(moved, FURTHEST_BACK)) if moved > 0 else until


def _keep_offer(session: Session, offer_id: int | None, document: JourneyDocument, now: datetime) -> int | None:
    """The id of the reminder's offer; a changed offer is a new one with counters of its own."""
    if document.offer is None:
        return None
    # One for each occasion, which the occasion's key holds to: a birthday comes back every year.
    offer = document.offer.model_copy(update={"per_member_limit": MOST_COUPONS})
    kept = session.get(Offer, offer_id) if offer_id is not None else None
    return kept.id if kept is not None and kept.document_hash == offer.digest() else insert_offer(session, offer, now)


def _text_faults(document: JourneyDocument) -> list[Refusal]:
    """What is wrong with the words, also placeholders for which this reminder has no value."""
    allowed = {"nickname", "shop", "tier"}
    if document.code == BIRTHDAY:
        allowed |= {"birthday"}
    if document.code == COUPON_EXPIRING or document.offer is not None:
        allowed |= _COUPON_FIELDS
    if document.code == PLAN_RENEWAL:
        allowed |= PLAN_FIELDS
    if document.code == TIER_DROP:
        allowed |= DROP_FIELDS
    if document.code == NEAR_UPGRADE:
        allowed |= NEAR_FIELDS
    faults = [
        fault
        for text in (document.message.subject, document.message.text)
        if text
        for fault in check_template(text, allowed)
    ]
    return [Refusal(fault.code, **fault.params) for fault in faults]


def _view(session: Session, ready: JourneyDocument, lang: Lang) -> JourneyView:
    row = session.get(Journey, ready.code)
    if row is not None:
        return JourneyView(JourneyDocument.read(row.document), row.enabled, row.evaluated_until)
    subject, text = (translate(lang, f"journey.{ready.code}.{part}") for part in ("subject", "text"))
    changes: dict[str, object] = {"message": Message(subject=subject, text=text)}
    if ready.offer is not None:
        changes["offer"] = ready.offer.model_copy(update={"name": translate(lang, f"journey.{ready.code}.offer")})
    return JourneyView(ready.model_copy(update=changes), False, None)
