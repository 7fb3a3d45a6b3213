"""A coupon offer under edit: what its fields hold, and the document they make. Amounts in fen, shares in basis points."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.clock import ShopZone
from core.documents.offer import Fixed, Offer, Relative

NONE = "none"
KINDS: tuple[str, ...] = ("threshold", "amount", "percent", "platform", "gift", "free_shipping")
VALIDITIES = ("days", "hours", "fixed")
_WORTHLESS = ("gift", "free_shipping")


@dataclass
class OfferDraft:
    """``kind`` is an offer's or ``none``; a field that its kind does not use keeps what was typed. None: left empty."""

    kind: str = "threshold"
    threshold_fen: int | None = 199_00
    floor_fen: int | None = None
    amount_fen: int | None = 20_00
    off_bp: int | None = 1_000
    cap_fen: int | None = 50_00
    cost_fen: int | None = 10_00
    gift: str = ""
    link: str = ""
    code: str = ""
    by_tier: bool = False
    tier_amounts: dict[str, int | None] = field(default_factory=dict)
    tier_offs: dict[str, int | None] = field(default_factory=dict)
    validity: str = "days"
    days: int = 14
    hours: int = 72
    first: date | None = None
    last: date | None = None
    budget_fen: int | None = None
    total: int | None = None

    @property
    def has_value(self) -> bool:
        """Whether this kind takes something off."""
        return self.kind not in (NONE, *_WORTHLESS)


def make_offer(draft: OfferDraft, name: str, zone: ShopZone, today: date) -> Offer | None:
    """The document of a draft, None for a message without a coupon; what is empty counts as 0 and is judged later."""
    if draft.kind == NONE:
        return None
    percent = draft.kind == "percent"
    base = (draft.off_bp if percent else draft.amount_fen) or 0
    given = draft.tier_offs if percent else draft.tier_amounts
    tiers = {code: value or 0 for code, value in given.items() if value != base} if draft.by_tier else {}
    threshold = {"threshold": draft.threshold_fen, "platform": draft.threshold_fen, "percent": draft.floor_fen}
    values: dict[str, Any] = {
        "name": (draft.gift.strip() or name) if draft.kind == "gift" else name,
        "kind": draft.kind,
        "value": base if draft.has_value else 0,
        "tier_values": tiers if draft.has_value else {},
        "threshold_fen": threshold.get(draft.kind) or 0,
        "max_discount_fen": draft.cap_fen or None if percent else None,
        "cost_fen": draft.cost_fen or 0 if draft.kind in _WORTHLESS else 0,
        "validity": _validity(draft, zone, today),
        "total_limit": draft.total,
        "budget_fen": draft.budget_fen or None,
        "platform_link": draft.link.strip() if draft.kind == "platform" else "",
        "platform_code": draft.code.strip() if draft.kind == "platform" else "",
    }
    return Offer(**values)


def read_offer(offer: Offer | None, zone: ShopZone) -> OfferDraft:
    """The fields of a document that was kept."""
    if offer is None:
        return OfferDraft(kind=NONE)
    draft = OfferDraft(kind=offer.kind, budget_fen=offer.budget_fen, total=offer.total_limit)
    values: dict[str, int | None] = dict(offer.tier_values)
    draft.by_tier = bool(values)
    if offer.kind == "percent":
        draft.off_bp, draft.tier_offs, draft.floor_fen = offer.value, values, offer.threshold_fen or None
        draft.cap_fen = offer.max_discount_fen
    elif draft.has_value:
        draft.amount_fen, draft.tier_amounts = offer.value, values
        draft.threshold_fen = offer.threshold_fen or (None if offer.kind == "platform" else draft.threshold_fen)
    else:
        draft.cost_fen, draft.gift = offer.cost_fen, offer.name if offer.kind == "gift" else ""
    draft.link, draft.code = offer.platform_link, offer.platform_code
    match offer.validity:
        case Fixed(starts_at=starts_at, ends_at=ends_at):
            draft.validity, draft.first = "fixed", zone.day(starts_at)
            draft.last = zone.day(ends_at - timedelta(microseconds=1))
        case Relative(hours=int(hours)):
            draft.validity, draft.hours = "hours", hours
        case Relative(days=int(days)):
            draft.validity, draft.days = "days", days
    return draft


def _validity(draft: OfferDraft, zone: ShopZone, today: date) -> Fixed | Relative:
    if draft.validity == "hours":
        return Relative(hours=draft.hours)
    if draft.validity == "days":
        return Relative(days=draft.days)
    first = draft.first or today
    last = draft.last or first
    return Fixed(starts_at=zone.start(first), ends_at=zone.start(last + timedelta(days=1)))
