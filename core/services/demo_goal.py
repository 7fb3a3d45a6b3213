"""The demo shop's goal, its traffic and its advertising: as many visitors as its orders need, invented with a fixed seed."""

from datetime import date, datetime, timedelta

import numpy as np

from core.analytics.goal_pace import Metric
from core.analytics.periods import Period
from core.clock import day_of
from core.errors import Refusal
from core.importers.traffic import ParsedTraffic, TrafficRow
from core.services.actor import Actor
from core.services.ad_spend import SpendLine, save_spend
from core.services.desk import Desk
from core.services.numbers import day_range, read_span
from core.services.shop_goals import comparable, set_goal
from core.services.traffic import import_traffic
from core.store.queries.numbers import day_rows

CONVERSION = 0.034
GOAL_DAYS_AGO = 60
GOAL_AHEAD_BP = 300  # about three points above where the shop stood, in whole per cent
CHANNELS = (("直通车", 0.6), ("超级推荐", 0.4))
COST_OF_NEW_FEN = 58_00


def add_goal(desk: Desk, actor: Actor, *, now: datetime, seed: int = 618) -> None:
    """Traffic of every day, advertising of every month, and a goal for the year's end that was set two months ago."""
    span = read_span(desk)
    if span is None:
        return
    with desk.db.read() as session:
        rows = day_rows(session, *day_range(span))
    rng = np.random.default_rng(seed)
    days = [_day(number, sums.buyers, sums.orders, sums.sales_fen, rng) for number, sums in rows]
    import_traffic(desk, actor, ParsedTraffic([], len(days), days, 0, 0, []), now=now)
    save_spend(desk, actor, _spend(span, [(number, sums.new_buyers) for number, sums in rows], rng), now=now)
    _aim(desk, actor, now)


def _day(number: int, buyers: int, orders: int, sales_fen: int, rng: np.random.Generator) -> TrafficRow:
    """A day on which about one visitor in thirty bought; the platform's own figures, near ours."""
    visitors = round((buyers + rng.uniform(0.2, 0.8)) / (CONVERSION * rng.uniform(0.85, 1.15)))
    return TrafficRow(
        shop_day=number,
        visitors=visitors,
        page_views=round(visitors * rng.uniform(3.2, 4.1)),
        favourites=round(visitors * rng.uniform(0.04, 0.07)),
        cart_adds=round(visitors * rng.uniform(0.09, 0.13)),
        buyers=buyers,
        orders=orders,
        sales_fen=sales_fen,
    )


def _spend(span: Period, new: list[tuple[int, int]], rng: np.random.Generator) -> list[SpendLine]:
    """By month and channel: what its newcomers cost, dearer every month."""
    months: dict[date, int] = {}
    for number, count in new:
        first = day_of(number).replace(day=1)
        months[first] = months.get(first, 0) + count
    return [
        SpendLine(month, name, round(count * COST_OF_NEW_FEN * (1 + place / 40) * share * rng.uniform(0.9, 1.1)))
        for place, (month, count) in enumerate(sorted(months.items()))
        for name, share in CHANNELS
    ]


def _aim(desk: Desk, actor: Actor, now: datetime) -> None:
    """A repurchase rate three points higher by the end of the year; a shop too small to measure one has no goal."""
    today = desk.zone.day(now)
    starts = today - timedelta(days=GOAL_DAYS_AGO)
    last_day = date(today.year + (today.month == 12), 12, 31)
    base = comparable(desk, Metric.REPURCHASE_365, starts, last_day, now=desk.zone.at(starts, 12))
    try:
        target = (base.value + GOAL_AHEAD_BP) // 100 * 100
        set_goal(desk, actor, Metric.REPURCHASE_365, target, last_day, now=now, starts=starts)
    except Refusal as refusal:
        if refusal.code not in ("goal_no_base", "goal_share"):
            raise
