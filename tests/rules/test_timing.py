"""When a message may leave, how often, and on which day."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ShopZone, to_micros
from core.errors import Refusal
from core.rules.timing import (
    LeapDay,
    Window,
    allowed_window,
    birthday_in,
    birthday_key,
    birthdays_kept_on,
    cap_reached,
    caps_reached,
    coupon_key,
    dormant_key,
    is_allowed,
    next_allowed,
)

SHANGHAI = ShopZone()
NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)
instants = st.integers(0, 10 * 366 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds))


def shanghai(text: str) -> datetime:
    return SHANGHAI.from_wall(datetime.fromisoformat(text))


@pytest.mark.parametrize(("start", "end"), [(8, 21), (9, 22), (0, 24), (-1, 5)])
def test_the_owner_cannot_widen_the_window(start: int, end: int) -> None:
    with pytest.raises(Refusal, match="quiet_hours_widened"):
        allowed_window(start, end)
    with pytest.raises(Refusal, match="quiet_hours_widened"):
        Window(start, end)


@pytest.mark.parametrize(("start", "end"), [(12, 12), (20, 10)])
def test_an_empty_window_is_refused(start: int, end: int) -> None:
    with pytest.raises(Refusal, match="quiet_hours_empty"):
        allowed_window(start, end)


def test_the_owner_may_narrow_the_window() -> None:
    assert allowed_window(10, 18) == Window(10, 18)


@pytest.mark.parametrize(
    ("_case", "instant", "leaves"),
    [
        ("before nine", "2026-06-15T08:59:59.999999", "2026-06-15T09:00"),
        ("at nine", "2026-06-15T09:00", "2026-06-15T09:00"),
        ("at noon", "2026-06-15T12:34:56", "2026-06-15T12:34:56"),
        ("just before nine in the evening", "2026-06-15T20:59:59.999999", "2026-06-15T20:59:59.999999"),
        ("at nine in the evening", "2026-06-15T21:00", "2026-06-16T09:00"),
        ("after midnight", "2026-06-16T00:00", "2026-06-16T09:00"),
        ("last day of the year", "2026-12-31T23:30", "2027-01-01T09:00"),
    ],
)
def test_marketing_waits_for_the_morning(_case: str, instant: str, leaves: str) -> None:
    assert next_allowed(shanghai(instant), allowed_window(), SHANGHAI) == shanghai(leaves)


@settings(max_examples=200, deadline=None)
@given(instants, st.integers(9, 20), st.integers(1, 12), st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]))
def test_the_next_allowed_instant_is_the_first_allowed(instant: datetime, start: int, hours: int, zone: str) -> None:
    window, shop = allowed_window(start, min(start + hours, 21)), ShopZone(zone)
    leaves = next_allowed(instant, window, shop)
    assert is_allowed(leaves, window, shop)
    assert instant <= leaves < instant + timedelta(hours=25)
    if leaves > instant:
        assert not is_allowed(instant, window, shop)
        assert not is_allowed(leaves - timedelta(microseconds=1), window, shop)


@pytest.mark.parametrize(
    ("_case", "hours_ago", "reached"),
    [
        ("never written to", [], False),
        ("an hour ago", [1], True),
        ("exactly a day ago", [24], False),
        ("just under a day ago", [23.999], True),
        ("three in 30 days", [200, 100, 30], False),
        ("four in 30 days", [300, 200, 100, 30], True),
        ("the first of four is exactly 30 days old", [720, 200, 100, 30], False),
        ("the clock was set back", [-5], True),
    ],
)
def test_caps_roll(_case: str, hours_ago: list[float], reached: bool) -> None:
    times = [NOW - timedelta(hours=hours) for hours in hours_ago]
    assert cap_reached(times, NOW) == reached
    sent_at = np.array([to_micros(moment) for moment in times], dtype=np.int64)
    member = np.array([7], dtype=np.int64)
    assert caps_reached(member, np.full(len(times), 7), sent_at, to_micros(NOW)).tolist() == [reached]


def test_a_cap_of_none_is_always_reached() -> None:
    assert cap_reached([], NOW, per_day=0)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(-24 * 40, 24)), max_size=40),
    st.integers(1, 3),
    st.integers(1, 6),
)
def test_many_members_are_capped_as_one_by_one(sent: list[tuple[int, int]], per_day: int, per_30_days: int) -> None:
    moments = [(member, NOW + timedelta(hours=hours)) for member, hours in sent]
    members = np.array([4, 1, 6, 2, 3, 5, 7], dtype=np.int64)
    reached = caps_reached(
        members,
        np.array([member for member, _ in moments], dtype=np.int64),
        np.array([to_micros(moment) for _, moment in moments], dtype=np.int64),
        to_micros(NOW),
        per_day,
        per_30_days,
    )
    for member, capped in zip(members, reached, strict=True):
        own = sorted(moment for who, moment in moments if who == member)
        assert capped == cap_reached(own, NOW, per_day, per_30_days)


@pytest.mark.parametrize(
    ("year", "month", "day", "leap_day", "kept"),
    [
        (2027, 2, 29, LeapDay.FEB28, date(2027, 2, 28)),
        (2027, 2, 29, LeapDay.MAR1, date(2027, 3, 1)),
        (2028, 2, 29, LeapDay.MAR1, date(2028, 2, 29)),
        (2100, 2, 29, LeapDay.FEB28, date(2100, 2, 28)),
        (2000, 2, 29, LeapDay.FEB28, date(2000, 2, 29)),
        (2027, 12, 31, LeapDay.FEB28, date(2027, 12, 31)),
    ],
)
def test_a_birthday_is_kept_each_year(year: int, month: int, day: int, leap_day: LeapDay, kept: date) -> None:
    assert birthday_in(year, month, day, leap_day) == kept


@pytest.mark.parametrize(("month", "day"), [(2, 30), (13, 1), (0, 5), (4, 31)])
def test_a_birthday_that_no_year_has_is_refused(month: int, day: int) -> None:
    with pytest.raises(Refusal, match="birthday_day"):
        birthday_in(2028, month, day)


@pytest.mark.parametrize("leap_day", list(LeapDay))
@pytest.mark.parametrize("year", [2027, 2028, 2100])
def test_everybody_is_greeted_exactly_once_a_year(year: int, leap_day: LeapDay) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    greeted = [(birthday, day) for day in days if day.year == year for birthday in birthdays_kept_on(day, leap_day)]
    assert sorted(birthday for birthday, _ in greeted) == sorted({(day.month, day.day) for day in _leap_year()})
    assert all(birthday_in(year, *birthday, leap_day) == day for birthday, day in greeted)


def _leap_year() -> list[date]:
    return [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]


def test_occasions_have_the_agreed_keys() -> None:
    assert birthday_key(2027) == "birthday:2027"
    assert coupon_key(42, 3) == "coupon:42:T-3"
    assert dormant_key(981) == "dormant:981"
