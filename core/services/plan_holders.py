"""Who has a paid plan, until when, and what it brings: paid, saved, orders before the plan and as long since."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from core.clock import ShopZone
from core.documents.paid_plan import PaidPlan
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.store.queries import paid_plans as rows

State = Literal["ending", "running", "over", "refunded"]
STATES: tuple[State, ...] = ("ending", "running", "over", "refunded")


@dataclass(frozen=True)
class Bought:
    """Paid orders of a stretch of time, net of refunds."""

    orders: int
    net_fen: int


@dataclass(frozen=True)
class Holder:
    """One person and plan; names are clear here, the page masks them.

    ``before`` and ``after`` count orders over ``days`` each: before the first term, and since it began (to its end at most).
    ``saved_fen``: what coupons took off meanwhile. ``paid_fen``: for all terms, less what went back.
    """

    member_id: int
    public_id: str
    nickname: str | None
    name: str | None
    plan_id: int
    purchase_id: int
    state: State
    first_day: date
    last_day: date
    terms: int
    paid_fen: int
    saved_fen: int
    days: int
    before: Bought
    after: Bought


def list_holders(desk: Desk, *, now: datetime, member_id: int | None = None) -> list[Holder]:
    """Everybody who has or had a plan: those whose term ends soon first, then by the end of the term."""
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        plans = {row.id or 0: PaidPlan.read(row.document) for row in rows.read_plans(session)}
        found: dict[tuple[int, int], list[Any]] = {}
        for row in rows.read_purchases(session, member_id=member_id):
            found.setdefault((row[0].member_id, row[0].plan_id), []).append(row)
        people = sorted({member for member, _ in found})
        orders, savings = rows.orders_of(session, people), rows.savings_of(session, people)
    by_member: dict[int, list[Any]] = {number: [] for number in people}
    for order in orders:
        by_member[order.member_id].append(order)
    saved: dict[int, list[Any]] = {number: [] for number in people}
    for line in savings:
        saved[line.member_id].append(line)
    holders = [
        _holder(own, plans[plan_id], by_member[member], saved[member], zone, now)
        for (member, plan_id), own in found.items()
    ]
    return sorted(holders, key=lambda one: (STATES.index(one.state), one.last_day, one.member_id))


def _holder(
    own: list[Any], plan: PaidPlan, orders: list[Any], saved: list[Any], zone: ShopZone, now: datetime
) -> Holder:
    kept = [row for row in own if row.refunded_at is None]
    last = max(kept or own, key=lambda row: (row[0].ends_at, row[0].id))
    purchase = last[0]
    starts = min(row[0].starts_at for row in kept or own)
    until = min(now, purchase.ends_at)
    length = max(until - starts, timedelta(0))
    paid = sum(row[0].paid_fen for row in own) - sum(row.refunded_fen or 0 for row in own)
    return Holder(
        purchase.member_id,
        last.public_id,
        last.nickname,
        last.name,
        purchase.plan_id,
        purchase.id,
        _state(purchase.ends_at, bool(kept), plan, zone, now),
        zone.day(starts),
        zone.day(purchase.ends_at) - timedelta(days=1),
        len(kept),
        paid,
        sum(line.discount_fen for line in saved if starts <= line.occurred_at < until),
        length.days,
        _bought(orders, starts - length, starts),
        _bought(orders, starts, until),
    )


def _state(ends_at: datetime, kept: bool, plan: PaidPlan, zone: ShopZone, now: datetime) -> State:
    if not kept:
        return "refunded"
    if ends_at <= now:
        return "over"
    return "ending" if (zone.day(ends_at) - zone.day(now)).days <= plan.remind_days else "running"


def _bought(orders: list[Any], start: datetime, end: datetime) -> Bought:
    inside = [order for order in orders if start <= order.paid_at < end]
    return Bought(len(inside), sum(order.net_fen for order in inside))
