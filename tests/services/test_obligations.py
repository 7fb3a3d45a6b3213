"""Promises are made exactly once, when they come round, and end when what they hang on is gone."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select, update

from core.clock import day_number
from core.documents.enums import OrderStatus
from core.services.desk import Desk
from core.services.obligations import create_due, create_when_owed
from core.services.promises import claim_promises, finish_promises
from core.services.service_people import name_service_person
from core.store.database import Database
from core.store.tables import Member, MemberTier, Obligation, Order
from tests.services.promise_shop import NOW, OWNER, add_order, benefit, open_shop

DAY = timedelta(days=1)
TODAY = day_number(date(2027, 3, 2))


def promises(desk: Desk) -> list[Obligation]:
    with desk.db.read() as session:
        return list(session.exec(select(Obligation).order_by(Obligation.member_id, Obligation.occasion)))  # type: ignore[arg-type]


def _update(desk: Desk, table: type, where: object, **values: object) -> None:
    with desk.db.write() as session:
        session.execute(update(table).where(where).values(**values))  # type: ignore[arg-type]


def test_a_birthday_gift_is_due_on_the_birthday_and_begins_its_days_before(db: Database) -> None:
    desk = open_shop(db, benefit("gift", "birthday_gift", "birthday", cost_fen=30_00, due_days=4))
    create_due(desk, OWNER, now=NOW)
    found = promises(desk)
    assert [(row.member_id, row.due_day - TODAY, row.begins_day - TODAY) for row in found] == [
        (2, 0, -4),
        (4, 2, -2),
        (6, 4, 0),
    ]
    assert {row.occasion for row in found} == {"birthday:2027"} and {row.cost_fen for row in found} == {30_00}


def test_twice_makes_nothing_new(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year"), benefit("gift", "birthday_gift", "birthday"))
    first = create_due(desk, OWNER, now=NOW)
    second = create_due(desk, OWNER, now=NOW)
    assert first.created == len(promises(desk)) > 6 and second.created == 0 and not second.ended


def test_two_passes_at_once_make_each_promise_once(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year", tiers=("regular", "vip")), people=60)
    made: list[int] = []
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        made.append(create_due(desk, OWNER, now=NOW).created)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 60 == len(promises(desk))


@pytest.mark.parametrize(
    ("_case", "period", "occasion"),
    [
        ("a year", "year", "year:2027"),
        ("a quarter", "quarter", "quarter:2027Q1"),
        ("a month", "month", "month:2027-03"),
        ("for good", "once", "once"),
    ],
)
def test_the_occasion_is_the_period(_case: str, period: str, occasion: str, db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", period, due_days=7))
    create_due(desk, OWNER, now=NOW)
    assert {(row.occasion, row.due_day - TODAY) for row in promises(desk)} == {(occasion, 7)}


def test_a_new_month_brings_a_new_promise_also_when_the_worker_slept_over_it(db: Database) -> None:
    desk = open_shop(db, benefit("sample", "sample", "month", due_days=3))
    create_due(desk, OWNER, now=NOW)
    create_due(desk, OWNER, now=NOW + 33 * DAY)  # 4 April
    april = [row for row in promises(desk) if row.occasion == "month:2027-04"]
    assert len(april) == 6 and {row.due_day for row in april} == {day_number(date(2027, 4, 4))}


def test_an_order_that_has_not_left_is_a_promise_until_it_leaves(db: Database) -> None:
    desk = open_shop(db, benefit("fast", "priority_shipping", "order", due_days=5))
    add_order(desk, 2, "A")
    add_order(desk, 2, "B", status=OrderStatus.SHIPPED)
    add_order(desk, 2, "old", paid_at=NOW - 40 * DAY)
    add_order(desk, 3, "not vip")
    create_due(desk, OWNER, now=NOW)
    (row,) = promises(desk)
    assert (row.occasion, row.due_day - TODAY) == ("order:1", 1)
    _update(desk, Order, Order.order_no == "A", status=OrderStatus.SHIPPED)
    assert create_due(desk, OWNER, now=NOW + DAY).ended == {"shipped": 1}
    assert promises(desk)[0].status == "done" and promises(desk)[0].done_by == "import"


def test_a_refunded_order_takes_its_promise_back(db: Database) -> None:
    desk = open_shop(db, benefit("sample", "sample", "order"))
    add_order(desk, 2, "A")
    create_due(desk, OWNER, now=NOW)
    _update(desk, Order, Order.order_no == "A", refund_fen=100_00)
    assert create_due(desk, OWNER, now=NOW).ended == {"refunded": 1}
    assert (promises(desk)[0].status, promises(desk)[0].closed_for) == ("cancelled", "refunded")


def test_who_is_not_counted_is_promised_nothing_and_what_was_promised_ends(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year"))
    _update(desk, Member, Member.id == 2, not_counted="staff")
    create_due(desk, OWNER, now=NOW)
    assert 2 not in {row.member_id for row in promises(desk)}
    _update(desk, Member, Member.id == 4, not_counted="test")
    assert create_due(desk, OWNER, now=NOW).ended == {"not_counted": 1}


def test_a_lost_tier_ends_what_was_on_offer_and_not_what_was_promised(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year"), benefit("entry", "event_entry", "year", mode="claim"))
    create_due(desk, OWNER, now=NOW)
    assert Counter(row.status for row in promises(desk)) == {"owed": 6, "offered": 6}
    _update(desk, MemberTier, MemberTier.member_id == 2, tier="regular")
    assert create_due(desk, OWNER, now=NOW).ended == {"tier_lost": 1}
    found = {row.benefit_code: row.status for row in promises(desk) if row.member_id == 2}
    assert found == {"box": "owed", "entry": "lapsed"}


def test_what_is_claimed_is_owed_from_then_on_and_what_is_not_lapses(db: Database) -> None:
    desk = open_shop(db, benefit("entry", "event_entry", "month", mode="claim", due_days=5))
    create_due(desk, OWNER, now=NOW)
    first, second = promises(desk)[:2]
    assert first.due_day == day_number(date(2027, 3, 31))
    assert claim_promises(desk, OWNER, [first.id or 0], now=NOW + DAY) == 1
    assert claim_promises(desk, OWNER, [first.id or 0], now=NOW + DAY) == 0
    create_due(desk, OWNER, now=NOW + 31 * DAY)
    by_id = {row.id: row for row in promises(desk)}
    assert (by_id[first.id].status, by_id[first.id].due_day) == ("owed", TODAY + 6)
    assert (by_id[second.id].status, by_id[second.id].closed_for) == ("lapsed", "over")


def test_a_season_opens_and_shuts_a_promise(db: Database) -> None:
    season = {"season": {"starts": "03-10", "ends": "03-20"}}
    box = benefit("box", "yearly_gift", "year", due_days=3).as_json() | season
    desk = open_shop(db, type(benefit("x", "text", "year")).read(box))
    assert create_due(desk, OWNER, now=NOW).created == 0
    assert create_due(desk, OWNER, now=NOW + 10 * DAY).created == 6
    assert {row.begins_day - TODAY for row in promises(desk)} == {8}


def test_a_service_person_is_owed_until_one_is_named(db: Database) -> None:
    desk = open_shop(db, benefit("own", "dedicated_service", "always"))
    name_service_person(desk, OWNER, 4, "小敏", now=NOW)
    assert create_due(desk, OWNER, now=NOW).created == 5
    name_service_person(desk, OWNER, 2, "小敏", now=NOW)
    assert {row.status for row in promises(desk) if row.member_id == 2} == {"done"}


def test_the_pass_runs_again_only_when_there_is_a_reason(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year"))
    assert create_when_owed(desk, OWNER, now=NOW).created == 6
    _update(desk, MemberTier, MemberTier.member_id == 1, tier="vip")
    assert not create_when_owed(desk, OWNER, now=NOW).changed
    assert create_when_owed(desk, OWNER, now=NOW + DAY).created == 1


def test_what_is_done_is_not_promised_again(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year"))
    create_due(desk, OWNER, now=NOW)
    ids = [row.id or 0 for row in promises(desk)]
    assert finish_promises(desk, OWNER, ids, now=NOW, by="小敏", each_fen=12_00) == 6
    assert create_due(desk, OWNER, now=NOW).created == 0
    with db.read() as session:
        assert isinstance(session, Session)
        assert {row.actual_fen for row in session.exec(select(Obligation))} == {12_00}
