"""The numbers under today's list, against plain Python over the same rows."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.clock import day_number
from core.documents.segment import Leaf
from core.services.concentration import cell_tree, read_concentration
from core.services.desk import Desk
from core.services.members import count_people, list_people
from core.services.membership import read_membership
from core.services.segments import count_segment
from core.store.database import Database
from core.store.queries.members import MemberFilter
from core.store.queries.numbers import repurchase_rate
from core.store.queries.profiles import rebuild_days, rebuild_profiles
from core.store.queries.rule_versions import ensure_first_version
from tests.services.campaign_shop import NOW, OWNER, ZONE, add_order, open_shop

SORTS = ("last_paid", "net_fen", "orders", "joined", "missing_fen")


def _shop(db: Database, people: int) -> Desk:
    """The shop of the campaign tests with rules in force from the first day."""
    with db.write() as session:
        ensure_first_version(session, NOW)
    return open_shop(db, people)


def _fill(db: Database, people: int) -> list[tuple[int, int, int]]:
    """Random orders; (member, shop day, fen) of each."""
    rng = random.Random(7)
    added = []
    for number in range(1, people + 1, 2):
        for place in range(rng.choice((0, 1, 1, 2, 6))):
            at = NOW - timedelta(days=rng.randint(0, 200))
            fen = rng.randint(1, 900) * 100
            add_order(db, number, f"more-{number}-{place}", at, fen)
            added.append((number, day_number(ZONE.day(at)), fen))
    with db.write() as session:
        rebuild_profiles(session)
        rebuild_days(session)
    return added


def test_a_cell_of_the_grid_as_a_group_finds_the_same_people(db: Database) -> None:
    desk = _shop(db, 60)
    _fill(db, 60)
    for days in (30, 90, 365):
        found = read_concentration(desk, days, now=NOW)
        assert found.cells
        assert sum(cell.people for cell in found.cells) == found.buyers
        for cell in found.cells:
            assert count_segment(desk, OWNER, cell_tree(cell, days), now=NOW).members == cell.people


def test_the_repurchase_rate_counts_people_with_two_orders(db: Database) -> None:
    desk = _shop(db, 30)
    _fill(db, 30)
    with db.read() as session:
        last = day_number(desk.zone.day(NOW)) + 1
        by_person: dict[int, int] = {}
        for member, day in session.execute(text("SELECT member_id, shop_day FROM shop_order WHERE paid_fen > 0")):
            if last - 90 <= day < last:
                by_person[member] = by_person.get(member, 0) + 1
        expected = sum(orders > 1 for orders in by_person.values()) / len(by_person)
        assert repurchase_rate(session, last - 90, last) == pytest.approx(expected)
        assert repurchase_rate(session, 0, 10) is None


def test_an_empty_store_has_no_rates(db: Database) -> None:
    desk = _shop(db, 0)
    found = read_concentration(desk, 30, now=NOW)
    assert (found.buyers, found.cells, found.curve.top_20_share) == (0, (), None)
    members = read_membership(desk, 90, now=NOW)
    assert (members.people, members.joined_rate, members.sales_share, members.other_order_fen) == (0, None, None, None)


@pytest.mark.parametrize("sort", SORTS)
def test_the_pages_of_the_list_hold_everybody_once_and_in_order(sort: str, db: Database) -> None:
    desk = _shop(db, 45)
    _fill(db, 45)
    whole = list_people(desk, MemberFilter(), sort=sort, size=100, now=NOW)  # type: ignore[arg-type]
    assert sorted(line.id for line in whole) == list(range(1, 46))
    paged = [
        line.id
        for offset in range(0, 50, 7)
        for line in list_people(desk, MemberFilter(), sort=sort, offset=offset, size=7, now=NOW)  # type: ignore[arg-type]
    ]
    assert paged == [line.id for line in whole]
    known = [line.net_fen for line in whole if line.orders] if sort == "net_fen" else []
    assert known == sorted(known, reverse=True)


def test_a_group_narrows_the_list_and_its_count(db: Database) -> None:
    desk = _shop(db, 45)
    _fill(db, 45)
    tree = Leaf("orders", "ge", 2)
    lines = list_people(desk, MemberFilter(), tree=tree, size=100, now=NOW)
    assert lines
    assert all(line.orders >= 2 for line in lines)
    assert count_people(desk, MemberFilter(), tree=tree, now=NOW) == len(lines)


def test_last_purchase_is_filtered_by_whole_days(db: Database) -> None:
    desk = _shop(db, 45)
    _fill(db, 45)
    last = day_number(desk.zone.day(NOW))
    wanted = MemberFilter(bought_from_day=last - 60, bought_before_day=last - 29)
    found = {line.id for line in list_people(desk, wanted, size=100, now=NOW)}
    everybody = list_people(desk, MemberFilter(), size=100, now=NOW)
    assert found == {one.id for one in everybody if one.recency_days is not None and 30 <= one.recency_days <= 60}
