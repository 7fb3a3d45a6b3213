"""Whose moment a reminder has come on one day, decided once: left out, not reachable, or queued with a coupon."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from sqlmodel import Session, select

from core.clock import ShopZone, day_number
from core.documents import journey
from core.documents.enums import Area, Arm, Purpose
from core.documents.journey import BIRTHDAY, COUPON_EXPIRING, NEAR_FEN, PLAN_RENEWAL, TIER_DROP, JourneyDocument
from core.documents.rules import read_rules
from core.errors import Refusal
from core.rules.assignment import assign
from core.rules.timing import (
    allowed_window,
    birthday_key,
    birthdays_kept_on,
    coupon_key,
    dormant_key,
    near_upgrade_key,
    next_allowed,
    plan_renewal_key,
    tier_drop_key,
)
from core.services.actor import Actor
from core.services.coupons import issue_coupons
from core.services.desk import Desk
from core.services.reach import find_reach
from core.services.shop_settings import ShopSettings, load_settings
from core.store.audit import record
from core.store.queries import journeys as queries
from core.store.queries import outbox
from core.store.queries.paid_plans import ending_between
from core.store.queries.tiers import published_versions
from core.store.tables import Journey

# A win-back is still of use for so long; a birthday to its last hour, a coupon's notice to the coupon's end.
DORMANT_FOR = timedelta(days=30)
NEAR_FOR = timedelta(days=14)
# One reminder writes to no more people a day than staff can answer; the rest have their turn on the next days.
DAILY_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class DueLine:
    """One person whose moment it is; ``reason`` None: gets it on ``channel`` from ``not_before`` on."""

    member_id: int
    occasion: str
    fact: int
    deadline: datetime
    channel: str | None = None
    reason: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True)
class DayOutcome:
    """What the decision of one day queued, and whom it left out by reason."""

    queued: int
    reasons: Counter[str]


def rule_of(code: str) -> str:
    """The rule that a reminder's decisions, coupons and messages carry."""
    return f"journey:{code}"


def purpose_of(code: str) -> Purpose:
    """A coupon, a paid term or a tier that runs out is told to its owner; everything else is marketing."""
    return Purpose.NOTICE if code in (COUPON_EXPIRING, PLAN_RENEWAL, TIER_DROP) else Purpose.MARKETING


def salt_of(desk: Desk, code: str) -> str:
    """The secret under which a reminder's hold-out is drawn: always the same in one shop."""
    return desk.vault.fingerprint("journey salt", code).hex()


def moment_of(document: JourneyDocument, day: date, zone: ShopZone) -> datetime:
    """When a reminder's moment is on a shop day."""
    return zone.at(day, document.hour)


def find_due(
    session: Session, desk: Desk, document: JourneyDocument, day: date, settings: ShopSettings, now: datetime
) -> list[DueLine]:
    """Everyone whose moment is on a shop day, in order, each with a way or a reason; reads only."""
    zone = ShopZone(settings.zone)
    lines = _candidates(session, document, day, zone)
    done = queries.decided(session, rule_of(document.code), sorted({line.member_id for line in lines}))
    at = max(now, moment_of(document, day, zone))
    lines = [_at_first_sight(line, done, at) for line in lines]
    lines = _reached(session, desk, document, lines, settings, at)
    lines = _held_out(document, salt_of(desk, document.code), lines)
    return _scheduled(session, document.code, lines, settings, at)


def decide_day(desk: Desk, actor: Actor, code: str, day: date, *, now: datetime) -> DayOutcome | None:
    """Decide a day in one transaction and move the watermark; None when it is decided already or the reminder is off."""
    with desk.db.write(Area.MESSAGES) as session:
        row = session.exec(select(Journey).where(Journey.code == code).with_for_update()).one()
        document, settings = JourneyDocument.read(row.document), load_settings(session)
        moment = moment_of(document, day, ShopZone(settings.zone))
        if not row.enabled or row.evaluated_until is None or row.evaluated_until >= moment:
            return None
        lines = [line for line in find_due(session, desk, document, day, settings, now) if line.reason != "already"]
        tiers = queries.tiers_of(session, [line.member_id for line in lines])
        lines, coupons = _issue(session, desk, row, lines, tiers, now)
        decisions = queries.save_decisions(
            session, desk.db, [_decision(code, line, tiers, coupons, now) for line in lines]
        )
        template = outbox.save_template(session, desk.db, document.message.subject, document.message.text)
        queued = outbox.queue_messages(
            session,
            desk.db,
            [
                _message(code, line, decisions[line.member_id, line.occasion], coupons, template, now)
                for line in lines
                if line.reason is None and (line.member_id, line.occasion) in decisions
            ],
        )
        row.evaluated_until = moment
        session.add(row)
        reasons = Counter(line.reason for line in lines if line.reason is not None)
        record(
            session,
            actor.name,
            "journey.decided",
            rule_of(code),
            now=now,
            count=len(decisions),
            ids=decisions.values(),
            queued=queued,
            day=day.isoformat(),
            reasons=dict(reasons),
        )
    return DayOutcome(queued, reasons)


def _candidates(session: Session, document: JourneyDocument, day: date, zone: ShopZone) -> list[DueLine]:
    """Everyone whose moment is on ``day`` by the facts alone."""
    ahead = day + timedelta(days=document.days)
    moment = moment_of(document, day, zone)
    match document.code:
        case journey.BIRTHDAY:
            key, ends = birthday_key(ahead.year), zone.start(ahead + timedelta(days=1))
            return [
                DueLine(c.member_id, key, 0, ends) for c in queries.members_born_on(session, birthdays_kept_on(ahead))
            ]
        case journey.COUPON_EXPIRING:
            found = queries.coupons_ending_between(
                session, zone.start(ahead), zone.start(ahead + timedelta(days=1)), moment
            )
            return [
                DueLine(c.member_id, coupon_key(c.fact, document.days), c.fact, c.until)
                for c in found
                if c.until is not None
            ]
        case journey.DORMANT:
            found = queries.buyers_last_seen(session, day_number(day - timedelta(days=document.days)))
            return [DueLine(c.member_id, dormant_key(c.fact), c.fact, moment + DORMANT_FOR) for c in found]
        case journey.PLAN_RENEWAL:
            start, end = zone.start(ahead), zone.start(ahead + timedelta(days=1))
            ending = ending_between(session, start, end)
            return [DueLine(row.member_id, plan_renewal_key(row.id), row.id, row.ends_at) for row in ending]
        case journey.TIER_DROP:
            # Not only whose day comes into sight today: a refund or an old order may bring it nearer at once.
            until = zone.start(day + timedelta(days=_notice_days(session, moment)))
            falling = queries.members_dropping(session, moment, until)
            return [DueLine(c.member_id, tier_drop_key(c.until), 0, c.until) for c in falling if c.until is not None]
        case journey.NEAR_UPGRADE:
            near = queries.nearly_upgraded(session, day_number(day - timedelta(days=document.days)), NEAR_FEN)
            return [DueLine(c.member_id, near_upgrade_key(c.fact), c.fact, moment + NEAR_FOR) for c in near]
        case _:
            raise Refusal("journey_unknown", journey=document.code)


def _notice_days(session: Session, at: datetime) -> int:
    """How many days before a tier is lost its member is told: the rules promise it, the reminder keeps it."""
    live = [v for v in published_versions(session) if v.effective_from is None or v.effective_from <= at]
    return read_rules(live[-1].document).downgrade.notice_days if live else 0


def _at_first_sight(line: DueLine, done: set[tuple[int, str]], at: datetime) -> DueLine:
    if (line.member_id, line.occasion) in done:
        return replace(line, reason="already")
    return replace(line, reason="too_late") if line.deadline <= at else line


def _reached(
    session: Session,
    desk: Desk,
    document: JourneyDocument,
    lines: list[DueLine],
    settings: ShopSettings,
    at: datetime,
) -> list[DueLine]:
    """A way for each line that is still in, or why there is none."""
    asked = sorted({line.member_id for line in lines if line.reason is None})
    purpose = purpose_of(document.code)
    chosen = document.code != BIRTHDAY
    frame = find_reach(session, desk, asked, document.channels, settings, purpose=purpose, chosen=chosen, now=at)
    found = {int(m): (c, r) for m, c, r in zip(frame["member_id"], frame["channel"], frame["reason"], strict=True)}
    return [
        line if line.reason else replace(line, channel=found[line.member_id][0], reason=found[line.member_id][1])
        for line in lines
    ]


def _held_out(document: JourneyDocument, salt: str, lines: list[DueLine]) -> list[DueLine]:
    """Some of those who could be reached are left out, to see what the reminder brings; never of what is owed."""
    members = np.array(sorted({line.member_id for line in lines if line.reason is None}), dtype=np.int64)
    if document.hold_out_share == 0 or len(members) == 0:
        return lines
    out = set(members[assign(salt, members, document.hold_out_share)].tolist())
    return [replace(line, reason="held_out") if not line.reason and line.member_id in out else line for line in lines]


def _scheduled(
    session: Session, code: str, lines: list[DueLine], settings: ShopSettings, at: datetime
) -> list[DueLine]:
    """The hour from which each may leave: now or when the shop may write again, ``DAILY_LIMIT`` people a day."""
    zone, window = ShopZone(settings.zone), allowed_window(settings.quiet_end, settings.quiet_start)
    opens = next_allowed(at, window, zone)
    taken = Counter(
        zone.day(instant) for instant in outbox.queued_from(session, rule_of(code), zone.start(zone.day(at)))
    )
    scheduled = []
    for line in lines:
        if line.reason is None:
            while taken[zone.day(opens)] >= DAILY_LIMIT:
                opens = zone.at(zone.day(opens) + timedelta(days=1), window.start_hour)
            if opens < line.deadline:
                taken[zone.day(opens)] += 1
                line = replace(line, not_before=opens)
            else:
                line = replace(line, reason="daily_limit" if opens > at else "expired", channel=None)
        scheduled.append(line)
    return scheduled


def _issue(
    session: Session, desk: Desk, row: Journey, lines: list[DueLine], tiers: Mapping[int, str], now: datetime
) -> tuple[list[DueLine], dict[int, int]]:
    """The coupon that goes with each line: its own for a coupon that runs out, else one of the reminder's offer."""
    if row.code == COUPON_EXPIRING:
        return lines, {}
    getting = [(line.member_id, tiers.get(line.member_id)) for line in lines if line.reason is None]
    if row.offer_id is None or not getting:
        return lines, {}
    coupons, refused = _issue_within_budget(session, desk, row, getting, now)
    reasons = {
        member: "budget" if member in refused else "coupon_limit" for member, _ in getting if member not in coupons
    }
    return [
        replace(line, reason=reasons[line.member_id], channel=None)
        if not line.reason and line.member_id in reasons
        else line
        for line in lines
    ], coupons


def _issue_within_budget(
    session: Session, desk: Desk, row: Journey, members: Sequence[tuple[int, str | None]], now: datetime
) -> tuple[dict[int, int], set[int]]:
    """Coupons for as many as the offer's budget allows, first come first: halve what was refused until one is left."""
    assert row.offer_id is not None
    try:
        with session.begin_nested():
            return issue_coupons(session, desk, row.offer_id, members, rule=rule_of(row.code), now=now), set()
    except Refusal as refusal:
        if refusal.code not in ("budget_exceeded", "limit_exceeded"):
            raise
    if len(members) == 1:
        return {}, {members[0][0]}
    half = len(members) // 2
    first, refused = _issue_within_budget(session, desk, row, members[:half], now)
    if refused:
        return first, refused | {member for member, _ in members[half:]}
    second, refused = _issue_within_budget(session, desk, row, members[half:], now)
    return first | second, refused


def _decision(
    code: str, line: DueLine, tiers: Mapping[int, str], coupons: Mapping[int, int], now: datetime
) -> dict[str, object]:
    """The row of ``decision``: an arm for who could be reached, else the reason."""
    arm = {None: Arm.TREATED, "held_out": Arm.HELD_OUT}.get(line.reason)
    return {
        "rule": rule_of(code),
        "occasion": line.occasion,
        "member_id": line.member_id,
        "arm": arm,
        "reason": None if arm else line.reason,
        "channel": line.channel,
        "tier": tiers.get(line.member_id),
        "prior_net_fen": 0,
        "coupon_id": _coupon(code, line, coupons),
        "decided_at": now,
    }


def _message(
    code: str, line: DueLine, decision_id: int, coupons: Mapping[int, int], template: str, now: datetime
) -> dict[str, object]:
    """The row of ``outbox_message``."""
    return {
        "decision_id": decision_id,
        "member_id": line.member_id,
        "rule": rule_of(code),
        "occasion": line.occasion,
        "channel": line.channel,
        "purpose": purpose_of(code),
        "template_hash": template,
        "coupon_id": _coupon(code, line, coupons),
        "not_before": line.not_before,
        "deadline": line.deadline,
        "created_at": now,
    }


def _coupon(code: str, line: DueLine, coupons: Mapping[int, int]) -> int | None:
    return line.fact if code == COUPON_EXPIRING else coupons.get(line.member_id) if line.reason is None else None
