"""What makes the grid of benefits confusing: kinds, periods, seasons, partners, and a higher tier that gets less."""

from collections.abc import Iterator, Sequence
from datetime import date

from core.documents.benefits import BENEFIT_KINDS, MOST_BENEFITS, PERIODS, Benefit, Season
from core.documents.fault_words import said, said_by_key, twice
from core.documents.rules import RuleDocument, Tier
from core.errors import Refusal

# What holds by itself as long as the tier does: there is nothing to claim.
HELD_KINDS = frozenset(
    ("member_price", "points_multiplier", "longer_returns", "priority_shipping", "dedicated_service")
)
LEAP_YEAR = 2024


def benefit_faults(document: RuleDocument) -> Iterator[Refusal]:
    """Faults of each benefit, in the order of the grid."""
    benefits = document.benefits
    if len(benefits) > MOST_BENEFITS:
        yield Refusal("benefits_many", most=MOST_BENEFITS, count=len(benefits))
    yield from twice("benefit_code_twice", [benefit.code for benefit in benefits])
    yield from twice("benefit_name_twice", [benefit.name_zh.strip() for benefit in benefits])
    for benefit in benefits:
        word = said("benefit", benefit)
        if benefit.kind not in BENEFIT_KINDS:
            yield Refusal("benefit_kind", **word, kind=benefit.kind)
        if not benefit.cells:
            yield Refusal("benefit_for_nobody", **word)
        for code, cell in benefit.cells.items():
            if code not in document.codes:
                yield Refusal("benefit_tier", **word, tier=code)
            if cell.period not in PERIODS:
                yield Refusal("benefit_period", **word, period=cell.period)
        yield from _worse_higher_up(benefit, document.tiers)
        yield from _giving_faults(benefit)
        if benefit.kind == "points_multiplier":
            yield from _multiplier_faults(document, benefit)


def _worse_higher_up(benefit: Benefit, tiers: Sequence[Tier]) -> Iterator[Refusal]:
    """A higher tier must have what a lower one has, as often and as much."""
    best = None
    for tier in tiers:
        cell = benefit.cells.get(tier.code)
        if best is not None:
            worse = cell is None or cell.times < best.times or (cell.level or 0) < (best.level or 0)
            if worse:
                yield Refusal("benefit_worse", **said("benefit", benefit), **said("tier", tier))
        best = cell or best


def _giving_faults(benefit: Benefit) -> Iterator[Refusal]:
    """Faults of how a benefit is given: claimed or by itself, when in the year, by whom, by how many."""
    word = said("benefit", benefit)
    if benefit.mode == "claim" and benefit.kind in HELD_KINDS:
        yield Refusal("benefit_claimed", **word, **said_by_key("kind", f"benefit.kind.{benefit.kind}"))
    if benefit.partner is not None and benefit.kind != "partner":
        yield Refusal("benefit_partner_kind", **word)
    if benefit.kind == "partner" and any(cell.quantity > 1 for cell in benefit.cells.values()):
        yield Refusal("benefit_partner_one", **word)
    if benefit.take_up_bp == 0 and any(cell.cost_fen for cell in benefit.cells.values()):
        yield Refusal("benefit_used_by_nobody", **word)
    if benefit.season is None:
        return
    if not _real(benefit.season):
        yield Refusal("benefit_season_day", **word, starts=benefit.season.starts, ends=benefit.season.ends)
    if any(cell.period == "birthday" for cell in benefit.cells.values()):
        yield Refusal("benefit_birthday_season", **word)


def _real(season: Season) -> bool:
    """Whether both days are in the calendar."""
    try:
        return all(date.fromisoformat(f"{LEAP_YEAR}-{day}") for day in (season.starts, season.ends))
    except ValueError:
        return False


def _multiplier_faults(document: RuleDocument, benefit: Benefit) -> Iterator[Refusal]:
    """What the grid promises must be what is counted; a cell's level is the per cent."""
    if document.points is None:
        yield Refusal("multiplier_without_points", **said("benefit", benefit))
        return
    for tier in document.tiers:
        cell = benefit.cells.get(tier.code)
        counted = document.points.tier_pct.get(tier.code, 100)
        promised = 100 if cell is None else cell.level
        if promised != counted:
            yield Refusal("multiplier_disagrees", **said("benefit", benefit), **said("tier", tier))
