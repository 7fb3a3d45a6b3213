"""Campaigns on both stores: what the estimate says happens, once, and cancelling stops what has not left."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.documents.enums import Arm, CampaignStatus, CouponStatus, MessageStatus
from core.errors import Refusal
from core.services.campaign_estimates import estimate_campaign, estimate_document
from core.services.campaigns import (
    cancel_campaign,
    draft_campaign,
    finish_campaigns,
    launch_campaign,
)
from core.store.audit import broken_link
from core.store.database import Database
from core.store.queries.invariants import COUNTS
from core.store.tables import AuditEntry, Campaign, Coupon, Decision, Offer, OutboxMessage
from tests.services.campaign_shop import NOW, OFFER, OWNER, all_rows, document, open_shop


def _violations(db: Database) -> dict[str, int]:
    with db.read() as session:
        assert broken_link(session) is None
        counts = {name: COUNTS[name](session) for name in ("I7", "I8", "I9", "I10", "I11", "I12", "I13", "I25")}
    return {name: count for name, count in counts.items() if count}


def test_what_the_estimate_says_is_what_the_launch_does(db: Database) -> None:
    desk = open_shop(db)
    shown = estimate_document(desk, OWNER, document(exempt_tiers=["vip"]), draft_key="k", now=NOW)
    number = draft_campaign(desk, OWNER, document(exempt_tiers=["vip"]), draft_key="k", now=NOW)
    estimate = estimate_campaign(desk, OWNER, number, now=NOW)
    launch = launch_campaign(desk, OWNER, number, now=NOW)
    assert (estimate.audience, estimate.reachable, estimate.suppressed) == (60, 54, {"opted_out": 6})
    assert (shown.treated, shown.held_out, shown.by_channel) == (launch.treated, launch.held_out, launch.by_channel)
    assert (launch.treated, launch.held_out, launch.exempt) == (estimate.treated, estimate.held_out, estimate.exempt)
    assert launch.held_out in (14, 15) and launch.exempt == 6  # 30 % of the 48 who are not vip, as the salt falls
    assert launch.treated == 54 - launch.held_out
    assert launch.by_channel == estimate.by_channel == {"call_list": launch.treated}
    assert estimate.worst_cost_fen == launch.treated * 20_00
    assert 0 < estimate.cost_fen < estimate.worst_cost_fen
    assert estimate.smallest_effect is not None and 0 < estimate.smallest_effect < 1
    with db.read() as session:
        decisions, messages, coupons = (all_rows(session, table) for table in (Decision, OutboxMessage, Coupon))
    treated = {row.member_id for row in decisions if row.arm is Arm.TREATED}
    assert {row.member_id for row in messages} == {row.member_id for row in coupons} == treated
    assert {row.member_id for row in decisions if row.tier == "vip" and row.arm} <= treated
    assert {row.measured for row in decisions if row.tier == "vip" and row.arm} == {False}
    assert {row.status for row in messages} == {MessageStatus.PENDING}
    assert {row.prior_net_fen for row in decisions if row.member_id == 1} == {100_01}
    assert not _violations(db)


def test_a_second_launch_gives_the_first_ones_answer(db: Database) -> None:
    desk = open_shop(db)
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW)
    first = launch_campaign(desk, OWNER, number, now=NOW)
    again = launch_campaign(desk, OWNER, number, now=NOW + timedelta(seconds=1))
    assert (first.again, again.again) == (False, True)
    assert again.__dict__ | {"again": False} == first.__dict__
    with db.read() as session:
        assert len(all_rows(session, OutboxMessage)) == first.treated


def test_two_tabs_that_launch_at_once_launch_once(db: Database) -> None:
    desk = open_shop(db)
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(launch_campaign(desk, OWNER, number, now=NOW))) for _ in range(4)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answer.again for answer in answers) == [False, True, True, True]
    assert not _violations(db)
    with db.read() as session:
        assert [row.action for row in all_rows(session, AuditEntry)].count("campaign.launched") == 1


def test_a_message_waits_for_the_morning_and_ends_with_the_coupon(db: Database) -> None:
    desk = open_shop(db)
    evening = NOW + timedelta(hours=13)  # 23:00 in the shop
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=evening)
    launch_campaign(desk, OWNER, number, now=evening)
    morning = NOW + timedelta(hours=23)
    with db.read() as session:
        message, coupon, campaign = (all_rows(session, table)[0] for table in (OutboxMessage, Coupon, Campaign))
    assert message.not_before == coupon.valid_from == campaign.measure_from == morning
    assert message.deadline == coupon.valid_until == morning + timedelta(days=7, hours=15)
    assert campaign.measure_until == morning + timedelta(days=14)


def test_only_the_document_that_was_confirmed_is_launched(db: Database) -> None:
    desk = open_shop(db)
    confirmed = document()
    number = draft_campaign(desk, OWNER, confirmed, draft_key="k", now=NOW)
    draft_campaign(desk, OWNER, document(name="别的名字"), draft_key="k", now=NOW)
    with pytest.raises(Refusal, match="campaign_changed"):
        launch_campaign(desk, OWNER, number, document_hash=confirmed.digest(), now=NOW)
    with db.read() as session:
        assert [row.status for row in all_rows(session, Campaign)] == [CampaignStatus.DRAFT]
        assert all_rows(session, OutboxMessage) == []
    draft_campaign(desk, OWNER, confirmed, draft_key="k", now=NOW)
    assert launch_campaign(desk, OWNER, number, document_hash=confirmed.digest(), now=NOW).treated


def test_the_same_key_drafts_once_and_edits_until_the_launch(db: Database) -> None:
    desk = open_shop(db)
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW)
    assert draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW) == number
    assert draft_campaign(desk, OWNER, document(name="别的名字"), draft_key="k", now=NOW) == number
    launch_campaign(desk, OWNER, number, now=NOW)
    assert draft_campaign(desk, OWNER, document(name="别的名字"), draft_key="k", now=NOW) == number
    with pytest.raises(Refusal, match="campaign_not_draft"):
        draft_campaign(desk, OWNER, document(name="太晚了"), draft_key="k", now=NOW)
    with db.read() as session:
        assert [row.name for row in all_rows(session, Campaign)] == ["别的名字"]


@pytest.mark.parametrize(
    ("_case", "changes", "code"),
    [
        ("a budget below the coupons", {"offer": OFFER | {"budget_fen": 100_00}}, "budget_exceeded"),
        ("a limit below the coupons", {"offer": OFFER | {"total_limit": 10}}, "limit_exceeded"),
        (
            "nobody in the group",
            {"segment": {"all": [{"field": "tag", "op": "has", "value": "无"}]}},
            "campaign_nobody",
        ),
        ("nobody reached", {"channels": ["email"]}, "campaign_nobody"),
        (
            "an offer that is over",
            {
                "offer": OFFER
                | {
                    "validity": {
                        "kind": "fixed",
                        "starts_at": "2026-01-01T00:00:00Z",
                        "ends_at": "2026-02-01T00:00:00Z",
                    }
                }
            },
            "offer_over",
        ),
    ],
)
def test_a_launch_that_is_refused_leaves_no_trace(db: Database, _case: str, changes: dict[str, Any], code: str) -> None:
    desk = open_shop(db)
    number = draft_campaign(desk, OWNER, document(**changes), draft_key="k", now=NOW)
    with pytest.raises(Refusal, match=code):
        launch_campaign(desk, OWNER, number, now=NOW)
    with db.read() as session:
        assert all_rows(session, Campaign)[0].status is CampaignStatus.DRAFT
        assert not any(all_rows(session, table) for table in (Decision, Coupon, OutboxMessage, Offer))


@pytest.mark.parametrize(
    ("_case", "changes", "code"),
    [
        ("a code without a coupon", {"offer": None}, "template_field_here"),
        ("nobody left out and no reason", {"hold_out_share": 0.0}, "hold_out_reason"),
        ("a threshold below the value", {"offer": OFFER | {"threshold_fen": 10_00}}, "offer_above_threshold"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(db: Database, _case: str, changes: dict[str, Any], code: str) -> None:
    desk = open_shop(db, 1)
    with pytest.raises(Refusal, match=code):
        draft_campaign(desk, OWNER, document(**changes), draft_key="k", now=NOW)
    assert (
        next(fault.code for fault in estimate_document(desk, OWNER, document(**changes), draft_key="k", now=NOW).faults)
        == code
    )


def test_cancelling_stops_what_waits_and_gives_its_coupons_back(db: Database) -> None:
    desk = open_shop(db)
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW)
    launch = launch_campaign(desk, OWNER, number, now=NOW)
    with db.write() as session:  # as the worker would: one has left
        sent = {"status": MessageStatus.SENT, "sent_at": NOW, "tried_at": NOW}
        session.execute(update(OutboxMessage).where(OutboxMessage.id == 1).values(**sent))
    cancelled = cancel_campaign(desk, OWNER, number, now=NOW)
    assert (cancelled.stopped_messages, cancelled.sent_messages) == (launch.treated - 1, 1)
    assert cancelled.void_coupons == launch.treated - 1
    with db.read() as session:
        offer, coupons, messages = (
            all_rows(session, Offer)[0],
            all_rows(session, Coupon),
            all_rows(session, OutboxMessage),
        )
    assert (offer.issued, offer.liability_fen) == (1, 20_00)
    assert [row.status for row in coupons].count(CouponStatus.ISSUED) == 1
    assert {row.reason for row in messages if row.status is MessageStatus.SUPPRESSED} == {"cancelled"}
    assert cancel_campaign(desk, OWNER, number, now=NOW).stopped_messages == 0
    with pytest.raises(Refusal, match="campaign_cancelled"):
        launch_campaign(desk, OWNER, number, now=NOW)
    assert not _violations(db)


def test_a_campaign_finishes_when_its_measuring_ends(db: Database) -> None:
    desk = open_shop(db)
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW)
    launch_campaign(desk, OWNER, number, now=NOW)
    assert finish_campaigns(desk, OWNER, now=NOW + timedelta(days=13)) == 0
    with pytest.raises(Refusal, match="campaign_over"):
        cancel_campaign(desk, OWNER, number, now=NOW + timedelta(days=14))
    assert finish_campaigns(desk, OWNER, now=NOW + timedelta(days=14)) == 1
    assert finish_campaigns(desk, OWNER, now=NOW + timedelta(days=15)) == 0


def test_a_campaign_for_next_week_asks_who_may_be_written_to_then(db: Database) -> None:
    desk = open_shop(db)
    for key, starts in (("a", None), ("b", NOW + timedelta(days=5))):
        number = draft_campaign(desk, OWNER, document(starts_at=starts and starts.isoformat()), draft_key=key, now=NOW)
        assert launch_campaign(desk, OWNER, number, now=NOW).suppressed == {"opted_out": 6}
    number = draft_campaign(desk, OWNER, document(), draft_key="c", now=NOW)
    assert set(estimate_campaign(desk, OWNER, number, now=NOW + timedelta(days=3)).suppressed) == {"opted_out"}


def test_a_person_with_a_message_waiting_is_not_written_to_again(db: Database) -> None:
    desk = open_shop(db)
    first = draft_campaign(desk, OWNER, document(), draft_key="a", now=NOW)
    treated = launch_campaign(desk, OWNER, first, now=NOW).treated
    second = draft_campaign(desk, OWNER, document(), draft_key="b", now=NOW)
    assert estimate_campaign(desk, OWNER, second, now=NOW).suppressed == {"cap": treated, "opted_out": 6}
