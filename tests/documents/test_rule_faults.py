"""Every confusing configuration is refused with its own sentence, in both languages; plain ones are not."""

import ast
from pathlib import Path
from typing import Any

import pytest

from core.documents import benefit_faults, earning_faults, ladder_faults
from core.documents.projections import project_multiplier
from core.documents.rule_faults import rule_faults, rule_hints
from core.documents.rules import read_rules
from core.i18n import LANGS, translate

SPEND: dict[str, Any] = {"kind": "spend", "rate": 100}


def rules(*tiers: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """A ladder of three, each with changes given in order, and other fields of the document."""
    steps: list[dict[str, Any]] = [
        {"code": f"t{n}", "name_zh": f"第{n}级", "name_en": f"Step {n}", "min_spend_fen": 1_000 * n, "min_orders": None}
        for n in range(3)
    ]
    for step, changes in zip(steps, tiers, strict=False):
        step.update(changes)
    return {"schema": 1, "tiers": steps, **extra}


def growing(**extra: Any) -> dict[str, Any]:
    """A ladder by growth that makes sense."""
    tiers = ({"min_growth": 0}, {"min_growth": 100}, {"min_growth": 200})
    return rules(*tiers, **{"growth": {"earnings": [SPEND]}, **extra})


def points(**fields: Any) -> dict[str, Any]:
    return rules(points={"earnings": [SPEND], **fields})


def benefit(**fields: Any) -> dict[str, Any]:
    row = {"code": "b", "kind": "sample", "name_zh": "小样", "name_en": "Samples", "cells": {"t2": {}}}
    return {**row, **fields}


def gift(**fields: Any) -> dict[str, Any]:
    row = {"code": "m", "name_zh": "第三单", "name_en": "Third order", "at": 3, "gift_zh": "小样", "gift_en": "Samples"}
    return {**row, **fields}


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("the lowest tier asks for growth", "tier_entry", rules({"min_growth": 1}, growth={})),
    ("growth without its rules", "tier_growth_unruled", rules({}, {"min_growth": 100})),
    ("growth that does not rise", "tier_growth_not_rising", rules({}, {"min_growth": 9}, {"min_growth": 9}, growth={})),
    ("growth that nothing asks for", "growth_unused", rules(growth={"earnings": [SPEND]})),
    ("growth of the lowest tier alone", "growth_unused", rules({"min_growth": 0}, growth={})),
    ("keeping the lowest tier", "keep_entry", rules({"keep_spend_fen": 0})),
    ("keeping by a closed way", "keep_closed_way", rules({}, {"keep_orders": 1})),
    ("keeping asks for one fen more", "keep_above_reach", rules({}, {"keep_spend_fen": 1_001})),
    ("keeping asks for more growth", "keep_above_reach", growing() | rules({}, {"min_growth": 1, "keep_growth": 2})),
    ("the higher is kept more easily", "keep_below_lower", rules({}, {"keep_spend_fen": 800}, {"keep_spend_fen": 700})),
    ("kept for nothing", "keep_free", rules({}, {"keep_spend_fen": 0})),
    ("falls through in one go", "one_step_without_grace", rules(downgrade={"mode": "one_step"})),
    ("noticed at all times", "notice_beyond_window", rules(window={"days": 30}, downgrade={"notice_days": 30})),
    ("never, with grace", "never_with_grace", rules(downgrade={"mode": "never", "grace_days": 1})),
    ("never, with keep", "never_with_keep", rules({}, {"keep_spend_fen": 500}, downgrade={"mode": "never"})),
    ("nothing earns", "earning_none", points(earnings=[])),
    ("nothing earns growth", "earning_none", growing(growth={"earnings": []})),
    ("an unknown source", "earning_kind", points(earnings=[{"kind": "dance", "rate": 1}])),
    ("a source twice", "earning_twice", points(earnings=[SPEND, SPEND])),
    ("over a hundred a yuan", "earning_spend_rate", points(earnings=[{"kind": "spend", "rate": 10_001}])),
    ("caps crossed", "earning_caps_crossed", points(earnings=[{**SPEND, "per_day": 10, "lifetime": 9}])),
    (
        "not one in full",
        "earning_cap_below_rate",
        points(earnings=[{"kind": "review", "rate": 10, "per_day": 9}]),
    ),
    ("a category without a name", "category_unnamed", points(category_pct={" ": 50})),
    ("a category elevenfold", "category_pct", points(category_pct={"奶粉": 1_001})),
    ("a category below nothing", "category_pct", points(category_pct={"奶粉": -1})),
    ("a multiplier for no tier", "tier_pct_tier", points(tier_pct={"t9": 150})),
    ("a multiplier below once", "tier_pct_low", points(tier_pct={"t0": 99})),
    ("a multiplier that falls", "tier_pct_falling", points(tier_pct={"t1": 150})),
    (
        "over a hundredfold together",
        "pct_together",
        points(tier_pct={"t2": 1_010}, days=[{"pct": 1_000, "weekday": 1}]),
    ),
    ("a day without a day", "day_when", points(days=[{"pct": 200}])),
    ("a day in two ways", "day_ways", points(days=[{"pct": 200, "weekday": 1, "day_of_month": 8}])),
    ("a day like any other", "day_once", points(days=[{"pct": 100, "weekday": 1}])),
    (
        "a day not in the calendar",
        "day_dates",
        points(days=[{"pct": 200, "starts": "2026-02-29", "ends": "2026-03-01"}]),
    ),
    ("a first day alone", "day_dates", points(days=[{"pct": 200, "starts": "2026-02-28"}])),
    (
        "ends before it begins",
        "day_ends_first",
        points(days=[{"pct": 200, "starts": "2026-11-11", "ends": "2026-11-10"}]),
    ),
    (
        "expired before they can be used",
        "points_expire_first",
        points(expiry="days", valid_days=15, pending_days=15),
    ),
    ("expired at New Year", "points_expire_new_year", points(expiry="year_end", valid_years=0, pending_days=1)),
    ("one code twice", "milestone_code_twice", rules(milestones=[gift(), gift(name_zh="另", at=4)])),
    ("one name twice", "milestone_name_twice", rules(milestones=[gift(), gift(code="n", at=4)])),
    ("a milestone that gives nothing", "milestone_without_reward", rules(milestones=[gift(gift_zh="", gift_en="")])),
    ("points that are off", "milestone_without_points", rules(milestones=[gift(points=100)])),
    ("growth that is off", "milestone_without_growth", rules(milestones=[gift(measure="growth")])),
    ("not further on", "milestone_not_rising", rules(milestones=[gift(), gift(code="n", name_zh="另")])),
    ("61 benefits", "benefits_many", rules(benefits=[benefit(code=f"b{n}", name_zh=f"{n}") for n in range(61)])),
    ("one benefit's code twice", "benefit_code_twice", rules(benefits=[benefit(), benefit(name_zh="另")])),
    ("one benefit's name twice", "benefit_name_twice", rules(benefits=[benefit(), benefit(code="c")])),
    ("nothing to claim", "benefit_claimed", rules(benefits=[benefit(kind="longer_returns", mode="claim")])),
    ("a partner for our own", "benefit_partner_kind", rules(benefits=[benefit(partner="cafe")])),
    (
        "two codes at once",
        "benefit_partner_one",
        rules(benefits=[benefit(kind="partner", partner="cafe", cells={"t2": {"quantity": 2}})]),
    ),
    (
        "costs but never used",
        "benefit_used_by_nobody",
        rules(benefits=[benefit(take_up_bp=0, cells={"t2": {"cost_fen": 1}})]),
    ),
    (
        "a season of no calendar",
        "benefit_season_day",
        rules(benefits=[benefit(season={"starts": "02-30", "ends": "03-01"})]),
    ),
    (
        "a birthday in season",
        "benefit_birthday_season",
        rules(benefits=[benefit(season={"starts": "06-01", "ends": "06-18"}, cells={"t2": {"period": "birthday"}})]),
    ),
    (
        "more of points that are off",
        "multiplier_without_points",
        rules(benefits=[benefit(kind="points_multiplier", cells={"t2": {"level": 150}})]),
    ),
    (
        "promised otherwise than counted",
        "multiplier_disagrees",
        points(tier_pct={"t2": 200}) | {"benefits": [benefit(kind="points_multiplier", cells={"t2": {"level": 150}})]},
    ),
]


@pytest.mark.parametrize(("_case", "code", "value"), CASES, ids=[case for case, *_ in CASES])
def test_a_confusing_configuration_is_refused_in_words(_case: str, code: str, value: dict[str, Any]) -> None:
    faults = {fault.code: fault for fault in rule_faults(read_rules(value))}
    assert code in faults
    for lang in LANGS:
        assert translate(lang, f"error.{code}", **faults[code].params)


@pytest.mark.parametrize(
    ("_case", "value"),
    [
        ("by growth", growing()),
        ("growth for a milestone alone", rules(growth={}, milestones=[gift(measure="growth")])),
        ("keeping asks for as much", rules({}, {"keep_spend_fen": 1_000})),
        ("keeping asks for a fen less", rules({}, {"keep_spend_fen": 999})),
        ("one step with a day of grace", rules(downgrade={"mode": "one_step", "grace_days": 1})),
        ("one step in a calendar year", rules(window={"kind": "calendar_year"}, downgrade={"mode": "one_step"})),
        ("never", rules(downgrade={"mode": "never"})),
        ("a notice one day shorter", rules(window={"days": 31}, downgrade={"notice_days": 30})),
        ("a hundred a yuan", points(earnings=[{"kind": "spend", "rate": 10_000}])),
        ("caps meet", points(earnings=[{**SPEND, "per_day": 9, "lifetime": 9}])),
        ("one in full", points(earnings=[{"kind": "review", "rate": 10, "per_day": 10}])),
        ("a category left out and one tenfold", points(category_pct={"奶粉": 0, "童装": 1_000})),
        ("a hundredfold together", points(tier_pct={"t2": 1_000}, days=[{"pct": 1_000, "weekday": 1}])),
        ("one day", points(days=[{"pct": 200, "starts": "2026-11-11", "ends": "2026-11-11"}])),
        ("a day of use", points(expiry="days", valid_days=16, pending_days=15)),
        ("to New Year, at once", points(expiry="year_end", valid_years=0, pending_days=0)),
        ("two measures", rules(milestones=[gift(), gift(code="n", name_zh="另", measure="spend", at=1)])),
        ("a leap day in season", rules(benefits=[benefit(season={"starts": "12-01", "ends": "02-29"})])),
        ("claimed", rules(benefits=[benefit(mode="claim")])),
    ],
)
def test_a_plain_configuration_is_accepted(_case: str, value: dict[str, Any]) -> None:
    assert rule_faults(read_rules(value)) == []


def test_every_fault_that_can_be_found_is_tried_here() -> None:
    raised = {
        node.args[0].value
        for module in (ladder_faults, earning_faults, benefit_faults)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refusal", "twice")
        if isinstance(node.args[0], ast.Constant)
    }
    elsewhere = Path(__file__).with_name("test_rules.py").read_text("utf-8")
    assert {code for code in raised if f'"{code}"' not in elsewhere} <= {code for _, code, _ in CASES}


def test_the_grid_says_the_multiplier_that_is_counted() -> None:
    row = benefit(kind="points_multiplier", cells={"t0": {"level": 900}})
    document = project_multiplier(read_rules(points(tier_pct={"t1": 150, "t2": 200}) | {"benefits": [row]}))
    assert rule_faults(document) == []
    assert {code: cell.value_zh for code, cell in document.benefits[0].cells.items()} == {"t1": "1.5 倍", "t2": "2 倍"}
    assert document.benefits[0].cells["t2"].value_en == "2x"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rules.hint.short_month", points(days=[{"pct": 200, "day_of_month": 31}])),
        ("rules.hint.points_worth_nothing", points(value_fen=0)),
        ("rules.hint.points_never_expire", points(expiry="never")),
        ("rules.hint.never_lost", rules(downgrade={"mode": "never"})),
    ],
)
def test_what_may_surprise_is_said_and_not_refused(key: str, value: dict[str, Any]) -> None:
    document = read_rules(value)
    assert rule_faults(document) == []
    assert [found for found, _ in rule_hints(document)] == [key]
    assert all(translate(lang, found, **params) for lang in LANGS for found, params in rule_hints(document))
