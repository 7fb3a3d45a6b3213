"""Offers, campaigns and reminders: what cannot be issued, launched or switched on."""

from typing import Any

import pytest

from core.documents.campaign import campaign_faults, read_campaign
from core.documents.journey import JourneyDocument, default_journeys, journey_faults
from core.documents.message import Message
from core.documents.offer import Offer, offer_faults
from core.errors import Refusal

TIERS = ("regular", "silver", "vip", "supreme")


def offer(**changes: Any) -> dict[str, Any]:
    found = {"name": "老客券", "kind": "threshold", "value": 3_000, "threshold_fen": 19_900}
    return found | {"validity": {"kind": "relative", "days": 14}} | changes


def campaign(**changes: Any) -> dict[str, Any]:
    found = {"name": "回来看看", "goal": "win_back", "segment": {"all": []}, "message": {"text": "好久不见"}}
    return found | {"offer": offer(), "channels": ["email", "call_list"]} | changes


def journey(**changes: Any) -> dict[str, Any]:
    found = {"code": "dormant", "days": 120, "message": {"text": "好久不见"}, "offer": offer(), "hold_out_share": 0.15}
    return found | changes


def fixed(starts: str, ends: str) -> dict[str, Any]:
    return {"validity": {"kind": "fixed", "starts_at": starts, "ends_at": ends}}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("offer_value", {"value": 0}),
        ("offer_value", {"tier_values": {"vip": 0}}),
        ("offer_above_threshold", {"value": 19_900}),
        ("offer_above_threshold", {"tier_values": {"supreme": 30_000}}),
        ("offer_threshold", {"threshold_fen": 0}),
        ("offer_percent", {"kind": "percent", "value": 10_000, "max_discount_fen": 5_000}),
        ("offer_percent_cap", {"kind": "percent", "value": 1_000}),
        ("offer_cap_without_percent", {"max_discount_fen": 100}),
        ("offer_no_value", {"kind": "gift", "cost_fen": 500}),
        ("offer_cost", {"kind": "free_shipping", "value": 0}),
        ("offer_platform", {"kind": "platform"}),
        ("offer_platform_link", {"kind": "platform", "platform_link": "javascript:alert(1)"}),
        ("offer_tier", {"tier_values": {"gold": 4_000}}),
        ("offer_tier_inverted", {"tier_values": {"vip": 2_000}}),
        ("offer_ends_before_start", fixed("2026-07-02T00:00:00+08:00", "2026-07-01T00:00:00+08:00")),
        ("instant_naive", fixed("2026-07-01T00:00:00", "2026-07-02T00:00:00+08:00")),
        ("offer_validity", {"validity": {"kind": "relative"}}),
        ("offer_validity", {"validity": {"kind": "relative", "days": 1, "hours": 72}}),
        ("offer_limit_below_member", {"per_member_limit": 3, "total_limit": 2}),
        ("offer_budget_below_one", {"budget_fen": 2_999}),
        ("offer_budget_below_one", {"kind": "percent", "value": 500, "max_discount_fen": 900, "budget_fen": 899}),
    ],
)
def test_a_confusing_offer_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert code in [fault.code for fault in offer_faults(Offer.read(offer(**changes)), TIERS)]


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("spend and save, more for higher tiers", {"tier_values": {"vip": 4_000, "supreme": 5_000}}),
        ("amount without a threshold", {"kind": "amount", "threshold_fen": 0}),
        ("percentage with a cap", {"kind": "percent", "value": 1_000, "max_discount_fen": 5_000, "budget_fen": 5_000}),
        ("gift with its cost", {"kind": "gift", "value": 0, "cost_fen": 500}),
        ("platform coupon by link", {"kind": "platform", "platform_link": "https://example.com/c"}),
        ("fixed days", fixed("2026-07-01T00:00:00+08:00", "2026-07-02T00:00:00+08:00")),
    ],
)
def test_a_plain_offer_is_accepted(_case: str, changes: dict[str, Any]) -> None:
    found = Offer.read(offer(**changes))
    assert offer_faults(found, TIERS) == []
    assert Offer.read(found.canonical()) == found


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("campaign_goal", {"goal": "fame"}),
        ("channels_none", {"channels": []}),
        ("channel_unknown", {"channels": ["pigeon"]}),
        ("channel_twice", {"channels": ["email", "email"]}),
        ("hold_out_reason", {"hold_out_share": 0}),
        ("hold_out_small", {"hold_out_share": 0.001}),
        ("campaign_tier", {"exempt_tiers": ["gold"]}),
        ("instant_naive", {"starts_at": "2026-07-01T10:00:00"}),
        ("offer_value", {"offer": offer(value=0)}),
    ],
)
def test_a_campaign_that_would_teach_nothing_or_reach_nobody_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert code in [fault.code for fault in campaign_faults(read_campaign(campaign(**changes)), TIERS)]


def test_a_campaign_keeps_15_percent_and_measures_14_days_unless_told() -> None:
    document = read_campaign(campaign())
    assert (document.hold_out_share, document.measure_days, document.starts_at) == (0.15, 14, None)
    assert campaign_faults(document, TIERS) == []
    assert read_campaign(document.canonical()) == document


def test_everyone_may_be_sent_to_with_a_reason() -> None:
    assert campaign_faults(read_campaign(campaign(hold_out_share=0, hold_out_reason="清仓，只有 30 人"))) == []


def test_a_campaign_with_a_wrong_segment_cannot_be_read() -> None:
    with pytest.raises(Refusal, match="segment_field"):
        read_campaign(campaign(segment={"all": [{"field": "x", "op": "is", "value": 1}]}))


def test_a_subject_cannot_smuggle_a_mail_header() -> None:
    with pytest.raises(Refusal, match="message_subject_line"):
        Message(subject="hello\r\nBcc: all@example.com", text="hi")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("journey_hour", {"hour": 8}),
        ("journey_hour", {"hour": 21}),
        ("journey_hold_out", {"code": "birthday"}),
        ("journey_dormant_days", {"days": 3}),
        ("journey_offer", {"code": "coupon_expiring", "hold_out_share": 0}),
        ("journey_fixed_offer", {"offer": offer(**fixed("2026-07-01T00:00:00+08:00", "2026-07-02T00:00:00+08:00"))}),
        ("channels_none", {"channels": []}),
        ("offer_value", {"offer": offer(value=0)}),
    ],
)
def test_a_confusing_reminder_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert code in [fault.code for fault in journey_faults(JourneyDocument.read(journey(**changes)), TIERS)]


@pytest.mark.parametrize("document", default_journeys(), ids=lambda document: document.code)
def test_the_ready_reminders_make_sense_and_are_off(document: JourneyDocument) -> None:
    assert journey_faults(document, TIERS) == []
    assert not document.enabled
    assert JourneyDocument.read(document.canonical()) == document
