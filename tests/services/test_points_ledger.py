"""Points that move by hand: once for each key, never more than there are, and the ledger says so."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import Refusal
from core.services.desk import Desk
from core.services.points_ledger import (
    give_back_points,
    grant_points,
    points_history,
    read_points,
    spend_points,
    take_points,
)
from core.services.refresh import refresh
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, at, bring_in, order, rows_of, value_of
from tests.services.programme_shop import open_shop

MEMBER = 1


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """Member 1 bought for 200 yuan ten days ago: 205 points, active."""
    desk = open_shop(db)
    bring_in(desk, tmp_path, [order(1, amount="200", paid_at=at(10), product="其他")])
    return desk


def _act(desk: Desk, act: Any, points: int, key: str, **more: Any) -> int:
    values = {"subject": "test", "actor": OWNER, "now": NOW} | more
    with desk.db.write() as session:
        return int(act(session, desk, values.pop("member", MEMBER), points, key=key, **values))


def _balance(desk: Desk, **later: int) -> tuple[int, int, int, int]:
    view = read_points(desk, MEMBER, now=NOW + timedelta(**later))
    return view.pending, view.active, view.debt, view.spent


def test_points_are_given_spent_and_given_back(desk: Desk) -> None:
    assert _balance(desk) == (0, 205, 0, 0)
    _act(desk, grant_points, 100, "g")
    spend = _act(desk, spend_points, 250, "s")
    assert _balance(desk) == (0, 55, 0, 250)
    with desk.db.write() as session:
        give_back_points(session, desk, spend, key="b", actor=OWNER, now=NOW)
    assert _balance(desk) == (0, 305, 0, 0)
    assert rows_of(desk.db, "SELECT pending, active, debt, spent FROM member_points") == [(0, 305, 0, 0)]
    assert verify_store(desk).violations == 0
    assert [line.to_account for line in points_history(desk, MEMBER)][:1] == ["active"]
    actions = rows_of(
        desk.db, "SELECT action, subject, count FROM audit_entry WHERE action LIKE 'points.%' ORDER BY id"
    )
    assert actions == [
        (f"points.{kind}", "member:1", n) for kind, n in (("grant", 100), ("spend", 250), ("give_back", 250))
    ]


def test_the_last_point_can_be_spent_and_not_one_more(desk: Desk) -> None:
    with pytest.raises(Refusal, match=r"points_not_enough\(available=205, asked=206\)"):
        _act(desk, spend_points, 206, "s")
    _act(desk, spend_points, 205, "s")
    with pytest.raises(Refusal, match="points_not_enough"):
        _act(desk, spend_points, 1, "t")
    assert value_of(desk.db, "SELECT count(*) FROM points_fact") == 1


def test_the_same_key_is_the_same_fact_and_other_content_is_refused(desk: Desk) -> None:
    first = _act(desk, spend_points, 150, "s")
    assert _act(desk, spend_points, 150, "s", now=NOW + timedelta(hours=1)) == first
    assert _balance(desk)[3] == 150
    for act, points in ((spend_points, 151), (grant_points, 150)):
        with pytest.raises(Refusal, match="key_taken"):
            _act(desk, act, points, "s")


def test_a_spend_is_given_back_once(desk: Desk) -> None:
    spend = _act(desk, spend_points, 5, "s")
    gift = _act(desk, grant_points, 5, "g")
    with desk.db.write() as session:
        back = give_back_points(session, desk, spend, key="b", actor=OWNER, now=NOW)
        assert give_back_points(session, desk, spend, key="b", actor=OWNER, now=NOW) == back
    for number, key, code in (
        (spend, "c", "points_given_back"),
        (gift, "d", "points_not_spent"),
        (99, "e", "points_not_spent"),
    ):
        with pytest.raises(Refusal, match=code), desk.db.write() as session:
            give_back_points(session, desk, number, key=key, actor=OWNER, now=NOW)


def test_only_members_have_points(desk: Desk, tmp_path: Path) -> None:
    for points in (0, -1):
        with pytest.raises(Refusal, match="points_amount"):
            _act(desk, grant_points, points, "g")
    with pytest.raises(Refusal, match="member_unknown"):
        _act(desk, grant_points, 1, "g", member=99)
    with desk.db.write() as session:
        session.connection().exec_driver_sql("UPDATE member SET not_counted = 'staff'")
    with pytest.raises(Refusal, match="points_not_member"):
        _act(desk, grant_points, 1, "g")


def test_what_is_taken_beyond_what_there_is_becomes_a_debt_that_is_paid_first(desk: Desk) -> None:
    _act(desk, take_points, 300, "t")
    assert _balance(desk) == (0, 0, 95, 0)
    with pytest.raises(Refusal, match="points_not_enough"):
        _act(desk, spend_points, 1, "s")
    _act(desk, grant_points, 100, "g")
    assert _balance(desk) == (0, 5, 0, 0)
    assert verify_store(desk).violations == 0


def test_a_refund_after_the_points_were_spent_leaves_a_debt_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    _act(desk, spend_points, 200, "s")
    bring_in(desk, tmp_path, [order(1, amount="200", refund="200", paid_at=at(10), product="其他")])
    assert _balance(desk) == (0, 0, 200, 200)
    assert value_of(desk.db, "SELECT sum(amount) FROM growth_entry") == 0
    assert verify_store(desk).violations == 0


def test_points_wait_for_the_return_window_and_expire_by_the_calendar_alone(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(2, amount="10", paid_at=at(0, hour=9), product="其他")])
    assert _balance(desk) == (22, 205, 0, 0)  # silver now: half as many again
    refresh(desk, OWNER, now=NOW + timedelta(days=3))
    assert rows_of(desk.db, "SELECT pending, active FROM member_points") == [(0, 227)]
    refresh(desk, OWNER, now=NOW + timedelta(days=20))
    assert rows_of(desk.db, "SELECT active, expired FROM member_points") == [(22, 205)]
    assert verify_store(desk).violations == 0


def test_an_old_order_that_comes_late_rewrites_nothing(desk: Desk, tmp_path: Path) -> None:
    _act(desk, spend_points, 205, "s")
    before = rows_of(desk.db, "SELECT * FROM points_entry ORDER BY id")
    bring_in(desk, tmp_path, [order(2, amount="100", paid_at=at(25), product="其他")])
    after = rows_of(desk.db, "SELECT * FROM points_entry ORDER BY id")
    assert after[: len(before)] == before
    corrected = rows_of(desk.db, "SELECT count(*) FROM points_entry WHERE corrects_id IS NOT NULL")[0][0]
    assert corrected > 0  # the spend takes the older lot now
    assert _balance(desk) == (0, 105, 0, 205)
    assert verify_store(desk).violations == 0
