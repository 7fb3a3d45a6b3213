from dataclasses import fields
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.clock import DAY_MICROSECONDS, ShopZone, day_number, to_micros
from core.demo.generate import generate
from core.demo.shop import DemoShop
from core.documents.enums import OrderStatus
from core.errors import Refusal
from core.i18n import LANGS, translate
from tests.demo.conftest import NOW, ZONE


def _same(one: object, other: object) -> bool:
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other)
        return True
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other))
    if isinstance(one, list) and one and hasattr(one[0], "key"):
        return all(
            _same(getattr(a, f.name), getattr(b, f.name)) for a, b in zip(one, other, strict=True) for f in fields(a)
        )
    return one == other if not hasattr(one, "coupons") else _same(one.coupons, other.coupons)


def test_the_same_seed_gives_the_same_shop_and_another_seed_another(small: DemoShop) -> None:
    again = generate(members=600, months=12, seed=7, now=NOW, zone=ZONE)
    for part in fields(DemoShop):
        assert _same(getattr(small, part.name), getattr(again, part.name)), part.name
    other = generate(members=600, months=12, seed=8, now=NOW, zone=ZONE)
    assert other.people["name"].tolist() != small.people["name"].tolist()


@pytest.mark.parametrize(
    ("_case", "members", "months", "now", "zone"),
    [
        ("one person", 1, 1, NOW, ZONE),
        ("a shop of a month", 300, 1, NOW, ZONE),
        ("a leap day", 200, 3, datetime(2028, 2, 29, 8, tzinfo=UTC), ZONE),
        ("a minute after midnight", 200, 6, datetime(2026, 3, 1, 16, 1, tzinfo=UTC), ZONE),
        ("a zone whose clock changes", 400, 24, NOW, ShopZone("America/New_York")),
    ],
)
def test_every_shop_keeps_the_laws_of_trade(
    _case: str, members: int, months: int, now: datetime, zone: ShopZone
) -> None:
    _check_laws(generate(members=members, months=months, now=now, zone=zone), now, zone)


def test_the_usual_shop_keeps_the_laws_of_trade(shop: DemoShop) -> None:
    _check_laws(shop, NOW, ZONE)


def _check_laws(shop: DemoShop, now: datetime, zone: ShopZone) -> None:
    orders, items = shop.orders, shop.items
    paid = orders["paid_at"].notna()
    assert orders["order_no"].is_unique and orders["order_no"].str.fullmatch(r"\d{19}").all()
    assert orders["created_at"].is_monotonic_increasing
    assert shop.data_until == to_micros(zone.start(zone.day(now)))
    for name in ("created_at", "paid_at", "completed_at", "refunded_at"):
        assert (orders[name].dropna() < shop.data_until).all()
        assert (orders[name].dropna() % 1_000_000 == 0).all(), "a file holds whole seconds"
    assert (orders["paid_at"] >= orders["created_at"])[paid].all()
    assert (orders["completed_at"] > orders["paid_at"]).fillna(True).all()
    assert (orders["refunded_at"] >= orders["paid_at"]).fillna(True).all()
    assert (orders["refund_fen"] <= orders["paid_fen"]).all()
    assert ((orders["refund_fen"] > 0) == orders["refunded_at"].notna()).all()
    assert (orders["paid_fen"] == orders["payable_fen"].where(paid, 0)).all()
    assert (orders["payable_fen"] > 0).all()
    sums = items.groupby("order_no")[["amount_fen", "refund_fen", "quantity"]].sum().loc[orders["order_no"]]
    assert (sums["amount_fen"].to_numpy() == orders["paid_fen"].to_numpy()).all()
    assert (sums["refund_fen"].to_numpy() == orders["refund_fen"].to_numpy()).all()
    assert (sums["quantity"].to_numpy() == orders["quantity"].to_numpy()).all()
    assert (items["refund_fen"] <= items["amount_fen"]).all() and (items["amount_fen"] >= 0).all()
    assert (
        not items.duplicated(["order_no", "line_no"]).any() and not items.duplicated(["order_no", "product_key"]).any()
    )
    assert items["product_key"].isin(shop.products["product_key"]).all()
    assert orders["number"].isin(shop.people["number"]).all()
    whole = paid & (orders["refund_fen"] == orders["paid_fen"])
    assert (orders["status"][whole] == OrderStatus.CLOSED).all()
    assert set(orders["status"][~paid]) <= {OrderStatus.WAIT_PAY.value, OrderStatus.CLOSED.value}


def test_people_are_numbered_unique_and_cannot_be_reached(shop: DemoShop) -> None:
    people = shop.people
    assert people["number"].tolist() == list(range(1, 12_001))
    assert people["buyer_id"].is_unique
    assert people["phone"].dropna().str.fullmatch(r"\+86119\d{8}").all() and people["phone"].dropna().is_unique
    assert people["email"].dropna().str.endswith("@example.com").all() and people["email"].dropna().is_unique
    assert (people["consent_sms"] <= people["phone"].notna()).all()
    assert (people["consent_email"] <= people["email"].notna()).all()
    for channel in ("sms", "email"):
        assert (people[f"consent_{channel}"] == people[f"consent_{channel}_at"].notna()).all()
    assert (people["joined_at"].dropna() < shop.data_until).all()
    assert (people["grade"].gt(0) == people["joined_at"].notna()).all()


def test_the_shares_of_people_are_those_of_a_real_shop(shop: DemoShop) -> None:
    people = shop.people
    assert 0.42 < people["phone"].notna().mean() < 0.48
    assert 0.32 < people["email"].notna().mean() < 0.38
    assert 0.67 < people["joined_at"].notna().mean() < 0.74
    assert people["province"].value_counts().index[0] == "广东"
    assert people["nickname"].str.contains("𠮷").any() and people["nickname"].str.startswith("=").any()


def test_three_members_at_least_have_their_birthday_today(shop: DemoShop, small: DemoShop) -> None:
    for one in (shop, small):
        today = one.people["birthday_month"].eq(11) & one.people["birthday_day"].eq(22)
        reachable = one.people["consent_sms"] | one.people["consent_email"]
        assert (today & reachable & one.people["joined_at"].notna()).sum() >= 3
    month = shop.people["birthday_month"].eq(11) & shop.people["birthday_day"].between(23, 29)
    assert month.sum() >= 30


def test_the_live_coupons_end_within_three_days_and_are_unused(shop: DemoShop) -> None:
    coupons = shop.live_coupons
    now = to_micros(NOW)
    assert len(coupons) == 250 and coupons["number"].is_unique and coupons["code"].is_unique
    assert (coupons["issued_at"] < now).all()
    assert coupons["expires_at"].between(now + 1, now + 3 * DAY_MICROSECONDS).all()
    assert not coupons["code"].isin(shop.orders["coupon_code"]).any()


def test_nobody_buys_after_the_day_they_left(shop: DemoShop) -> None:
    churn = pd.Series(pd.to_datetime(shop.truth["people"]["churn_day"]), index=shop.people["number"])
    days = pd.Series(ZONE.day_numbers(shop.orders["created_at"].to_numpy()), index=shop.orders["number"])
    last = days.groupby(level=0).max()
    left = churn.dropna().map(lambda stamp: day_number(stamp.date()))
    assert len(left) > 6_000
    assert (last.reindex(left.index).dropna() <= left.reindex(last.index).dropna()).all()


@pytest.mark.parametrize(
    ("_case", "members", "months", "code"),
    [
        ("nobody", 0, 24, "demo_members"),
        ("too many", 2_000_001, 24, "demo_members"),
        ("no time", 100, 0, "demo_months"),
        ("too long", 100, 121, "demo_months"),
    ],
)
def test_impossible_sizes_are_refused_in_both_languages(_case: str, members: int, months: int, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        generate(members=members, months=months, now=NOW, zone=ZONE)
    assert caught.value.code == code
    assert all(translate(lang, f"error.{code}", **caught.value.params) for lang in LANGS)


def test_the_data_begins_as_many_months_ago_as_asked() -> None:
    shop = generate(members=200, months=6, now=datetime(2026, 8, 31, 4, tzinfo=UTC), zone=ZONE)
    assert shop.truth["data_from"] == "2026-02-28"
    first = shop.orders["created_at"].min()
    assert first < to_micros(datetime(2026, 2, 28, tzinfo=UTC) + timedelta(days=20))
