"""A coupon offer: what is given, to whom how much, from when to when, and how much in all."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document
from core.errors import Refusal

Kind = Literal["amount", "percent", "threshold", "free_shipping", "gift", "platform"]


class Fixed(Document):
    """Valid from ``starts_at`` to ``ends_at`` (aware instants, the end is not included)."""

    kind: Literal["fixed"] = "fixed"
    starts_at: datetime
    ends_at: datetime


class Relative(Document):
    """Valid from its issue for ``hours``, or to the end of the ``days``-th shop day after it; just one of the two."""

    kind: Literal["relative"] = "relative"
    hours: int | None = Field(default=None, ge=1, le=8_784)
    days: int | None = Field(default=None, ge=1, le=366)


class Offer(Document):
    """``value`` is fen for amount, threshold and platform, basis points off for percent (1000 = 9 折), else 0.

    ``tier_values`` gives some tiers another value. ``cost_fen`` is what a gift or a parcel costs the shop.
    """

    name: str = Field(min_length=1, max_length=60)
    kind: Kind
    value: int = Field(default=0, ge=0, le=LARGEST_FEN)
    tier_values: dict[str, int] = Field(default_factory=dict)
    threshold_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)
    max_discount_fen: int | None = Field(default=None, ge=1, le=LARGEST_FEN)
    cost_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)
    validity: Fixed | Relative = Field(discriminator="kind")
    per_member_limit: int = Field(default=1, ge=1, le=100)
    total_limit: int | None = Field(default=None, ge=1, le=100_000_000)
    budget_fen: int | None = Field(default=None, ge=1, le=LARGEST_FEN)
    scope_categories: tuple[str, ...] = Field(default=(), max_length=50)
    platform_link: str = Field(default="", max_length=500)
    platform_code: str = Field(default="", max_length=60)

    @property
    def values(self) -> tuple[int, ...]:
        """Every value that somebody may get."""
        return (self.value, *self.tier_values.values())


def offer_faults(offer: Offer, tiers: Sequence[str] = ()) -> list[Refusal]:
    """Every reason not to issue this offer; ``tiers`` are the shop's tier codes, lowest first (empty: not checked)."""
    return [*_value_faults(offer), *_tier_faults(offer, tiers), *_validity_faults(offer), *_limit_faults(offer)]


def _value_faults(offer: Offer) -> list[Refusal]:
    faults = []
    match offer.kind:
        case "percent":
            if not all(0 < value < 10_000 for value in offer.values):
                faults.append(Refusal("offer_percent"))
            if offer.max_discount_fen is None:
                faults.append(Refusal("offer_percent_cap"))
        case "free_shipping" | "gift":
            if any(offer.values):
                faults.append(Refusal("offer_no_value"))
            if offer.cost_fen == 0:
                faults.append(Refusal("offer_cost"))
        case _:
            if not all(value > 0 for value in offer.values):
                faults.append(Refusal("offer_value"))
            if offer.threshold_fen and max(offer.values) >= offer.threshold_fen:
                faults.append(Refusal("offer_above_threshold"))
    if offer.kind == "threshold" and offer.threshold_fen == 0:
        faults.append(Refusal("offer_threshold"))
    if offer.kind != "percent" and offer.max_discount_fen is not None:
        faults.append(Refusal("offer_cap_without_percent"))
    if offer.kind == "platform":
        if not offer.platform_link and not offer.platform_code:
            faults.append(Refusal("offer_platform"))
        if offer.platform_link and not offer.platform_link.startswith(("https://", "http://")):
            faults.append(Refusal("offer_platform_link"))
    return faults


def _tier_faults(offer: Offer, tiers: Sequence[str]) -> list[Refusal]:
    if not tiers:
        return []
    faults = [Refusal("offer_tier", tier=tier) for tier in offer.tier_values if tier not in tiers]
    by_tier = [offer.tier_values.get(tier, offer.value) for tier in tiers]
    if any(higher < lower for lower, higher in pairwise(by_tier)):
        faults.append(Refusal("offer_tier_inverted"))
    return faults


def _validity_faults(offer: Offer) -> list[Refusal]:
    match offer.validity:
        case Fixed(starts_at=starts_at, ends_at=ends_at):
            for instant in (starts_at, ends_at):
                if instant.tzinfo is None:
                    return [Refusal("instant_naive", value=instant.isoformat())]
            return [Refusal("offer_ends_before_start")] if ends_at <= starts_at else []
        case Relative(hours=hours, days=days):
            return [Refusal("offer_validity")] if (hours is None) == (days is None) else []


def _limit_faults(offer: Offer) -> list[Refusal]:
    faults = []
    if offer.total_limit is not None and offer.total_limit < offer.per_member_limit:
        faults.append(Refusal("offer_limit_below_member"))
    one = (offer.max_discount_fen or 0) if offer.kind == "percent" else max(*offer.values, offer.cost_fen)
    if offer.budget_fen is not None and offer.budget_fen < one:
        faults.append(Refusal("offer_budget_below_one"))
    return faults
