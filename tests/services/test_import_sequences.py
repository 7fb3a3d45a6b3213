"""Whatever files come in one after another: what is derived is what a rebuild from nothing gives, and nothing is violated."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.services.refresh import refresh
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, contents, new_desk, order, rows_of

STATUSES = ("等待买家付款", "买家已付款", "卖家已发货", "交易成功", "交易关闭")
_numbers = itertools.count()


@st.composite
def _row(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(STATUSES))
    amount = draw(st.sampled_from((0, 1, 30_00, 1_999_99, 2_000_00, 5_000_00)))
    refund = draw(st.sampled_from((0, 0, 1, amount // 3, amount)))
    days = draw(st.sampled_from((0, 1, 2, 30, 200, 364, 365, 366, 500)))
    paid = status != STATUSES[0] and (status != STATUSES[4] or draw(st.booleans()))
    return order(
        draw(st.integers(1, 7)),
        member_id=draw(st.sampled_from(("A", "A", "B", "C", ""))),
        status=status,
        amount=f"{amount / 100:.2f}",
        refund=f"{min(refund, amount) / 100:.2f}" if paid else "0",
        created_at=at(days, hour=0),
        paid_at=at(days, hour=draw(st.sampled_from((0, 1, 9, 23)))) if paid else "",
        product=draw(st.sampled_from(("奶粉", "纸尿裤", ""))),
    )


FILES = st.lists(
    st.lists(_row(), max_size=6, unique_by=lambda row: row["order_no"]).filter(bool), min_size=1, max_size=4
)
JOINED = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from((0, 1, 40, 400))), max_size=2, unique_by=lambda m: m[0]
)


@pytest.fixture
def fresh(empty_file: Path, tmp_path: Path) -> Any:
    def make() -> Database:
        path = tmp_path / f"{next(_numbers)}.db"
        shutil.copy(empty_file, path)
        return Database(f"sqlite:///{path}")

    return make


def _derived(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything but what only the review learns of the whole shop; what it foresees of each person is in."""
    found = contents(db, without=("fitted_model", "cohort_cell", "product_pair"))
    return found | {"setting": [row for row in found["setting"] if row[0] != "cohorts"]}


UNPAID = order(1, status=STATUSES[0], amount="0.00", created_at=at(0, hour=0), paid_at="")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES, joined=JOINED, place=st.integers(0, 3))
@example(files=[[UNPAID]], joined=[("A", 0)], place=0)  # joins two hours after the import: nobody has a tier yet
def test_any_sequence_of_imports_is_equal_to_a_rebuild(
    files: list[list[dict[str, Any]]], joined: list[tuple[str, int]], place: int, fresh: Any, tmp_path: Path
) -> None:
    desk = new_desk(fresh())
    for number, rows in enumerate(files):
        if joined and number == place:
            bring_members(desk, tmp_path, [{"member_id": who, "joined_at": at(days)} for who, days in joined])
        report = bring_in(desk, tmp_path, rows)
        assert report.accepted + report.rejected == report.rows == len(rows)
        assert report.unchanged + report.orders_new + report.orders_updated == report.accepted
    kept = _derived(desk.db)
    assert kept["staged_order"] == []
    assert verify_store(desk).checks == dict.fromkeys(verify_store(desk).checks, 0)
    again = bring_in(desk, tmp_path, files[-1])
    assert (again.orders_new, again.orders_updated) == (0, 0)
    assert _derived(desk.db) == kept
    refresh(desk, OWNER, now=NOW)
    assert _derived(desk.db) == kept
    desk.close()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES)
def test_the_facts_are_the_last_row_that_did_not_turn_an_order_back(
    files: list[list[dict[str, Any]]], fresh: Any, tmp_path: Path
) -> None:
    desk = new_desk(fresh())
    known: dict[str, tuple[int, int, int]] = {}
    for rows in files:
        rejected = {reject.value for reject in bring_in(desk, tmp_path, rows).rejects}
        turned_back = set()
        for row in rows:
            paid = bool(row["paid_at"]) and float(row["amount"]) > 0
            fen = (round(float(row["amount"]) * 100), round(float(row["refund"]) * 100)) if row["paid_at"] else (0, 0)
            rank = (0, 1, 3, 4, 5)[STATUSES.index(row["status"])]
            now = (rank, *(fen if paid else (0, 0)))
            before = known.get(row["order_no"], (0, 0, 0))
            if now[0] < before[0] or now[2] < before[2]:
                turned_back.add(row["order_no"])
            else:
                known[row["order_no"]] = now
        assert rejected == turned_back
    ranks = ["wait_pay", "paid", "part_shipped", "shipped", "finished", "closed"]
    stored = rows_of(desk.db, "SELECT order_no, status, paid_fen, refund_fen FROM shop_order")
    assert {row[0]: (ranks.index(row[1]), row[2], row[3]) for row in stored} == known
    desk.close()
