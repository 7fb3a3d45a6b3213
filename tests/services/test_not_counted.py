"""Who is not counted is nowhere: every figure is that of a shop without them, and comes back when they count again."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.analytics.periods import Every, Period
from core.documents.enums import Purpose
from core.documents.not_counted import CountRules
from core.documents.segment import EVERYONE
from core.errors import Refusal
from core.services.actor import Actor
from core.services.concentration import read_concentration
from core.services.desk import Desk
from core.services.joined_rule import count_joined
from core.services.ladder import read_ladder
from core.services.members import count_people, list_people, search_people
from core.services.membership import read_membership
from core.services.not_counted import (
    count_again,
    count_marks,
    mark_members,
    preview_count_rules,
    read_mark,
    save_count_rules,
)
from core.services.numbers import read_kpis, read_pareto, read_rfm, read_tier_mix, read_trend
from core.services.reach import find_reach
from core.services.refresh import refresh
from core.services.segments import count_segment
from core.services.shop_settings import load_settings
from core.services.today import read_today
from core.services.verify import verify_store
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.queries.members import MemberFilter
from core.store.vault import Vault
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, new_desk, order, rows_of, value_of

MONTH = Period(date(2026, 2, 1), date(2026, 3, 3))
BUYERS = (0, 1, 2, 4, 5, 7, 8, 10, 11)
DERIVED = ("member_profile", "day_summary", "member_tier", "member_points")


def _rows() -> list[dict[str, Any]]:
    """Twelve buyers; M0 buys every third order and gives some of it back, one order has no buyer."""
    rows = [
        order(
            number,
            member_id=f"M{0 if number % 3 == 0 else number % 12}",
            amount=f"{60 + 45 * (number % 17)}.00",
            refund="10.50" if number % 5 == 0 else "0",
            paid_at=at(number % 60, hour=number % 24),
        )
        for number in range(90)
    ]
    return [*rows, order("nobody", member_id="", amount="88")]


def _shop(db: Database, folder: Path, rows: list[dict[str, Any]], *, file: bool = False) -> Desk:
    desk = new_desk(db)
    bring_in(desk, folder, rows)
    if file:
        bring_members(desk, folder, [{"member_id": f"M{n}", "joined_at": at(30 + n)} for n in range(0, 12, 2)])
    return desk


def _id(desk: Desk, name: str) -> int:
    return int(value_of(desk.db, "SELECT member_id FROM member_identity WHERE label = :name", name=name))


def _figures(desk: Desk) -> dict[str, Any]:
    """Everything that a page says of the shop, as plain values."""
    rfm = read_rfm(desk, MONTH)
    codes = ("regular", "silver", "vip", "supreme")
    return {
        "kpis": read_kpis(desk, MONTH, now=NOW).as_json(),
        "trend": [[step.sums for step in read_trend(desk, MONTH, every)] for every in Every],
        "rfm": sorted(zip(rfm.scores.r.tolist(), rfm.scores.f.tolist(), rfm.scores.m.tolist(), strict=True)),
        "pareto": read_pareto(desk, MONTH),
        "tiers": read_tier_mix(desk, codes, MONTH),
        "concentration": read_concentration(desk, 30, now=NOW),
        "membership": read_membership(desk, 60, now=NOW),
        "joined": count_joined(desk),
        "ladder": read_ladder(desk, now=NOW),
        "today": read_today(desk, now=NOW).headline,
        "group": count_segment(desk, OWNER, EVERYONE, now=NOW).members,
        "list": count_people(desk, MemberFilter(), now=NOW),
    }


def _derived(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of what is kept for pages, without when it was computed."""
    return {
        table: sorted(tuple(v for k, v in zip(names, row, strict=True) if k != "evaluated_at") for row in rows)
        for table in DERIVED
        for names, rows in [(_columns(desk, table), rows_of(desk.db, f"SELECT * FROM {table}"))]
    }


def _columns(desk: Desk, table: str) -> list[str]:
    with desk.db.read() as session:
        return list(session.connection().exec_driver_sql(f"SELECT * FROM {table} WHERE 1 = 0").keys())


def _sound(desk: Desk) -> dict[str, int]:
    return {name: count for name, count in verify_store(desk).checks.items() if count}


@pytest.mark.parametrize("file", [False, True], ids=["members from the first order", "members by file"])
def test_a_marked_buyer_leaves_the_figures_of_a_shop_without_him(db: Database, tmp_path: Path, file: bool) -> None:
    desk = _shop(db, tmp_path, _rows(), file=file)
    whole, kept = _figures(desk), _derived(desk)
    marked = _id(desk, "M0")
    assert mark_members(desk, OWNER, [marked], "reseller", reason="每单 50 件", now=NOW) == 1
    assert _sound(desk) == {}
    without = _figures(desk)
    assert without["kpis"]["sales_fen"] < whole["kpis"]["sales_fen"] and without["list"] == whole["list"] - 1
    refresh(desk, OWNER, now=NOW)
    assert _figures(desk) == without
    assert count_again(desk, OWNER, [marked], now=NOW) == 1
    assert _figures(desk) == whole
    assert _derived(desk) == kept
    assert _sound(desk) == {}


def test_the_figures_are_those_of_a_shop_that_never_knew_him(sqlite_url: str, tmp_path: Path) -> None:
    db = Database(sqlite_url)
    desk = _shop(db, tmp_path, _rows())
    mark_members(desk, OWNER, [_id(desk, "M0")], "test", now=NOW)
    marked = _figures(desk)
    db.close()
    other = tmp_path / "other"
    other.mkdir()
    empty = Database(f"sqlite:///{other}/shop.db")
    upgrade(empty)
    never = _figures(_shop(empty, other, [row for row in _rows() if row["member_id"] != "M0"]))
    assert marked == never
    empty.close()


def test_nothing_is_sent_and_no_group_has_him_but_a_search_finds_him(db: Database, tmp_path: Path) -> None:
    desk = _shop(db, tmp_path, _rows())
    marked = _id(desk, "M0")
    mark_members(desk, OWNER, [marked], "staff", reason="小王", now=NOW)
    with db.read() as session:
        frame = find_reach(
            session,
            desk,
            [marked, _id(desk, "M1")],
            ["call_list"],
            load_settings(session),
            purpose=Purpose.NOTICE,
            now=NOW,
        )
    assert frame["reason"].tolist() == ["not_counted", None]
    assert [line.id for line in search_people(desk, "M0", now=NOW)] == [marked]
    assert marked not in [line.id for line in list_people(desk, MemberFilter(), now=NOW)]
    found = list_people(desk, MemberFilter(kind="not_counted"), now=NOW)
    assert [(line.id, line.not_counted, line.tier) for line in found] == [(marked, "staff", None)]
    mark = read_mark(desk, marked)
    assert mark is not None and (mark.mark, mark.source, mark.why) == ("staff", "hand", "小王")


RULES = (
    ("a platform id", CountRules(names=("M1",)), {"M1": ("blacklist", "names")}),
    ("so many pieces", CountRules(pieces=50), {"M2": ("reseller", "pieces")}),
    ("so many orders a day", CountRules(orders_a_day=3), {"M3": ("reseller", "orders_a_day")}),
    ("a tag", CountRules(tag="员工", tag_mark="staff"), {"M4": ("staff", "tag")}),
    ("the first of two that fit", CountRules(names=("M2",), names_mark="test", pieces=50), {"M2": ("test", "names")}),
    ("one piece below", CountRules(pieces=51), {}),
    ("one order below", CountRules(orders_a_day=4), {}),
    ("no rule", CountRules(), {}),
)


def _ruled(db: Database, folder: Path) -> Desk:
    rows = [order(n, member_id=f"M{n % 6}", amount="50", paid_at=at(n + 1)) for n in range(18)]
    rows += [order("big", member_id="M2", amount="900", quantity=50, paid_at=at(3))]
    rows += [order(f"d{n}", member_id="M3", amount="9", paid_at=at(40, hour=n)) for n in (0, 12, 23)]
    desk = new_desk(db)
    bring_in(desk, folder, rows)
    bring_members(desk, folder, [{"member_id": "M4", "tags": "员工"}])
    return desk


def test_each_rule_finds_whom_it_says(db: Database, tmp_path: Path) -> None:
    desk = _ruled(db, tmp_path)
    for case, rules, wanted in RULES:
        found = preview_count_rules(desk, rules).fresh
        assert found == {_id(desk, name): what for name, what in wanted.items()}, case
    assert count_marks(desk) == {}


def test_rules_are_kept_after_every_import_and_let_go_what_they_do_not_find(db: Database, tmp_path: Path) -> None:
    desk = _ruled(db, tmp_path)
    plan = save_count_rules(desk, OWNER, CountRules(pieces=50, names=("late",)), now=NOW)
    assert list(plan.fresh) == [_id(desk, "M2")]
    bring_in(desk, tmp_path, [order("x", member_id="late"), order("y", member_id="M5", quantity=60)])
    assert count_marks(desk) == {"reseller": 2, "blacklist": 1}
    assert _sound(desk) == {}
    plan = save_count_rules(desk, OWNER, CountRules(names=("late",)), now=NOW)
    assert sorted(plan.released) == sorted([_id(desk, "M2"), _id(desk, "M5")])
    assert count_marks(desk) == {"blacklist": 1}
    assert _sound(desk) == {}


def test_a_hand_is_never_overruled_by_a_rule(db: Database, tmp_path: Path) -> None:
    desk = _ruled(db, tmp_path)
    second, third = _id(desk, "M2"), _id(desk, "M3")
    save_count_rules(desk, OWNER, CountRules(pieces=50), now=NOW)
    count_again(desk, OWNER, [second], reason="团购", now=NOW)
    mark_members(desk, OWNER, [third], "test", now=NOW)
    refresh(desk, Actor.worker(), now=NOW + timedelta(days=1))
    assert count_marks(desk) == {"test": 1}
    save_count_rules(desk, OWNER, CountRules(), now=NOW)
    assert count_marks(desk) == {"test": 1}


def test_an_unknown_mark_and_too_many_people_are_refused(db: Database) -> None:
    desk = new_desk(db)
    with pytest.raises(Refusal, match="mark_unknown"):
        mark_members(desk, OWNER, [1], "friend", now=NOW)
    with pytest.raises(Refusal, match="members_too_many"):
        mark_members(desk, OWNER, range(10_001), "test", now=NOW)
    assert mark_members(desk, OWNER, [404], "test", now=NOW) == 0


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(BUYERS), st.sampled_from(["test", "reseller", None])), max_size=6))
def test_whatever_was_marked_in_between_the_figures_come_back(
    sqlite_url: str, tmp_path: Path, acts: list[tuple[int, str | None]]
) -> None:
    db = Database(sqlite_url)
    known = value_of(db, "SELECT count(*) FROM shop_order")
    desk = Desk(db, Vault({1: b"k" * 32}), "shop") if known else _shop(db, tmp_path, _rows())
    whole = _derived(desk)
    for number, mark in acts:
        who = [_id(desk, f"M{number}")]
        if mark is None:
            count_again(desk, OWNER, who, now=NOW)
        else:
            mark_members(desk, OWNER, who, mark, now=NOW)
    assert _sound(desk) == {}
    count_again(desk, OWNER, [_id(desk, f"M{number}") for number in BUYERS], now=NOW)
    assert _derived(desk) == whole
    db.close()
