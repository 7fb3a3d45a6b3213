"""Codes found in imported orders become redemptions: what a platform or a memo says was used, was used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.documents.enums import CouponStatus
from core.documents.offer import Offer
from core.rules.codes import find_codes
from core.rules.coupons import Held, Line, Reject, check_redemption, liability, value_for
from core.services.desk import Desk
from core.store.queries import coupons as rows


@dataclass(frozen=True)
class CodeReject:
    """A code of ours on an order where it may not count; the sentence is ``coupon.reject.<reason>``."""

    order_no: str
    code: str
    reason: Reject


@dataclass(frozen=True)
class ImportedCodes:
    """How many codes were redeemed, how many had been before by the same order, and which may not count."""

    redeemed: int
    known: int
    rejects: list[CodeReject]


def match_imported_codes(session: Session, desk: Desk, batch_id: int | None, now: datetime) -> ImportedCodes:
    """Redeem the codes in the orders of an import (None: of all), inside the caller's transaction; safe to repeat.

    The moment of use is the payment, so a coupon that has run out since then still counts. A refund of the order later
    on changes nothing: the coupon was used.
    """
    carried = [
        (order, code) for order in rows.orders_with_codes(session, batch_id) for code in find_codes(order.coupon_code)
    ]
    codes = list(dict.fromkeys(code for _, code in carried))
    rows.lock_coupons(session, codes)
    coupons = rows.read_coupons(session, codes)
    used: dict[str, str] = {code: row.used_on for code, row in coupons.items() if row.redemption_id is not None}
    redeemed, known, rejects = 0, 0, []
    for order, code in carried:
        coupon = coupons.get(code)
        if coupon is None:
            continue
        if used.get(code) == order.order_no:
            known += 1
            continue
        reason, discount = _judge(coupon, order, code in used)
        if reason is not None:
            rejects.append(CodeReject(order.order_no, code, reason))
            continue
        _redeem(session, coupon, order, discount, now)
        used[code] = order.order_no
        redeemed += 1
    return ImportedCodes(redeemed, known, rejects)


def _judge(coupon: Any, order: Any, used: bool) -> tuple[Reject | None, int]:
    """Why a code may not count on an order, else what it took off."""
    offer = Offer.read(coupon.offer).model_copy(update={"scope_categories": ()})
    expired_since = coupon.status is CouponStatus.EXPIRED
    status = CouponStatus.REDEEMED if used else CouponStatus.ISSUED if expired_since else coupon.status
    held = Held(coupon.member_id, coupon.tier, status, coupon.valid_from, coupon.valid_until)
    basket = before_coupon(offer, coupon.tier, order.paid_fen)
    check = check_redemption(offer, held, order.member_id, [Line(None, basket)], order.paid_at)
    if check.rejects:
        return check.rejects[0], 0
    return None, int(liability(offer, None)) if offer.kind in ("gift", "free_shipping") else int(check.discount_fen)


def before_coupon(offer: Offer, tier: str | None, paid_fen: int) -> int:
    """The basket that was paid with ``paid_fen`` after this coupon: a file only says what was paid."""
    value = value_for(offer, tier)
    if offer.kind in ("gift", "free_shipping"):
        return paid_fen
    if offer.kind != "percent":
        return paid_fen + value
    whole = paid_fen * 10_000 // (10_000 - value)
    cap = offer.max_discount_fen
    return whole if cap is None or whole - paid_fen <= cap else paid_fen + cap


def _redeem(session: Session, coupon: Any, order: Any, discount_fen: int, now: datetime) -> None:
    if not rows.use_coupon(session, coupon.id, coupon.status):
        raise RuntimeError("a coupon changed while it was held")
    rows.insert_redemption(
        session,
        coupon_id=coupon.id,
        order_id=order.id,
        order_no=order.order_no,
        source="import",
        discount_fen=discount_fen,
        occurred_at=order.paid_at,
        recorded_at=now,
        actor="import",
    )
