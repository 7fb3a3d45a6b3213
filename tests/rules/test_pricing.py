"""A price in its fixed order: each row by hand, what may go together, the floor, and what the other deductions lack."""

from datetime import date
from typing import Any

import pytest

from core.documents.benefits import Benefit, Cell, Season
from core.documents.ladder import tmall_ladder
from core.documents.offer import Offer, Relative
from core.documents.pricing import (
    Classes,
    Floor,
    NewcomerCoupon,
    PlatformLine,
    PointsUse,
    PriceSettings,
    Reduction,
    ReductionStep,
)
from core.documents.rules import RuleDocument
from core.rules.deductions import BasketLine, HeldCoupon, MemberKind
from core.rules.pricing import Quote, quote

OFFICIAL = PlatformLine(kind="official", rate_bp=1_500)
CROSS_SHOP = PlatformLine(kind="cross_shop", off_fen=50_00, from_fen=300_00)
LEFT = CROSS_SHOP.model_copy(update={"place": "left"})
DEPOSIT = PlatformLine(kind="deposit", from_fen=50_00, off_fen=100_00)
FULL = Reduction(steps=(ReductionStep(from_fen=199_00, off_fen=20_00), ReductionStep(from_fen=399_00, off_fen=50_00)))
MILK = BasketLine("奶粉", "奶粉", 200_00, 2, 120_00)
SOCKS = BasketLine("棉袜", "童装", 29_00, 1, 13_00)


def _rules(levels: dict[str, int | None], season: Season | None = None) -> RuleDocument:
    cells = {tier: Cell(level=level, value_zh="会员价", value_en="member price") for tier, level in levels.items()}
    benefit = Benefit(
        code="price", kind="member_price", name_zh="会员价", name_en="Member price", cells=cells, season=season
    )
    return tmall_ladder().model_copy(update={"benefits": (benefit,)})


RULES = _rules({"silver": 500, "vip": 1_000})


def _coupon(source: str = "campaign:1", **changes: Any) -> HeldCoupon:
    plain: dict[str, Any] = {"name": source, "kind": "amount", "value": 20_00, "validity": Relative(days=7)}
    return HeldCoupon(source, Offer(**(plain | changes)))


def _price(settings: PriceSettings, member: MemberKind = MemberKind(None), *lines: BasketLine, **more: Any) -> Quote:
    return quote(lines or (MILK,), member, settings, RULES, **more)


def _rows(found: Quote) -> list[tuple[str, int]]:
    return [(step.deduction.kind, step.minus_fen) for step in found.steps]


@pytest.mark.parametrize(
    ("_case", "settings", "member", "rows"),
    [
        ("nothing comes off", PriceSettings(), MemberKind("regular"), []),
        ("a rate of the platform", PriceSettings(platform=(OFFICIAL,)), MemberKind(None), [("official", 60_00)]),
        (
            "the most it takes",
            PriceSettings(platform=(OFFICIAL.model_copy(update={"most_fen": 30_00}),)),
            MemberKind(None),
            [("official", 30_00)],
        ),
        ("each 300 counts", PriceSettings(platform=(CROSS_SHOP,)), MemberKind(None), [("cross_shop", 50_00)]),
        ("a deposit counts double", PriceSettings(platform=(DEPOSIT,)), MemberKind(None), [("deposit", 50_00)]),
        ("the tier's price", PriceSettings(), MemberKind("vip"), [("member_price", 40_00)]),
        (
            "the highest step that is reached",
            PriceSettings(reductions=(FULL,)),
            MemberKind(None),
            [("reduction", 50_00)],
        ),
        (
            "a newcomer's coupon",
            PriceSettings(newcomer=NewcomerCoupon(off_fen=30_00, from_fen=99_00)),
            MemberKind("regular", newcomer=True),
            [("coupon", 30_00)],
        ),
        (
            "is the newcomer's only",
            PriceSettings(newcomer=NewcomerCoupon(off_fen=30_00, from_fen=99_00)),
            MemberKind("silver"),
            [("member_price", 20_00)],
        ),
        (
            "points up to their share",
            PriceSettings(points=PointsUse(rate_fen=1_00, most_bp=1_000)),
            MemberKind(None, points=9_000),
            [("points", 40_00)],
        ),
        (
            "as many points as there are",
            PriceSettings(points=PointsUse(rate_fen=1_00, most_bp=1_000)),
            MemberKind(None, points=333),
            [("points", 3_33)],
        ),
        (
            "all of it in the order of the house",
            PriceSettings(
                platform=(LEFT, OFFICIAL), reductions=(FULL,), points=PointsUse(), newcomer=NewcomerCoupon(off_fen=9_00)
            ),
            MemberKind("silver", coupons=(_coupon(value=3_00),), points=100),
            [
                ("official", 60_00),
                ("member_price", 17_00),
                ("reduction", 20_00),
                ("coupon", 3_00),
                ("cross_shop", 50_00),
                ("points", 1_00),
            ],
        ),
    ],
)
def test_each_deduction_takes_what_the_hand_says(
    _case: str, settings: PriceSettings, member: MemberKind, rows: list[tuple[str, int]]
) -> None:
    found = _price(settings, member)
    assert _rows(found) == rows
    assert found.payable_fen == 400_00 - sum(fen for _, fen in rows)


def test_every_row_says_before_and_after_and_its_share_of_each_line() -> None:
    found = _price(PriceSettings(reductions=(FULL,)), MemberKind("silver"), MILK, SOCKS)
    price, full = found.steps
    assert (price.before_fen, price.minus_fen, price.after_fen) == (429_00, 21_45, 407_55)
    assert price.parts == (20_00, 1_45)
    assert full.before_fen == 407_55
    assert sum(full.parts) == 50_00
    assert found.line_fen == (400_00 - 20_00 - full.parts[0], 29_00 - 1_45 - full.parts[1])


def test_the_platform_may_count_on_what_the_shop_leaves() -> None:
    member = MemberKind("vip")
    early = _price(PriceSettings(platform=(CROSS_SHOP,)), member)
    late = _price(PriceSettings(platform=(LEFT,)), member)
    assert _rows(early) == [("cross_shop", 50_00), ("member_price", 35_00)]
    assert _rows(late) == [("member_price", 40_00), ("cross_shop", 50_00)]


def test_a_member_price_out_of_season_is_none() -> None:
    rules = _rules({"vip": 1_000}, Season(starts="11-01", ends="02-10"))
    member, settings = MemberKind("vip"), PriceSettings()
    assert quote((MILK,), member, settings, rules, day=date(2026, 12, 31)).payable_fen == 360_00
    assert quote((MILK,), member, settings, rules, day=date(2026, 3, 1)).payable_fen == 400_00


@pytest.mark.parametrize(
    ("_case", "classes", "most", "payable"),
    [
        ("all go together, one coupon", Classes(), 1, 400_00 - 40_00 - 20_00 - 30_00),
        ("two coupons", Classes(), 2, 400_00 - 40_00 - 20_00 - 30_00 - 20_00),
        ("a coupon alone: the rest is worth more", Classes(coupon="never"), 1, 400_00 - 40_00 - 20_00),
        ("coupons among themselves", Classes(coupon="within_class"), 2, 400_00 - 40_00 - 20_00),
        ("no member price with others", Classes(member_price="never"), 2, 400_00 - 50_00 - 30_00 - 20_00),
    ],
)
def test_what_may_not_go_together_gives_the_member_the_cheaper(
    _case: str, classes: Classes, most: int, payable: int
) -> None:
    coupons = (_coupon("campaign:1"), _coupon("campaign:2", value=30_00))
    settings = PriceSettings(reductions=(FULL,), classes=classes, most_coupons=most)
    assert _price(settings, MemberKind("vip", coupons=coupons)).payable_fen == payable


def test_of_equal_ways_the_one_with_fewer_points_and_coupons_wins() -> None:
    settings = PriceSettings(points=PointsUse(most_bp=10_000), floor=Floor(kind="cost"))
    found = _price(settings, MemberKind(None, coupons=(_coupon(value=160_00),), points=10**6))
    assert _rows(found) == [("coupon", 160_00)]
    assert found.points_used == 0
    same = _price(PriceSettings(), MemberKind(None, coupons=(_coupon("campaign:1"), _coupon("campaign:2"))))
    assert [step.deduction.source for step in same.steps] == ["campaign:1"]


def test_no_item_goes_below_its_floor_and_what_it_stops_is_said() -> None:
    settings = PriceSettings(floor=Floor(kind="cost"))
    found = _price(settings, MemberKind(None, coupons=(_coupon(value=200_00),)), MILK, SOCKS)
    assert found.line_fen == (240_00, 29_00 - found.steps[0].parts[1])
    assert found.floor_lines == (0,)
    assert found.steps[0].held_back_fen == 200_00 - found.steps[0].minus_fen > 0
    share = _price(PriceSettings(floor=Floor(kind="share", share_bp=9_500)), MemberKind("vip"), MILK, SOCKS)
    assert share.line_fen == (380_00, 27_55)


def test_points_are_not_spent_on_what_the_floor_stops() -> None:
    settings = PriceSettings(points=PointsUse(rate_fen=3, most_bp=10_000), floor=Floor(kind="cost"))
    found = _price(settings, MemberKind(None, points=10**7))
    assert found.payable_fen == 240_00
    assert (found.points_used - 1) * 3 // 100 < 160_00 <= found.points_used * 3 // 100


def test_stored_value_pays_and_changes_no_price() -> None:
    poor, rich = (_price(PriceSettings(), MemberKind("vip", stored_fen=fen)) for fen in (100_00, 900_00))
    assert (poor.payable_fen, poor.stored_fen, poor.due_fen) == (360_00, 100_00, 260_00)
    assert (rich.payable_fen, rich.stored_fen, rich.due_fen) == (360_00, 360_00, 0)


@pytest.mark.parametrize(
    ("_case", "coupon", "settings", "reason", "missing"),
    [
        ("one fen too little", _coupon(threshold_fen=400_01), PriceSettings(), "below_threshold", 1),
        ("just enough", _coupon(threshold_fen=400_00), PriceSettings(), None, 0),
        ("other goods", _coupon(scope_categories=("玩具",)), PriceSettings(), "out_of_scope", 0),
        (
            "the other is cheaper",
            _coupon(),
            PriceSettings(platform=(OFFICIAL,), classes=Classes(coupon="never")),
            "stacking",
            0,
        ),
        ("no price", _coupon(kind="gift", value=0, cost_fen=5_00), PriceSettings(), "no_price", 0),
        ("stopped", _coupon(), PriceSettings(floor=Floor(kind="share", share_bp=10_000)), "floor", 0),
    ],
)
def test_what_does_not_come_off_says_why(
    _case: str, coupon: HeldCoupon, settings: PriceSettings, reason: str | None, missing: int
) -> None:
    found = _price(settings, MemberKind(None, coupons=(coupon,)))
    assert [(one.reason, one.missing_fen) for one in found.refused] == ([(reason, missing)] if reason else [])


def test_what_comes_off_by_itself_cannot_be_declined_for_a_threshold() -> None:
    settings = PriceSettings(platform=(OFFICIAL.model_copy(update={"rate_bp": 100}),))
    member = MemberKind(None, coupons=(_coupon(threshold_fen=400_00, value=50_00),))
    found = _price(settings, member)
    assert _rows(found) == [("official", 4_00)]
    assert [(one.reason, one.missing_fen) for one in found.refused] == [("below_threshold", 4_00)]
    alone = settings.model_copy(update={"classes": Classes(official="never")})
    assert _rows(_price(alone, member)) == [("coupon", 50_00)]


def test_a_coupon_that_would_cost_more_than_it_brings_is_kept() -> None:
    settings = PriceSettings(platform=(LEFT.model_copy(update={"from_fen": 390_00, "off_fen": 60_00}),))
    found = _price(settings, MemberKind(None, coupons=(_coupon(),)))
    assert _rows(found) == [("cross_shop", 60_00)]
    assert [one.reason for one in found.refused] == ["dearer"]


def test_a_member_price_without_a_number_is_said_and_not_guessed() -> None:
    found = quote((MILK,), MemberKind("vip"), PriceSettings(), _rules({"vip": None}))
    assert found.payable_fen == 400_00
    assert [one.reason for one in found.refused] == ["no_number"]
