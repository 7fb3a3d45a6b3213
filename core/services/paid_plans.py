"""Paid membership: plans, purchases recorded by staff or matched from orders, renewals, and refunds by the days left.

While a term runs, the tier it holds stands as an override under the key ``plan:PURCHASE``; the tier kernel sees it like any other.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from core.clock import ShopZone
from core.documents.enums import Area
from core.documents.paid_plan import PaidPlan, paid_plan_faults
from core.documents.rules import read_rules
from core.errors import Refusal
from core.rules.plan_terms import Held, Term, days_left, next_term, refund_fen
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.options import load_options, put_option
from core.services.shop_settings import load_settings
from core.services.tier_overrides import hold_tier, revoke_hold
from core.store.audit import record
from core.store.queries import paid_plans as rows
from core.store.queries.programme_facts import lock_members, override
from core.store.queries.tiers import published_versions
from core.store.tables import Member, PlanPurchase, PlanRefund
from core.store.tables import PaidPlan as PlanRow
from core.store.write_lock import Turn, take_turn

MOST_TERMS = 12


@dataclass(frozen=True)
class PlanView:
    """A plan and its number."""

    id: int
    plan: PaidPlan


@dataclass(frozen=True)
class Purchase:
    """One term that somebody bought; ``last_day`` is the last day of it, ``again``: it had been written before."""

    id: int
    plan_id: int
    member_id: int
    paid_fen: int
    starts_at: datetime
    ends_at: datetime
    last_day: date
    renews: bool
    again: bool = False


@dataclass(frozen=True)
class PlanBack:
    """What goes, or went, back for a purchase: fen, the days that are left, the days that were paid for."""

    purchase_id: int
    refund_fen: int
    days_left: int
    days: int
    again: bool = False


@dataclass(frozen=True)
class Matched:
    """What a look through the orders found: new purchases, and purchases whose order went back."""

    purchases: int = 0
    refunds: int = 0


def save_plan(desk: Desk, actor: Actor, plan: PaidPlan, *, plan_id: int | None = None, now: datetime) -> int:
    """Put a plan on sale, or change one for the purchases from now on; refuses its first fault. Returns its number."""
    plan = PaidPlan.read(plan.as_json())
    with desk.db.write(Area.RULES, Area.SETTINGS) as session:
        take_turn(session, Turn.PLANS)
        kept = {row.id: row for row in rows.read_plans(session)}
        if plan_id is not None and plan_id not in kept:
            raise Refusal("plan_unknown", plan=plan_id)
        others = [key for number, row in kept.items() if number != plan_id for key in _read(row).product_keys]
        for fault in paid_plan_faults(plan, _tier_codes(session, now), others):
            raise fault
        row = kept[plan_id] if plan_id is not None else PlanRow(document="", document_hash="", saved_at=now)
        row.document, row.document_hash, row.saved_at = plan.canonical(), plan.digest(), now
        session.add(row)
        session.flush()
        assert row.id is not None
        if "paid_plan" not in load_options(session):
            put_option(session, actor, "paid_plan", True, now=now)
        record(session, actor.name, "plan.saved", f"plan:{row.id}", now=now, hash=plan.digest())
        return row.id


def list_plans(desk: Desk) -> list[PlanView]:
    """All plans, oldest first."""
    with desk.db.read() as session:
        return [PlanView(row.id or 0, _read(row)) for row in rows.read_plans(session)]


def preview_purchase(desk: Desk, member_id: int, plan_id: int, *, now: datetime) -> Term:
    """The term that a purchase now would bring; reads only."""
    with desk.db.read() as session:
        return _term(session, _plan(session, plan_id), plan_id, member_id, now, 1)[0]


def record_purchase(
    desk: Desk, actor: Actor, member_id: int, plan_id: int, *, paid_fen: int | None = None, key: str, now: datetime
) -> Purchase:
    """A purchase that staff saw, paid in full unless told otherwise; a running term is renewed from its end.

    Refuses ``plan_unknown``, ``plan_not_on_sale``, ``member_unknown``, ``plan_key_used``.
    """
    with desk.db.write(Area.MEMBERS) as session:
        _take_turns(session)
        plan = _plan(session, plan_id)
        fen = plan.price_fen if paid_fen is None else paid_fen
        kept = rows.find_purchase(session, key)
        if kept is not None:
            if (kept.member_id, kept.plan_id, kept.paid_fen) != (member_id, plan_id, fen):
                raise Refusal("plan_key_used")
            return _purchase(session, kept, again=True)
        if not plan.on_sale:
            raise Refusal("plan_not_on_sale")
        if session.get(Member, member_id) is None:
            raise Refusal("member_unknown", member=member_id)
        row = _buy(session, desk, actor, plan, plan_id, member_id, key=key, fen=fen, bought=now, now=now)
        record(session, actor.name, "plan.bought", f"plan_purchase:{row.id}", now=now, count=1, paid_fen=fen)
        return _purchase(session, row)


def match_purchases(desk: Desk, *, now: datetime) -> Matched:
    """Find the plans among the imported orders: each line of a plan's goods is one purchase, once; what went back ends it."""
    actor, touched = Actor.worker(), set[int]()
    with desk.db.read() as session:
        keys = _keys(session)
        if not keys or not (rows.unmatched_items(session, list(keys)) or rows.refunded_items(session)):
            return Matched()
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        _take_turns(session)
        keys = _keys(session)
        items = rows.unmatched_items(session, list(keys))
        lock_members(session, sorted({item.member_id for item in items}))
        for item in items:
            plan_id, plan = keys[item.product_key]
            row = _buy(
                session,
                desk,
                actor,
                plan,
                plan_id,
                item.member_id,
                key=f"order_item:{item.item_id}",
                fen=item.amount_fen,
                bought=item.paid_at,
                now=now,
                terms=min(max(item.quantity, 1), MOST_TERMS),
                order=(item.order_id, item.item_id),
            )
            touched.add(row.member_id)
        gone = rows.refunded_items(session)
        for back in gone:
            at = min(back.refunded_at or now, now)
            touched.add(_end(session, desk, actor, back.id, back.paid_fen, "order", at, now))
        record(session, actor.name, "plan.matched", "plan", now=now, count=len(items), ids=touched, refunded=len(gone))
        return Matched(len(items), len(gone))


def preview_refund(desk: Desk, purchase_id: int, *, now: datetime) -> PlanBack:
    """What a refund now would give back; reads only. Refuses as ``refund_purchase``."""
    with desk.db.read() as session:
        return _back(session, purchase_id, now)


def refund_purchase(desk: Desk, actor: Actor, purchase_id: int, *, reason: str = "", now: datetime) -> PlanBack:
    """Give back by the days left and end the term now; a second click gets the first one's answer.

    Refuses ``plan_over``, ``plan_no_refund``, ``plan_later_first`` (a renewal of it goes back before it), ``plan_purchase_unknown``.
    """
    with desk.db.write(Area.MEMBERS) as session:
        _take_turns(session)
        kept = rows.find_refund(session, purchase_id)
        if kept is not None:
            return PlanBack(purchase_id, kept.refunded_fen, 0, 0, again=True)
        back = _back(session, purchase_id, now)
        _end(session, desk, actor, purchase_id, back.refund_fen, reason.strip()[:200], now, now)
        subject = f"plan_purchase:{purchase_id}"
        record(session, actor.name, "plan.refunded", subject, now=now, count=1, refunded_fen=back.refund_fen)
        return back


def _read(row: PlanRow) -> PaidPlan:
    return PaidPlan.read(row.document)


def _take_turns(session: Session) -> None:
    """One change of plans at a time, and none beside a review of tiers; the reviews' turn comes first wherever both are taken."""
    take_turn(session, Turn.TIERS)
    take_turn(session, Turn.PLANS)


def _tier_codes(session: Session, now: datetime) -> tuple[str, ...]:
    live = [v for v in published_versions(session) if v.effective_from is None or v.effective_from <= now]
    return read_rules(live[-1].document).codes if live else ()


def _plan(session: Session, plan_id: int) -> PaidPlan:
    row = session.get(PlanRow, plan_id)
    if row is None:
        raise Refusal("plan_unknown", plan=plan_id)
    return _read(row)


def _keys(session: Session) -> dict[str, tuple[int, PaidPlan]]:
    """The plan of each of the goods that are plans."""
    plans = [(row.id or 0, _read(row)) for row in rows.read_plans(session)]
    return {key: (number, plan) for number, plan in plans for key in plan.product_keys}


def held_of(row: PlanPurchase, zone: ShopZone) -> Held:
    """A stored purchase as the rules see it: a renewal is counted from its first day, a first term from the day after."""
    first, last = zone.day(row.starts_at), zone.day(row.ends_at) - timedelta(days=1)
    base = first - timedelta(days=1) if row.renews_id is not None else first
    return Held(base, last, row.months, row.starts_at, row.ends_at)


def _term(
    session: Session, plan: PaidPlan, plan_id: int, member_id: int, bought: datetime, terms: int
) -> tuple[Term, int | None]:
    """The term of a purchase, and the purchase that it renews."""
    zone = ShopZone(load_settings(session).zone)
    kept = rows.read_purchases(session, member_id=member_id, plan_id=plan_id)
    running = [row[0] for row in kept if row.refunded_at is None]
    term = next_term([held_of(row, zone) for row in running], bought, zone.day(bought), plan.months * terms)
    renewed = [row.id for row in running if held_of(row, zone).last == term.base] if term.follows else []
    return term, renewed[-1] if renewed else None


def _buy(
    session: Session,
    desk: Desk,
    actor: Actor,
    plan: PaidPlan,
    plan_id: int,
    member_id: int,
    *,
    key: str,
    fen: int,
    bought: datetime,
    now: datetime,
    terms: int = 1,
    order: tuple[int | None, int | None] = (None, None),
) -> PlanPurchase:
    """Write a purchase and the tier it holds."""
    zone = ShopZone(load_settings(session).zone)
    term, renews = _term(session, plan, plan_id, member_id, bought, terms)
    starts_at = zone.start(term.base + timedelta(days=1)) if term.follows else bought
    ends_at = zone.start(term.last + timedelta(days=1))
    row = PlanPurchase(
        plan_id=plan_id, member_id=member_id, order_id=order[0], order_item_id=order[1], renews_id=renews, paid_fen=fen,
        months=plan.months * terms, starts_at=starts_at, ends_at=ends_at, tier=plan.tier, key=key, actor=actor.name,
        occurred_at=bought, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if plan.tier is not None:
        hold_tier(
            session,
            desk,
            member_id,
            plan.tier,
            source="plan",
            starts_at=starts_at,
            ends_at=ends_at,
            key=f"plan:{row.id}",
            actor=actor,
            now=now,
        )
    return row


def _end(
    session: Session, desk: Desk, actor: Actor, purchase_id: int, fen: int, reason: str, at: datetime, now: datetime
) -> int:
    """Write a refund and let go of the tier; whose it was."""
    purchase = session.get_one(PlanPurchase, purchase_id)
    session.add(
        PlanRefund(
            purchase_id=purchase_id, refunded_fen=fen, reason=reason, actor=actor.name, refunded_at=at, recorded_at=now
        )
    )
    session.flush()
    held = override(session, f"plan:{purchase_id}")
    if held is not None and held.id is not None:
        revoke_hold(session, desk, held.id, actor=actor, now=now)
    return purchase.member_id


def _back(session: Session, purchase_id: int, now: datetime) -> PlanBack:
    found = rows.read_purchases(session, number=purchase_id)
    if not found:
        raise Refusal("plan_purchase_unknown", number=purchase_id)
    row = found[0][0]
    others = rows.read_purchases(session, member_id=row.member_id, plan_id=row.plan_id)
    if any(o[0].renews_id == purchase_id and o.refunded_at is None for o in others):
        raise Refusal("plan_later_first")
    zone, plan = ShopZone(load_settings(session).zone), _plan(session, row.plan_id)
    held = held_of(row, zone)
    term, today = Term(held.base, held.last), zone.day(now)
    fen = refund_fen(row.paid_fen, term, today, pro_rata=plan.refund == "pro_rata")
    return PlanBack(purchase_id, fen, days_left(term, today), term.days)


def _purchase(session: Session, row: PlanPurchase, *, again: bool = False) -> Purchase:
    zone = ShopZone(load_settings(session).zone)
    assert row.id is not None
    return Purchase(
        row.id, row.plan_id, row.member_id, row.paid_fen, row.starts_at, row.ends_at,
        zone.day(row.ends_at) - timedelta(days=1), row.renews_id is not None, again,
    )  # fmt: skip
