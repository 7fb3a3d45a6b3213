"""Traffic and spending files: every cell is read or its row is told."""

from datetime import date
from pathlib import Path

import pytest

from core.clock import day_number
from core.errors import Refusal
from core.importers.traffic import SpendRow, TrafficRow, parse_spend, parse_traffic

TODAY = date(2026, 11, 22)
DAY = day_number(date(2026, 11, 20))


def _file(folder: Path, text: str, encoding: str = "gb18030") -> Path:
    path = folder / "traffic.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_report_is_read_with_separators_percent_signs_and_dashes(tmp_path: Path) -> None:
    text = (
        "统计日期,访客数,浏览量,商品收藏人数,加购人数,支付转化率,支付金额\r\n"
        '2026-11-20,"12,034","40,001",300,-,3.25%,"1,234.50"\r\n20261121,0,,,,0%,0\r\n'
    )
    found = parse_traffic(_file(tmp_path, text), today=TODAY)
    assert found.rejects == []
    assert found.days == [
        TrafficRow(DAY, 12_034, 40_001, 300, None, 391, None, 123_450),  # 12,034 x 3.25 % = 391.1
        TrafficRow(DAY + 1, 0, buyers=0, sales_fen=0),
    ]


@pytest.mark.parametrize(
    ("_case", "row", "code"),
    [
        ("no day", "合计,100,1", "day_format"),
        ("a day that is not", "2026-02-30,100,1", "day_format"),
        ("tomorrow", "2026-11-23,100,1", "time_future"),
        ("visitors missing", "2026-11-20,,1", "count_format"),
        ("a half visitor", "2026-11-20,1.5,1", "count_format"),
        ("buyers in words", "2026-11-20,100,三", "count_format"),
        ("the same day otherwise", "2026-11-19,101,1", "day_differs"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line(_case: str, row: str, code: str, tmp_path: Path) -> None:
    text = f"日期,访客数,支付买家数\n2026-11-19,100,1\n{row}\n2026-11-19,100,1\n"
    found = parse_traffic(_file(tmp_path, text, "utf-8"), today=TODAY)
    assert [(one.line, one.code) for one in found.rejects] == [(3, code)]
    assert (len(found.days), found.repeated) == (1, 1)


def test_parts_of_a_day_by_device_do_not_count_beside_the_whole(tmp_path: Path) -> None:
    text = "日期,终端,访客数\n2026-11-20,所有终端,100\n2026-11-20,PC端,10\n2026-11-20,无线端,90\n"
    found = parse_traffic(_file(tmp_path, text, "utf-8"), today=TODAY)
    assert ([row.visitors for row in found.days], found.parts, found.rejects) == ([100], 2, [])


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    for parse in (parse_traffic, parse_spend):
        with pytest.raises(Refusal, match="_columns"):
            parse(_file(tmp_path, "买家,电话\n张三,139\n", "utf-8"), today=TODAY)


def test_spending_by_day_is_summed_by_month_and_channel(tmp_path: Path) -> None:
    text = "日期,渠道,花费\n2026-10-01,直通车,100.5\n2026-10-31,直通车,0.5\n2026年11月,万相台,9\n2026-12,直通车,1\n"
    found = parse_spend(_file(tmp_path, text, "utf-8"), today=TODAY)
    october = 2026 * 12 + 9
    assert found.lines == [SpendRow(october, "直通车", 10_100), SpendRow(october + 1, "万相台", 900)]
    assert [(one.line, one.code) for one in found.rejects] == [(5, "time_future")]
