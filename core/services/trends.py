"""Any key number over time, beside the stretch before and last year's; and by source, tier or province."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from sqlmodel import Session

from core.analytics.drivers import Driver, sales_driver
from core.analytics.periods import Aligned, Bucket, Every, Period, buckets, last_year_aligned, previous, same_dates
from core.clock import ShopZone, day_number, day_of, to_micros
from core.services.cohorts import kept_is_current
from core.services.desk import Desk
from core.services.numbers import day_range
from core.services.shop_settings import load_settings
from core.services.visits import visits_of
from core.store.queries import cohorts, numbers
from core.store.queries import trends as queries

PARTS = 5
SECOND_DAYS = 30  # how long everybody has had for a second purchase: who has had less is not asked yet

GroupBy = Literal["source", "tier", "province"]


class Kpi(StrEnum):
    """What a trend can be of."""

    SALES = "sales"
    NET = "net"
    ORDERS = "orders"
    AOV = "aov"
    BUYERS = "buyers"
    NEW_BUYERS = "new_buyers"
    REPURCHASE = "repurchase"
    SECOND = "second"
    MEMBER_SHARE = "member_share"
    JOINED = "joined"
    REFUND_RATE = "refund_rate"
    REDEEMED = "redeemed"
    POINTS_ISSUED = "points_issued"
    POINTS_SPENT = "points_spent"


# Those that are sums or quotients of the day summaries: (part, whole).
_DAILY: dict[Kpi, tuple[str, str | None]] = {
    Kpi.SALES: ("sales_fen", None),
    Kpi.NET: ("net_fen", None),
    Kpi.ORDERS: ("orders", None),
    Kpi.AOV: ("sales_fen", "orders"),
    Kpi.NEW_BUYERS: ("new_buyers", None),
    Kpi.MEMBER_SHARE: ("member_sales_fen", "sales_fen"),
    Kpi.REFUND_RATE: ("refund_fen", "sales_fen"),
}
GROUPED = (Kpi.SALES, Kpi.NET, Kpi.ORDERS, Kpi.AOV, Kpi.BUYERS, Kpi.NEW_BUYERS, Kpi.REFUND_RATE)
ADDED = (Kpi.SALES, Kpi.NET, Kpi.ORDERS, Kpi.BUYERS, Kpi.NEW_BUYERS)  # the groups of a step add up to the whole


@dataclass(frozen=True)
class Figure:
    """A sum, or with ``whole`` a quotient of two."""

    part: int
    whole: int | None = None

    @property
    def value(self) -> float | None:
        """The number to show; None where there is nothing to divide by."""
        if self.whole is None:
            return float(self.part)
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Trend:
    """One number: its steps, those of last year beside them, and the totals that its title compares.

    What lies before the first order of the shop is None: nothing to compare with.
    """

    kpi: Kpi
    period: Period
    steps: tuple[tuple[Bucket, Figure], ...]
    last_year: tuple[Figure, ...] | None
    total: Figure
    before: Figure | None
    year: Figure | None
    aligned: Aligned
    driver: Driver | None


@dataclass(frozen=True)
class Part:
    """One group's steps; ``name`` None: not known. ``rest``: all groups that are not shown by themselves."""

    name: str | None
    figures: tuple[Figure, ...]
    rest: bool = False


def read_trend_of(desk: Desk, kpi: Kpi, period: Period, every: Every) -> Trend:
    """A number over a period with both comparisons."""
    steps, before, aligned = buckets(period, every), previous(period), last_year_aligned(period)
    if every is Every.MONTH and aligned.festival is None:
        aligned = Aligned(same_dates(period), None)
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        span = numbers.data_span(session)
        since = day_of(span[0]) if span else period.end
        wanted = [Period(one.start, one.end) for one in steps]
        earlier = [_year_before(one, period, aligned, every) for one in wanted] if aligned.period.start >= since else []
        totals = [period, *([before] if before.start >= since else []), *([aligned.period] if earlier else [])]
        figures = _measure(session, zone, kpi, [*wanted, *earlier, *totals])
        sums = [queries.orders_and_sales(session, *day_range(one)) for one in (before, period)]
    many = len(wanted)
    rest = figures[many + len(earlier) + 1 :]
    return Trend(
        kpi=kpi,
        period=period,
        steps=tuple(zip(steps, figures[:many], strict=True)),
        last_year=tuple(figures[many : many + len(earlier)]) or None,
        total=figures[many + len(earlier)],
        before=rest.pop(0) if before.start >= since else None,
        year=rest.pop(0) if earlier else None,
        aligned=aligned,
        driver=sales_driver(*sums[0], *sums[1]) if kpi is Kpi.SALES and before.start >= since else None,
    )


def read_parts(desk: Desk, kpi: Kpi, by: GroupBy, period: Period, every: Every) -> tuple[Part, ...]:
    """One number of ``GROUPED`` by group, the ``PARTS`` with the most of it (of its orders, for a quotient), then the rest."""
    steps = buckets(period, every)
    with desk.db.read() as session:
        ranges = [day_range(Period(one.start, one.end)) for one in steps]
        if kpi is Kpi.NEW_BUYERS:
            found = [_newcomers(session, by, *one) for one in ranges]
        else:
            grouping = queries.read_grouping(session, by)
            found = [_groups(session, kpi, grouping, *one) for one in ranges]
    weight: dict[str | None, int] = {}
    for step in found:
        for name, figure in step.items():
            weight[name] = weight.get(name, 0) + (figure.part if figure.whole is None else figure.whole)
    ranked = sorted((name for name in weight if name is not None), key=lambda name: (-weight[name], name))
    shown: list[str | None] = [*ranked[:PARTS]]
    parts = [Part(name, tuple(step.get(name, _nothing(kpi)) for step in found)) for name in shown]
    left = [_joined(kpi, [figure for name, figure in step.items() if name not in shown]) for step in found]
    return (*parts, Part(None, tuple(left), rest=True)) if len(weight) > len(shown) else tuple(parts)


def _year_before(step: Period, period: Period, aligned: Aligned, every: Every) -> Period:
    """The days that stand beside a step: months beside months, else as many days earlier as the whole stretch."""
    if every is Every.MONTH and aligned.festival is None:
        return same_dates(step)
    return step.moved((aligned.period.start - period.start).days)


def _measure(session: Session, zone: ShopZone, kpi: Kpi, wanted: Sequence[Period]) -> list[Figure]:
    """A number of each of some stretches of days."""
    ranges = [day_range(one) for one in wanted]
    if kpi in _DAILY:
        return _daily(session, kpi, ranges)
    if kpi is Kpi.BUYERS:
        return _buyers(session, wanted)
    if kpi is Kpi.REPURCHASE:
        return [Figure(*reversed(visits_of(session).repeats(*one))) for one in ranges]
    if kpi is Kpi.SECOND:
        return _returned(session, ranges)
    if kpi is Kpi.JOINED:
        return [Figure(queries.joined_between(session, *_instants(zone, one))) for one in wanted]
    return _dated(session, zone, kpi, wanted)


def _daily(session: Session, kpi: Kpi, ranges: Sequence[tuple[int, int]]) -> list[Figure]:
    first, end = min(low for low, _ in ranges), max(high for _, high in ranges)
    part, whole = _DAILY[kpi]
    stored = ("sales_fen", "refund_fen") if part == "net_fen" else tuple(name for name in (part, whole) if name)
    columns = queries.day_columns(session, first, end, stored)
    if part == "net_fen":
        columns[part] = columns["sales_fen"] - columns["refund_fen"]
    sums = {name: np.append(0, np.cumsum(columns[name])) for name in (part, whole) if name}

    def between(name: str, low: int, high: int) -> int:
        return int(sums[name][high - first] - sums[name][low - first])

    return [Figure(between(part, *one), between(whole, *one) if whole else None) for one in ranges]


def _returned(session: Session, ranges: Sequence[tuple[int, int]]) -> list[Figure]:
    """Of the customers first seen in a stretch and ``SECOND_DAYS`` ago or longer, how many came back within those days."""
    known = numbers.data_span(session)
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    end = min(high, known[1] - SECOND_DAYS + 1) if known else low
    people, back = np.zeros(high - low + 1, np.int64), np.zeros(high - low + 1, np.int64)
    for day, many, returned in cohorts.returned_within(session, low, end, SECOND_DAYS):
        people[day - low + 1], back[day - low + 1] = many, returned
    people, back = np.cumsum(people), np.cumsum(back)
    return [
        Figure(int(back[until - low] - back[since - low]), int(people[until - low] - people[since - low]))
        for since, until in ranges
    ]


def _buyers(session: Session, wanted: Sequence[Period]) -> list[Figure]:
    """A day's buyers are in its summary, a whole month's in the cohort table; others are counted."""
    by_month = queries.month_buyers(session) if kept_is_current(session) else {}
    first, end = min(day_number(one.start) for one in wanted), max(day_number(one.end) for one in wanted)
    by_day = queries.day_columns(session, first, end, ("buyers",))["buyers"]
    found = []
    for one in wanted:
        month = one.start.year * 12 + one.start.month - 1
        if one.days == 1:
            found.append(Figure(int(by_day[day_number(one.start) - first])))
        elif by_month and one.whole_months and one.days <= 31:
            found.append(Figure(by_month.get(month, 0)))
        else:
            found.append(Figure(visits_of(session).people(*day_range(one))))
    return found


def _instants(zone: ShopZone, period: Period) -> tuple[int, int]:
    return to_micros(zone.start(period.start)), to_micros(zone.start(period.end))


def _dated(session: Session, zone: ShopZone, kpi: Kpi, wanted: Sequence[Period]) -> list[Figure]:
    """What is counted by its instant: coupons redeemed, points issued and spent."""
    whole = Period(min(one.start for one in wanted), max(one.end for one in wanted))
    span = _instants(zone, whole)
    if kpi is Kpi.REDEEMED:
        quarter, many = queries.redeemed_times(session, *span)
    else:
        quarter, many = queries.points_times(session, kpi.value, *span)
    first = day_number(whole.start)
    by_day = np.zeros(whole.days, np.int64)
    if len(quarter):
        np.add.at(by_day, zone.day_numbers(quarter * queries.QUARTER_HOUR) - first, many)
    through = np.append(0, np.cumsum(by_day))
    return [Figure(int(through[high - first] - through[low - first])) for low, high in map(day_range, wanted)]


def _newcomers(session: Session, by: GroupBy, first: int, end: int) -> dict[str | None, Figure]:
    return {name: Figure(many) for name, many in queries.group_newcomers(session, by, first, end)}


def _groups(session: Session, kpi: Kpi, grouping: queries.Grouping, first: int, end: int) -> dict[str | None, Figure]:
    return {name: _figure(kpi, *sums) for name, *sums in queries.group_sums(session, grouping, first, end)}


def _figure(kpi: Kpi, orders: int, buyers: int, sales: int, back: int) -> Figure:
    if kpi is Kpi.AOV:
        return Figure(sales, orders)
    if kpi is Kpi.REFUND_RATE:
        return Figure(back, sales)
    return Figure({Kpi.SALES: sales, Kpi.NET: sales - back, Kpi.ORDERS: orders, Kpi.BUYERS: buyers}[kpi])


def _nothing(kpi: Kpi) -> Figure:
    return Figure(0) if kpi in ADDED else Figure(0, 0)


def _joined(kpi: Kpi, figures: Sequence[Figure]) -> Figure:
    part = sum(one.part for one in figures)
    return Figure(part) if kpi in ADDED else Figure(part, sum(one.whole or 0 for one in figures))
