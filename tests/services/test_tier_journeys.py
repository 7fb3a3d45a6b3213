"""Reminders about tiers: a notice before one is lost, and a word to whoever is near the next."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.documents.enums import Purpose
from core.documents.journey import NEAR_UPGRADE, TIER_DROP, JourneyDocument
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.due import purpose_of
from core.services.journeys import evaluate_journeys, list_due_today, list_journeys, read_journey, set_journey
from core.services.message_preview import preview_message
from core.services.outbox import drain_outbox
from core.services.programme import review_programme
from core.store.database import Database
from core.store.tables import Decision, ImportBatch, MemberProfile, MemberTier, Order, OutboxMessage
from tests.services.outbox_shop import NOW, add_member, open_shop

OWNER, WORKER = Actor.owner(), Actor.worker()
DAY = timedelta(days=1)


def _switch_on(desk: Desk, code: str, **changes: object) -> JourneyDocument:
    values = {"enabled": True, "channels": ("practice",), "hold_out_share": 0.0} | changes
    document = read_journey(desk, code).document.model_copy(update=values)
    set_journey(desk, OWNER, document, now=NOW)
    return document


def _bought(desk: Desk, number: int, days_ago: int, fen: int) -> int:
    """A paid order, its profile, and everybody's tier again; the order's id."""
    paid, day = NOW - days_ago * DAY, desk.zone.day(NOW - days_ago * DAY).toordinal() - 719_163
    with desk.db.write() as session:
        batch = ImportBatch(
            kind="orders", file_name="f", file_hash="h", preset="p", platform="taobao", actor="o", recorded_at=NOW
        )
        session.add(batch)
        session.flush()
        order = Order(
            platform="taobao", order_no=f"{number}-{days_ago}", member_id=number, status="paid", paid_at=paid,
            paid_fen=fen, shop_day=day, batch_id=batch.id, recorded_at=NOW,
        )  # fmt: skip
        session.add(order)
        session.flush()
        assert order.id is not None
        session.merge(
            MemberProfile(
                member_id=number, orders=1, buying_days=1, quantity=1, paid_fen=fen, refund_fen=0, net_fen=fen,
                first_paid_at=paid, last_paid_at=paid, first_day=day, last_day=day, last_order_id=order.id,
            )
        )  # fmt: skip
        found = order.id
    review_programme(desk, now=NOW)
    return found


def _occasions(desk: Desk) -> list[str]:
    with desk.db.read() as session:
        return sorted(session.exec(select(Decision.occasion)))


def _letter(desk: Desk) -> str:
    """The text of the only reminder as its receiver reads it."""
    with desk.db.read() as session:
        message = session.exec(select(OutboxMessage)).one()
        code = message.rule.partition(":")[2]
    document = read_journey(desk, code).document
    found = preview_message(
        desk, document.message, None, message.member_id, channel="practice", purpose=purpose_of(code), at=NOW
    )
    return found.text


def test_who_would_lose_a_tier_is_told_once_what_is_missing_and_until_when(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    add_member(desk, 2)
    # 高级 by 1,200 yuan, 355 days ago: it leaves the window in ten days. The other's has long to go.
    _bought(desk, 1, 355, 1_200_00)
    _bought(desk, 2, 100, 1_200_00)
    _switch_on(desk, TIER_DROP)
    assert dict(evaluate_journeys(desk, WORKER, now=NOW).due) == {TIER_DROP: 1}
    assert not evaluate_journeys(desk, WORKER, now=NOW + DAY).due
    with desk.db.read() as session:
        drops = session.get(MemberTier, 1)
        assert drops is not None and drops.drops_at is not None
        day = drops.drops_at
    assert _occasions(desk) == [f"tier_drop:{day:%Y-%m-%d}"]
    last = desk.zone.day(day) - DAY
    text = _letter(desk)
    assert "高级会员" in text and "普通会员" in text
    assert f"{last.month} 月 {last.day} 日" in text
    assert "再买 1,000 元或再下 5 单" in text
    assert drain_outbox(desk, now=NOW).sent == 1


def test_who_keeps_the_tier_before_the_notice_left_is_not_told(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    _bought(desk, 1, 355, 1_200_00)
    _switch_on(desk, TIER_DROP)
    evaluate_journeys(desk, WORKER, now=NOW)
    _bought(desk, 1, 0, 1_500_00)
    assert dict(drain_outbox(desk, now=NOW).suppressed) == {"tier_kept": 1}


def test_the_notice_of_a_drop_is_owed_not_marketing(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    assert purpose_of(TIER_DROP) is Purpose.NOTICE
    assert purpose_of(NEAR_UPGRADE) is Purpose.MARKETING
    with pytest.raises(Refusal, match="journey_hold_out"):
        _switch_on(desk, TIER_DROP, hold_out_share=0.1)


def test_who_is_near_the_next_tier_is_told_some_days_after_the_last_order(db: Database) -> None:
    desk = open_shop(db)
    for number, days_ago, fen in ((1, 7, 950_00), (2, 7, 850_00), (3, 6, 950_00), (4, 7, 1_000_00)):
        add_member(desk, number)
        _bought(desk, number, days_ago, fen)
    document = _switch_on(desk, NEAR_UPGRADE)
    # The first day looks a week back, so that the order of seven days ago is its only one: 2 misses 150 yuan, 4 is there.
    assert [line.member_id for line in list_due_today(desk, document, now=NOW).lines] == [1]
    assert dict(evaluate_journeys(desk, WORKER, now=NOW).due) == {NEAR_UPGRADE: 1}
    assert "再买 50 元" in _letter(desk) and "高级会员" in _letter(desk)
    assert dict(evaluate_journeys(desk, WORKER, now=NOW + DAY).due) == {NEAR_UPGRADE: 1}


def test_who_bought_again_is_not_told_how_near_they_were(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    _bought(desk, 1, 7, 950_00)
    _switch_on(desk, NEAR_UPGRADE)
    evaluate_journeys(desk, WORKER, now=NOW)
    _bought(desk, 1, 0, 20_00)
    assert dict(drain_outbox(desk, now=NOW).suppressed) == {"came_back": 1}


def test_both_are_ready_and_off_in_a_new_shop(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    views = {view.document.code: view for view in list_journeys(desk)}
    assert not views[TIER_DROP].enabled and not views[NEAR_UPGRADE].enabled
    assert "{差额}" in views[TIER_DROP].document.message.text


def test_the_rules_say_how_long_before_and_the_reminder_keeps_it(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    _bought(desk, 1, 335, 1_200_00)
    document = _switch_on(desk, TIER_DROP)
    # It leaves the window in thirty days: within the notice of the rules, whatever the reminder itself says.
    assert len(list_due_today(desk, document.model_copy(update={"days": 1}), now=NOW).lines) == 1
    assert not list_due_today(desk, document.model_copy(update={"days": 180}), now=NOW - DAY).lines
