"""The first look at dropped files."""

from pathlib import Path

import pytest

from core.importers.inspect import FileKind, inspect_file, pair_files
from tests.importers.corpus import TAOBAO_2017, TAOBAO_DETAIL, csv_bytes, taobao_row, write, write_taobao


@pytest.mark.parametrize(
    ("_case", "content", "kind", "preset"),
    [
        ("an order list", csv_bytes(TAOBAO_2017, [taobao_row()]), FileKind.ORDERS, "taobao_orders"),
        ("an item detail file", csv_bytes(TAOBAO_DETAIL, [{"订单编号": "1"}]), FileKind.ITEMS, "taobao_items"),
        ("any orders", "订单号,付款时间,金额\n1,2025-01-01,5\n", FileKind.ORDERS, None),
        ("members", "手机号,生日\n13812345678,05-06\n", FileKind.MEMBERS, None),
        ("something else", "苹果,香蕉\n1,2\n", FileKind.UNKNOWN, None),
    ],
)
def test_a_file_is_known_by_its_header(
    tmp_path: Path, _case: str, content: bytes | str, kind: FileKind, preset: str | None
) -> None:
    found = inspect_file(write(tmp_path, content))
    assert (found.kind, found.preset, found.rows) == (kind, preset, 1)


def test_the_sample_is_five_rows_of_neutral_text(tmp_path: Path) -> None:
    path = write_taobao(tmp_path, [taobao_row(number, 买家会员名="=1+1") for number in range(300)])
    found = inspect_file(path)
    assert len(found.sample) == 5
    assert found.sample[0][:2] == ["3515313147329000000", "'=1+1"]
    assert abs(found.rows - 300) <= 2
    assert found.encoding == "gb18030"
    assert found.mapping["total"] == "总金额"


def test_an_order_list_and_its_detail_file_are_paired(tmp_path: Path) -> None:
    lists = write_taobao(tmp_path, [taobao_row()])
    detail = write(tmp_path, csv_bytes(TAOBAO_DETAIL, [{"订单编号": taobao_row()["订单编号"]}]), "detail.csv")
    people = write(tmp_path, "手机号,生日\n13812345678,05-06\n", "people.csv")
    pairs = pair_files(map(inspect_file, (detail, people, lists)))
    assert [(main.path, items.path if items else None) for main, items in pairs] == [(people, None), (lists, detail)]
