"""The shop's numbers, each with one meaning (CLI.md, docs/rules.md)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from core.analytics import rfm
from core.analytics.pareto import Pareto, pareto, top_share
from core.analytics.periods import Bucket, Every, Period, buckets
from core.clock import ShopZone, day_number, day_of, to_micros
from core.services.desk import Desk
from core.store.queries import numbers

DEFAULT_DAYS = 30


def day_range(period: Period) -> tuple[int, int]:
    """A period as shop-day numbers ``[first, end)``."""
    return day_number(period.start), day_number(period.end)


def last_days(zone: ShopZone, now: datetime, days: int = DEFAULT_DAYS) -> Period:
    """The last ``days`` shop days up to and with today."""
    end = zone.day(now) + timedelta(days=1)
    return Period(end - timedelta(days=days), end)


@dataclass(frozen=True)
class Kpis:
    """``show kpis``; rates are fractions, None where there is nothing to divide by."""

    start: date
    end: date
    people: int
    customers: int
    members: int
    joined_rate: float | None
    member_sales_share: float | None
    buyers: int
    new_buyers: int
    orders: int
    sales_fen: int
    refund_fen: int
    aov_fen: int | None
    repurchase_rate: float | None
    first_to_second_rate: float | None
    top_20_share: float | None

    def as_json(self) -> dict[str, object]:
        """The JSON object of the command line."""
        found = asdict(self)
        start, end = found.pop("start"), found.pop("end")
        return {"from": start.isoformat(), "to": end.isoformat(), **found}


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def read_kpis(desk: Desk, period: Period, *, now: datetime) -> Kpis:
    """All key numbers of a period."""
    first, end = day_range(period)
    with desk.db.read() as session:
        heads = numbers.headcount(session, to_micros(now))
        sums = numbers.period_sums(session, first, end)
        orders, net = numbers.buyer_orders(session, first, end)
        newcomers, returned = numbers.second_orders(session, first, end)
    return Kpis(
        start=period.start,
        end=period.end,
        people=heads.people,
        customers=heads.customers,
        members=heads.members,
        joined_rate=_rate(heads.joined_customers, heads.customers),
        member_sales_share=_rate(sums.member_sales_fen, sums.sales_fen),
        buyers=sums.buyers,
        new_buyers=sums.new_buyers,
        orders=sums.orders,
        sales_fen=sums.sales_fen,
        refund_fen=sums.refund_fen,
        aov_fen=(2 * sums.sales_fen + sums.orders) // (2 * sums.orders) if sums.orders else None,
        repurchase_rate=_rate(int(np.count_nonzero(orders >= 2)), len(orders)),
        first_to_second_rate=_rate(returned, newcomers),
        top_20_share=top_share(net, 20),
    )


@dataclass(frozen=True)
class TrendStep:
    """One step of a trend (labelled by its first day) and what its paid orders sum to."""

    bucket: Bucket
    sums: numbers.Sums


def read_trend(desk: Desk, period: Period, every: Every) -> list[TrendStep]:
    """A trend by day, week (from Monday) or month; the first and last step are cut to the period."""
    steps = buckets(period, every)
    with desk.db.read() as session:
        if every is Every.DAY:
            known = dict(numbers.day_rows(session, *day_range(period)))
            return [TrendStep(step, known.get(day_number(step.start), numbers.NOTHING)) for step in steps]
        return [
            TrendStep(step, numbers.period_sums(session, *day_range(Period(step.start, step.end)))) for step in steps
        ]


def read_span(desk: Desk) -> Period | None:
    """The days from the first to the last paid order; none in an empty store."""
    with desk.db.read() as session:
        span = numbers.data_span(session)
    return None if span is None else Period(day_of(span[0]), day_of(span[1] + 1))


def known_until(desk: Desk, *, now: datetime) -> int:
    """The last shop day with orders, never after today; today in an empty store."""
    with desk.db.read() as session:
        return numbers.known_day(session, day_number(desk.zone.day(now)))


@dataclass(frozen=True)
class RfmReport:
    """RFM of the customers with a paid order in a period: scores, named groups and the R x F grid."""

    period: Period
    members: npt.NDArray[np.int64]
    scores: rfm.Rfm
    groups: list[rfm.GroupCount]
    grid: rfm.Grid


def read_rfm(desk: Desk, period: Period) -> RfmReport:
    """Score everybody who bought in the period; recency counts to the period's last day."""
    first, end = day_range(period)
    with desk.db.read() as session:
        members, last, orders, net = numbers.order_bands(session, first, end)
    scores = rfm.score(end - 1 - last, orders, net)
    return RfmReport(period, members, scores, rfm.group_counts(scores, net), rfm.grid(scores, net))


def read_pareto(desk: Desk, period: Period) -> Pareto:
    """The concentration of net spend among the period's buyers."""
    with desk.db.read() as session:
        _, net = numbers.buyer_orders(session, *day_range(period))
    return pareto(net)


@dataclass(frozen=True)
class TierShare:
    """One tier's members and their sales of a period, in ladder order."""

    code: str
    members: int
    sales_fen: int


def read_tier_mix(desk: Desk, codes: Sequence[str], period: Period) -> list[TierShare]:
    """Members and sales by tier; ``codes`` gives the order."""
    with desk.db.read() as session:
        mix = numbers.tier_mix(session, *day_range(period))
    return [TierShare(code, *mix.get(code, (0, 0))) for code in codes]
