from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.analytics.effects import Effect, mean_difference, share_difference
from core.analytics.verdict import judge
from core.clock import ShopZone, from_micros
from core.demo.generate import generate
from core.demo.shop import DemoShop, PastCampaign
from core.rules.assignment import assign
from core.rules.codes import is_valid
from tests.demo.conftest import NOW, ZONE

TRUTH = {"recall": "works", "regulars": "does_not", "trial": "cannot_tell"}


def _effects(shop: DemoShop, campaign: PastCampaign) -> tuple[Effect, Effect, float]:
    """The effects on buyers and on margin (after coupons), and the margin of a buyer who was left out."""
    orders = shop.orders
    inside = orders["paid_at"].ge(campaign.launch_at) & orders["paid_at"].lt(campaign.ends_at)
    orders = orders[inside.fillna(False)]
    cost = shop.items.merge(shop.products, on="product_key")
    cost = (cost["quantity"] * cost["cost_fen"]).groupby(cost["order_no"]).sum().loc[orders["order_no"]].to_numpy()
    kept = 1 - (orders["refund_fen"] / orders["paid_fen"]).to_numpy()
    margin = pd.Series(kept * (orders["paid_fen"].to_numpy() - cost), index=orders["number"]).groupby(level=0).sum()
    bought = np.isin(campaign.eligible, orders["number"])
    margins = margin.reindex(campaign.eligible, fill_value=0).to_numpy()
    treated = ~campaign.held_out
    shares = share_difference(
        int(bought[treated].sum()), int(treated.sum()), int(bought[~treated].sum()), int((~treated).sum())
    )
    return shares, mean_difference(margins, treated), float(margins[~treated & bought].mean())


@pytest.mark.parametrize(
    ("_case", "seed", "now"),
    [
        ("the usual seed", 618, NOW),
        ("another seed", 3, NOW),
        ("a third seed", 15, NOW),
        ("double eleven inside the windows", 618, datetime(2026, 12, 15, 3, tzinfo=UTC)),
        ("618 inside the windows", 618, datetime(2026, 8, 1, 3, tzinfo=UTC)),
        ("spring festival inside the windows", 618, datetime(2026, 2, 10, 3, tzinfo=UTC)),
    ],
)
def test_each_planted_truth_shows(_case: str, seed: int, now: datetime, shop: DemoShop) -> None:
    built = shop if (seed, now) == (618, NOW) else generate(seed=seed, now=now, zone=ZONE)
    verdicts = {}
    for campaign in built.campaigns:
        shares, margin, of_a_buyer = _effects(built, campaign)
        verdicts[campaign.key] = judge(shares, margin, campaign.message_cost_fen, of_a_buyer).verdict.value
        if campaign.key == "recall":
            assert shares.low > 0 and 0.05 < shares.difference < 0.09
        if campaign.key == "regulars":
            assert shares.low < 0 < shares.high
            spent = campaign.redemptions["discount_fen"].sum() / campaign.treated.size
            assert shares.high * of_a_buyer < spent + campaign.message_cost_fen
    assert verdicts == TRUTH
    assert {key: one["expect"] for key, one in built.truth["campaigns"].items()} == TRUTH


def test_audiences_are_large_large_and_small(shop: DemoShop) -> None:
    sizes = {campaign.key: campaign.eligible.size for campaign in shop.campaigns}
    assert sizes["recall"] > 3_000 and sizes["regulars"] > 4_000 and sizes["trial"] == 160


def test_the_audience_follows_from_the_data(shop: DemoShop) -> None:
    for campaign in shop.campaigns:
        low, high = campaign.rule["all"][1]["value"]
        before = shop.orders[shop.orders["paid_at"].lt(campaign.launch_at).fillna(False)]
        last = before.groupby("number")["paid_at"].max().astype("int64")
        launch = ZONE.day_numbers(np.array([campaign.launch_at]))[0]
        quiet = pd.Series(launch - ZONE.day_numbers(last.to_numpy()), index=last.index)
        fit = quiet.index[quiet.between(low, high)]
        people = shop.people.set_index("number")
        agreed = people[["consent_sms_at", "consent_email_at"]].lt(campaign.launch_at).fillna(False).any(axis=1)
        ready = people.index[agreed & people["joined_at"].lt(campaign.launch_at).fillna(False)]
        expected = np.intersect1d(fit, ready)
        if campaign.key == "trial":
            assert np.isin(campaign.eligible, expected).all()
        else:
            assert campaign.eligible.tolist() == expected.tolist()


def test_arms_coupons_and_redemptions_belong_together(shop: DemoShop) -> None:
    orders = shop.orders.set_index("order_no")
    for campaign in shop.campaigns:
        assert campaign.held_out.tolist() == assign(campaign.salt, campaign.eligible, campaign.hold_out_share).tolist()
        assert campaign.issued["number"].tolist() == campaign.treated.tolist()
        assert all(is_valid(code) for code in campaign.issued["code"])
        used = campaign.redemptions
        assert used["number"].is_unique and used["order_no"].is_unique and len(used) > 0
        rows = orders.loc[used["order_no"]]
        assert rows["number"].tolist() == used["number"].tolist()
        assert rows["coupon_code"].tolist() == used["code"].tolist()
        assert (rows["discount_fen"] == campaign.coupon.face_fen).all()
        assert (rows["payable_fen"] + rows["discount_fen"] >= campaign.coupon.threshold_fen).all()
        owner = campaign.issued.set_index("code")["number"]
        assert owner.loc[used["code"]].tolist() == used["number"].tolist()
        assert used["redeemed_at"].between(campaign.launch_at, campaign.issued["expires_at"].max()).all()
    codes = pd.concat([campaign.redemptions["code"] for campaign in shop.campaigns])
    assert sorted(codes) == sorted(shop.orders["coupon_code"].dropna())


def test_all_campaigns_are_over_before_the_data_ends(shop: DemoShop) -> None:
    for campaign in shop.campaigns:
        assert campaign.ends_at <= shop.data_until
        assert ZONE.local(from_micros(campaign.launch_at)).hour == 10
    assert [campaign.name for campaign in shop.campaigns] == ["流失预警召回", "秋季老客券", "试用装小范围试发"]


def test_a_shop_too_young_or_too_small_has_no_campaigns() -> None:
    assert generate(members=2_000, months=1, now=NOW, zone=ZONE).campaigns == []
    assert generate(members=15, months=24, now=NOW, zone=ZONE).campaigns == []


def test_the_callers_assignment_decides_who_is_left_out() -> None:
    def odd(salt: str, members: np.ndarray, share: float) -> np.ndarray:
        return members % 2 == 1

    shop = generate(members=1_500, now=NOW, zone=ShopZone(), assign=odd)
    assert all((campaign.treated % 2 == 0).all() for campaign in shop.campaigns) and shop.campaigns
