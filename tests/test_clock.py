"""Shop days are half-open and belong to the shop's zone; arrays and single instants agree."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import (
    ShopZone,
    day_number,
    day_of,
    from_micros,
    parse_instant,
    to_micros,
)
from core.errors import Refusal

SHANGHAI, NEW_YORK = ShopZone(), ShopZone("America/New_York")
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda wall: wall.replace(tzinfo=UTC))  # noqa: DTZ001
ZONES = st.sampled_from([SHANGHAI, NEW_YORK, ShopZone("Asia/Kathmandu"), ShopZone("Australia/Lord_Howe")])


@given(INSTANTS)
def test_microseconds_are_exact_both_ways(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_day_and_its_number_are_the_same_day(day: date) -> None:
    assert day_of(day_number(day)) == day


def test_the_epoch_is_day_zero() -> None:
    assert day_number(date(1970, 1, 1)) == 0


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, ShopZone("Asia/Kathmandu")])
@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2024, 2, 29), date(2026, 1, 1)])
def test_a_day_holds_its_first_instant_and_not_the_next_ones(zone: ShopZone, day: date) -> None:
    start, end = zone.start(day), zone.start(day + timedelta(days=1))
    assert zone.day(start) == day
    assert zone.day(start - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert zone.day(end - timedelta(microseconds=1)) == day
    assert zone.day(end) == day + timedelta(days=1)


def test_a_day_with_a_clock_change_is_as_long_as_it_is() -> None:
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    assert NEW_YORK.start(spring + timedelta(days=1)) - NEW_YORK.start(spring) == timedelta(hours=23)
    assert NEW_YORK.start(autumn + timedelta(days=1)) - NEW_YORK.start(autumn) == timedelta(hours=25)


@settings(max_examples=60)
@given(ZONES, st.lists(INSTANTS, min_size=1, max_size=20))
def test_arrays_of_instants_give_the_days_and_hours_of_single_ones(zone: ShopZone, instants: list[datetime]) -> None:
    micros = np.array([to_micros(instant) for instant in instants], dtype=np.int64)
    assert zone.day_numbers(micros).tolist() == [day_number(zone.day(instant)) for instant in instants]
    assert zone.hours(micros).tolist() == [zone.local(instant).hour for instant in instants]


@settings(max_examples=60)
@given(ZONES, st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)), min_size=1, max_size=20))  # noqa: DTZ001
def test_arrays_of_wall_clock_times_give_the_instants_of_single_ones(zone: ShopZone, walls: list[datetime]) -> None:
    found = zone.walls_to_micros(pd.Series(walls, dtype="datetime64[us]"))
    for wall, micros in zip(walls, found, strict=True):
        expected = to_micros(zone.from_wall(wall))
        gap = zone.local(from_micros(expected)).replace(tzinfo=None) != wall
        assert gap or micros == expected  # a wall time that a clock change skips has no instant of its own


def test_a_missing_wall_clock_time_stays_missing() -> None:
    found = SHANGHAI.walls_to_micros(pd.Series([pd.NaT, pd.Timestamp("2026-03-02 10:00")], dtype="datetime64[us]"))
    assert found.isna().tolist() == [True, False]
    assert found[1] == to_micros(datetime(2026, 3, 2, 2, tzinfo=UTC))


def test_no_instants_have_no_days() -> None:
    assert SHANGHAI.day_numbers(np.array([], dtype=np.int64)).tolist() == []
    assert SHANGHAI.hours(np.array([], dtype=np.int64)).tolist() == []


def test_where_a_clock_repeats_the_earlier_instant_is_meant() -> None:
    wall = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001
    assert NEW_YORK.from_wall(wall) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused_everywhere() -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001
    for act in (lambda: parse_instant("2026-03-02T10:00"), lambda: to_micros(naive)):
        with pytest.raises(Refusal, match="instant_naive"):
            act()
    with pytest.raises(Refusal, match="instant_format"):
        parse_instant("yesterday")
    assert parse_instant("2026-03-02T10:00+08:00") == datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_an_unknown_zone_is_refused() -> None:
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(Refusal, match="zone_unknown"):
            _ = ShopZone(name).info
