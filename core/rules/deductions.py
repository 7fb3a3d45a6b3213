"""What may come off a basket: every deduction that a person could use, in the fixed order, and what it takes at its place.

Pure. A deduction takes whole fen, rounded down, so that the shop never gives more than it said; ``core.money.split`` spreads
it over its lines by what is left of them, and no line is pushed below its floor: what the floor stops is not moved to others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from core.documents.benefits import Season
from core.documents.offer import Offer
from core.documents.pricing import ORDER, PLATFORM_KINDS, DeductionKind, PlatformLine, PriceSettings
from core.documents.rules import RuleDocument
from core.money import split
from core.rules.coupons import value_for

SETTINGS, RULES, POINTS, NEWCOMER = "settings", "rules", "points", "newcomer"
MEMBER_PRICE = "member_price"
_WORTHLESS = ("free_shipping", "gift")


@dataclass(frozen=True)
class BasketLine:
    """One line of a basket: ``list_fen`` and ``cost_fen`` (None: not known) are for one piece."""

    product: str
    category: str | None
    list_fen: int
    quantity: int = 1
    cost_fen: int | None = None

    @property
    def amount_fen(self) -> int:
        """All pieces at the list price."""
        return self.list_fen * self.quantity


@dataclass(frozen=True)
class HeldCoupon:
    """A coupon in hand; ``source`` is what issued it (campaign:ID, journey:CODE) and tells one from another."""

    source: str
    offer: Offer


@dataclass(frozen=True)
class MemberKind:
    """A person as a price sees them; ``tier`` None: no member. Stored value pays and changes no price."""

    tier: str | None
    newcomer: bool = False
    coupons: tuple[HeldCoupon, ...] = ()
    points: int = 0
    stored_fen: int = 0


@dataclass(frozen=True)
class Deduction:
    """One thing that may come off. ``code`` is stable, ``source`` is where it is changed, names are the owner's words.

    It takes ``rate_bp`` of its lines (at most ``most_fen``), or the highest of ``steps`` that is reached, for each ``every_fen``
    again, or ``points`` at ``rate_fen`` a hundred (at most ``rate_bp`` of its lines).
    """

    kind: DeductionKind
    code: str
    source: str
    name_zh: str = ""
    name_en: str = ""
    rate_bp: int = 0
    steps: tuple[tuple[int, int], ...] = ()
    from_fen: int = 0
    most_fen: int | None = None
    every_fen: int = 0
    points: int = 0
    rate_fen: int = 0
    categories: frozenset[str] = field(default_factory=frozenset)

    def name(self, lang: str) -> str:
        """What the owner calls it; empty: its kind says it."""
        return self.name_zh if lang == "zh" else self.name_en

    def covers(self, line: BasketLine) -> bool:
        """Whether it looks at a line."""
        return not self.categories or line.category in self.categories

    def worth(self, base: int) -> int:
        """Fen off an amount of its lines, never more than it; never falls when the amount rises."""
        if base <= 0 or base < self.from_fen:
            return 0
        if self.kind == "points":
            return min(base * self.rate_bp // 10_000, self.points * self.rate_fen // 100)
        if self.rate_bp:
            off = base * self.rate_bp // 10_000
        elif self.every_fen:
            off = base // self.every_fen * self.steps[0][1]
        else:
            off = max((off for start, off in self.steps if start <= base), default=0)
        return min(off, base) if self.most_fen is None else min(off, base, self.most_fen)

    def points_for(self, fen: int) -> int:
        """The fewest points that pay so much."""
        return -(-fen * 100 // self.rate_fen) if self.kind == "points" else 0

    @property
    def starts_at(self) -> int:
        """The least amount from which it takes anything."""
        return max(self.from_fen, self.every_fen, min((start for start, _ in self.steps), default=0))


@dataclass(frozen=True)
class Taken:
    """What one deduction took: from each line of the basket, and what the floor stopped."""

    parts: tuple[int, ...]
    held_back: int

    @property
    def fen(self) -> int:
        """In all."""
        return sum(self.parts)


def take(deduction: Deduction, basket: Sequence[BasketLine], left: Sequence[int], floors: Sequence[int]) -> Taken:
    """What a deduction takes where ``left`` is still to pay of each line and no line may go below its floor."""
    base = [amount if deduction.covers(line) else 0 for line, amount in zip(basket, left, strict=True)]
    worth = deduction.worth(sum(base))
    if worth == 0:
        return Taken((0,) * len(left), 0)
    wanted = split(worth, base)
    parts = tuple(
        min(int(off), max(amount - floor, 0)) for off, amount, floor in zip(wanted, left, floors, strict=True)
    )
    return Taken(parts, worth - sum(parts))


def deductions_for(
    member: MemberKind, settings: PriceSettings, document: RuleDocument, day: date | None = None
) -> list[Deduction]:
    """Everything that may come off for a person, in the fixed order; seasons are judged on ``day``, None: all hold."""
    platform = [(line, _platform(line, index)) for index, line in enumerate(settings.platform) if line.enabled]
    platform.sort(key=lambda pair: PLATFORM_KINDS.index(pair[0].kind))
    own = [*_member_prices(member, document, day), *_reductions(settings), *_coupons(member, settings)]
    own.sort(key=lambda one: ORDER.index(one.kind))  # stable: of one kind as they were given
    found = [deduction for line, deduction in platform if line.place == "list"]
    found += own
    found += [deduction for line, deduction in platform if line.place == "left"]
    if settings.points is not None and member.points > 0:
        use = settings.points
        found.append(
            Deduction("points", POINTS, SETTINGS, points=member.points, rate_fen=use.rate_fen, rate_bp=use.most_bp)
        )
    return found


def priceless(member: MemberKind, document: RuleDocument) -> list[tuple[str, Deduction]]:
    """What a person has that no price can be made of, with the reason: no_number, no_price."""
    found = []
    for benefit in document.benefits:
        cell = benefit.cells.get(member.tier or "")
        if benefit.kind == MEMBER_PRICE and cell is not None and not cell.level:
            code = f"benefit:{benefit.code}"
            found.append(("no_number", Deduction("member_price", code, RULES, benefit.name_zh, benefit.name_en)))
    for held in member.coupons:
        if held.offer.kind in _WORTHLESS:
            name = held.offer.name
            found.append(("no_price", Deduction("coupon", f"coupon:{held.source}", held.source, name, name)))
    return found


def in_season(season: Season | None, day: date | None) -> bool:
    """Whether a benefit holds on a day; a season may run over the year's end."""
    if season is None or day is None:
        return True
    today = f"{day:%m-%d}"
    if season.starts <= season.ends:
        return season.starts <= today <= season.ends
    return today >= season.starts or today <= season.ends


def _platform(line: PlatformLine, index: int) -> Deduction:
    steps: tuple[tuple[int, int], ...] = ((0, line.off_fen),) if line.off_fen else ()
    if line.kind == "cross_shop":
        steps = ((line.from_fen, line.off_fen),)
    elif line.kind == "deposit":
        steps = ((line.off_fen, line.off_fen - line.from_fen),)
    return Deduction(
        line.kind,
        f"platform:{index}",
        SETTINGS,
        line.name,
        line.name,
        rate_bp=line.rate_bp if line.kind == "official" else 0,
        steps=steps,
        most_fen=None if line.kind == "deposit" else line.most_fen,
        every_fen=line.from_fen if line.kind == "cross_shop" else 0,
        categories=frozenset(line.categories),
    )


def _member_prices(member: MemberKind, document: RuleDocument, day: date | None) -> list[Deduction]:
    """The tier's best member price: its ``level`` is basis points off."""
    found = [
        Deduction(
            "member_price", f"benefit:{benefit.code}", RULES, benefit.name_zh, benefit.name_en, rate_bp=cell.level
        )
        for benefit in document.benefits
        if benefit.kind == MEMBER_PRICE and in_season(benefit.season, day)
        if (cell := benefit.cells.get(member.tier or "")) is not None and cell.level and cell.level < 10_000
    ]
    return [max(found, key=lambda one: one.rate_bp)] if found else []


def _reductions(settings: PriceSettings) -> list[Deduction]:
    return [
        Deduction(
            "reduction",
            f"reduction:{index}",
            SETTINGS,
            one.name,
            one.name,
            steps=tuple((step.from_fen, step.off_fen) for step in one.steps),
            categories=frozenset(one.categories),
        )
        for index, one in enumerate(settings.reductions)
        if one.enabled
    ]


def _coupons(member: MemberKind, settings: PriceSettings) -> list[Deduction]:
    found = []
    if member.newcomer and settings.newcomer is not None:
        coupon = settings.newcomer
        found.append(Deduction("coupon", NEWCOMER, SETTINGS, steps=((coupon.from_fen, coupon.off_fen),)))
    for held in member.coupons:
        offer = held.offer
        if offer.kind in _WORTHLESS:
            continue
        value = value_for(offer, member.tier)
        percent = offer.kind == "percent"
        found.append(
            Deduction(
                "coupon",
                f"coupon:{held.source}",
                held.source,
                offer.name,
                offer.name,
                rate_bp=value if percent else 0,
                steps=() if percent else ((offer.threshold_fen, value),),
                from_fen=offer.threshold_fen,
                most_fen=offer.max_discount_fen,
                categories=frozenset(offer.scope_categories),
            )
        )
    return found
