"""Pieces of an order: what a file does not count stays as the store knows it."""

from pathlib import Path

from core.store.database import Database
from tests.services.order_files import bring_in, new_desk, order, rows_of, value_of


def test_a_list_that_does_not_count_pieces_keeps_those_that_are_known(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, [order(1, quantity="3", status="已发货"), order(2, quantity="2")])
    later = bring_in(desk, tmp_path, [order(1), order(2), order(3)])
    assert (later.unchanged, value_of(desk.db, "SELECT count(*) FROM shop_order WHERE status = 'finished'")) == (1, 3)
    assert rows_of(desk.db, "SELECT order_no, quantity FROM shop_order ORDER BY order_no") == [
        ("T1", 3), ("T2", 2), ("T3", 1),
    ]  # fmt: skip
