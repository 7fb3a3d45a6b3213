import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from core.clock import from_micros
from core.demo.shop import DemoShop
from core.demo.taobao_file import ITEM_HEADERS, ORDER_HEADERS, write_taobao_export
from core.importers.orders import parse_orders
from tests.demo.conftest import NOW, ZONE


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="gb18030", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def files(small: DemoShop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_taobao_export(small, tmp_path_factory.mktemp("export") / "ExportOrderList202611220900.csv")


def test_the_file_looks_like_the_platforms(files: tuple[Path, Path], small: DemoShop) -> None:
    text = files[0].read_bytes().decode("gb18030")
    rows = _read(files[0])
    assert len(ORDER_HEADERS) == 46 and sum(header.endswith(" ") for header in ORDER_HEADERS) == 6
    assert text.startswith('"订单编号","买家会员名",') and text.count("\r\n") == len(small.orders) + 1
    assert all(len(row) == 46 and None not in row for row in rows)
    assert all(row["订单编号"].startswith('="') for row in rows)
    assert all("****" in row["联系手机"] and row["收货人姓名"].endswith("*") for row in rows)
    assert any("用券" in row["订单备注"] for row in rows)


def test_total_is_actually_paid_plus_refund_on_paid_orders(files: tuple[Path, Path]) -> None:
    rows = [row for row in _read(files[0]) if row["订单付款时间 "]]
    assert any(Decimal(row["退款金额"]) > 0 for row in rows)
    for row in rows:
        assert Decimal(row["总金额"]) == Decimal(row["买家实际支付金额"]) + Decimal(row["退款金额"])


def test_the_item_file_has_every_line(files: tuple[Path, Path], small: DemoShop) -> None:
    rows = _read(files[1])
    assert tuple(rows[0]) == ITEM_HEADERS and len(rows) == len(small.items)


def test_an_import_brings_back_the_same_orders(files: tuple[Path, Path], small: DemoShop) -> None:
    parsed = parse_orders(files[0], zone=ZONE, now=NOW, items_path=files[1])
    assert parsed.rejects == [] and parsed.side_rejects == [] and parsed.money_identity_holds
    columns = ["created_at", "paid_at", "status", "paid_fen", "refund_fen", "quantity", "province", "city"]
    back = parsed.orders.set_index("order_no").loc[small.orders["order_no"], columns]
    sent = small.orders.set_index("order_no")[columns]
    pd.testing.assert_frame_equal(back, sent, check_dtype=False)
    buyers = small.people.set_index("number")["buyer_id"].loc[small.orders["number"]].tolist()
    assert parsed.orders.set_index("order_no")["buyer_id"].loc[small.orders["order_no"]].tolist() == buyers
    keys = ["order_no", "product_key"]
    items = parsed.items.merge(small.items, on=keys, suffixes=("_back", ""))
    assert len(items) == len(small.items)
    assert (items["amount_fen_back"] - items["amount_fen"]).abs().max() <= 2


def test_a_period_takes_the_orders_made_in_it(small: DemoShop, tmp_path: Path) -> None:
    until = from_micros(small.data_until)
    since = until - timedelta(days=30)
    days, _ = write_taobao_export(small, tmp_path / "month.csv", since=since)
    older, _ = write_taobao_export(small, tmp_path / "older.csv", until=since)
    recent = small.orders["created_at"] >= small.data_until - 30 * 86_400_000_000
    assert len(_read(days)) == recent.sum() > 0
    assert len(_read(older)) == (~recent).sum()


def test_a_period_without_orders_makes_files_of_headers(small: DemoShop, tmp_path: Path) -> None:
    paths = write_taobao_export(small, tmp_path / "none.csv", since=NOW + timedelta(days=1))
    assert [len(_read(path)) for path in paths] == [0, 0]
    assert paths[0].read_bytes().decode("gb18030").count("\r\n") == 1
