"""What a coupon takes off, when it holds, why it is rejected, and what it can cost at worst."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import ShopZone
from core.documents.enums import CouponStatus
from core.documents.offer import Fixed, Offer, Relative
from core.errors import Refusal
from core.rules.coupons import (
    Held,
    Line,
    Reject,
    check_redemption,
    discount,
    liability,
    liability_of,
    valid_between,
    value_for,
)

ZONE = ShopZone()
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)


def offer(**changes: Any) -> Offer:
    found: dict[str, Any] = {"name": "券", "kind": "threshold", "value": 3_000, "threshold_fen": 19_900}
    return Offer(**(found | {"validity": Relative(days=7)} | changes))


def held(**changes: Any) -> Held:
    found: dict[str, Any] = {"member_id": 1, "tier": None, "status": CouponStatus.ISSUED}
    return Held(**(found | {"valid_from": NOW - timedelta(days=1), "valid_until": NOW + timedelta(days=1)} | changes))


PERCENT = {"kind": "percent", "value": 1_000, "threshold_fen": 0, "max_discount_fen": 5_000}


@pytest.mark.parametrize(
    ("_case", "changes", "amount", "off"),
    [
        ("one fen below the threshold", {}, 19_899, 0),
        ("at the threshold", {}, 19_900, 3_000),
        ("above", {}, 50_000, 3_000),
        ("never more than the basket", {"kind": "amount", "threshold_fen": 0}, 1_200, 1_200),
        ("an empty basket", {"kind": "amount", "threshold_fen": 0}, 0, 0),
        ("ten percent", PERCENT, 12_340, 1_234),
        ("rounded down", PERCENT, 12_349, 1_234),
        ("capped", PERCENT, 90_000, 5_000),
        (
            "free shipping takes nothing off the goods",
            {"kind": "free_shipping", "value": 0, "cost_fen": 800},
            20_000,
            0,
        ),
    ],
)
def test_the_discount(_case: str, changes: dict[str, Any], amount: int, off: int) -> None:
    assert discount(offer(**changes), None, amount) == off


def test_a_tier_may_have_its_own_value() -> None:
    found = offer(tier_values={"vip": 4_000})
    assert [value_for(found, tier) for tier in (None, "regular", "vip")] == [3_000, 3_000, 4_000]
    assert discount(found, "vip", 19_900) == 4_000


@given(st.integers(0, 10**7), st.sampled_from([{}, PERCENT, {"kind": "amount", "threshold_fen": 0}]))
def test_a_coupon_never_takes_off_more_than_its_liability_or_the_basket(amount: int, changes: dict[str, Any]) -> None:
    found = offer(**changes)
    assert 0 <= discount(found, None, amount) <= min(amount, liability(found, None))


@pytest.mark.parametrize(
    ("_case", "changes", "worst"),
    [
        ("face value", {}, 3_000),
        ("the cap of a percentage", PERCENT, 5_000),
        ("the cost of a gift", {"kind": "gift", "value": 0, "cost_fen": 700}, 700),
        ("a platform coupon", {"kind": "platform", "platform_code": "x"}, 3_000),
    ],
)
def test_the_worst_case(_case: str, changes: dict[str, Any], worst: int) -> None:
    assert liability(offer(**changes), None) == worst


def test_the_worst_case_of_many_adds_their_own_values() -> None:
    assert liability_of(offer(tier_values={"vip": 4_000}), ["vip", None, "silver"]) == 10_000


def test_a_percentage_without_a_cap_has_no_worst_case() -> None:
    with pytest.raises(Refusal, match="offer_percent_cap"):
        liability(offer(kind="percent", value=1_000), None)


def test_hours_run_from_the_minute_and_days_to_midnight_of_the_shop() -> None:
    assert valid_between(offer(validity=Relative(hours=72)), NOW, ZONE) == (NOW, NOW + timedelta(hours=72))
    start, end = valid_between(offer(validity=Relative(days=7)), NOW, ZONE)
    assert (start, ZONE.local(end).isoformat()) == (NOW, "2026-07-09T00:00:00+08:00")


def test_fixed_days_begin_no_earlier_than_the_issue() -> None:
    starts, ends = NOW + timedelta(days=1), NOW + timedelta(days=3)
    found = offer(validity=Fixed(starts_at=starts, ends_at=ends))
    assert valid_between(found, NOW, ZONE) == (starts, ends)
    assert valid_between(found, NOW + timedelta(days=2), ZONE) == (NOW + timedelta(days=2), ends)
    with pytest.raises(Refusal, match="offer_over"):
        valid_between(found, ends, ZONE)


@pytest.mark.parametrize(
    ("reject", "coupon", "member", "amount"),
    [
        (Reject.WRONG_MEMBER, held(), 2, 20_000),
        (Reject.ALREADY_USED, held(status=CouponStatus.REDEEMED), 1, 20_000),
        (Reject.VOID, held(status=CouponStatus.VOID), 1, 20_000),
        (Reject.NOT_STARTED, held(valid_from=NOW + timedelta(microseconds=1)), 1, 20_000),
        (Reject.EXPIRED, held(valid_until=NOW), 1, 20_000),
        (Reject.EXPIRED, held(status=CouponStatus.EXPIRED), 1, 20_000),
        (Reject.BELOW_THRESHOLD, held(), 1, 19_899),
        (Reject.OUT_OF_SCOPE, held(), 1, 0),
    ],
)
def test_a_coupon_that_may_not_be_used_says_why(reject: Reject, coupon: Held, member: int, amount: int) -> None:
    found = check_redemption(offer(), coupon, member, [Line(None, amount)], NOW)
    assert (found.rejects, found.discount_fen, found.allowed) == ((reject,), 0, False)


def test_a_coupon_may_be_used_at_its_first_instant_by_a_buyer_who_is_not_known() -> None:
    found = check_redemption(offer(), held(valid_from=NOW), None, [Line(None, 19_900)], NOW)
    assert (found.allowed, found.discount_fen) == (True, 3_000)


def test_only_goods_in_scope_count_towards_the_threshold() -> None:
    found = offer(scope_categories=("奶粉",))
    mixed = [Line("奶粉", 10_000), Line("玩具", 50_000)]
    assert check_redemption(found, held(), 1, mixed, NOW).rejects == (Reject.BELOW_THRESHOLD,)
    assert check_redemption(found, held(), 1, [Line("玩具", 50_000)], NOW).rejects == (Reject.OUT_OF_SCOPE,)
    assert check_redemption(found, held(), 1, [*mixed, Line("奶粉", 9_900)], NOW).discount_fen == 3_000
