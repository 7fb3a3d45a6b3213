"""Goodwill (B11): one coupon, points or a gift that nobody was owed, with its reason, within what the shop allows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from core.documents.enums import Area
from core.documents.goodwill import Gesture, GoodwillLimits, gesture_faults
from core.documents.offer import Offer, Relative
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.i18n import translate
from core.money import as_yuan
from core.rules.codes import show_code
from core.services.actor import Actor
from core.services.coupons import issue_coupons
from core.services.desk import Desk
from core.services.points_ledger import grant_points
from core.services.promises import promise
from core.services.rule_versions import read_live
from core.store.audit import record
from core.store.queries import goodwill as rows
from core.store.queries.coupons import insert_offer
from core.store.tables import Coupon, Goodwill, Member, MemberTier, Setting
from core.store.write_lock import Turn, take_turn

KEY = "goodwill"
GIFT_DUE_DAYS = 3
MOST_PER_OFFER = 100
LISTED = 50


@dataclass(frozen=True)
class Allowance:
    """What is left: to this person and to whoever gives, and how much one may be worth."""

    limits: GoodwillLimits
    to_person: int
    by_staff: int

    @property
    def person_left(self) -> int:
        """How often this person may still be given something."""
        return max(self.limits.per_person - self.to_person, 0)

    @property
    def staff_left(self) -> int:
        """How often whoever asks may still give something."""
        return max(self.limits.per_staff - self.by_staff, 0)


@dataclass(frozen=True)
class Given:
    """What was given; ``code`` of the coupon as one writes it; ``again`` when it had been given under this key before."""

    id: int
    member_id: int
    kind: str
    value: int
    cost_fen: int
    code: str | None
    valid_until: datetime | None
    again: bool = False


def read_limits(desk: Desk) -> GoodwillLimits:
    """What the shop allows."""
    with desk.db.read() as session:
        return _limits(session)


def save_limits(desk: Desk, actor: Actor, limits: GoodwillLimits, *, now: datetime) -> None:
    """Change what the shop allows; what was given before counts."""
    with desk.db.write(Area.SETTINGS) as session:
        session.merge(Setting(key=KEY, value=limits.canonical()))
        record(session, actor.name, "goodwill.limits", "settings", now=now, **limits.as_json())


def read_allowance(desk: Desk, actor: Actor, member_id: int, *, now: datetime) -> Allowance:
    """How much of it is left now."""
    with desk.db.read() as session:
        return _allowance(session, actor, member_id, now)


def goodwill_cost(gesture: Gesture, rules: RuleDocument) -> int:
    """What it costs the shop at most, in fen; points at the value that the rules give them, upwards."""
    if gesture.kind != "points":
        return gesture.value
    value = 0 if rules.points is None else rules.points.value_fen
    return -(-gesture.value * value // 100)


def give_goodwill(desk: Desk, actor: Actor, member_id: int, gesture: Gesture, *, key: str, now: datetime) -> Given:
    """Give it, once: the same key again is the same gift.

    Refuses what ``gesture_faults`` finds first, ``member_unknown``, ``goodwill_not_counted``, ``goodwill_too_much``,
    ``goodwill_person``, ``goodwill_staff``, ``goodwill_no_points``, ``points_not_member``, ``key_taken``.
    """
    for fault in gesture_faults(gesture):
        raise fault
    rules, _ = read_live(desk, now=now)
    cost_fen = goodwill_cost(gesture, rules)
    with desk.db.write(Area.MEMBERS, Area.CAMPAIGNS) as session:
        take_turn(session, Turn.TIERS)  # also: one gift at a time, so that no limit is passed by two
        made = rows.find_goodwill(session, key)
        if made is not None:
            return _again(session, made, member_id, gesture)
        _check(session, actor, member_id, gesture, cost_fen, rules, now)
        row = _row(actor, member_id, gesture, cost_fen, key, now)
        _give(session, desk, actor, row, gesture, now)
        session.add(row)
        session.flush()
        subject = f"member:{member_id}"
        record(
            session,
            actor.name,
            "goodwill.given",
            subject,
            now=now,
            count=1,
            kind=row.kind,
            value=row.value,
            cost_fen=cost_fen,
        )
        return _given(session, row)


def goodwill_of(desk: Desk, member_id: int) -> list[Goodwill]:
    """What one person was given, the newest first."""
    with desk.db.read() as session:
        found = rows.goodwill_of(session, member_id, LISTED)
        session.expunge_all()
    return found


def _limits(session: Session) -> GoodwillLimits:
    row = session.get(Setting, KEY)
    return GoodwillLimits() if row is None else GoodwillLimits.read(row.value)


def _allowance(session: Session, actor: Actor, member_id: int, now: datetime) -> Allowance:
    limits = _limits(session)
    return Allowance(
        limits,
        rows.count_person(session, member_id, now - timedelta(days=limits.person_days)),
        rows.count_staff(session, actor.name, now - timedelta(days=limits.staff_days)),
    )


def _check(
    session: Session, actor: Actor, member_id: int, gesture: Gesture, cost_fen: int, rules: RuleDocument, now: datetime
) -> None:
    member = session.get(Member, member_id)
    if member is None:
        raise Refusal("member_unknown", member=member_id)
    if member.not_counted is not None:
        raise Refusal("goodwill_not_counted")
    if gesture.kind == "points" and rules.points is None:
        raise Refusal("goodwill_no_points")
    found = _allowance(session, actor, member_id, now)
    limits = found.limits
    if cost_fen > limits.most_fen:
        raise Refusal("goodwill_too_much", most=as_yuan(limits.most_fen), cost=as_yuan(cost_fen))
    if not found.person_left:
        raise Refusal("goodwill_person", n=limits.per_person, days=limits.person_days)
    if not found.staff_left:
        raise Refusal("goodwill_staff", n=limits.per_staff, days=limits.staff_days)


def _row(actor: Actor, member_id: int, gesture: Gesture, cost_fen: int, key: str, now: datetime) -> Goodwill:
    return Goodwill(
        member_id=member_id,
        kind=gesture.kind,
        value=gesture.value,
        cost_fen=cost_fen,
        what=gesture.what.strip() if gesture.kind == "gift" else "",
        reason=gesture.reason.strip(),
        key=key,
        actor=actor.name,
        occurred_at=now,
        recorded_at=now,
    )


def _give(session: Session, desk: Desk, actor: Actor, row: Goodwill, gesture: Gesture, now: datetime) -> None:
    """Give what it is, and keep in the row what came of it."""
    member, key = row.member_id, row.key
    match gesture.kind:
        case "points":
            row.points_fact_id = grant_points(
                session, desk, member, row.value, subject=f"goodwill:{key}"[:96], reason=row.reason,
                key=f"goodwill:{key}", actor=actor, now=now,
            )  # fmt: skip
        case "coupon":
            row.coupon_id = _coupon(session, desk, member, gesture, now)
        case "gift":
            row.obligation_id = promise(
                session, desk, member, code="goodwill", occasion=key[:64], what_zh=row.what, what_en=row.what,
                due_day=desk.zone.day(now) + timedelta(days=GIFT_DUE_DAYS), now=now, actor=actor,
                cost_fen=row.cost_fen, note=row.reason,
            )  # fmt: skip


def _coupon(session: Session, desk: Desk, member_id: int, gesture: Gesture, now: datetime) -> int:
    """One coupon of so much, from the offer that all coupons like it share."""
    offer = Offer(
        name=translate("zh", "goodwill.offer"),
        kind="amount",
        value=gesture.value,
        validity=Relative(days=gesture.days),
        per_member_limit=MOST_PER_OFFER,
    )
    offer_id = rows.find_offer(session, offer.digest()) or insert_offer(session, offer, now)
    tier = session.get(MemberTier, member_id)
    people = [(member_id, None if tier is None else tier.tier)]
    issued = issue_coupons(session, desk, offer_id, people, rule="goodwill", now=now)
    if member_id not in issued:
        raise Refusal("goodwill_person", n=MOST_PER_OFFER, days=gesture.days)
    return issued[member_id]


def _again(session: Session, made: Goodwill, member_id: int, gesture: Gesture) -> Given:
    if (made.member_id, made.kind, made.value) != (member_id, gesture.kind, gesture.value):
        raise Refusal("key_taken", key=made.key)
    return _given(session, made, again=True)


def _given(session: Session, row: Goodwill, *, again: bool = False) -> Given:
    coupon = None if row.coupon_id is None else session.get(Coupon, row.coupon_id)
    code = None if coupon is None or coupon.code is None else show_code(coupon.code)
    until = None if coupon is None else coupon.valid_until
    assert row.id is not None
    return Given(row.id, row.member_id, row.kind, row.value, row.cost_fen, code, until, again=again)
