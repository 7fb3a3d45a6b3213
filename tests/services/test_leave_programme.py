"""Leaving the programme: no member any more, by no rule and no file, until a later date says so; and the figures of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.analytics.periods import Every
from core.errors import Refusal
from core.services.joined_rule import count_joined
from core.services.leave_programme import leave_programme, rejoin_programme
from core.services.membership import read_review
from core.services.refresh import refresh
from core.services.trends import Kpi, read_trend_of
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, order, rows_of, value_of
from tests.services.points_shop import PEOPLE, member, points_shop
from tests.services.programme_shop import violations


def test_who_leaves_is_a_customer_whom_no_order_and_no_old_date_makes_a_member(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    who = member(desk, "M1")
    left_on = value_of(db, "SELECT shop_day FROM shop_order WHERE member_id = :id", id=who)
    leave_programme(desk, OWNER, who, now=NOW)
    asked = "SELECT joined_at, joined_by FROM member WHERE id = :id"
    assert rows_of(db, asked, id=who) == [(None, "left")]
    assert rows_of(db, "SELECT 1 FROM member_tier WHERE member_id = :id", id=who) == []
    assert value_of(db, "SELECT coalesce(sum(active), 0) FROM member_points WHERE member_id = :id", id=who) == 0
    assert value_of(db, "SELECT member_orders FROM day_summary WHERE shop_day = :day", day=left_on) == 0
    bring_in(desk, tmp_path, [order(90, member_id="M1", paid_at=at(1))])
    refresh(desk, OWNER, now=NOW)
    assert rows_of(db, asked, id=who) == [(None, "left")]
    assert (count_joined(desk).now, count_joined(desk).first_order) == (PEOPLE - 1, PEOPLE - 1)
    row = {"member_id": "M1", "joined_at": f"{NOW - timedelta(days=400):%Y-%m-%d}"}
    bring_members(desk, tmp_path, [row])
    assert rows_of(db, asked, id=who) == [(None, "left")]
    assert violations(desk) == {}
    later = NOW + timedelta(days=9)
    bring_members(desk, tmp_path, [{"member_id": "M1", "joined_at": f"{NOW + timedelta(days=5):%Y-%m-%d}"}], now=later)
    assert value_of(db, "SELECT joined_by FROM member WHERE id = :id AND left_at IS NULL", id=who) == "file"


def test_coming_back_begins_anew(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    who = member(desk, "M2")
    with pytest.raises(Refusal, match="not_left"):
        rejoin_programme(desk, OWNER, who, now=NOW)
    leave_programme(desk, OWNER, who, now=NOW)
    with pytest.raises(Refusal, match="not_joined"):
        leave_programme(desk, OWNER, who, now=NOW)
    rejoin_programme(desk, OWNER, who, now=NOW + timedelta(hours=1))
    assert rows_of(db, "SELECT joined_by, left_at FROM member WHERE id = :id", id=who) == [("owner", None)]
    assert value_of(db, "SELECT coalesce(sum(active), 0) FROM member_points WHERE member_id = :id", id=who) == 0
    assert violations(desk) == {}


def test_the_review_counts_who_left_and_keeps_small_shares_to_itself(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    leave_programme(desk, OWNER, member(desk, "M1"), now=NOW)
    found = read_review(desk, 30, now=NOW)
    assert (found.moves.left, found.active, found.member_buyers, found.other_buyers) == (1, PEOPLE - 1, PEOPLE - 1, 1)
    assert (found.other_buyer_fen, found.member_buyer_fen) == (1000_00, 6100_00 // 7)
    assert (found.reach, found.repurchase) == (None, None)
    joined = read_trend_of(desk, Kpi.JOINED, found.period, Every.DAY)
    assert joined.total.value == PEOPLE - 1
