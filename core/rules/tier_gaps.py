"""Neighbouring tiers compared: what a member gains by going up one step, in yuan a year and in plain differences."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from core.documents.rules import RuleDocument
from core.rules.benefits import TypicalYear
from core.rules.benefits.registry import cells_of

# What a step up gives each year against what it asks for more: under the first nobody climbs, over the second it costs dear.
SMALL_BP, LARGE_BP = 50, 2_000


class Gap(StrEnum):
    """What is wrong with a step, if anything."""

    FINE = "fine"
    NO_DIFFERENCE = "no_difference"
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True)
class StepUp:
    """From ``lower`` to ``upper``: benefits that are new and those that are more, value and cost a year (fen, more than below).

    ``asked_fen``: how much more must be spent; None where the tier is not reached by spending.
    """

    lower: str
    upper: str
    added: tuple[str, ...]
    more: tuple[str, ...]
    value_fen: int
    cost_fen: int
    asked_fen: int | None
    gap: Gap


def yearly_value(document: RuleDocument, tier: str, year: TypicalYear) -> tuple[int, int]:
    """What a tier is worth to a member and costs the shop in such a year, in fen."""
    found = [kind.yearly(benefit, cell, year) for benefit, cell, kind in cells_of(document, tier)]
    return sum(one.value_fen for one in found), sum(one.cost_fen for one in found)


def compare_tiers(document: RuleDocument, years: dict[str, TypicalYear]) -> list[StepUp]:
    """Every step of the ladder; both sides are valued over the upper tier's usual year, so that only the benefits differ."""
    return [_step(document, lower.code, upper.code, years) for lower, upper in pairwise(document.tiers)]


def _step(document: RuleDocument, lower: str, upper: str, years: dict[str, TypicalYear]) -> StepUp:
    year = years.get(upper, TypicalYear(0, 0))
    below = {benefit.code: (cell, kind) for benefit, cell, kind in cells_of(document, lower)}
    added, more = [], []
    for benefit, cell, kind in cells_of(document, upper):
        if benefit.code not in below:
            added.append(benefit.code)
        elif kind.rank(cell) != kind.rank(below[benefit.code][0]):
            more.append(benefit.code)
    above, under = (yearly_value(document, code, year) for code in (upper, lower))
    value, cost = above[0] - under[0], above[1] - under[1]
    asked = _asked(document, lower, upper)
    return StepUp(lower, upper, tuple(added), tuple(more), value, cost, asked, _judge(added, more, value, asked))


def _asked(document: RuleDocument, lower: str, upper: str) -> int | None:
    """How much more the upper tier asks to be spent."""
    low, high = document.tier(lower).min_spend_fen, document.tier(upper).min_spend_fen
    return None if high is None else high - (low or 0)


def _judge(added: list[str], more: list[str], value: int, asked: int | None) -> Gap:
    if not added and not more:
        return Gap.NO_DIFFERENCE
    if not asked:
        return Gap.FINE
    if value * 10_000 > asked * LARGE_BP:
        return Gap.LARGE
    # A step that only adds services is worth no money and may still be wanted: two of them are enough.
    return Gap.SMALL if value * 10_000 < asked * SMALL_BP and len(added) < 2 else Gap.FINE
