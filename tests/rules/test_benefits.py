"""Every kind of benefit has one strategy that says what it is, whether it is work, how often it is used and what it is worth."""

from datetime import date
from typing import Any

import pytest

from core.documents.benefits import BENEFIT_KINDS, PERIODS, Benefit, Cell, Season
from core.errors import Refusal
from core.i18n import LANGS
from core.rules.benefits import KINDS, Family, TypicalYear, strategy
from core.rules.benefits.base import season_days
from core.rules.benefits.occasions import birthday_occasion, in_season, open_occasions

YEAR = TypicalYear(orders=6, spend_fen=3_000_00, points_fen=30_00)


def _benefit(kind: str, mode: Any = "automatic", season: Season | None = None, take_up_bp: int = 10_000) -> Benefit:
    named = {"code": "b", "name_zh": "权益", "name_en": "Benefit", "cells": {}}
    return Benefit(kind=kind, mode=mode, season=season, take_up_bp=take_up_bp, due_days=7, **named)  # type: ignore[arg-type]


def _cell(period: str, quantity: int = 1, level: int | None = None, cost_fen: int = 0) -> Cell:
    return Cell(period=period, quantity=quantity, level=level, cost_fen=cost_fen)


def test_every_kind_has_a_strategy_and_no_other() -> None:
    assert tuple(KINDS) == BENEFIT_KINDS and {one.kind for one in KINDS.values()} == set(BENEFIT_KINDS)
    with pytest.raises(Refusal) as refused:
        strategy("unheard_of")
    assert refused.value.code == "benefit_kind"


@pytest.mark.parametrize(
    ("kind", "period", "level", "mode", "owes", "occasion"),
    [
        ("member_price", "always", 500, "automatic", False, "year"),
        ("coupon_pack", "month", 20_00, "automatic", True, "month"),
        ("sample", "order", None, "automatic", True, "order"),
        ("sample", "always", None, "automatic", False, "year"),
        ("sample", "always", None, "claim", True, "year"),
        ("longer_returns", "order", 15, "automatic", False, "order"),
        ("free_shipping", "order", None, "automatic", False, "order"),
        ("priority_shipping", "always", None, "automatic", True, "order"),
        ("dedicated_service", "always", None, "automatic", True, "once"),
        ("birthday_gift", "birthday", None, "automatic", True, "birthday"),
        ("birthday_gift", "birthday", 20_00, "automatic", False, "birthday"),
        ("yearly_gift", "year", None, "automatic", True, "year"),
        ("points_multiplier", "always", 150, "automatic", False, "year"),
        ("early_access", "always", 24, "automatic", False, "year"),
        ("flash_sale_priority", "always", None, "automatic", False, "year"),
        ("return_privilege", "order", None, "claim", False, "order"),
        ("limited_items", "quarter", None, "automatic", True, "quarter"),
        ("event_entry", "year", None, "claim", True, "year"),
        ("partner", "month", None, "claim", True, "month"),
        ("text", "always", None, "automatic", False, "year"),
        ("text", "once", None, "automatic", True, "once"),
    ],
)
def test_what_is_work_and_when_it_comes_round(
    kind: str, period: str, level: int | None, mode: str, owes: bool, occasion: str
) -> None:
    cell = _cell(period, level=level)
    assert strategy(kind).owes(_benefit(kind, mode), cell) is owes
    assert strategy(kind).occasion(cell) == occasion


@pytest.mark.parametrize(
    ("_case", "kind", "cell", "cost_fen", "value_fen"),
    [
        ("5 % off 3,000 yuan", "member_price", _cell("always", level=500), 150_00, 150_00),
        ("a coupon a month, but only 6 orders", "coupon_pack", _cell("month", level=20_00), 120_00, 120_00),
        ("3 parcels a month, but only 6 orders", "free_shipping", _cell("month", 3, cost_fen=8_00), 144_00, 144_00),
        ("every parcel", "free_shipping", _cell("order", cost_fen=8_00), 48_00, 48_00),
        ("half as many points again", "points_multiplier", _cell("always", level=150), 15_00, 15_00),
        ("a gift", "yearly_gift", _cell("year", cost_fen=50_00), 50_00, 50_00),
        ("a gift worth more than it costs", "yearly_gift", _cell("year", level=80_00, cost_fen=50_00), 50_00, 80_00),
        ("once in ten years", "yearly_gift", _cell("once", cost_fen=50_00), 5_00, 5_00),
        ("a birthday coupon", "birthday_gift", _cell("birthday", level=20_00, cost_fen=18_00), 18_00, 20_00),
        ("a sample with each order", "sample", _cell("order", cost_fen=5_00), 30_00, 30_00),
        ("a service is not counted in money", "longer_returns", _cell("order", level=30), 0, 0),
    ],
)
def test_what_a_year_costs_and_is_worth(_case: str, kind: str, cell: Cell, cost_fen: int, value_fen: int) -> None:
    found = strategy(kind).yearly(_benefit(kind), cell, YEAR)
    assert (found.cost_fen, found.value_fen) == (cost_fen, value_fen)


def test_who_never_buys_saves_nothing_by_what_needs_an_order() -> None:
    for kind in ("member_price", "coupon_pack", "free_shipping", "points_multiplier"):
        cell = _cell("month", level=200, cost_fen=8_00)
        assert strategy(kind).yearly(_benefit(kind), cell, TypicalYear(0, 0)).value_fen == 0


def test_take_up_lowers_what_it_costs_and_not_what_it_is_worth() -> None:
    found = strategy("yearly_gift").yearly(
        _benefit("yearly_gift", take_up_bp=4_000), _cell("year", cost_fen=50_00), YEAR
    )
    assert (found.cost_fen, found.value_fen) == (20_00, 50_00)


def test_priority_shipping_is_due_the_next_day_at_the_latest() -> None:
    assert strategy("priority_shipping").due_days(_benefit("priority_shipping")) == 1
    assert strategy("sample").due_days(_benefit("sample")) == 7


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", BENEFIT_KINDS)
def test_every_kind_can_be_said(kind: str, lang: Any) -> None:
    for period in PERIODS:
        said = strategy(kind).words(
            _benefit(kind, "claim", Season(starts="11-01", ends="02-28")), _cell(period, 2, 1_500), lang
        )
        assert said and "{" not in said and "benefit." not in said


def test_a_member_price_is_said_as_each_language_counts_it() -> None:
    price = strategy("member_price")
    assert price.level_words(_cell("always", level=500), "zh") == "9.5 折"
    assert price.level_words(_cell("always", level=500), "en") == "5% off"


@pytest.mark.parametrize(
    ("season", "days"),
    [(None, 365), (Season(starts="01-01", ends="12-31"), 365), (Season(starts="11-01", ends="02-28"), 120)],
)
def test_the_length_of_a_season(season: Season | None, days: int) -> None:
    assert season_days(season) == days


def test_a_season_over_the_years_end_holds_on_both_sides() -> None:
    season = Season(starts="12-20", ends="01-10")
    days = [date(2026, 12, 19), date(2026, 12, 20), date(2027, 1, 10), date(2027, 1, 11)]
    assert [in_season(season, day) for day in days] == [False, True, True, False]


def test_each_occasion_of_a_stretch_comes_once() -> None:
    first, last = date(2026, 12, 30), date(2027, 1, 2)
    keys = {period: [one.key for one in open_occasions(period, None, first, last)] for period in PERIODS}
    assert keys == {
        "once": ["once"],
        "year": ["year:2026", "year:2027"],
        "birthday": [],
        "quarter": ["quarter:2026Q4", "quarter:2027Q1"],
        "month": ["month:2026-12", "month:2027-01"],
        "order": [],
        "always": [],
    }


def test_a_leap_day_birthday_is_kept_in_a_common_year_too() -> None:
    found = birthday_occasion(2, 29, None, date(2027, 2, 20), date(2027, 3, 5))
    assert found is not None and (found.key, found.begins) == ("birthday:2027", date(2027, 2, 28))
    assert birthday_occasion(3, 6, None, date(2027, 2, 20), date(2027, 3, 5)) is None


def test_an_occasion_ends_with_its_season() -> None:
    (found,) = open_occasions("year", Season(starts="03-01", ends="03-20"), date(2027, 3, 5), date(2027, 3, 6))
    assert (found.begins, found.ends) == (date(2027, 3, 5), date(2027, 3, 20))


def test_every_family_is_used() -> None:
    assert {one.family for one in KINDS.values()} == set(Family)
