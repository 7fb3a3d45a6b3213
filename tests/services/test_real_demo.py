"""The public data set as a demo shop: shaped right, moved to end now, whole and sound in the store."""

from datetime import datetime

import pandas as pd
import pytest
from sqlalchemy import text

from core.analytics.periods import Period
from core.clock import ShopZone, from_micros
from core.demo.complete_journey import shape_journey
from core.errors import Refusal
from core.services.actor import Actor
from core.services.build_real_demo import build_real_demo
from core.services.numbers import read_kpis
from core.services.shop_settings import read_settings
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import new_desk

ZONE = ShopZone("Asia/Shanghai")
NOW = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
SUNDAY = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
HOUSEHOLDS = 40


def _raw() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    at = pd.to_datetime(["2017-01-02 10:00", "2017-01-02 10:01", "2017-12-31 09:00", "2017-12-31 09:00"])
    lines = pd.DataFrame(
        {
            "household_id": [7, 7, 3, 3],
            "basket_id": [100, 100, 200, 200],
            "product_id": [1, 1, 1, 2],
            "quantity": [1, 2, 1, 9_000],
            "sales_value": [1.10, 2.20, 0.0, 30.01],
            "transaction_timestamp": at,
        }
    )
    columns = ("department", "brand", "product_category", "product_type", "package_size")
    goods = pd.DataFrame({"product_id": [1, 2]} | {name: ["X Y", None] for name in columns})
    return lines, goods, pd.DataFrame({"household_id": [3], "age": ["35-44"]})


def test_the_year_ends_today_on_true_weekdays_and_hours() -> None:
    shop = shape_journey(*_raw(), now=SUNDAY, zone=ZONE)
    first, last = (ZONE.local(from_micros(int(at))) for at in shop.orders["paid_at"])
    assert (last.date(), last.hour, first.isoweekday()) == (SUNDAY.date(), 9, 1)
    assert (last - first).days == 362


def test_what_would_lie_after_today_is_left_out() -> None:
    shop = shape_journey(*_raw(), now=NOW, zone=ZONE)
    (only,) = (ZONE.local(from_micros(int(at))) for at in shop.orders["paid_at"])
    assert (only.isoweekday(), only.hour, only < NOW) == (1, 10, True)


def test_lines_of_one_product_are_one_line_and_sum_to_their_basket() -> None:
    shop = shape_journey(*_raw(), now=SUNDAY, zone=ZONE)
    assert shop.orders[["order_no", "paid_fen", "quantity"]].values.tolist() == [["100", 330, 3], ["200", 3001, 2]]
    assert shop.items[["order_no", "line_no", "amount_fen"]].values.tolist() == [
        ["100", "1", 330],
        ["200", "1", 0],
        ["200", "2", 3001],
    ]
    assert shop.people[["number", "buyer_id", "tags"]].values.tolist() == [[1, "3", ["Age 35-44"]], [2, "7", []]]
    assert shop.products["title"].tolist() == ["X y · x y · No. 1", "No. 2"]


def test_it_comes_into_an_empty_store_whole_and_sound(db: Database) -> None:
    desk = new_desk(db)
    report = build_real_demo(desk, Actor.owner(), now=NOW, households=HOUSEHOLDS)
    assert (report.people, desk.is_demo, read_settings(desk).demo_source) == (HOUSEHOLDS, True, "complete_journey")
    with desk.db.read() as session:
        orders, paid, lines = session.execute(
            text("SELECT count(*), sum(paid_fen), (SELECT sum(amount_fen) FROM order_item) FROM shop_order")
        ).one()
    assert (orders, paid) == (report.orders, lines)
    assert verify_store(desk).violations == 0
    year = Period(ZONE.day(NOW).replace(year=2025), ZONE.day(NOW))
    assert read_kpis(desk, year, now=NOW).members == HOUSEHOLDS
    with pytest.raises(Refusal, match="store_not_empty"):
        build_real_demo(desk, Actor.owner(), now=NOW, households=HOUSEHOLDS)
