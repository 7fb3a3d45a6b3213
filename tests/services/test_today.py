"""Today's headline and to-dos against a shop counted by hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.analytics.periods import Period
from core.clock import real_now
from core.documents.enums import CouponStatus, MessageStatus
from core.services.desk import Desk
from core.services.today import LEAVE_ALONE_DAYS, Today, about_minutes, read_pulse, read_today
from core.store.database import Database
from core.store.tables import CallTask, Coupon, Decision, Heartbeat, MessageTemplate, Offer, OutboxMessage
from tests.services.order_files import NOW, ZONE, bring_in, bring_members, new_desk, order


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def _paid(number: int, who: str, day: str, amount: int, **more: Any) -> dict[str, Any]:
    return order(number, member_id=who, paid_at=f"{day} 12:00:00", amount=str(amount), **more)


def _todos(today: Today) -> dict[str, int]:
    return {todo.kind: todo.count for todo in today.todos}


def test_an_empty_shop_has_nothing_to_say_and_nothing_to_do(desk: Desk) -> None:
    found = read_today(desk, now=NOW)
    assert (found.headline, found.data_until, found.last_import_at, found.todos, found.leave_alone) == (
        None,
        None,
        None,
        [],
        0,
    )
    pulse = read_pulse(desk, now=NOW)
    assert (pulse.beat_at, pulse.alive, pulse.sent_last_night, pulse.todos) == (None, False, 0, [])


def test_the_headline_splits_this_month_by_who_is_new_and_compares_it_with_last_year(
    desk: Desk, tmp_path: Path
) -> None:
    now = ZONE.at(date(2026, 5, 21), 9)
    bring_in(
        desk,
        tmp_path,
        [
            _paid(1, "A", "2025-04-30", 1),
            _paid(2, "A", "2025-05-01", 100),
            _paid(3, "B", "2025-05-20", 40),
            _paid(4, "B", "2025-05-21", 7),  # the same days end with the 20th
            _paid(5, "A", "2026-05-02", 300),
            _paid(6, "C", "2026-05-03", 50, refund="50", status="交易关闭"),
            _paid(7, "C", "2026-05-20", 25),
            _paid(8, "", "2026-05-20", 999),  # nobody's: no member's sale
            _paid(9, "A", "2026-05-21", 9_999),  # today is not over
        ],
        now=now,
    )
    headline = read_today(desk, now=now).headline
    assert headline is not None
    assert headline.period == Period(date(2026, 5, 1), date(2026, 5, 21))
    assert (headline.sales.new_fen, headline.sales.returning_fen, headline.sales.total_fen) == (75_00, 300_00, 375_00)
    assert headline.basis == "last_year"
    assert headline.before is not None
    assert (headline.before.new_fen, headline.before.returning_fen) == (40_00, 100_00)


@pytest.mark.parametrize(
    ("_case", "today", "first_day", "last_day", "period", "basis"),
    [
        (
            "on the first, the month before",
            date(2026, 5, 1),
            "2026-02-01",
            "2026-04-30",
            Period(date(2026, 4, 1), date(2026, 5, 1)),
            "last_month",
        ),
        (
            "old data, its own month",
            date(2026, 7, 9),
            "2026-02-01",
            "2026-04-29",
            Period(date(2026, 4, 1), date(2026, 4, 30)),
            "last_month",
        ),
        (
            "a shop of this month",
            date(2026, 4, 30),
            "2026-04-03",
            "2026-04-29",
            Period(date(2026, 4, 1), date(2026, 4, 30)),
            None,
        ),
    ],
)
def test_the_headline_takes(
    _case: str,
    today: date,
    first_day: str,
    last_day: str,
    period: Period,
    basis: str | None,
    sqlite_url: str,
    tmp_path: Path,
) -> None:
    desk, now = new_desk(Database(sqlite_url)), ZONE.at(today, 9)
    bring_in(desk, tmp_path, [_paid(1, "A", first_day, 5), _paid(2, "A", last_day, 10)], now=now)
    headline = read_today(desk, now=now).headline
    assert headline is not None
    assert (headline.period, headline.basis) == (period, basis)


def test_to_dos_are_counted_as_by_hand(desk: Desk, tmp_path: Path) -> None:
    bring_in(
        desk,
        tmp_path,
        [
            _paid(1, "A", "2025-03-10", 2_500),  # its tier ends within thirty days
            _paid(2, "A", "2026-02-20", 1),
            _paid(3, "B", "2026-02-27", 950),  # 50 yuan from the next tier, bought within three days
            _paid(4, "C", "2026-02-26", 10),
            _paid(5, "D", "2026-02-28", 10),
        ],
    )
    joined = {"joined_at": "2025-01-01 00:00:00"}
    birthdays = {"A": "1990-03-02", "B": "03-09", "C": "1990-03-10", "D": ""}
    bring_members(desk, tmp_path, [{"member_id": who, "birthday": day, **joined} for who, day in birthdays.items()])
    _add_coupons(desk)
    found = read_today(desk, now=NOW)
    todos = _todos(found)
    assert todos["expiring"] == 2
    assert next(todo.fen for todo in found.todos if todo.kind == "expiring") == 30_00
    assert todos["dropping"] == 1
    assert todos["birthdays"] == 2
    assert todos["near_upgrade"] == 1
    assert "stale" not in todos
    assert found.data_until == date(2026, 2, 28)
    assert found.last_import_at == NOW
    assert (LEAVE_ALONE_DAYS, found.leave_alone) == (3, 2)
    assert about_minutes(found.todos) == sum(todo.minutes for todo in found.todos) > 0


def _add_coupons(desk: Desk) -> None:
    """Two that end within three days, one that ended, one that ends later, one that was used."""
    with desk.db.write() as session:
        session.add(Offer(name="o", document="{}", document_hash="h", created_at=NOW))
        session.flush()
        ends = [
            (timedelta(hours=1), 10),
            (timedelta(days=3), 20),
            (timedelta(0), 40),
            (timedelta(days=3, seconds=1), 80),
        ]
        for number, (left, yuan) in enumerate([*ends, (timedelta(days=1), 160)]):
            session.add(
                Coupon(
                    offer_id=1,
                    member_id=1,
                    rule=f"offer:{number}",
                    code=f"C{number}",
                    value_fen=yuan * 100,
                    status=CouponStatus.REDEEMED if yuan == 160 else CouponStatus.ISSUED,
                    issued_at=NOW - timedelta(days=9),
                    valid_from=NOW - timedelta(days=9),
                    valid_until=NOW + left,
                )
            )


def test_old_data_is_the_first_thing_to_do(sqlite_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(sqlite_url))
    bring_in(desk, tmp_path, [_paid(1, "A", "2026-02-26", 10)])
    assert "stale" not in _todos(read_today(desk, now=ZONE.at(date(2026, 2, 28), 23)))
    late = read_today(desk, now=ZONE.at(date(2026, 3, 1), 0)).todos[0]
    assert (late.kind, late.count) == ("stale", 3)


def test_the_pulse_counts_calls_unknown_messages_and_last_nights_sends(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1)])
    evening = ZONE.start(ZONE.day(NOW)) - timedelta(hours=12)
    sent = [NOW, evening, evening - timedelta(seconds=1)]
    with desk.db.write() as session:
        session.add(MessageTemplate(hash="t", subject="s", text="b"))
        session.flush()
        for number in range(6):
            session.add(Decision(rule="r", occasion=str(number), member_id=1, arm="treated", decided_at=NOW))
        session.flush()
        for number in range(6):
            status = (
                MessageStatus.SENT if number < 3 else MessageStatus.UNKNOWN if number < 5 else MessageStatus.PENDING
            )
            session.add(
                OutboxMessage(
                    decision_id=number + 1,
                    member_id=1,
                    rule="r",
                    occasion=str(number),
                    channel="call_list",
                    purpose="notice",
                    template_hash="t",
                    status=status,
                    not_before=NOW,
                    deadline=NOW,
                    sent_at=sent[number] if number < 3 else None,
                    created_at=NOW,
                )
            )
        session.flush()
        session.add(CallTask(message_id=1, member_id=1, listed_at=NOW))
        session.add(CallTask(message_id=2, member_id=1, listed_at=NOW, done_at=NOW))
        session.add(Heartbeat(worker="w", started_at=real_now(), beat_at=real_now() - timedelta(seconds=5)))
    pulse = read_pulse(desk, now=NOW)
    assert pulse.sent_last_night == 2
    assert {todo.kind: todo.count for todo in pulse.todos} == {"calls": 1, "unknown": 2}
    assert pulse.alive
    with desk.db.write() as session:
        session.get_one(Heartbeat, "w").beat_at = real_now() - timedelta(minutes=3)
    assert not read_pulse(desk, now=NOW).alive
