"""Festivals fall on their days."""

from datetime import date

import pytest

from core.analytics.festivals import festivals_between, festivals_of, same_festival

# Public calendar days.
SPRING = {
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
OTHERS = [
    ("qixi", date(2025, 8, 29)),
    ("qixi", date(2026, 8, 19)),
    ("mid_autumn", date(2024, 9, 17)),
    ("mid_autumn", date(2025, 10, 6)),
    ("mid_autumn", date(2026, 9, 25)),
    ("dragon_boat", date(2025, 5, 31)),
    ("mid_year_618", date(2026, 6, 18)),
    ("double_11", date(2026, 11, 11)),
    ("queens_day", date(2026, 3, 8)),
]


def peak(code: str, year: int) -> date:
    """The peak day of a festival of a year."""
    return next(one.peak for one in festivals_of(year) if one.code == code)


@pytest.mark.parametrize("year", sorted(SPRING))
def test_spring_festival_falls_on_its_public_day(year: int) -> None:
    assert peak("spring_festival", year) == SPRING[year]


@pytest.mark.parametrize(("code", "day"), OTHERS, ids=[f"{code} {day.year}" for code, day in OTHERS])
def test_the_other_festivals_fall_on_their_public_days(code: str, day: date) -> None:
    assert peak(code, day.year) == day


@pytest.mark.parametrize("year", range(2020, 2031))
def test_every_year_has_every_festival_with_both_names_and_its_peak_inside(year: int) -> None:
    found = festivals_of(year)
    assert len({one.code for one in found}) == len(found) == 14
    assert all(one.zh and one.en and one.start <= one.peak < one.end for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_the_goods_season_ends_before_spring_festival_eve() -> None:
    for year in range(2020, 2031):
        by_code = {one.code: one for one in festivals_of(year)}
        assert by_code["new_year_goods"].end <= by_code["spring_festival"].start


def test_a_season_that_begins_in_december_is_found_there() -> None:
    # Spring Festival 2023 is on 22 January: its goods season begins on 25 December 2022.
    found = festivals_between(date(2022, 12, 25), date(2022, 12, 26))
    assert [(one.code, one.year, one.start) for one in found] == [("new_year_goods", 2023, date(2022, 12, 25))]


def test_the_end_day_is_not_part_of_a_festival() -> None:
    assert [one.code for one in festivals_between(date(2026, 11, 11), date(2026, 11, 12))] == ["double_11"]
    assert festivals_between(date(2026, 11, 12), date(2026, 11, 13)) == []


def test_years_without_a_lunar_calendar_have_no_festivals() -> None:
    assert festivals_of(1900) == festivals_of(2099) == ()
    assert same_festival(festivals_of(1901)[0], 1900) is None
