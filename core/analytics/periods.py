"""Stretches of shop days, half-open ``[start, end)``, and what they are compared with. Weeks begin on Monday."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.analytics.festivals import Festival, festivals_between, same_festival

Whole = npt.NDArray[np.int64]

_FESTIVAL_PARTS = 4  # a lunar festival rules a comparison when it fills a quarter of the period
_MONDAY_BEFORE_1970 = 3  # 1970-01-01 was a Thursday


class Every(StrEnum):
    """The step of a trend."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """Shop days from ``start`` (in) to ``end`` (not in). Raises ValueError when empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("a period holds at least one day")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def whole_months(self) -> bool:
        """Whether it begins and ends with a month."""
        return self.start.day == 1 and self.end.day == 1

    @property
    def whole_weeks(self) -> bool:
        """Whether it begins on a Monday and ends with a Sunday."""
        return self.start.weekday() == 0 and self.days % 7 == 0

    def moved(self, days: int) -> "Period":
        """The same number of days, earlier or later."""
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))


@dataclass(frozen=True)
class Aligned:
    """A stretch of last year to compare with, and the festival it was aligned by, if any."""

    period: Period
    festival: Festival | None


@dataclass(frozen=True)
class Bucket:
    """One step of a trend: labelled by its first day, cut to the period; ``whole`` is False for a cut one."""

    label: date
    start: date
    end: date
    whole: bool


def previous(period: Period) -> Period:
    """The stretch just before: as many months for whole months, else as many days."""
    if period.whole_months:
        months = _month_index(period.end) - _month_index(period.start)
        return Period(_month_first(_month_index(period.start) - months), period.start)
    return period.moved(-period.days)


def last_year(period: Period) -> Period:
    """The same dates a year earlier (29 February: the 28th), whole months for whole months.

    Whole weeks go back 52 weeks, so that weekdays agree.
    """
    if period.whole_weeks and not period.whole_months:
        return period.moved(-364)
    return same_dates(period)


def same_dates(period: Period) -> Period:
    """The same dates a year earlier, whole months for whole months, whatever the weekdays."""
    if period.whole_months:
        return Period(_year_before(period.start), _year_before(period.end))
    last = period.end - timedelta(days=1)
    return Period(_year_before(period.start), _year_before(last) + timedelta(days=1))


def last_year_aligned(period: Period) -> Aligned:
    """Last year's stretch in which the same lunar festival falls on the same day of the stretch.

    A festival rules when its days are a quarter of the period; of two, the one whose peak lies in it, then the later.
    Fixed ones (618, 双11) need no shift. Without one: ``last_year``.
    """
    found = [one for one in festivals_between(period.start, period.end) if one.lunar]
    filling = [one for one in found if one.days_in(period.start, period.end) * _FESTIVAL_PARTS >= period.days]
    if not filling:
        return Aligned(last_year(period), None)
    ruling = max(filling, key=lambda one: (period.start <= one.peak < period.end, one.peak))
    before = same_festival(ruling, ruling.year - 1)
    if before is None:
        return Aligned(last_year(period), None)
    return Aligned(period.moved((before.peak - ruling.peak).days), ruling)


def first_day(day: date, every: Every) -> date:
    """The day that labels a day's bucket: itself, its Monday, the first of its month."""
    if every is Every.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every is Every.MONTH else day


def next_first_day(label: date, every: Every) -> date:
    """The label of the bucket after the one that begins on ``label``."""
    if every is Every.MONTH:
        return _month_first(_month_index(label) + 1)
    return label + timedelta(days=7 if every is Every.WEEK else 1)


def buckets(period: Period, every: Every) -> list[Bucket]:
    """The steps of a trend over a period, in order, none missing."""
    found, label = [], first_day(period.start, every)
    while label < period.end:
        following = next_first_day(label, every)
        start, end = max(label, period.start), min(following, period.end)
        found.append(Bucket(label, start, end, whole=(start, end) == (label, following)))
        label = following
    return found


def bucket_days(shop_days: Whole, every: Every) -> Whole:
    """The label of each shop day's bucket as a shop-day number (int64, days since 1970-01-01). Shape as given."""
    days = np.asarray(shop_days, np.int64)
    if every is Every.WEEK:
        return np.asarray(days - (days + _MONDAY_BEFORE_1970) % 7)
    if every is Every.MONTH:
        return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month_first(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _year_before(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
