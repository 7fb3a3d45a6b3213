"""The call list: listed when it may be, worked off by people, taken away as a file."""

from datetime import timedelta

import pytest

from core.documents.enums import CallEnd
from core.errors import Refusal
from core.services.actor import Actor
from core.services.call_list import (
    count_calls,
    export_calls,
    list_calls,
    summarise_calls,
    tick_call,
    untick_call,
)
from core.services.campaigns import cancel_campaign
from core.services.desk import Desk
from core.services.outbox import drain_outbox
from core.services.rule_versions import read_live
from core.services.worker import tick
from core.store.database import Database
from core.store.tables import Coupon, MemberIdentity, MemberTier, Offer
from tests.services.outbox_shop import NOW, add_campaign, add_member, open_shop, queue, states

OWNER = Actor.owner()
DAY = timedelta(days=1)


def _identify(desk: Desk, member_id: int, **labels: str | None) -> None:
    with desk.db.write() as session:
        for kind, label in labels.items():
            own = {
                "platform": "taobao",
                "kind": kind,
                "value_hash": f"{kind}{member_id}{label}".encode(),
                "label": label,
            }
            session.add(MemberIdentity(member_id=member_id, **own))


def test_a_call_names_the_id_by_which_the_platform_finds_the_person_and_the_tier(db: Database) -> None:
    desk = open_shop(db)
    queue(
        desk, [add_member(desk, 1), add_member(desk, 2)], channel="call_list", campaign_id=add_campaign(desk, "running")
    )
    _identify(desk, 1, platform_id="tb云朵88", phone=None)
    _identify(desk, 2, phone=None)
    with desk.db.write() as session:
        code = read_live(desk, now=NOW)[0].tiers[-1].code
        session.add(
            MemberTier(
                member_id=1,
                tier=code,
                since=NOW,
                window_spend_fen=0,
                window_orders=0,
                rule_version_id=1,
                evaluated_at=NOW,
            )
        )
    drain_outbox(desk, now=NOW)
    first, second = list_calls(desk, OWNER, now=NOW)
    assert (first.handle, first.tier) == ("tb云朵88", read_live(desk, now=NOW)[0].names("zh")[code])
    assert (second.handle, second.tier) == (None, None)


def test_a_call_is_listed_with_its_words_and_ticked_off_with_the_answer(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1, email_cipher=None)
    queue(desk, [1], channel="call_list", campaign_id=add_campaign(desk, "running"))
    assert drain_outbox(desk, now=NOW).sent == 1
    assert states(desk) == [("sent", None)]
    [call] = list_calls(desk, OWNER, now=NOW)
    assert (call.nickname, call.reason, call.text) == ("云1", "春季券", "云1，你好")
    tick_call(desk, OWNER, call.id, now=NOW, answer="周末下单")
    assert list_calls(desk, OWNER, now=NOW) == []
    [done] = list_calls(desk, OWNER, now=NOW, done=True)
    assert (done.answer, done.done_by, done.done_at) == ("周末下单", "owner", NOW)
    assert count_calls(desk) == (0, 1)
    with pytest.raises(Refusal, match="call_unknown"):
        tick_call(desk, OWNER, call.id, now=NOW)
    untick_call(desk, OWNER, call.id, now=NOW)
    assert count_calls(desk) == (1, 0)
    with pytest.raises(Refusal, match="call_unknown"):
        untick_call(desk, OWNER, call.id, now=NOW)


def test_the_list_respects_the_night_and_the_cap(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    night = NOW + timedelta(hours=12)
    queue(desk, [add_member(desk, 1)], channel="call_list", at=night)
    assert drain_outbox(desk, now=night).sent == 0
    assert count_calls(desk) == (0, 0)
    morning = NOW + timedelta(hours=23)
    queue(desk, [1], rule="campaign:2", channel="call_list", at=morning)
    tally = drain_outbox(desk, now=morning)
    assert (tally.sent, dict(tally.suppressed), count_calls(desk)) == (1, {"cap": 1}, (1, 0))
    desk.close()


def test_a_call_of_a_reminder_says_which_one(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)], rule="journey:birthday", occasion="birthday:2026", channel="call_list")
    drain_outbox(desk, now=NOW)
    assert list_calls(desk, OWNER, now=NOW)[0].reason == "生日祝福"
    desk.close()


def test_words_that_cannot_be_filled_in_leave_the_line_without_words(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)], channel="call_list", rule="journey:birthday", text="{券码}")
    drain_outbox(desk, now=NOW)
    assert list_calls(desk, OWNER, now=NOW)[0].text is None
    desk.close()


def test_the_file_runs_no_formula(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(
        desk,
        [add_member(desk, 1, nickname="=cmd|' /C calc'!A0")],
        rule="journey:dormant",
        occasion="dormant:None",
        channel="call_list",
    )
    _identify(desk, 1, platform_id="=1+1")
    drain_outbox(desk, now=NOW)
    heading, row = export_calls(desk, OWNER, now=NOW)
    assert heading == ("昵称", "平台账号（买家会员名）", "等级", "为什么联系", "可以直接复制的话")
    assert row[0].startswith("'=") and row[1].startswith("'=") and row[4].startswith("'=")
    desk.close()


def test_the_open_lines_of_a_cancelled_campaign_are_closed_and_a_ticked_one_keeps_its_answer(db: Database) -> None:
    desk = open_shop(db)
    number = add_campaign(desk, "running")
    queue(desk, [add_member(desk, 1), add_member(desk, 2)], channel="call_list", campaign_id=number)
    queue(desk, [add_member(desk, 3)], channel="call_list", rule="journey:birthday", occasion="birthday:2026")
    drain_outbox(desk, now=NOW)
    first = list_calls(desk, OWNER, now=NOW)[0]
    tick_call(desk, OWNER, first.id, now=NOW, answer="周末下单")
    assert cancel_campaign(desk, OWNER, number, now=NOW).closed_calls == 1
    assert [call.member_id for call in list_calls(desk, OWNER, now=NOW)] == [3]
    done = {
        call.member_id: (call.answer, call.end, call.done_by) for call in list_calls(desk, OWNER, now=NOW, done=True)
    }
    assert done == {1: ("周末下单", None, "owner"), 2: (None, CallEnd.CANCELLED, "owner")}
    assert summarise_calls(desk, now=NOW).done_today == 1
    assert cancel_campaign(desk, OWNER, number, now=NOW).closed_calls == 0


def test_a_line_whose_coupon_has_ended_is_closed_with_it(db: Database) -> None:
    desk = open_shop(db)
    number = add_campaign(desk, "running")
    add_member(desk, 1), add_member(desk, 2)
    with db.write() as session:
        offer = Offer(name="券", document="{}", document_hash="", created_at=NOW)
        session.add(offer)
        session.flush()
        fixed = {"offer_id": offer.id, "value_fen": 1, "status": "issued", "issued_at": NOW, "valid_from": NOW}
        for who in (1, 2):
            session.add(Coupon(id=who, member_id=who, rule="r", valid_until=NOW + who * DAY, **fixed))
    for who in (1, 2):
        queue(desk, [who], channel="call_list", occasion=f"{who}", campaign_id=number, coupon_id=who)
    drain_outbox(desk, now=NOW)
    tick(desk, NOW + DAY)
    assert [call.member_id for call in list_calls(desk, OWNER, now=NOW)] == [2]
    [closed] = list_calls(desk, OWNER, now=NOW, done=True)
    assert (closed.end, closed.done_by, closed.done_at) == (CallEnd.COUPON_OVER, "worker", NOW + DAY)
    assert summarise_calls(desk, now=NOW + DAY).done_today == 0
