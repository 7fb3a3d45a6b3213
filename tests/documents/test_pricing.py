"""Price settings: what is confusing is refused with a reason, what makes sense is not."""

from typing import Any

import pytest

from core.documents.pricing import ORDER, STACKINGS, Classes, PriceSettings, price_faults
from core.errors import Refusal

OFFICIAL = {"kind": "official", "rate_bp": 1_200}
CROSS = {"kind": "cross_shop", "from_fen": 300_00, "off_fen": 50_00}
DEPOSIT = {"kind": "deposit", "from_fen": 50_00, "off_fen": 100_00}


def _steps(*pairs: tuple[int, int]) -> dict[str, Any]:
    return {"steps": [{"from_fen": start, "off_fen": off} for start, off in pairs]}


@pytest.mark.parametrize(
    ("_case", "settings", "codes"),
    [
        ("nothing", {}, []),
        (
            "all that makes sense",
            {"platform": [OFFICIAL, CROSS, DEPOSIT], "reductions": [_steps((199, 20), (399, 50))]},
            [],
        ),
        ("neither rate nor amount", {"platform": [{"kind": "official"}]}, ["price_official_either"]),
        ("rate and amount", {"platform": [{**OFFICIAL, "off_fen": 1}]}, ["price_official_either"]),
        ("all of the price", {"platform": [{**OFFICIAL, "rate_bp": 10_000}]}, ["price_free"]),
        ("as much off as it counts from", {"platform": [{**CROSS, "off_fen": 300_00}]}, ["price_cross_shop"]),
        ("a cross-shop line without its amount", {"platform": [{**CROSS, "off_fen": 0}]}, ["price_cross_shop"]),
        ("a deposit that counts for itself", {"platform": [{**DEPOSIT, "off_fen": 50_00}]}, ["price_deposit"]),
        ("two official lines for all goods", {"platform": [OFFICIAL, OFFICIAL]}, ["price_platform_twice"]),
        ("one of them is off", {"platform": [OFFICIAL, {**OFFICIAL, "enabled": False}]}, []),
        ("one of them is for some goods", {"platform": [OFFICIAL, {**OFFICIAL, "categories": ["奶粉"]}]}, []),
        ("a step that is free", {"reductions": [_steps((50, 50))]}, ["price_step_free"]),
        ("steps that do not rise", {"reductions": [_steps((100, 20), (100, 30))]}, ["price_steps_rise"]),
        ("a higher step that gives less", {"reductions": [_steps((100, 20), (200, 20))]}, ["price_steps_rise"]),
        (
            "two reductions that go with nothing",
            {"reductions": [_steps((100, 20)), _steps((90, 10))], "classes": {"reduction": "never"}},
            ["price_reductions_never"],
        ),
        ("a newcomer coupon that is free", {"newcomer": {"off_fen": 99, "from_fen": 99}}, ["price_newcomer_free"]),
        ("a newcomer coupon on anything", {"newcomer": {"off_fen": 99}}, []),
        ("two coupons that never stack", {"most_coupons": 2, "classes": {"coupon": "never"}}, ["price_coupons_never"]),
    ],
)
def test_confusing_settings_have_a_fault(_case: str, settings: dict[str, Any], codes: list[str]) -> None:
    assert [fault.code for fault in price_faults(PriceSettings.read(settings))] == codes


def test_settings_survive_being_kept() -> None:
    settings = PriceSettings.read(
        {"platform": [OFFICIAL, CROSS], "points": {"rate_fen": 100}, "floor": {"kind": "cost"}}
    )
    assert PriceSettings.read(settings.canonical()) == settings


@pytest.mark.parametrize("wrong", [{"floors": {}}, {"most_coupons": 0}, {"platform": [{"kind": "gift"}]}])
def test_a_wrong_shape_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="document_"):
        PriceSettings.read(wrong)


def test_two_kinds_go_together_only_when_both_always_do() -> None:
    for one in STACKINGS:
        for other in STACKINGS:
            classes = Classes(coupon=one, points=other)
            assert classes.together("coupon", "points") == (one == other == "always")
            assert classes.together("points", "coupon") == (one == other == "always")
        assert Classes(coupon=one).together("coupon", "coupon") == (one != "never")
    assert tuple(Classes.model_fields) == ORDER
