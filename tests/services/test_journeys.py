"""Reminders: each once, on its day, also after a sleep; who is left out and why."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from core.documents.enums import CouponStatus
from core.documents.journey import BIRTHDAY, COUPON_EXPIRING, DORMANT, NEAR_UPGRADE, TIER_DROP, JourneyDocument
from core.documents.message import Message
from core.documents.offer import Offer, Relative
from core.errors import Refusal
from core.services import due
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.journeys import evaluate_journeys, list_due_today, list_journeys, read_journey, set_journey
from core.services.outbox import drain_outbox
from core.store.database import Database
from core.store.tables import Coupon, Decision, ImportBatch, MemberProfile, Order
from core.store.tables import Offer as OfferRow
from tests.services.outbox_shop import NOW, add_member, open_shop, outbox_rows, states

OWNER, WORKER = Actor.owner(), Actor.worker()
DAY = timedelta(days=1)
# NOW is 10 March 2026, ten o'clock.
TODAY = date(2026, 3, 10)


def _switch_on(desk: Desk, code: str, now: datetime = NOW, **changes: object) -> JourneyDocument:
    values = {"enabled": True, "channels": ("practice",)} | changes
    document = read_journey(desk, code).document.model_copy(update=values)
    set_journey(desk, OWNER, document, now=now)
    return document


def _born(desk: Desk, number: int, month: int, day: int, **changes: object) -> int:
    return add_member(desk, number, birth_month=month, birth_day=day, **changes)


def _bought(desk: Desk, number: int, days_ago: int) -> int:
    """A last paid order so many days before ``TODAY``; its id."""
    paid, day = NOW - days_ago * DAY, (TODAY - date(1970, 1, 1)).days - days_ago
    with desk.db.write() as session:
        batch = ImportBatch(
            kind="orders", file_name="f", file_hash="h", preset="p", platform="taobao", actor="o", recorded_at=NOW
        )
        session.add(batch)
        session.flush()
        order = Order(
            platform="taobao", order_no=f"{number}-{days_ago}", member_id=number, status="paid", paid_at=paid,
            paid_fen=100_00, shop_day=day, batch_id=batch.id, recorded_at=NOW,
        )  # fmt: skip
        session.add(order)
        session.flush()
        assert order.id is not None
        session.merge(
            MemberProfile(
                member_id=number,
                orders=1,
                buying_days=1,
                quantity=1,
                paid_fen=100_00,
                refund_fen=0,
                net_fen=100_00,
                first_paid_at=paid,
                last_paid_at=paid,
                first_day=day,
                last_day=day,
                last_order_id=order.id,
            )
        )
        return order.id


def _decisions(desk: Desk) -> Counter[tuple[str, str]]:
    with desk.db.read() as session:
        return Counter((d.occasion, d.arm.value if d.arm else str(d.reason)) for d in session.exec(select(Decision)))


def test_ready_reminders_are_off_and_speak_the_shops_language(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url), lang="en")
    views = list_journeys(desk)
    assert [(v.document.code, v.enabled) for v in views] == [
        (code, False) for code in (BIRTHDAY, COUPON_EXPIRING, DORMANT, TIER_DROP, NEAR_UPGRADE)
    ]
    assert views[0].document.message.subject == "Happy birthday, {name}"
    for view in views:
        set_journey(desk, OWNER, view.document.model_copy(update={"enabled": True}), now=NOW)
    desk.close()


def test_a_birthday_brings_a_coupon_and_one_message(db: Database) -> None:
    desk = open_shop(db)
    _born(desk, 1, 3, 13)
    _born(desk, 2, 3, 14)
    _born(desk, 3, 3, 13, joined_at=None)
    _switch_on(desk, BIRTHDAY)
    assert evaluate_journeys(desk, WORKER, now=NOW).due == {BIRTHDAY: 1}
    assert evaluate_journeys(desk, WORKER, now=NOW).due == {}
    [row] = outbox_rows(desk)
    assert (row.member_id, row.occasion, row.coupon_id is not None) == (1, "birthday:2026", True)
    assert row.deadline == datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert drain_outbox(desk, now=NOW).sent == 1
    assert evaluate_journeys(desk, WORKER, now=NOW + DAY).due == {BIRTHDAY: 1}
    assert evaluate_journeys(desk, WORKER, now=NOW + DAY).due == {}


def test_a_birthday_comes_back_every_year_with_a_new_coupon(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    _born(desk, 1, 3, 13)
    _switch_on(desk, BIRTHDAY)
    evaluate_journeys(desk, WORKER, now=NOW)
    _switch_on(desk, BIRTHDAY, enabled=False)
    _switch_on(desk, BIRTHDAY, now=NOW + 365 * DAY)
    evaluate_journeys(desk, WORKER, now=NOW + 365 * DAY)
    assert [row.occasion for row in outbox_rows(desk)] == ["birthday:2026", "birthday:2027"]
    assert len({row.coupon_id for row in outbox_rows(desk)}) == 2
    desk.close()


@pytest.mark.parametrize(("year", "day"), [(2027, 28), (2028, 29)])
def test_born_on_29_february(sqlite_url: str, year: int, day: int) -> None:
    desk = open_shop(Database(sqlite_url))
    _born(desk, 1, 2, 29)
    before = datetime(year, 2, day - 3, 1, 59, tzinfo=UTC)
    _switch_on(desk, BIRTHDAY, now=before)
    assert evaluate_journeys(desk, WORKER, now=before).due == {}
    assert evaluate_journeys(desk, WORKER, now=before + timedelta(minutes=1)).due == {BIRTHDAY: 1}
    assert evaluate_journeys(desk, WORKER, now=before + 10 * DAY).due == {}
    desk.close()


def test_a_machine_that_slept_catches_up_and_says_what_came_too_late(db: Database) -> None:
    desk = open_shop(db)
    for number, day in ((1, 11), (2, 12), (3, 15), (4, 20)):
        _born(desk, number, 3, day)
    _switch_on(desk, BIRTHDAY, now=NOW - 5 * DAY)
    evaluate_journeys(desk, WORKER, now=NOW - 5 * DAY)
    found = evaluate_journeys(desk, WORKER, now=NOW + 2 * DAY)
    assert (found.due, found.suppressed) == ({BIRTHDAY: 2}, {"too_late": 1})
    assert [row.member_id for row in outbox_rows(desk)] == [2, 3]
    assert _decisions(desk)["birthday:2026", "too_late"] == 1


def test_a_clock_set_back_repeats_nothing(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    _born(desk, 1, 3, 13)
    _switch_on(desk, BIRTHDAY)
    evaluate_journeys(desk, WORKER, now=NOW)
    for hours in (-2, 0, 2, -30, 1):
        assert evaluate_journeys(desk, WORKER, now=NOW + timedelta(hours=hours)).due == {}
    assert len(outbox_rows(desk)) == 1
    desk.close()


def test_switching_on_after_the_hour_still_serves_today_and_nothing_before(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    _born(desk, 1, 3, 13)
    _born(desk, 2, 3, 12)
    _switch_on(desk, BIRTHDAY, now=NOW + timedelta(hours=3))
    evaluate_journeys(desk, WORKER, now=NOW + timedelta(hours=3))
    assert [row.member_id for row in outbox_rows(desk)] == [1]
    desk.close()


def test_looking_further_ahead_reaches_those_in_between(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    for number, day in ((1, 13), (2, 14), (3, 15)):
        _born(desk, number, 3, day)
    _switch_on(desk, BIRTHDAY)
    evaluate_journeys(desk, WORKER, now=NOW)
    _switch_on(desk, BIRTHDAY, days=5)
    evaluate_journeys(desk, WORKER, now=NOW)
    assert [row.member_id for row in outbox_rows(desk)] == [1, 2, 3]
    desk.close()


def _issue(desk: Desk, member: int, issued: datetime, until: datetime, status: str = "issued") -> int:
    offer = Offer(name="券", kind="threshold", value=20_00, threshold_fen=99_00, validity=Relative(days=10))
    with desk.db.write() as session:
        row = OfferRow(name="券", document=offer.canonical(), document_hash=offer.digest(), created_at=NOW)
        session.add(row)
        session.flush()
        coupon = Coupon(
            offer_id=row.id, member_id=member, rule="campaign:9", code=f"C{member}", value_fen=20_00,
            status=CouponStatus(status), issued_at=issued, valid_from=issued, valid_until=until,
        )  # fmt: skip
        session.add(coupon)
        session.flush()
        assert coupon.id is not None
        return coupon.id


def test_a_coupon_that_runs_out_is_told_once_to_its_owner(db: Database, own_data_dir) -> None:  # type: ignore[no-untyped-def]
    desk = open_shop(db)
    ends = datetime(2026, 3, 13, 16, tzinfo=UTC)  # midnight after the 13th: three days ahead of the 10th
    for number in range(1, 6):
        add_member(desk, number)
    told = _issue(desk, 1, NOW - 5 * DAY, ends)
    _issue(desk, 2, NOW - 5 * DAY, ends, "redeemed")
    _issue(desk, 3, NOW - 5 * DAY, ends + DAY)
    _issue(desk, 4, NOW, ends)  # fresh in hand: nothing to remind of
    _switch_on(desk, COUPON_EXPIRING)
    assert evaluate_journeys(desk, WORKER, now=NOW).due == {COUPON_EXPIRING: 1}
    [row] = outbox_rows(desk)
    assert (row.coupon_id, row.occasion, row.purpose, row.deadline) == (told, f"coupon:{told}:T-3", "notice", ends)
    drain_outbox(desk, now=NOW)
    text = next((own_data_dir / "outbox" / "shop").glob("*.txt")).read_text("utf-8")
    assert "满 99 减 20 元券" in text and "3 月 13 日" in text


def test_a_coupon_used_before_its_notice_left_is_not_mentioned(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    coupon = _issue(desk, add_member(desk, 1), NOW - 5 * DAY, datetime(2026, 3, 13, 16, tzinfo=UTC))
    _switch_on(desk, COUPON_EXPIRING)
    evaluate_journeys(desk, WORKER, now=NOW)
    with desk.db.write() as session:
        row = session.get(Coupon, coupon)
        assert row is not None
        row.status = CouponStatus.REDEEMED
        session.add(row)
    assert dict(drain_outbox(desk, now=NOW).suppressed) == {"coupon_over": 1}
    desk.close()


def test_the_dormant_are_asked_back_once_for_each_silence(db: Database) -> None:
    desk = open_shop(db)
    for number, days in ((1, 120), (2, 119), (3, 149), (4, 151)):
        _bought(desk, add_member(desk, number), days)
    _switch_on(desk, DORMANT, hold_out_share=0.0)
    assert evaluate_journeys(desk, WORKER, now=NOW).due == {DORMANT: 2}
    assert sorted(row.member_id for row in outbox_rows(desk)) == [1, 3]
    evaluate_journeys(desk, WORKER, now=NOW + DAY)
    assert sorted(row.member_id for row in outbox_rows(desk)) == [1, 2, 3]


def test_who_came_back_before_the_message_left_is_not_asked(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    _bought(desk, add_member(desk, 1), 120)
    _switch_on(desk, DORMANT, hold_out_share=0.0)
    evaluate_journeys(desk, WORKER, now=NOW)
    _bought(desk, 1, 0)
    assert dict(drain_outbox(desk, now=NOW).suppressed) == {"came_back": 1}
    desk.close()


def test_some_of_the_dormant_are_left_out_and_never_written_to(db: Database) -> None:
    desk = open_shop(db)
    for number in range(1, 81):
        _bought(desk, add_member(desk, number), 120)
    document = _switch_on(desk, DORMANT)
    preview = list_due_today(desk, document, now=NOW)
    evaluate_journeys(desk, WORKER, now=NOW)
    with db.read() as session:
        arms = {d.member_id: d.arm for d in session.exec(select(Decision))}
    held_out = {member for member, arm in arms.items() if arm == "held_out"}
    assert 3 <= len(held_out) <= 25
    assert held_out == {line.member_id for line in preview.lines if line.reason == "held_out"}
    assert {row.member_id for row in outbox_rows(desk)} == set(arms) - held_out
    assert all(row.coupon_id for row in outbox_rows(desk))


def test_the_preview_says_who_gets_it_today_and_changes_nothing(db: Database) -> None:
    desk = open_shop(db)
    _born(desk, 1, 3, 13)
    _born(desk, 2, 3, 13, opted_out=True)
    _born(desk, 3, 3, 13, email_cipher=None)
    _born(desk, 4, 3, 14)
    document = read_journey(desk, BIRTHDAY).document.model_copy(update={"channels": ("email",)})
    early = NOW - timedelta(hours=3)
    preview = list_due_today(desk, document, now=early)
    assert (preview.getting, preview.reasons) == (1, {"opted_out": 1, "no_contact": 1})
    assert preview.lines[0].not_before == NOW
    assert states(desk) == [] and _decisions(desk) == Counter()
    set_journey(desk, OWNER, document.model_copy(update={"enabled": True}), now=early)
    assert evaluate_journeys(desk, WORKER, now=NOW).due == {BIRTHDAY: 1}
    after = list_due_today(desk, read_journey(desk, BIRTHDAY).document, now=NOW)
    assert (after.getting, after.reasons) == (0, {"already": 3})


def test_the_preview_of_a_first_day_looks_back_and_says_how_far(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    for number, days in ((1, 120), (2, 140), (3, 160)):
        _bought(desk, add_member(desk, number), days)
    document = read_journey(desk, DORMANT).document.model_copy(
        update={"hold_out_share": 0.0, "channels": ("practice",)}
    )
    preview = list_due_today(desk, document, now=NOW)
    assert sorted(line.member_id for line in preview.lines) == [1, 2]
    assert preview.first_days == 30
    desk.close()


def test_no_more_a_day_than_staff_can_answer(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "DAILY_LIMIT", 2)
    desk = open_shop(Database(sqlite_url))
    for number in range(1, 11):
        _born(desk, number, 3, 13)
    _switch_on(desk, BIRTHDAY)
    found = evaluate_journeys(desk, WORKER, now=NOW)
    assert (found.due, found.suppressed) == ({BIRTHDAY: 8}, {"daily_limit": 2})
    days = Counter((row.not_before + timedelta(hours=8)).day for row in outbox_rows(desk))
    assert days == {10: 2, 11: 2, 12: 2, 13: 2}
    desk.close()


def test_the_budget_of_the_offer_is_the_end_of_the_gifts(db: Database) -> None:
    desk = open_shop(db)
    for number in range(1, 8):
        _born(desk, number, 3, 13)
    offer = Offer(name="生日券", kind="amount", value=10_00, budget_fen=35_00, validity=Relative(days=14))
    _switch_on(desk, BIRTHDAY, offer=offer)
    found = evaluate_journeys(desk, WORKER, now=NOW)
    assert (found.due, found.suppressed) == ({BIRTHDAY: 3}, {"budget": 4})
    with db.read() as session:
        assert [row.liability_fen for row in session.exec(select(OfferRow))] == [30_00]


@pytest.mark.parametrize(
    ("_case", "code", "changes", "refusal"),
    [
        ("night", BIRTHDAY, {"hour": 23}, "journey_hour"),
        ("a placeholder without a value", BIRTHDAY, {"offer": None}, "template_field_here"),
        ("a promise held out", BIRTHDAY, {"hold_out_share": 0.1}, "journey_hold_out"),
        ("no channel", DORMANT, {"channels": ()}, "channels_none"),
    ],
)
def test_what_cannot_be_right_is_refused(
    sqlite_url: str, _case: str, code: str, changes: dict[str, object], refusal: str
) -> None:
    desk = open_shop(Database(sqlite_url))
    with pytest.raises(Refusal, match=refusal):
        _switch_on(desk, code, **changes)
    with pytest.raises(Refusal, match="journey_unknown"):
        read_journey(desk, "nonsense")
    desk.close()


def test_switched_off_between_queue_and_send(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    _born(desk, 1, 3, 13)
    document = _switch_on(desk, BIRTHDAY, offer=None, message=Message(text="{昵称}，生日快乐"))
    evaluate_journeys(desk, WORKER, now=NOW)
    set_journey(desk, OWNER, document.model_copy(update={"enabled": False}), now=NOW)
    assert dict(drain_outbox(desk, now=NOW).suppressed) == {"switched_off": 1}
    desk.close()
