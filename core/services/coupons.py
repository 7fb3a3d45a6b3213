"""Coupons: issue them within limits and budget, find one by its code, redeem it once, and see what runs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.clock import ShopZone
from core.documents.enums import Area, CouponStatus
from core.documents.offer import Offer
from core.errors import Refusal
from core.money import as_yuan
from core.rules.codes import new_codes, read_code, show_code
from core.rules.coupons import Held, Line, Reject, check_redemption, liability, valid_between
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import coupons as rows
from core.store.queries.coupons import Expiring, NewCoupon

LISTED = 200


@dataclass(frozen=True)
class CouponView:
    """A coupon as the redeem page shows it; names are clear here, the page masks them."""

    code: str
    member_id: int
    nickname: str | None
    name: str | None
    tier: str | None
    offer: Offer
    value_fen: int
    status: CouponStatus
    valid_from: datetime
    valid_until: datetime
    used_at: datetime | None
    used_on: str | None
    discount_fen: int | None


@dataclass(frozen=True)
class Redeemed:
    """The one use of a coupon; ``again`` when this very use had been written before."""

    code: str
    member_id: int
    order_no: str | None
    discount_fen: int
    occurred_at: datetime
    again: bool = False


def issue_coupons(
    session: Session,
    desk: Desk,
    offer_id: int,
    members: Sequence[tuple[int, str | None]],
    *,
    rule: str,
    now: datetime,
    starts_at: datetime | None = None,
) -> dict[int, int]:
    """Issue one coupon to each member (id, tier) inside the caller's transaction; coupon ids by member.

    Who has had as many of this offer as one may have is left out of the answer. All or none of the rest: refuses
    ``limit_exceeded``, ``budget_exceeded``. A relative validity counts from ``starts_at``, else from now.
    """
    row = rows.lock_offer(session, offer_id)
    if row is None:
        raise Refusal("offer_unknown", offer=offer_id)
    offer = Offer.read(row.document)
    tiers = dict(members)
    held = rows.held_by(session, offer_id, list(tiers))
    wanted = {member: tier for member, tier in tiers.items() if held.get(member, 0) < offer.per_member_limit}
    if not wanted:
        return {}
    zone = ShopZone(load_settings(session).zone)
    valid = valid_between(offer, max(now, starts_at or now), zone)
    codes: Sequence[str | None] = [None] * len(wanted) if offer.kind == "platform" else new_codes(len(wanted))
    fresh = [
        NewCoupon(m, code, liability(offer, tier), tier) for (m, tier), code in zip(wanted.items(), codes, strict=True)
    ]
    cost = sum(coupon.value_fen for coupon in fresh)
    if not rows.take_from_offer(session, offer_id, len(fresh), cost):
        raise _exceeded(row.issued, row.total_limit, row.liability_fen, row.budget_fen, len(fresh), cost)
    return rows.insert_coupons(session, offer_id, rule, fresh, valid, now)


def _exceeded(issued: int, limit: int | None, spent: int, budget: int | None, count: int, cost: int) -> Refusal:
    if limit is not None and issued + count > limit:
        return Refusal("limit_exceeded", limit=limit, left=limit - issued, count=count)
    left = (budget or 0) - spent
    return Refusal("budget_exceeded", budget=as_yuan(budget or 0), left=as_yuan(left), cost=as_yuan(cost))


def find_coupon(desk: Desk, actor: Actor, code: str, *, now: datetime) -> CouponView:
    """The coupon with a code as somebody typed it; refuses ``code_*`` (a slip of the pen) and ``coupon_unknown``."""
    compact = read_code(code)
    with desk.db.read() as session:
        found = rows.read_coupons(session, [compact]).get(compact)
    if found is None:
        raise Refusal("coupon_unknown", coupon=show_code(compact))
    return _view(found, now)


def redeem_coupon(
    desk: Desk, actor: Actor, code: str, *, order_no: str | None = None, basket_fen: int, now: datetime
) -> Redeemed:
    """Use a coupon on a basket (fen before the coupon), once. The same code and order again gives the same answer.

    Refuses ``code_*``, ``coupon_unknown``, ``coupon_wrong_member`` (the order is somebody else's),
    ``coupon_already_used`` (when and on what), ``coupon_void``, ``coupon_not_started``, ``coupon_expired``,
    ``coupon_below_threshold``. The goods of the basket are not known here, so a limit to categories is the seller's to see.
    """
    compact, order_no = read_code(code), (order_no or "").strip() or None
    with desk.db.write(Area.CAMPAIGNS) as session:
        rows.lock_coupons(session, [compact])
        found = rows.read_coupons(session, [compact]).get(compact)
        if found is None:
            raise Refusal("coupon_unknown", coupon=show_code(compact))
        if found.redemption_id is not None and order_no is not None and found.used_on == order_no:
            return Redeemed(compact, found.member_id, order_no, found.discount_fen, found.used_at, again=True)
        order_id, buyer = _order_for(session, order_no, found.member_id)
        offer = Offer.read(found.offer).model_copy(update={"scope_categories": ()})
        check = check_redemption(offer, _held(found), buyer, [Line(None, basket_fen)], now)
        if not check.allowed:
            raise _refusal(check.rejects[0], found, offer, basket_fen, ShopZone(load_settings(session).zone))
        discount = _cost(offer, check.discount_fen)
        if not rows.use_coupon(session, found.id, found.status):
            raise RuntimeError("a coupon changed while it was held")
        rows.insert_redemption(
            session,
            coupon_id=found.id,
            order_id=order_id,
            order_no=order_no,
            source="desk",
            discount_fen=discount,
            occurred_at=now,
            recorded_at=now,
            actor=actor.name,
        )
        record(session, actor.name, "coupon.redeemed", f"coupon:{found.id}", now=now, count=1, discount_fen=discount)
    return Redeemed(compact, found.member_id, order_no, discount, now)


def expiring_coupons(desk: Desk, actor: Actor, *, now: datetime, days: int = 3) -> tuple[Expiring, list[CouponView]]:
    """What ends within so many days: number and face value in all, and the first of them by name."""
    until = now + timedelta(days=days)
    with desk.db.read() as session:
        listed = rows.list_expiring(session, now, until, LISTED)
        return rows.sum_expiring(session, now, until), [_view(row, now) for row in listed]


def _order_for(session: Session, order_no: str | None, member_id: int) -> tuple[int | None, int | None]:
    """The stored order with a number (id, buyer), the owner's own first; nothing when it has not been imported yet."""
    if order_no is None:
        return None, None
    found = rows.find_orders(session, order_no)
    own = [row for row in found if row.member_id == member_id]
    if not found:
        return None, None
    return (own or found)[0].id, (own or found)[0].member_id


def _held(row: Any) -> Held:
    return Held(row.member_id, row.tier, row.status, row.valid_from, row.valid_until)


def _cost(offer: Offer, discount_fen: int) -> int:
    """What a use costs the shop: what it takes off, or the gift or parcel it pays for."""
    return int(liability(offer, None)) if offer.kind in ("gift", "free_shipping") else discount_fen


def _refusal(reject: Reject, row: Any, offer: Offer, basket_fen: int, zone: ShopZone) -> Refusal:
    """The refusal for a reject, with what its sentence names; times are the shop's."""

    def wall(instant: datetime) -> str:
        return f"{zone.local(instant):%Y-%m-%d %H:%M}"

    match reject:
        case Reject.ALREADY_USED:
            return Refusal("coupon_already_used", when=wall(row.used_at), order=row.used_on or "-")
        case Reject.NOT_STARTED:
            return Refusal("coupon_not_started", when=wall(row.valid_from))
        case Reject.EXPIRED:
            return Refusal("coupon_expired", when=wall(row.valid_until))
        case Reject.BELOW_THRESHOLD:
            missing = offer.threshold_fen - basket_fen
            return Refusal("coupon_below_threshold", threshold=as_yuan(offer.threshold_fen), missing=as_yuan(missing))
        case _:
            return Refusal(f"coupon_{reject.value}")


def _view(row: Any, now: datetime) -> CouponView:
    over = row.status is CouponStatus.ISSUED and now >= row.valid_until
    return CouponView(
        code=row.code,
        member_id=row.member_id,
        nickname=row.nickname,
        name=row.name,
        tier=row.tier,
        offer=Offer.read(row.offer),
        value_fen=row.value_fen,
        status=CouponStatus.EXPIRED if over else row.status,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        used_at=row.used_at,
        used_on=row.used_on,
        discount_fen=row.discount_fen,
    )
