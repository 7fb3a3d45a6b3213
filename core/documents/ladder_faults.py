"""What makes a ladder of tiers confusing: how each is reached, kept and lost."""

from collections.abc import Iterator, Sequence

from core.documents.fault_words import said, twice
from core.documents.rules import MOST_TIERS, RuleDocument, Tier
from core.errors import Refusal

# The three ways up, with what keeping asks for and the fault of a threshold that does not rise.
WAYS = (
    ("min_spend_fen", "keep_spend_fen", "tier_spend_not_rising"),
    ("min_orders", "keep_orders", "tier_orders_not_rising"),
    ("min_growth", "keep_growth", "tier_growth_not_rising"),
)


def ladder_faults(document: RuleDocument) -> Iterator[Refusal]:
    """Faults of the tiers, of how they are kept, and of how they are lost."""
    tiers = document.tiers
    if not tiers:
        yield Refusal("tiers_none")
        return
    if len(tiers) > MOST_TIERS:
        yield Refusal("tiers_many", most=MOST_TIERS, count=len(tiers))
    yield from twice("tier_code_twice", [tier.code for tier in tiers])
    yield from twice("tier_name_twice", [tier.name_zh.strip() for tier in tiers])
    yield from twice("tier_name_twice", [tier.name_en.strip().lower() for tier in tiers])
    entry = tiers[0]
    if entry.min_spend_fen or (entry.min_orders or 0) > 1 or entry.min_growth:
        yield Refusal("tier_entry", **said("tier", entry))
    for tier in tiers[1:]:
        if not any(tier.reach):
            yield Refusal("tier_no_way_up", **said("tier", tier))
    for index, tier in enumerate(tiers[1:], start=1):
        yield from _not_rising(document, tiers[:index], tier)
    yield from _growth_faults(document)
    for index, tier in enumerate(tiers):
        yield from _keep_faults(document, tiers[1:index], tier)
    yield from _downgrade_faults(document)


def _not_rising(document: RuleDocument, below: Sequence[Tier], tier: Tier) -> Iterator[Refusal]:
    """Faults of one tier against the nearest lower one that uses the same way up."""
    for field, _, code in WAYS:
        own = getattr(tier, field)
        lower = next((t for t in reversed(below) if getattr(t, field) is not None), None)
        if own is None:
            # With "any" a closed way up is plain; with "all" the higher tier would ask for less than the lower one.
            if document.match == "all" and lower is not None and getattr(lower, field):
                yield Refusal("tier_asks_less", **said("tier", tier), **said("lower", lower))
        elif own == 0 and document.match == "any":
            yield Refusal("tier_free", **said("tier", tier))
        elif lower is not None and own <= getattr(lower, field):
            yield Refusal(code, **said("tier", tier), **said("lower", lower))


def _growth_faults(document: RuleDocument) -> Iterator[Refusal]:
    """Thresholds of growth and the rules of growth need each other."""
    if document.growth is None:
        for tier in document.tiers:
            if tier.min_growth:
                yield Refusal("tier_growth_unruled", **said("tier", tier))
        return
    rewarded = any(milestone.measure == "growth" for milestone in document.milestones)
    if not rewarded and not any(tier.min_growth for tier in document.tiers):
        yield Refusal("growth_unused")


def _keep_faults(document: RuleDocument, below: Sequence[Tier], tier: Tier) -> Iterator[Refusal]:
    """Keeping may ask for less than reaching, never for more, and never for less than the tier below asks."""
    own = [getattr(tier, keep) for _, keep, _ in WAYS]
    if tier is document.tiers[0]:
        if any(value is not None for value in own):
            yield Refusal("keep_entry", **said("tier", tier))
        return
    for (_, keep, _), reach, kept, stays in zip(WAYS, tier.reach, own, tier.keep, strict=True):
        if kept is not None and reach is None:
            yield Refusal("keep_closed_way", **said("tier", tier))
        elif kept is not None and reach is not None and kept > reach:
            yield Refusal("keep_above_reach", **said("tier", tier))
        lower = next((t for t in reversed(below) if t.keep[_place(keep)] is not None), None)
        if stays is not None and lower is not None and stays < (lower.keep[_place(keep)] or 0):
            yield Refusal("keep_below_lower", **said("tier", tier), **said("lower", lower))
    if _kept_for_nothing(document, tier):
        yield Refusal("keep_free", **said("tier", tier))


def _place(keep: str) -> int:
    return [name for _, name, _ in WAYS].index(keep)


def _kept_for_nothing(document: RuleDocument, tier: Tier) -> bool:
    """Whether a tier that asks for something is kept by doing nothing."""
    free = [kept == 0 for reach, kept in zip(tier.reach, tier.keep, strict=True) if reach]
    return bool(free) and (any(free) if document.match == "any" else all(free))


def _downgrade_faults(document: RuleDocument) -> Iterator[Refusal]:
    downgrade, window = document.downgrade, document.window
    rolling = window.kind == "rolling"
    if downgrade.mode == "one_step" and rolling and downgrade.grace_days == 0:
        # Every step would be judged at the same instant: the member would fall through all of them at once.
        yield Refusal("one_step_without_grace")
    if rolling and downgrade.mode != "never" and downgrade.notice_days >= window.days:
        yield Refusal("notice_beyond_window", notice=downgrade.notice_days, days=window.days)
    if downgrade.mode == "never":
        if downgrade.grace_days:
            yield Refusal("never_with_grace", days=downgrade.grace_days)
        if any(getattr(tier, keep) is not None for tier in document.tiers for _, keep, _ in WAYS):
            yield Refusal("never_with_keep")
