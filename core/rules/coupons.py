"""What a coupon is worth, when it holds, whether it may be used, and the most it can cost. Integer fen, no store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import ShopZone
from core.documents.enums import CouponStatus
from core.documents.offer import Fixed, Offer, Relative
from core.errors import Refusal
from core.money import Fen


class Reject(StrEnum):
    """Why a coupon may not be used now; sentences ``coupon.reject.*``."""

    WRONG_MEMBER = "wrong_member"
    ALREADY_USED = "already_used"
    VOID = "void"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    OUT_OF_SCOPE = "out_of_scope"
    BELOW_THRESHOLD = "below_threshold"


@dataclass(frozen=True)
class Line:
    """One line of a basket: its category (None: not known) and amount in fen."""

    category: str | None
    amount_fen: int


@dataclass(frozen=True)
class Held:
    """A coupon as it was issued to one person."""

    member_id: int
    tier: str | None
    status: CouponStatus
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class Check:
    """May it be used, why not (every reason), and what it takes off."""

    rejects: tuple[Reject, ...]
    discount_fen: Fen

    @property
    def allowed(self) -> bool:
        """No reason against."""
        return not self.rejects


def value_for(offer: Offer, tier: str | None) -> int:
    """The offer's value for a tier (None: not a member): fen, or basis points off for percent."""
    return offer.value if tier is None else offer.tier_values.get(tier, offer.value)


def eligible_fen(offer: Offer, basket: Sequence[Line]) -> Fen:
    """The part of a basket that the offer looks at: the categories in scope, or all of it."""
    scope = set(offer.scope_categories)
    return Fen(sum(line.amount_fen for line in basket if not scope or line.category in scope))


def discount(offer: Offer, tier: str | None, amount_fen: int) -> Fen:
    """Fen off an eligible amount, never more than it; 0 below the threshold (the threshold itself is enough).

    A percentage is rounded down to whole fen, so that the shop never gives more than it said.
    """
    if amount_fen <= 0 or amount_fen < offer.threshold_fen:
        return Fen(0)
    value = value_for(offer, tier)
    if offer.kind == "percent":
        off = amount_fen * value // 10_000
        return Fen(off if offer.max_discount_fen is None else min(off, offer.max_discount_fen))
    return Fen(min(value, amount_fen))


def valid_between(offer: Offer, issued_at: datetime, zone: ShopZone) -> tuple[datetime, datetime]:
    """The half-open interval in which a coupon issued at an instant holds; refuses (``offer_over``) a late issue."""
    match offer.validity:
        case Fixed(starts_at=starts_at, ends_at=ends_at):
            if issued_at >= ends_at:
                raise Refusal("offer_over", ended=ends_at.isoformat())
            return max(starts_at, issued_at), ends_at
        case Relative(hours=int(hours)):
            return issued_at, issued_at + timedelta(hours=hours)
        case Relative(days=int(days)):
            return issued_at, zone.start(zone.day(issued_at) + timedelta(days=days + 1))
        case _:
            raise Refusal("offer_validity")


def check_redemption(offer: Offer, coupon: Held, member_id: int | None, basket: Sequence[Line], now: datetime) -> Check:
    """Every reason against using a coupon now, and its discount; ``member_id`` None: the buyer is not known."""
    rejects = []
    if member_id is not None and member_id != coupon.member_id:
        rejects.append(Reject.WRONG_MEMBER)
    if coupon.status is CouponStatus.REDEEMED:
        rejects.append(Reject.ALREADY_USED)
    if coupon.status is CouponStatus.VOID:
        rejects.append(Reject.VOID)
    if now < coupon.valid_from:
        rejects.append(Reject.NOT_STARTED)
    if now >= coupon.valid_until or coupon.status is CouponStatus.EXPIRED:
        rejects.append(Reject.EXPIRED)
    amount = eligible_fen(offer, basket)
    if amount <= 0:
        rejects.append(Reject.OUT_OF_SCOPE)
    elif amount < offer.threshold_fen:
        rejects.append(Reject.BELOW_THRESHOLD)
    return Check(tuple(rejects), Fen(0) if rejects else discount(offer, coupon.tier, amount))


def liability(offer: Offer, tier: str | None) -> Fen:
    """The most that one coupon can cost the shop: its face, the cap of a percentage, or the cost of the gift.

    A platform coupon is paid by the shop as well. Refuses (``offer_percent_cap``) a percentage without a cap.
    """
    if offer.kind in ("free_shipping", "gift"):
        return Fen(offer.cost_fen)
    if offer.kind != "percent":
        return Fen(value_for(offer, tier))
    if offer.max_discount_fen is None:
        raise Refusal("offer_percent_cap")
    return Fen(offer.max_discount_fen)


def liability_of(offer: Offer, tiers: Sequence[str | None]) -> Fen:
    """The most that coupons for these people (one tier each) can cost in all."""
    return Fen(sum(liability(offer, tier) for tier in tiers))
