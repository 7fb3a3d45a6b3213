"""Time: aware instants in, shop days out. ``now`` is an argument everywhere else; only entry points ask this clock.

An instant is an aware ``datetime`` in Python and epoch microseconds (int64, UTC) in arrays and in the store. A shop day is
the number of days since 1970-01-01 in the shop's zone. Periods are half-open ``[start, end)``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import Refusal

DEFAULT_ZONE = "Asia/Shanghai"
MICROSECONDS = 1_000_000
DAY_MICROSECONDS = 86_400 * MICROSECONDS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def real_now() -> datetime:
    """The machine's clock; for leases, heartbeats, logs, and entry points."""
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """An aware ISO instant; refuses (``instant_naive``) one without a zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("instant_format", value=text) from None
    if instant.tzinfo is None:
        raise Refusal("instant_naive", value=text)
    return instant.astimezone(UTC)


def to_micros(instant: datetime) -> int:
    """Epoch microseconds of an aware instant (exact); refuses a naive one."""
    if instant.tzinfo is None:
        raise Refusal("instant_naive", value=instant.isoformat())
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * MICROSECONDS + delta.microseconds


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of epoch microseconds (exact)."""
    return _EPOCH + timedelta(microseconds=int(micros))


def day_of(number: int) -> date:
    """The calendar date of a shop-day number."""
    return date.fromordinal(int(number) + _EPOCH_ORDINAL)


def day_number(day: date) -> int:
    """The shop-day number of a calendar date."""
    return day.toordinal() - _EPOCH_ORDINAL


@dataclass(frozen=True)
class ShopZone:
    """The shop's time zone, the only way between instants and shop days."""

    name: str = DEFAULT_ZONE

    @property
    def info(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.name)
        except (KeyError, ValueError):
            raise Refusal("zone_unknown", value=self.name) from None

    def local(self, instant: datetime) -> datetime:
        """The shop's wall clock at an instant."""
        return instant.astimezone(self.info)

    def day(self, instant: datetime) -> date:
        """The shop day of an instant."""
        return self.local(instant).date()

    def start(self, day: date) -> datetime:
        """The instant at which a shop day begins, in UTC."""
        return datetime.combine(day, time(), tzinfo=self.info).astimezone(UTC)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """The instant of a wall-clock time on a shop day, in UTC."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.info).astimezone(UTC)

    def from_wall(self, wall: datetime) -> datetime:
        """The UTC instant of a naive wall-clock time in the shop's zone (the earlier one where a clock repeats)."""
        return wall.replace(tzinfo=self.info).astimezone(UTC)

    def day_numbers(self, micros: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Shop-day numbers of an int64 array of epoch microseconds, same length."""
        stamps = pd.DatetimeIndex(np.asarray(micros, dtype="datetime64[us]")).tz_localize("UTC").tz_convert(self.name)
        return np.asarray(stamps.tz_localize(None).values.astype("datetime64[D]").astype(np.int64))

    def hours(self, micros: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The hours of the shop's wall clock (0-23) of an int64 array of epoch microseconds, same length."""
        stamps = pd.DatetimeIndex(np.asarray(micros, dtype="datetime64[us]")).tz_localize("UTC").tz_convert(self.name)
        return np.asarray(stamps.hour, dtype=np.int64)

    def walls_to_micros(self, walls: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
        """Epoch microseconds (Int64, missing kept) of naive wall-clock times in the shop's zone."""
        stamps = pd.to_datetime(walls).dt.tz_localize(
            self.name, ambiguous=np.ones(len(walls), dtype=bool), nonexistent="shift_forward"
        )
        naive = stamps.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
        micros = naive.astype("int64").astype("Int64")
        return micros.where(naive.notna(), pd.NA)
