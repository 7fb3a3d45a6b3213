"""When a message may leave: quiet hours, frequency caps, the day of an occasion, the key that lets it happen once."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.clock import DAY_MICROSECONDS, ShopZone
from core.errors import Refusal

# Marketing hours in the shop's zone. Operators and platforms allow 8 to 22 at most; see docs/rules.md.
EARLIEST_HOUR = 9
LATEST_HOUR = 21
MARKETING_PER_DAY = 1
MARKETING_PER_30_DAYS = 4

Int64s = npt.NDArray[np.int64]


class LeapDay(StrEnum):
    """The day on which somebody born on 29 February is greeted in a common year."""

    FEB28 = "feb28"
    MAR1 = "mar1"


@dataclass(frozen=True)
class Window:
    """The hours ``[start_hour, end_hour)`` of the shop's day in which marketing may leave."""

    start_hour: int
    end_hour: int

    def __post_init__(self) -> None:
        if self.start_hour < EARLIEST_HOUR or self.end_hour > LATEST_HOUR:
            raise Refusal("quiet_hours_widened", earliest=EARLIEST_HOUR, latest=LATEST_HOUR)
        if self.start_hour >= self.end_hour:
            raise Refusal("quiet_hours_empty", start=self.start_hour, end=self.end_hour)


def allowed_window(start_hour: int = EARLIEST_HOUR, end_hour: int = LATEST_HOUR) -> Window:
    """The owner's window; refuses a wider one (``quiet_hours_widened``) and an empty one (``quiet_hours_empty``)."""
    return Window(start_hour, end_hour)


def is_allowed(instant: datetime, window: Window, zone: ShopZone) -> bool:
    """Whether marketing may leave at an instant."""
    return window.start_hour <= zone.local(instant).hour < window.end_hour


def next_allowed(instant: datetime, window: Window, zone: ShopZone) -> datetime:
    """The first instant from ``instant`` on at which marketing may leave: itself, or when the window next opens."""
    if is_allowed(instant, window, zone):
        return instant
    wall = zone.local(instant)
    day = wall.date() if wall.hour < window.start_hour else wall.date() + timedelta(days=1)
    return zone.at(day, window.start_hour)


def closes_in(instant: datetime, window: Window, zone: ShopZone) -> timedelta | None:
    """How long marketing may still leave from an instant in the window on; None outside it."""
    if not is_allowed(instant, window, zone):
        return None
    return zone.at(zone.day(instant), window.end_hour) - instant


def cap_reached(
    times: Sequence[datetime],
    now: datetime,
    per_day: int = MARKETING_PER_DAY,
    per_30_days: int = MARKETING_PER_30_DAYS,
) -> bool:
    """Whether one more message would exceed a cap, over sorted instants of messages that left or may have left.

    Windows roll: one that left exactly 24 hours (30 days) ago no longer counts. One dated after ``now`` counts, so that
    a clock set back cannot free anybody.
    """
    in_day = len(times) - bisect_right(times, now - timedelta(days=1))
    in_30_days = len(times) - bisect_right(times, now - timedelta(days=30))
    return in_day >= per_day or in_30_days >= per_30_days


def caps_reached(
    members: Int64s,
    sent_members: Int64s,
    sent_at: Int64s,
    now: int,
    per_day: int = MARKETING_PER_DAY,
    per_30_days: int = MARKETING_PER_30_DAYS,
) -> npt.NDArray[np.bool_]:
    """``cap_reached`` for each of ``members``; messages (member, epoch microseconds) come in any order."""
    in_day = _counts(members, sent_members[sent_at > now - DAY_MICROSECONDS])
    in_30_days = _counts(members, sent_members[sent_at > now - 30 * DAY_MICROSECONDS])
    return np.asarray((in_day >= per_day) | (in_30_days >= per_30_days))


def _counts(members: Int64s, occurrences: Int64s) -> Int64s:
    """How often each of ``members`` stands in ``occurrences``."""
    found = np.sort(occurrences)
    return np.asarray(np.searchsorted(found, members, side="right") - np.searchsorted(found, members, side="left"))


def birthday_in(year: int, month: int, day: int, leap_day: LeapDay = LeapDay.FEB28) -> date:
    """The day on which a birthday (month and day) is kept in a year; refuses (``birthday_day``) 30 February."""
    if (month, day) == (2, 29) and not _is_leap(year):
        return date(year, 2, 28) if leap_day is LeapDay.FEB28 else date(year, 3, 1)
    try:
        return date(year, month, day)
    except ValueError:
        raise Refusal("birthday_day", month=month, day=day) from None


def birthdays_kept_on(day: date, leap_day: LeapDay = LeapDay.FEB28) -> list[tuple[int, int]]:
    """The birthdays (month, day) that are kept on a date: one, or two beside a missing 29 February."""
    kept = [(day.month, day.day)]
    if not _is_leap(day.year) and birthday_in(day.year, 2, 29, leap_day) == day:
        kept.append((2, 29))
    return kept


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def birthday_key(year: int) -> str:
    """The occasion of a birthday: once a year, however its date is corrected."""
    return f"birthday:{year}"


def coupon_key(coupon_id: int, days_before: int) -> str:
    """The occasion of a coupon that expires in so many days."""
    return f"coupon:{coupon_id}:T-{days_before}"


def dormant_key(last_order: int | str) -> str:
    """The occasion of not coming back since an order: a new order makes a new occasion."""
    return f"dormant:{last_order}"


def plan_renewal_key(purchase_id: int) -> str:
    """The occasion of a paid term that runs out: once for each, however the days before it are changed."""
    return f"plan_renewal:{purchase_id}"


def tier_drop_key(drops_at: datetime) -> str:
    """The occasion of a tier that would be lost, by the date (UTC) of that instant: another day is another notice."""
    return f"tier_drop:{drops_at.astimezone(UTC):%Y-%m-%d}"


def near_upgrade_key(last_order: int | str) -> str:
    """The occasion of being near the next tier since an order: a new order makes a new occasion."""
    return f"near_upgrade:{last_order}"
