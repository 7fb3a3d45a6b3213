"""The shop's calendar: festivals that pull purchases onto their days, weekdays, hours, growth."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from lunardate import LunarDate

from core.clock import ShopZone, day_number, to_micros
from core.demo.shop import Bools, Floats, Ints

# Monday first; shops of this kind sell best from Monday to Wednesday and least on Saturday.
WEEKDAYS = np.array([1.07, 1.06, 1.04, 1.01, 0.97, 0.90, 0.95])
HOURS = np.array(
    [
        1.5,
        0.7,
        0.35,
        0.2,
        0.2,
        0.35,
        0.9,
        2.0,
        3.3,
        4.4,
        5.2,
        5.0,
        5.0,
        4.9,
        4.7,
        4.8,
        4.8,
        4.6,
        4.9,
        6.2,
        9.2,
        10.4,
        9.8,
        6.6,
    ]
)
PEAK_HOURS = np.array(
    [
        9.5,
        4.0,
        1.2,
        0.5,
        0.4,
        0.5,
        1.2,
        2.6,
        4.0,
        5.0,
        5.4,
        4.6,
        4.2,
        4.2,
        4.0,
        4.0,
        4.0,
        3.8,
        4.0,
        5.4,
        10.5,
        9.2,
        8.5,
        7.8,
    ]
)


@dataclass(frozen=True)
class Festival:
    """A sales day: purchases due up to ``before`` days later or ``after`` days earlier move onto it with chance ``pull``."""

    name: str
    day: date
    early: int
    late: int
    pull: float
    newcomers: float
    price: float


def festivals(year: int) -> list[Festival]:
    """The sales days of a calendar year; the Spring Festival stock-up lies three weeks before the lunar new year."""
    stock_up = LunarDate(year, 1, 1).to_solar_date() - timedelta(days=21)
    return [
        Festival("年货节", stock_up, 8, 16, 0.16, 2.2, 0.94),
        Festival("3.8", date(year, 3, 8), 8, 5, 0.18, 2.4, 0.94),
        Festival("618", date(year, 6, 18), 20, 10, 0.36, 6.0, 0.90),
        Festival("双11", date(year, 11, 11), 24, 14, 0.42, 8.0, 0.88),
        Festival("双12", date(year, 12, 12), 7, 7, 0.20, 3.0, 0.92),
    ]


# Where a moved purchase lands around the day: the eve, the day, the day after.
_LANDING = np.array([-1, 0, 1])
_LANDING_SHARE = np.array([0.14, 0.72, 0.14])


@dataclass(frozen=True)
class Calendar:
    """Days ``0..length-1`` from ``first`` (a shop-day number), with the start of each day in epoch microseconds."""

    first: int
    length: int
    starts: Ints
    weekday: Ints
    festivals: tuple[Festival, ...]

    def offset(self, day: date) -> int:
        """The position of a date in this calendar (may lie outside it)."""
        return day_number(day) - self.first

    def peak(self, days: Ints) -> Bools:
        """True where a day is a festival's day, its eve or the day after."""
        marks = np.zeros(self.length, dtype=bool)
        for festival in self.festivals:
            near = self.offset(festival.day) + _LANDING
            marks[near[(near >= 0) & (near < self.length)]] = True
        return marks[days]

    def price(self, days: Ints) -> Floats:
        """The share of the list price asked on each day."""
        share = np.ones(self.length)
        for festival in self.festivals:
            near = self.offset(festival.day) + _LANDING
            share[near[(near >= 0) & (near < self.length)]] = festival.price
        return share[days]


def calendar(first: date, until: date, zone: ShopZone) -> Calendar:
    """The calendar of the days from ``first`` to before ``until``."""
    days = [first + timedelta(days=i) for i in range((until - first).days)]
    years = range(first.year, until.year + 2)
    return Calendar(
        first=day_number(first),
        length=len(days),
        starts=np.array([to_micros(zone.start(day)) for day in days], dtype=np.int64),
        weekday=np.array([day.weekday() for day in days], dtype=np.int64),
        festivals=tuple(festival for year in years for festival in festivals(year)),
    )


def newcomer_weights(days: Calendar, growth: float) -> Floats:
    """The relative number of first-time buyers on each day: growth a year, weekdays, festivals."""
    weights = growth ** (np.arange(days.length) / 365.0) * WEEKDAYS[days.weekday]
    for festival in days.festivals:
        near = days.offset(festival.day) + _LANDING
        inside = (near >= 0) & (near < days.length)
        weights[near[inside]] *= 1 + (festival.newcomers - 1) * (_LANDING_SHARE / _LANDING_SHARE.max())[inside]
    return np.asarray(weights / weights.sum())


def move_to_festivals(rng: np.random.Generator, days: Calendar, due: Ints, latest: Ints) -> Ints:
    """The day each purchase really happens: some wait for a festival or come early for it, none after ``latest``."""
    moved = due.copy()
    for festival in days.festivals:
        centre = days.offset(festival.day)
        if not -days.length < centre < days.length + 60:
            continue
        chosen = (due >= centre - festival.early) & (due <= centre + festival.late)
        chosen &= rng.random(due.size) < festival.pull
        target = centre + rng.choice(_LANDING, size=due.size, p=_LANDING_SHARE)
        moved = np.where(chosen & (target <= latest), target, moved)
    return moved


def lean_to_weekdays(rng: np.random.Generator, days: Calendar, due: Ints, latest: Ints) -> Ints:
    """Move ordinary purchases by up to two days so that weekdays carry their usual weights."""
    near = due[:, None] + np.array([0, 1, 2, 3, 4, 5, 6])[None, :] - 3
    weights = WEEKDAYS[days.weekday[np.clip(near, 0, days.length - 1)]] ** 2
    weights[(near < 0) | (near > latest[:, None])] = 0.0
    weights[:, 3] += 1e-9
    edges = np.cumsum(weights, axis=1)
    draw = rng.random(due.size)[:, None] * edges[:, -1:]
    return np.asarray(near[np.arange(due.size), (draw > edges).sum(axis=1)])


def seconds_of_day(rng: np.random.Generator, peak: Bools) -> Ints:
    """A second of the day for each purchase, by the hours of an ordinary or of a festival day."""
    hour = np.where(peak, _hours(rng, PEAK_HOURS, peak.size), _hours(rng, HOURS, peak.size))
    return np.asarray(hour * 3600 + rng.integers(0, 3600, peak.size))


def _hours(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    return np.asarray(rng.choice(24, size=size, p=weights / weights.sum()), dtype=np.int64)
