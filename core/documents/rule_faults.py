"""What makes a rule document confusing. Each fault is a value with a sentence: the editor shows all at once."""

from collections.abc import Iterator, Sequence

from core.documents.benefits import BENEFIT_KINDS, MOST_BENEFITS, PERIODS, Benefit
from core.documents.rules import MOST_TIERS, RuleDocument, Tier
from core.errors import Refusal


def rule_faults(document: RuleDocument) -> list[Refusal]:
    """Every reason not to publish this document, in reading order; empty when it makes sense."""
    return [*_ladder_faults(document), *_benefit_faults(document)]


def checked(document: RuleDocument) -> RuleDocument:
    """The document itself; raises its first fault."""
    for fault in rule_faults(document):
        raise fault
    return document


def _ladder_faults(document: RuleDocument) -> Iterator[Refusal]:
    tiers = document.tiers
    if not tiers:
        yield Refusal("tiers_none")
        return
    if len(tiers) > MOST_TIERS:
        yield Refusal("tiers_many", most=MOST_TIERS, count=len(tiers))
    yield from _twice("tier_code_twice", [tier.code for tier in tiers])
    yield from _twice("tier_name_twice", [tier.name_zh.strip() for tier in tiers])
    yield from _twice("tier_name_twice", [tier.name_en.strip().lower() for tier in tiers])
    entry = tiers[0]
    if entry.min_spend_fen or (entry.min_orders or 0) > 1:
        yield Refusal("tier_entry", **_said("tier", entry))
    for tier in tiers[1:]:
        if not tier.min_spend_fen and not tier.min_orders:
            yield Refusal("tier_no_way_up", **_said("tier", tier))
    for index, tier in enumerate(tiers[1:], start=1):
        yield from _not_rising(document, tiers[:index], tier)


def _not_rising(document: RuleDocument, below: Sequence[Tier], tier: Tier) -> Iterator[Refusal]:
    """Faults of one tier against the nearest lower one that uses the same way up."""
    for field, code in (("min_spend_fen", "tier_spend_not_rising"), ("min_orders", "tier_orders_not_rising")):
        own = getattr(tier, field)
        lower = next((t for t in reversed(below) if getattr(t, field) is not None), None)
        if own is None:
            # With "any" a closed way up is plain; with "all" the higher tier would ask for less than the lower one.
            if document.match == "all" and lower is not None and getattr(lower, field):
                yield Refusal("tier_asks_less", **_said("tier", tier), **_said("lower", lower))
        elif own == 0 and document.match == "any":
            yield Refusal("tier_free", **_said("tier", tier))
        elif lower is not None and own <= getattr(lower, field):
            yield Refusal(code, **_said("tier", tier), **_said("lower", lower))


def _benefit_faults(document: RuleDocument) -> Iterator[Refusal]:
    benefits = document.benefits
    if len(benefits) > MOST_BENEFITS:
        yield Refusal("benefits_many", most=MOST_BENEFITS, count=len(benefits))
    yield from _twice("benefit_code_twice", [benefit.code for benefit in benefits])
    yield from _twice("benefit_name_twice", [benefit.name_zh.strip() for benefit in benefits])
    for benefit in benefits:
        if benefit.kind not in BENEFIT_KINDS:
            yield Refusal("benefit_kind", **_said("benefit", benefit), kind=benefit.kind)
        if not benefit.cells:
            yield Refusal("benefit_for_nobody", **_said("benefit", benefit))
        for code, cell in benefit.cells.items():
            if code not in document.codes:
                yield Refusal("benefit_tier", **_said("benefit", benefit), tier=code)
            if cell.period not in PERIODS:
                yield Refusal("benefit_period", **_said("benefit", benefit), period=cell.period)
        yield from _worse_higher_up(benefit, document.tiers)


def _worse_higher_up(benefit: Benefit, tiers: Sequence[Tier]) -> Iterator[Refusal]:
    """A higher tier must have what a lower one has, as often and as much."""
    best = None
    for tier in tiers:
        cell = benefit.cells.get(tier.code)
        if best is not None:
            worse = cell is None or cell.times < best.times or (cell.level or 0) < (best.level or 0)
            if worse:
                yield Refusal("benefit_worse", **_said("benefit", benefit), **_said("tier", tier))
        best = cell or best


def _twice(code: str, values: Sequence[str]) -> Iterator[Refusal]:
    """One fault for each value that occurs more than once."""
    for value in dict.fromkeys(value for value in values if values.count(value) > 1):
        yield Refusal(code, value=value)


def _said(word: str, thing: Tier | Benefit) -> dict[str, str]:
    """How the sentences name a tier or a benefit: ``{tier}`` in Chinese, ``{tier_en}`` in English."""
    return {word: thing.name_zh, f"{word}_en": thing.name_en}
