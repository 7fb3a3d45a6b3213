from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.clock import DAY_MICROSECONDS, day_number
from core.demo.shop import DemoShop
from tests.demo.conftest import ZONE


@pytest.fixture(scope="module")
def paid(shop: DemoShop) -> pd.DataFrame:
    orders = shop.orders[shop.orders["paid_at"].notna()].copy()
    orders["net"] = orders["paid_fen"] - orders["refund_fen"]
    orders["day"] = ZONE.day_numbers(orders["created_at"].to_numpy())
    return orders


@pytest.mark.parametrize(
    ("_case", "day", "low", "high"),
    [
        ("双11 of last year", date(2025, 11, 11), 8, 16),
        ("双11 of this year", date(2026, 11, 11), 8, 16),
        ("618 of last year", date(2025, 6, 18), 6, 15),
        ("618 of this year", date(2026, 6, 18), 6, 15),
        ("双12", date(2025, 12, 12), 2.2, 8),
        ("3.8", date(2026, 3, 8), 1.7, 6),
        ("年货节, three weeks before the lunar new year", date(2026, 1, 27), 2.2, 8),
        ("an ordinary day", date(2026, 8, 12), 0.6, 1.5),
    ],
)
def test_festivals_are_peaks(_case: str, day: date, low: float, high: float, paid: pd.DataFrame) -> None:
    counts = paid["day"].value_counts().sort_index()
    number = day_number(day)
    assert low <= counts[number] / counts.loc[number - 60 : number + 60].median() <= high


def test_evenings_and_early_weekdays_sell_most(paid: pd.DataFrame) -> None:
    stamps = pd.to_datetime(paid["created_at"], unit="us", utc=True).dt.tz_convert(ZONE.name)
    hours = stamps.dt.hour.value_counts(normalize=True)
    assert hours.loc[[20, 21, 22]].sum() > 0.26 and hours.loc[2:5].sum() < 0.03
    weekdays = stamps.dt.day_of_week.value_counts()
    assert weekdays.loc[[0, 1, 2]].min() > weekdays.loc[5]


def test_the_shop_grows(paid: pd.DataFrame) -> None:
    middle = day_number(date(2025, 11, 22))
    assert 1.2 < (paid["day"] >= middle).sum() / (paid["day"] < middle).sum() < 2.2


def test_a_fifth_of_the_buyers_brings_two_thirds_of_the_sales(paid: pd.DataFrame) -> None:
    spend = paid.groupby("number")["net"].sum().sort_values(ascending=False)
    assert 0.55 < spend.head(len(spend) // 5).sum() / spend.sum() < 0.69


def test_two_in_five_buy_again(paid: pd.DataFrame) -> None:
    counts = paid.groupby("number").size()
    assert 0.35 < (counts >= 2).mean() < 0.45


def test_refunds_unpaid_orders_and_order_values_are_lifelike(shop: DemoShop, paid: pd.DataFrame) -> None:
    assert 0.05 < (paid["refund_fen"] > 0).mean() < 0.07
    assert 0.4 < (paid["refund_fen"] == paid["paid_fen"])[paid["refund_fen"] > 0].mean() < 0.7
    assert 0.07 < 1 - len(paid) / len(shop.orders) < 0.09
    yuan = paid["paid_fen"].quantile([0.05, 0.5, 0.95]) / 100
    assert 60 < yuan[0.05] < 110 and 150 < yuan[0.5] < 250 and 400 < yuan[0.95] < 650


def test_goods_earn_about_45_percent(shop: DemoShop, paid: pd.DataFrame) -> None:
    cost = shop.items.merge(shop.products, on="product_key")
    cost = (cost["quantity"] * cost["cost_fen"]).groupby(cost["order_no"]).sum()
    assert 0.42 < 1 - cost.loc[paid["order_no"]].sum() / paid["paid_fen"].sum() < 0.48


def test_the_usual_ladder_sorts_buyers_into_many_few_fewer(shop: DemoShop, paid: pd.DataFrame) -> None:
    year = paid[paid["paid_at"] >= shop.data_until - 365 * DAY_MICROSECONDS].groupby("number")
    by_amount = np.searchsorted([1_000_00, 3_000_00, 8_000_00], year["net"].sum(), side="right")
    by_count = np.searchsorted([5, 12, 30], year.size(), side="right")
    shares = np.bincount(np.maximum(by_amount, by_count), minlength=4) / year.ngroups
    assert 0.68 < shares[0] < 0.78 and 0.16 < shares[1] < 0.24 and 0.04 < shares[2] < 0.09 and shares[3] > 0.001
    near = year["net"].sum().between(900_00, 999_99) & (year.size() < 5)
    assert near.sum() >= 50


def test_babies_grow_out_of_their_first_formula(shop: DemoShop, paid: pd.DataFrame) -> None:
    titles = shop.items.merge(shop.products[["product_key", "title"]], on="product_key").merge(paid, on="order_no")
    first = titles[titles["title"].str.contains("奶粉1段")].groupby("number")["day"].min()
    third = titles[titles["title"].str.contains("奶粉3段")].groupby("number")["day"].min()
    both = first.to_frame("first").join(third.rename("third"), how="inner")
    assert len(both) > 50 and (both["third"] > both["first"]).all()


def test_regular_formula_buyers_come_back_in_their_own_rhythm(shop: DemoShop, paid: pd.DataFrame) -> None:
    people = shop.truth["people"]
    cycle = pd.Series(people["cycle_days"], index=shop.people["number"])
    days = paid.sort_values("paid_at").groupby("number")["day"]
    gaps = (days.last() - days.first()) / (days.size() - 1)
    many = days.size() >= 6
    ratio = gaps[many] / cycle.reindex(gaps.index)[many]
    assert 0.9 < ratio.median() < 1.1
