"""The kept cohort table, slices of it and the time to the second order, on both stores."""

from pathlib import Path
from typing import Any

from core.services.cohorts import list_slices, read_cohorts, read_second_orders, refresh_cohorts
from core.services.not_counted import mark_members
from core.store.database import Database
from core.store.queries import cohorts as queries
from tests.services.order_files import NOW, OWNER, bring_in, bring_members, new_desk, order, value_of

# NOW is 2 March 2026: A first in November, B in December, C in March.
ROWS = [
    order(1, member_id="A", paid_at="2025-11-30 23:30:00", amount="100", product="罐", category="奶粉"),
    order(2, member_id="A", paid_at="2025-12-01 00:10:00", amount="50"),
    order(3, member_id="A", paid_at="2025-12-31 12:00:00", amount="50", refund="50"),
    order(4, member_id="B", paid_at="2025-12-05 12:00:00", amount="70", product="包", category="尿裤"),
    order(5, member_id="B", paid_at="2026-02-05 12:00:00", amount="70"),
    order(6, member_id="C", paid_at="2026-03-01 12:00:00", amount="10", product="罐", category="奶粉"),
    order(7, member_id="", paid_at="2026-03-01 12:00:00", amount="900"),
    order(8, member_id="B", paid_at="", status="等待买家付款"),
]
NOVEMBER = 2025 * 12 + 10
CELLS = ((NOVEMBER, 0, 1, 1, 100_00), (NOVEMBER, 1, 1, 2, 50_00), (NOVEMBER + 1, 0, 1, 1, 70_00),
         (NOVEMBER + 1, 2, 1, 1, 70_00), (NOVEMBER + 4, 0, 1, 1, 10_00))  # fmt: skip


def _kept(db: Database) -> Any:
    with db.read() as session:
        return queries.read_cells(session), queries.cohort_sql(session)


def test_an_import_leaves_the_hand_table_and_a_second_one_moves_it(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, ROWS)
    assert _kept(db) == (CELLS, CELLS)
    before = order(9, member_id="C", paid_at="2025-12-24 12:00:00", amount="5")
    bring_in(desk, tmp_path, [before])
    kept, said = _kept(db)
    assert kept == said and (NOVEMBER + 1, 0, 2, 2, 75_00) in kept and (NOVEMBER + 1, 3, 1, 1, 10_00) in kept


def test_a_table_of_other_orders_is_never_shown(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, ROWS)
    numbers = {
        name: value_of(db, "SELECT member_id FROM member_identity WHERE label = :name", name=name) for name in "AB"
    }
    mark_members(desk, OWNER, [numbers["A"]], "staff", now=NOW)
    with db.read() as session:
        assert queries.read_cells(session) == CELLS  # kept of the orders before
    assert [one.month for one in read_cohorts(desk).cohorts] == [NOVEMBER + 1, NOVEMBER + 4]
    assert refresh_cohorts(desk) == 3
    kept, said = _kept(db)
    assert kept == said and len(read_cohorts(desk).cohorts) == 2


def test_slices_are_of_their_people(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, ROWS)
    bring_members(desk, tmp_path, [{"member_id": name, "source": "直播" if name == "A" else "搜索"} for name in "ABC"])
    assert list_slices(desk, "source") == [("搜索", 2), ("直播", 1)]
    assert [one.month for one in read_cohorts(desk, "source", "直播").cohorts] == [NOVEMBER]
    parts = [read_cohorts(desk, "source", name).cohorts for name, _ in list_slices(desk, "source")]
    assert sum(one.size for part in parts for one in part) == sum(one.size for one in read_cohorts(desk).cohorts) == 3


def test_the_second_purchase_is_another_day_and_who_waits_is_counted_until_today(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    assert read_second_orders(desk) is None and read_cohorts(desk).cohorts == ()
    bring_in(desk, tmp_path, [{**row, "line_no": "1"} for row in ROWS])
    found = read_second_orders(desk, "category")
    assert found is not None
    assert (found.whole.people, found.whole.again, found.whole.day.tolist(), found.whole.longest) == (3, 2, [1, 62], 62)
    assert {name: (one.people, one.again) for name, one in found.groups} == {"奶粉": (2, 1), "尿裤": (1, 1)}
