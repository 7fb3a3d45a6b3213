"""Neighbouring tiers: what is new, what is more, what it is worth, and what is wrong with a step."""

import pytest

from core.documents.benefits import Benefit, Cell
from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument, Tier
from core.rules.benefits import TypicalYear
from core.rules.tier_gaps import Gap, compare_tiers, yearly_value

LOW = Tier(code="low", name_zh="低", name_en="Low", min_spend_fen=0, min_orders=0)
HIGH = Tier(code="high", name_zh="高", name_en="High", min_spend_fen=1_000_00, min_orders=None)
YEAR = {"high": TypicalYear(10, 2_000_00)}


def _document(**cells: Cell) -> RuleDocument:
    benefit = Benefit(code="box", kind="yearly_gift", name_zh="礼", name_en="Gift", cells=cells)
    return RuleDocument(tiers=(LOW, HIGH), benefits=(benefit,) if cells else ())


def _gift(cost_fen: int) -> Cell:
    return Cell(period="year", cost_fen=cost_fen)


@pytest.mark.parametrize(
    ("_case", "cells", "gap", "value_fen"),
    [
        ("nothing at all", {}, Gap.NO_DIFFERENCE, 0),
        ("the same on both", {"low": _gift(50_00), "high": _gift(50_00)}, Gap.NO_DIFFERENCE, 0),
        ("a penny gift for 1,000 yuan", {"high": _gift(1_00)}, Gap.SMALL, 1_00),
        ("a gift", {"high": _gift(50_00)}, Gap.FINE, 50_00),
        ("just not too small", {"high": _gift(5_00)}, Gap.FINE, 5_00),
        ("just not too much", {"high": _gift(200_00)}, Gap.FINE, 200_00),
        ("a fifth of what is asked, and a fen", {"high": _gift(200_01)}, Gap.LARGE, 200_01),
    ],
)
def test_a_step_is_judged(_case: str, cells: dict[str, Cell], gap: Gap, value_fen: int) -> None:
    (step,) = compare_tiers(_document(**cells), YEAR)
    assert (step.gap, step.value_fen) == (gap, value_fen)


def test_what_is_new_and_what_is_more() -> None:
    steps = compare_tiers(tmall_ladder(), {})
    assert [(step.lower, step.upper) for step in steps] == [
        ("regular", "silver"),
        ("silver", "vip"),
        ("vip", "supreme"),
    ]
    assert steps[1].added == ("priority_shipping",)
    assert steps[1].more == ("birthday_coupon", "free_shipping", "longer_returns")


def test_the_value_is_the_sum_over_the_benefits() -> None:
    year = TypicalYear(10, 2_000_00)
    assert yearly_value(tmall_ladder(), "supreme", year) == (100_00 + 10 * 8_00 + 50_00, 100_00 + 10 * 8_00 + 50_00)
