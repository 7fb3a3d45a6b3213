"""The selling season's days by year: fixed ones and those of the lunar calendar (1901-2098, through ``lunardate``).

The windows are ours: the days on which a shop's orders crowd, not a platform's presale calendar, which changes yearly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lunardate import LunarDate

FIRST_YEAR, LAST_YEAR = 1901, 2098


@dataclass(frozen=True)
class Festival:
    """One festival of one year: its peak day and the shop days ``[start, end)`` on which orders crowd."""

    code: str
    year: int
    zh: str
    en: str
    peak: date
    start: date
    end: date
    lunar: bool

    def days_in(self, start: date, end: date) -> int:
        """How many of its days lie in ``[start, end)``."""
        return max(0, (min(self.end, end) - max(self.start, start)).days)


@dataclass(frozen=True)
class _Kind:
    """How a festival falls: peak day of a year, days before and after the peak that belong to it."""

    code: str
    zh: str
    en: str
    peak: Callable[[int], date]
    before: int
    after: int
    lunar: bool = False


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int, offset: int = 0) -> Callable[[int], date]:
    return lambda year: LunarDate(year, month, day).to_solar_date() + timedelta(days=offset)


_KINDS = (
    _Kind("new_year_goods", "年货节", "New Year goods season", _lunar(1, 1, -15), 13, 7, lunar=True),
    _Kind("spring_festival", "春节", "Spring Festival", _lunar(1, 1), 1, 6, lunar=True),
    _Kind("valentine", "情人节", "Valentine's Day", _fixed(2, 14), 4, 0),
    _Kind("queens_day", "38 女王节", "Queen's Day (8 March)", _fixed(3, 8), 4, 0),
    _Kind("labour_day", "五一", "Labour Day", _fixed(5, 1), 0, 4),
    _Kind("love_520", "520", "520", _fixed(5, 20), 3, 0),
    _Kind("dragon_boat", "端午", "Dragon Boat Festival", _lunar(5, 5), 2, 0, lunar=True),
    _Kind("mid_year_618", "618", "618", _fixed(6, 18), 17, 2),
    _Kind("qixi", "七夕", "Qixi", _lunar(7, 7), 6, 0, lunar=True),
    _Kind("sale_99", "99 大促", "9.9 sale", _fixed(9, 9), 2, 0),
    _Kind("mid_autumn", "中秋", "Mid-Autumn Festival", _lunar(8, 15), 9, 0, lunar=True),
    _Kind("national_day", "国庆", "National Day", _fixed(10, 1), 0, 6),
    _Kind("double_11", "双11", "Double 11", _fixed(11, 11), 10, 0),
    _Kind("double_12", "双12", "Double 12", _fixed(12, 12), 3, 0),
)


@lru_cache(maxsize=64)
def festivals_of(year: int) -> tuple[Festival, ...]:
    """The festivals whose peak lies in a year's season, by start day; none outside 1901-2098."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ()
    return tuple(sorted((_placed(kind, year) for kind in _KINDS), key=lambda festival: festival.start))


def festivals_between(start: date, end: date) -> list[Festival]:
    """All festivals with at least one day in ``[start, end)``, by start day."""
    years = range(start.year - 1, end.year + 2)
    return [festival for year in years for festival in festivals_of(year) if festival.days_in(start, end) > 0]


def same_festival(festival: Festival, year: int) -> Festival | None:
    """The same festival in another year; None outside 1901-2098."""
    return next((other for other in festivals_of(year) if other.code == festival.code), None)


def _placed(kind: _Kind, year: int) -> Festival:
    peak = kind.peak(year)
    start, end = peak - timedelta(days=kind.before), peak + timedelta(days=kind.after + 1)
    return Festival(kind.code, year, kind.zh, kind.en, peak, start, end, kind.lunar)
