"""What a stretch of days is compared with, and the steps of a trend."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from core.analytics.periods import (
    Every,
    Period,
    bucket_days,
    buckets,
    first_day,
    last_year,
    last_year_aligned,
    previous,
)
from core.clock import day_number, day_of


def period(start: str, end: str) -> Period:
    """The days from an ISO date to another, which is not in."""
    return Period(date.fromisoformat(start), date.fromisoformat(end))


PREVIOUS = [
    ("ten days", ("2026-03-11", "2026-03-21"), ("2026-03-01", "2026-03-11")),
    ("a whole month", ("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01")),
    ("January", ("2026-01-01", "2026-02-01"), ("2025-12-01", "2026-01-01")),
    ("a quarter", ("2026-01-01", "2026-04-01"), ("2025-10-01", "2026-01-01")),
    ("a month begun", ("2026-03-01", "2026-03-16"), ("2026-02-14", "2026-03-01")),
    ("a week", ("2026-03-02", "2026-03-09"), ("2026-02-23", "2026-03-02")),
]
LAST_YEAR = [
    ("the same dates", ("2026-03-11", "2026-03-21"), ("2025-03-11", "2025-03-21")),
    ("a month", ("2026-02-01", "2026-03-01"), ("2025-02-01", "2025-03-01")),
    ("a leap February", ("2024-02-01", "2024-03-01"), ("2023-02-01", "2023-03-01")),
    ("up to a leap day", ("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-03-01")),
    ("a leap day", ("2024-02-29", "2024-03-01"), ("2023-02-28", "2023-03-01")),
    ("over new year", ("2025-12-20", "2026-01-05"), ("2024-12-20", "2025-01-05")),
    ("a week keeps its weekdays", ("2026-03-02", "2026-03-09"), ("2025-03-03", "2025-03-10")),
]
ALIGNED = [
    ("February 2026 by Spring Festival", ("2026-02-01", "2026-03-01"), ("2025-01-13", "2025-02-10"), "spring_festival"),
    ("the week of Qixi", ("2026-08-13", "2026-08-20"), ("2025-08-23", "2025-08-30"), "qixi"),
    ("a month that Qixi does not fill", ("2026-08-01", "2026-09-01"), ("2025-08-01", "2025-09-01"), None),
    ("618 is the same days", ("2026-06-01", "2026-06-21"), ("2025-06-01", "2025-06-21"), None),
    ("a quarter", ("2026-01-01", "2026-04-01"), ("2025-01-01", "2025-04-01"), None),
    ("ten days without a festival", ("2026-04-01", "2026-04-11"), ("2025-04-01", "2025-04-11"), None),
]


@pytest.mark.parametrize(("_case", "days", "expected"), PREVIOUS, ids=[case[0] for case in PREVIOUS])
def test_the_period_before(_case: str, days: tuple[str, str], expected: tuple[str, str]) -> None:
    assert previous(period(*days)) == period(*expected)


@pytest.mark.parametrize(("_case", "days", "expected"), LAST_YEAR, ids=[case[0] for case in LAST_YEAR])
def test_last_year(_case: str, days: tuple[str, str], expected: tuple[str, str]) -> None:
    assert last_year(period(*days)) == period(*expected)


@pytest.mark.parametrize(("_case", "days", "expected", "by"), ALIGNED, ids=[case[0] for case in ALIGNED])
def test_last_year_aligned_by_festival(
    _case: str, days: tuple[str, str], expected: tuple[str, str], by: str | None
) -> None:
    found = last_year_aligned(period(*days))
    assert found.period == period(*expected)
    assert (found.festival.code if found.festival else None) == by


def test_a_festival_keeps_its_place_within_the_aligned_period() -> None:
    this, found = period("2026-02-10", "2026-02-25"), last_year_aligned(period("2026-02-10", "2026-02-25"))
    assert date(2026, 2, 17) - this.start == date(2025, 1, 29) - found.period.start


def test_an_empty_period_is_a_bug() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        period("2026-01-01", "2026-01-01")


def test_weeks_begin_on_monday_and_cut_ones_say_so() -> None:
    found = buckets(period("2026-03-04", "2026-03-18"), Every.WEEK)
    assert [(one.label.isoformat(), (one.end - one.start).days, one.whole) for one in found] == [
        ("2026-03-02", 5, False),
        ("2026-03-09", 7, True),
        ("2026-03-16", 2, False),
    ]


@pytest.mark.parametrize("every", list(Every))
def test_the_steps_of_a_trend_cover_the_period_without_gap_or_overlap(every: Every) -> None:
    whole = period("2023-11-15", "2026-03-02")
    found = buckets(whole, every)
    assert (found[0].start, found[-1].end) == (whole.start, whole.end)
    assert all(one.end == following.start for one, following in pairwise(found))
    assert all(one.label == first_day(one.start, every) for one in found)


@pytest.mark.parametrize("every", list(Every))
def test_the_label_of_many_days_at_once_is_the_label_of_each(every: Every) -> None:
    days = np.arange(day_number(date(1968, 12, 20)), day_number(date(1968, 12, 20)) + 25_000, 7) + 3
    labels = [day_of(number) for number in bucket_days(days, every)]
    assert labels == [first_day(day_of(number), every) for number in days]
    if every is Every.WEEK:
        assert all(label.weekday() == 0 for label in labels)


def test_whole_weeks_of_a_whole_month_compare_as_a_month() -> None:
    # February 2021 runs from a Monday to a Sunday.
    assert last_year(period("2021-02-01", "2021-03-01")) == period("2020-02-01", "2020-03-01")
    assert period("2021-02-01", "2021-03-01").whole_weeks
    assert period("2021-02-01", "2021-03-01").days == timedelta(days=28).days
