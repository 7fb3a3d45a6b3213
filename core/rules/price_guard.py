"""Is the price list fair and does it cover its costs? Typical baskets, priced for every kind of member, compared.

Three alarms: a member of a tier pays more than a newcomer for the same basket; a tier pays more than the one below; a stack of
deductions sells an item below its cost. A floor that the shop set is not applied: no platform knows of it, the guard shows what
would really be charged. Two people are compared with what both have in hand alike: without coupons, or each with every coupon
that now runs for people like them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal

from core.documents.pricing import PLATFORM_KINDS, Floor, PriceSettings
from core.documents.rules import RuleDocument
from core.rules.baskets import TypicalBasket
from core.rules.deductions import Deduction, MemberKind
from core.rules.pricing import Quote, quote

NEWCOMER = "newcomer"
Variant = Literal["plain", "offers", "points"]
VARIANTS: tuple[Variant, ...] = ("plain", "offers", "points")
COMPARED: tuple[Variant, ...] = ("plain", "offers")
Code = Literal["loyal_pays_more", "tiers_inverted", "below_cost"]


@dataclass(frozen=True)
class GuardKind:
    """A kind of member: ``code`` is ``newcomer`` or the tier's code; what such a person holds in each variant."""

    code: str
    members: Mapping[Variant, MemberKind]


@dataclass(frozen=True)
class Case:
    """One basket at one price; ``other`` is the quote it is compared with, ``line`` the item that is sold below its cost."""

    basket: TypicalBasket
    variant: Variant
    quote: Quote
    other: Quote | None
    gap_fen: int
    line: int = -1


@dataclass(frozen=True)
class Finding:
    """One alarm: who (against whom), in how many baskets or of how many items, the worst case, and what brings it about."""

    code: Code
    kind: str
    versus: str | None
    count: int
    worst: Case
    blame: Deduction | None


@dataclass(frozen=True)
class Below:
    """An item that is sold below its cost: the worst case of all, and for whom."""

    product: int
    kind: str
    case: Case

    @property
    def pays_fen(self) -> int:
        """What is paid for the pieces in the basket."""
        return self.case.quote.line_fen[self.case.line]

    @property
    def cost_fen(self) -> int:
        """What these pieces cost the shop."""
        line = self.case.basket.lines[self.case.line]
        return (line.cost_fen or 0) * line.quantity


@dataclass(frozen=True)
class GuardReport:
    """What the guard saw. ``payable[basket]`` holds the price by (kind, variant).

    ``dear``: products whose cost is above their list price already, which no stack brought about.
    """

    baskets: tuple[TypicalBasket, ...]
    kinds: tuple[str, ...]
    payable: tuple[Mapping[tuple[str, Variant], int], ...]
    findings: tuple[Finding, ...]
    below: tuple[Below, ...]
    dear: tuple[int, ...]
    orders: int = 0
    assumed: int = 0

    @property
    def unfair(self) -> tuple[Finding, ...]:
        """The alarms about people, without those about costs."""
        return tuple(one for one in self.findings if one.code != "below_cost")

    def beyond(self, other: "GuardReport") -> "GuardReport":
        """Without the alarms and items that the other report has too, unless they are more or worse here."""
        had = {(one.code, one.kind, one.versus): one for one in other.findings}
        low = {one.product: one for one in other.below}
        return replace(
            self,
            findings=tuple(one for one in self.findings if _worse(one, had.get((one.code, one.kind, one.versus)))),
            below=tuple(
                one for one in self.below if one.product not in low or one.case.gap_fen > low[one.product].case.gap_fen
            ),
        )


def _worse(one: Finding, before: Finding | None) -> bool:
    return before is None or one.count > before.count or one.worst.gap_fen > before.worst.gap_fen


def guard_prices(
    baskets: Sequence[TypicalBasket],
    kinds: Sequence[GuardKind],
    settings: PriceSettings,
    document: RuleDocument,
    *,
    day: date | None = None,
    source: str | None = None,
) -> GuardReport:
    """Price every basket for every kind (a newcomer first, then tiers from the lowest) and list what is not right.

    ``source``: only what a deduction of that source (campaign:ID) has a part in.
    """
    real = settings.model_copy(update={"floor": Floor()})
    quotes = [_prices(basket, kinds, real, document, day) for basket in baskets]
    codes = tuple(kind.code for kind in kinds)
    below = [one for basket, prices in zip(baskets, quotes, strict=True) for one in _below(basket, prices)]
    below = [one for one in below if _takes_part(one.case, source)]
    lines = [pair for basket in baskets for pair in zip(basket.products, basket.lines, strict=True)]
    return GuardReport(
        baskets=tuple(baskets),
        kinds=codes,
        payable=tuple({key: found.payable_fen for key, found in prices.items()} for prices in quotes),
        findings=(*_unfair(baskets, quotes, codes, source), *_losses(below, codes)),
        below=tuple(sorted(_worst_by_product(below), key=lambda one: (-one.case.gap_fen, one.product))),
        dear=tuple(sorted({product for product, line in lines if (line.cost_fen or 0) > line.list_fen})),
    )


_Prices = dict[tuple[str, Variant], Quote]


def _prices(
    basket: TypicalBasket,
    kinds: Sequence[GuardKind],
    settings: PriceSettings,
    document: RuleDocument,
    day: date | None,
) -> _Prices:
    """A basket's quotes by (kind, variant); a variant that holds the same as the one before costs the same."""
    prices: _Prices = {}
    for kind in kinds:
        before: tuple[MemberKind, Quote] | None = None
        for variant in VARIANTS:
            member = kind.members.get(variant)
            if member is None:
                continue
            if before is None or before[0] != member:
                before = member, quote(basket.lines, member, settings, document, day=day)
            prices[kind.code, variant] = before[1]
    return prices


def _takes_part(case: Case, source: str | None) -> bool:
    """Whether something of a source comes off in a case; None: all cases count."""
    if source is None:
        return True
    steps = (*case.quote.steps, *(case.other.steps if case.other is not None else ()))
    return any(step.deduction.source == source for step in steps)


def _unfair(
    baskets: Sequence[TypicalBasket], quotes: Sequence[_Prices], codes: Sequence[str], source: str | None
) -> Iterator[Finding]:
    """Each tier against the newcomer, then each against the one below."""
    tiers = [code for code in codes if code != NEWCOMER]
    pairs: list[tuple[Code, str, str]] = []
    if NEWCOMER in codes:
        pairs += [("loyal_pays_more", tier, NEWCOMER) for tier in tiers]
    pairs += [("tiers_inverted", high, low) for low, high in pairwise(tiers)]
    for code, kind, versus in pairs:
        cases = [case for case in _dearer(kind, versus, baskets, quotes) if _takes_part(case, source)]
        if cases:
            worst = max(cases, key=lambda case: (case.gap_fen, -case.quote.list_fen))
            count = len({id(case.basket) for case in cases})
            yield Finding(code, kind, versus, count, worst, _makes_cheaper(worst))


def _dearer(kind: str, versus: str, baskets: Sequence[TypicalBasket], quotes: Sequence[_Prices]) -> list[Case]:
    """The baskets for which one kind pays more than the other, holding alike."""
    return [
        Case(basket, variant, prices[kind, variant], prices[versus, variant], gap)
        for basket, prices in zip(baskets, quotes, strict=True)
        for variant in COMPARED
        if (kind, variant) in prices and (versus, variant) in prices
        if (gap := prices[kind, variant].payable_fen - prices[versus, variant].payable_fen) > 0
    ]


def _makes_cheaper(case: Case) -> Deduction | None:
    """What the other one has, that makes most of the difference."""
    own = {step.deduction.code: step.minus_fen for step in case.quote.steps}
    steps = case.other.steps if case.other is not None else ()
    more = [(step.minus_fen - own.get(step.deduction.code, 0), step.deduction) for step in steps]
    gap, deduction = max(more, key=lambda pair: pair[0], default=(0, None))
    return deduction if gap > 0 else None


def _below(basket: TypicalBasket, prices: _Prices) -> Iterator[Below]:
    """Every item of a basket that is sold below its cost, for every kind; not what costs more than its list price."""
    for (kind, variant), found in prices.items():
        for index, (product, line) in enumerate(zip(basket.products, basket.lines, strict=True)):
            cost = (line.cost_fen or 0) * line.quantity
            if found.line_fen[index] < cost <= line.amount_fen:
                gap = cost - found.line_fen[index]
                yield Below(product, kind, Case(basket, variant, found, None, gap, index))


def _worst_by_product(below: Sequence[Below]) -> Iterator[Below]:
    """Of each product the worst case; of equals the one with the fewest deductions, then the first."""
    worst: dict[int, Below] = {}
    for one in below:
        held = worst.get(one.product)
        if held is None or _badness(one) > _badness(held):
            worst[one.product] = one
    yield from worst.values()


def _badness(one: Below) -> tuple[int, int]:
    return one.case.gap_fen, -len(one.case.quote.steps)


def _losses(below: Sequence[Below], codes: Sequence[str]) -> Iterator[Finding]:
    """For each kind of member how many items fall below their cost, and the worst of them."""
    for kind in codes:
        own = [one for one in below if one.kind == kind]
        if own:
            worst = max(own, key=_badness)
            count = len({one.product for one in own})
            yield Finding("below_cost", kind, None, count, worst.case, _takes_most(worst.case))


def _takes_most(case: Case) -> Deduction | None:
    """The deduction that takes most of the item; one of the shop's own before the platform's."""
    own = [step for step in case.quote.steps if step.deduction.kind not in PLATFORM_KINDS]
    steps = own or list(case.quote.steps)
    return max(steps, key=lambda step: step.parts[case.line]).deduction if steps else None
