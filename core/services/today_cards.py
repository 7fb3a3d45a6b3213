"""The key numbers of today's page: one stretch of days against the one before and against last year's."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlmodel import Session

from core.analytics.festivals import Festival
from core.analytics.periods import Every, Period, buckets, last_year_aligned
from core.clock import ShopZone, day_number, to_micros
from core.services.desk import Desk
from core.services.numbers import TierShare, TrendStep, day_range, last_days, read_tier_mix
from core.services.rule_versions import read_live
from core.services.shop_settings import load_settings
from core.services.visits import sums_between, visits_of
from core.store.queries import numbers, today_cards

STEPS = {30: Every.DAY, 90: Every.WEEK, 365: Every.MONTH}
ENOUGH = 30


@dataclass(frozen=True)
class Figure:
    """One number now, in the stretch before and in last year's; None where there is nothing to say. Fen, people, or a share."""

    name: str
    now: float | None
    before: float | None = None
    last_year: float | None = None
    people: int | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a part of one."""
        return self.name in ("repurchase", "risk", "coupon_use")


@dataclass(frozen=True)
class Cards:
    """The figures in the order of the page, and the steps of the trend; ``festival`` aligned last year's stretch."""

    period: Period
    aligned: Period
    festival: Festival | None
    figures: tuple[Figure, ...]
    steps: tuple[TrendStep, ...]
    tiers: tuple[TierShare, ...]


def read_cards(desk: Desk, days: int, *, now: datetime) -> Cards:
    """Everything drawn for the last ``days`` (30, 90 or 365); nothing of a stretch that began before the first order."""
    period = last_days(desk.zone, now, days)
    aligned = last_year_aligned(period)
    rules, _ = read_live(desk, now=now)
    value = 0 if rules.points is None else rules.points.value_fen
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        span = numbers.data_span(session)
        stretches = [period, period.moved(-days), aligned.period]
        known = [span is not None and span[0] <= day_number(one.start) for one in stretches]
        known[0] = span is not None
        figures = _figures(session, zone, stretches, known, value, now)
        daily = numbers.day_rows(session, *day_range(period))
    return Cards(
        period=period,
        aligned=aligned.period,
        festival=aligned.festival,
        figures=figures,
        steps=_steps(period, STEPS[days], daily),
        tiers=tuple(read_tier_mix(desk, rules.codes, period)),
    )


def _steps(period: Period, every: Every, daily: list[tuple[int, numbers.Sums]]) -> tuple[TrendStep, ...]:
    """The steps of a stretch summed up from its days: people are counted anew each day, so only sums are drawn of them."""
    found = []
    for bucket in buckets(period, every):
        first, end = day_number(bucket.start), day_number(bucket.end)
        days = [astuple(sums) for day, sums in daily if first <= day < end]
        found.append(
            TrendStep(
                bucket, numbers.Sums(*(sum(column) for column in zip(*days, strict=True))) if days else numbers.NOTHING
            )
        )
    return tuple(found)


def _figures(
    session: Session, zone: ShopZone, stretches: list[Period], known: list[bool], value_fen: int, now: datetime
) -> tuple[Figure, ...]:
    ranges = [day_range(one) for one in stretches]
    sums = [sums_between(session, *one) if there else None for one, there in zip(ranges, known, strict=True)]
    visits = visits_of(session)
    repeats = [visits.repeats(*one) if there else (0, 0) for one, there in zip(ranges, known, strict=True)]
    instants = [(to_micros(zone.start(one.start)), to_micros(zone.start(one.end))) for one in stretches]
    ended = min(instants[0][1], to_micros(now))  # what is still valid today may yet be used
    coupons = [today_cards.coupon_use(session, start, min(end, ended)) for start, end in instants]
    held = today_cards.points_held(session, [end for _, end in instants])
    customers, at_risk = today_cards.count_risk(session, numbers.known_day(session, day_number(zone.day(now))))

    def summed(name: str, pick: Callable[[numbers.Sums], float | None]) -> Figure:
        return figure(name, [None if one is None else pick(one) for one in sums])

    def figure(name: str, values: list[float | None], people: int | None = None) -> Figure:
        return Figure(name, values[0], values[1], values[2], people)

    def owed(there: bool, points: int) -> float | None:
        return points * value_fen / 100 if there else None

    return (
        summed("sales", lambda one: one.member_sales_fen),
        summed("orders", lambda one: one.orders),
        summed("aov", lambda one: one.sales_fen / one.orders if one.orders else None),
        figure("repurchase", [_share(held, people) for people, held in repeats], repeats[0][0]),
        summed("active", lambda one: one.member_buyers),
        summed("newcomers", lambda one: one.new_buyers),
        Figure("risk", _share(at_risk, customers), people=at_risk),
        figure("points_debt", [owed(there, points) for there, points in zip(known, held, strict=True)]),
        figure("coupon_use", [_share(used, ended) for ended, used in coupons], coupons[0][0]),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= ENOUGH else None
