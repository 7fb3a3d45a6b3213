"""How a price is made: what comes off the list price, in which order, and what goes with what. Amounts in fen, rates in bp.

The order is the same for every shop and every basket: the platform's own lines that count on the list price (official
reduction, cross-shop, deposit), member price, threshold reduction, coupons, the platform's lines that count on what is left
of these, points. Stored value is a way to pay, not a price. No item goes below its floor.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document
from core.errors import Refusal

DeductionKind = Literal["official", "cross_shop", "deposit", "member_price", "reduction", "coupon", "points"]
PlatformKind = Literal["official", "cross_shop", "deposit"]
Stacking = Literal["never", "within_class", "always"]

ORDER: tuple[DeductionKind, ...] = (
    "official",
    "cross_shop",
    "deposit",
    "member_price",
    "reduction",
    "coupon",
    "points",
)
PLATFORM_KINDS: tuple[PlatformKind, ...] = ("official", "cross_shop", "deposit")
# What a member uses or keeps; the other kinds come off by themselves.
CHOSEN_KINDS: tuple[DeductionKind, ...] = ("coupon", "points")
STACKINGS: tuple[Stacking, ...] = ("never", "within_class", "always")
MOST_LINES = 6
MOST_STEPS = 5


class PlatformLine(Document):
    """One line of the platform, typed in by hand.

    official: ``rate_bp`` off (at most ``most_fen``), or ``off_fen`` off. cross_shop: ``off_fen`` off for each ``from_fen``
    (at most ``most_fen``). deposit: ``from_fen`` was paid ahead and counts as ``off_fen``. ``place``: counted on the list
    price, or on what the shop's own deductions leave. ``categories``: empty means all goods.
    """

    kind: PlatformKind
    name: str = Field(default="", max_length=30)
    rate_bp: int = Field(default=0, ge=0, le=10_000)
    off_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)
    from_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)
    most_fen: int | None = Field(default=None, ge=1, le=LARGEST_FEN)
    place: Literal["list", "left"] = "list"
    categories: tuple[str, ...] = Field(default=(), max_length=50)
    enabled: bool = True


class ReductionStep(Document):
    """``off_fen`` off from ``from_fen`` on."""

    from_fen: int = Field(ge=1, le=LARGEST_FEN)
    off_fen: int = Field(ge=1, le=LARGEST_FEN)


class Reduction(Document):
    """The shop's own threshold reduction: of its steps the highest that is reached counts, once."""

    name: str = Field(default="", max_length=30)
    steps: tuple[ReductionStep, ...] = Field(min_length=1, max_length=MOST_STEPS)
    categories: tuple[str, ...] = Field(default=(), max_length=50)
    enabled: bool = True


class NewcomerCoupon(Document):
    """What every newcomer finds on the platform's page: ``off_fen`` off from ``from_fen`` on."""

    off_fen: int = Field(ge=1, le=LARGEST_FEN)
    from_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)


class PointsUse(Document):
    """A hundred points pay ``rate_fen``, at most ``most_bp`` of what is left to pay."""

    rate_fen: int = Field(default=1_00, ge=1, le=1_000_00)
    most_bp: int = Field(default=1_000, ge=1, le=10_000)


class Floor(Document):
    """What no item is sold below: nothing, its cost, or ``share_bp`` of its list price."""

    kind: Literal["none", "cost", "share"] = "none"
    share_bp: int = Field(default=7_000, ge=1, le=10_000)


class Classes(Document):
    """With what a kind of deduction goes: ``never`` with any other, ``within_class`` only with its own kind, ``always``.

    Two kinds go together when both are ``always``. Coupons and points are used when the member wants to, everything else comes
    off by itself wherever it may. Of the ways that leaves, the member takes the cheapest; of equals the one with fewer points,
    then fewer coupons, then fewer deductions, then the earlier ones.
    """

    official: Stacking = "always"
    cross_shop: Stacking = "always"
    deposit: Stacking = "always"
    member_price: Stacking = "always"
    reduction: Stacking = "always"
    coupon: Stacking = "always"
    points: Stacking = "always"

    def of(self, kind: DeductionKind) -> Stacking:
        """The class of a kind."""
        found: Stacking = getattr(self, kind)
        return found

    def together(self, one: DeductionKind, other: DeductionKind) -> bool:
        """Whether two deductions of these kinds may be on one order."""
        if one == other:
            return self.of(one) != "never"
        return self.of(one) == self.of(other) == "always"


class PriceSettings(Document):
    """Everything the owner sets about prices; the tiers' own prices stand in the rules, coupons in their campaigns."""

    platform: tuple[PlatformLine, ...] = Field(default=(), max_length=MOST_LINES)
    reductions: tuple[Reduction, ...] = Field(default=(), max_length=MOST_LINES)
    newcomer: NewcomerCoupon | None = None
    points: PointsUse | None = None
    most_coupons: int = Field(default=1, ge=1, le=5)
    classes: Classes = Classes()
    floor: Floor = Floor()


def price_faults(settings: PriceSettings) -> list[Refusal]:
    """Every reason not to keep these settings, in reading order; empty when they make sense."""
    return [*_platform_faults(settings), *_reduction_faults(settings), *_coupon_faults(settings)]


def _platform_faults(settings: PriceSettings) -> Iterator[Refusal]:
    for line in settings.platform:
        match line.kind:
            case "official":
                if (line.rate_bp == 0) == (line.off_fen == 0):
                    yield Refusal("price_official_either", name=line.name)
                if line.rate_bp == 10_000:
                    yield Refusal("price_free", name=line.name)
            case "cross_shop":
                if not 0 < line.off_fen < line.from_fen:
                    yield Refusal("price_cross_shop", name=line.name)
            case "deposit":
                if not 0 < line.from_fen < line.off_fen:
                    yield Refusal("price_deposit", name=line.name)
    running = [line.kind for line in settings.platform if line.enabled and not line.categories]
    for kind in PLATFORM_KINDS:
        if running.count(kind) > 1:
            yield Refusal("price_platform_twice")


def _reduction_faults(settings: PriceSettings) -> Iterator[Refusal]:
    for reduction in settings.reductions:
        for step in reduction.steps:
            if step.off_fen >= step.from_fen:
                yield Refusal("price_step_free", name=reduction.name)
        for low, high in pairwise(reduction.steps):
            if high.from_fen <= low.from_fen or high.off_fen <= low.off_fen:
                yield Refusal("price_steps_rise", name=reduction.name)
    running = [one for one in settings.reductions if one.enabled]
    if len(running) > 1 and settings.classes.reduction == "never":
        yield Refusal("price_reductions_never")


def _coupon_faults(settings: PriceSettings) -> Iterator[Refusal]:
    coupon = settings.newcomer
    if coupon is not None and coupon.from_fen and coupon.off_fen >= coupon.from_fen:
        yield Refusal("price_newcomer_free")
    if settings.most_coupons > 1 and settings.classes.coupon == "never":
        yield Refusal("price_coupons_never")
