"""Any number over time against a plain reading of the orders; its comparisons; its groups add up. On both stores."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.analytics.drivers import sales_driver
from core.analytics.periods import Every, Period
from core.services.desk import Desk
from core.services.trends import Kpi, read_parts, read_trend_of
from core.store.database import Database
from tests.services.order_files import bring_in, bring_members, new_desk, order

# 2025: two orders around the Spring Festival; 2026: more, by three people, one refunded, one without a buyer.
FACTS: list[tuple[str, str, int, int]] = [
    ("A", "2025-01-10", 100, 0),
    ("B", "2025-02-05", 60, 0),
    ("A", "2026-01-05", 80, 0),
    ("A", "2026-01-31", 20, 20),
    ("C", "2026-02-01", 50, 0),
    ("", "2026-02-03", 30, 0),
    ("B", "2026-02-03", 10, 0),
    ("B", "2026-02-28", 90, 0),
]
PERIOD = Period(date(2026, 1, 1), date(2026, 3, 1))


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """The shop of ``FACTS``; A and B came by search, C by live."""
    opened = new_desk(db)
    rows = [
        order(number, member_id=who, paid_at=f"{day} 12:00:00", amount=str(paid), refund=str(back))
        for number, (who, day, paid, back) in enumerate(FACTS)
    ]
    bring_in(opened, tmp_path, rows)
    bring_members(opened, tmp_path, [{"member_id": who, "source": "直播" if who == "C" else "搜索"} for who in "ABC"])
    return opened


def _steps(desk: Desk, kpi: Kpi, every: Every = Every.MONTH) -> list[Any]:
    return [figure.value for _, figure in read_trend_of(desk, kpi, PERIOD, every).steps]


def test_every_number_by_month_is_what_the_orders_say(desk: Desk) -> None:
    expected = {
        Kpi.SALES: [100_00, 180_00],
        Kpi.NET: [80_00, 180_00],
        Kpi.ORDERS: [2, 4],
        Kpi.AOV: [50_00, 45_00],
        Kpi.BUYERS: [1, 2],
        Kpi.NEW_BUYERS: [0, 1],
        Kpi.REPURCHASE: [1.0, 0.5],
        Kpi.SECOND: [None, None],
        Kpi.MEMBER_SHARE: [1.0, 150 / 180],
        Kpi.JOINED: [0, 1],
        Kpi.REFUND_RATE: [0.2, 0.0],
        Kpi.REDEEMED: [0, 0],
        Kpi.POINTS_SPENT: [0, 0],
    }
    assert {kpi: _steps(desk, kpi) for kpi in expected} == expected


def test_newcomers_count_as_back_or_not_once_all_have_had_thirty_days(desk: Desk, tmp_path: Path) -> None:
    later = [("D", "2026-01-29"), ("D", "2026-02-27"), ("E", "2026-01-29"), ("F", "2026-01-31"), ("E", "2026-03-01")]
    bring_in(
        desk,
        tmp_path,
        [order(90 + n, member_id=who, paid_at=f"{day} 12:00:00") for n, (who, day) in enumerate(later)],
    )
    assert _steps(desk, Kpi.SECOND) == [0.5, None]  # D within, E on the 31st day, F and C have had less than 30


def test_days_and_weeks_add_up_to_the_months(desk: Desk) -> None:
    for kpi in (Kpi.SALES, Kpi.ORDERS, Kpi.NEW_BUYERS, Kpi.JOINED):
        assert sum(_steps(desk, kpi, Every.DAY)) == sum(_steps(desk, kpi, Every.WEEK)) == sum(_steps(desk, kpi))
    assert max(_steps(desk, Kpi.BUYERS, Every.DAY)) == 1
    assert sum(_steps(desk, Kpi.BUYERS, Every.WEEK)) == 5  # A and B bought in two weeks each, and count in each


def test_last_year_stands_beside_by_festival_and_nothing_is_compared_before_the_first_order(desk: Desk) -> None:
    found = read_trend_of(desk, Kpi.SALES, Period(date(2026, 2, 1), date(2026, 3, 1)), Every.MONTH)
    assert [one.value for one in found.last_year or ()] == [60_00]
    assert (found.total.value, found.before and found.before.value, found.year and found.year.value) == (
        180_00,
        100_00,
        60_00,
    )
    assert found.aligned.festival is not None and found.aligned.festival.code == "spring_festival"
    assert found.driver is not None and found.driver.main == "orders"
    early = read_trend_of(desk, Kpi.SALES, Period(date(2025, 1, 10), date(2025, 2, 10)), Every.WEEK)
    assert (early.before, early.year, early.last_year, early.driver) == (None, None, None, None)


def test_groups_add_up_to_the_whole_and_unknown_buyers_are_the_rest(desk: Desk) -> None:
    parts = read_parts(desk, Kpi.SALES, "source", PERIOD, Every.MONTH)
    assert {(part.name, part.rest): [one.value for one in part.figures] for part in parts} == {
        ("搜索", False): [100_00, 100_00],
        ("直播", False): [0, 50_00],
        (None, True): [0, 30_00],
    }
    whole: dict[int, float] = defaultdict(float)
    for part in read_parts(desk, Kpi.NEW_BUYERS, "province", PERIOD, Every.MONTH):
        for place, one in enumerate(part.figures):
            whole[place] += one.value or 0
    assert [whole[place] for place in range(2)] == _steps(desk, Kpi.NEW_BUYERS)
    aov = {part.name: part.figures for part in read_parts(desk, Kpi.AOV, "source", PERIOD, Every.MONTH)}
    assert [one.value for one in aov["直播"]] == [None, 50_00]


@pytest.mark.parametrize(
    ("before", "now", "main", "share"),
    [
        ((10, 1000), (20, 2000), "orders", 1.0),
        ((10, 1000), (10, 2000), "aov", 0.0),
        ((10, 1000), (20, 4000), "orders", 0.5),
    ],
)
def test_the_driver_splits_the_whole_change(
    before: tuple[int, int], now: tuple[int, int], main: str, share: float
) -> None:
    found = sales_driver(*before, *now)
    assert found is not None and (found.main, found.orders_share) == (main, pytest.approx(share))
    assert (1 + found.orders) * (1 + found.aov) == pytest.approx(1 + found.sales)
    assert sales_driver(0, 0, *now) is None
