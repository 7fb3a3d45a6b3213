"""A page as a file: what stood on it is in the sheets and on the paper, and nothing in a cell is run as a formula."""

import io
import json
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook

from core.services.actor import Actor
from core.services.page_files import Chart, Grid, Heading, Number, PageFile, Sentence, _plain, export_page, page_xlsx
from core.store.database import Database
from tests.services.order_files import new_desk, rows_of

NOW = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
SPEC = json.dumps(
    {
        "data": {"values": [{"month": "2026-10", "sales": 12.5}, {"month": "2026-11", "sales": 14}]},
        "mark": "bar",
        "encoding": {"x": {"field": "month", "type": "nominal"}, "y": {"field": "sales", "type": "quantitative"}},
    }
)
PAGE = PageFile(
    "会员分析",
    ":orange-badge[数据到昨天] **30 天**",
    (
        Number("成交", "¥215,054", "-6.1% 较上一周期"),
        Heading("老客少了"),
        Sentence("少在:red[老客]（-9%）"),
        Chart(SPEC),
        Grid(("昵称", "金额"), (("=cmd|' /C calc'!A0", 12), ("小*明", None))),
    ),
    "zh",
)


def test_the_sheets_hold_what_the_page_said() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(page_xlsx(PAGE, "foot")))
    assert book.sheet_names == ["会员分析", "1 老客少了", "2 老客少了"]
    front = book.get_sheet_by_name("会员分析").to_python()
    assert front[1][0] == "数据到昨天 30 天"
    assert ["成交", 215054.0, "-6.1% 较上一周期"] in front
    assert ["少在老客（-9%）", "", ""] in front
    assert book.get_sheet_by_name("1 老客少了").to_python() == [
        ["month", "sales"],
        ["2026-10", 12.5],
        ["2026-11", 14.0],
    ]
    assert book.get_sheet_by_name("2 老客少了").to_python()[1:] == [["'=cmd|' /C calc'!A0", 12.0], ["小*明", ""]]


def test_a_sheet_has_amounts_as_numbers_and_a_chart_by_its_tooltips() -> None:
    row = {"left": 20689.7, "period": "10 月", "label": "-¥1,200", "colour": "#fff"}
    tips = [{"field": "period", "title": "时间"}, {"field": "label", "title": "成交"}]
    chart = Chart(json.dumps({"layer": [{"mark": "bar", "encoding": {"tooltip": tips}}], "data": {"values": [row]}}))
    cells = ("3.4%", "845 人", "¥12.50", "0571", "2309425333186649909", "–", "+1,204")
    page = PageFile("账", "", (chart, Grid(tuple("abcdefg"), (cells,))), "zh")
    book = CalamineWorkbook.from_filelike(io.BytesIO(page_xlsx(page, "foot")))
    assert book.get_sheet_by_index(1).to_python() == [["时间", "成交"], ["10 月", -1200.0]]
    assert book.get_sheet_by_index(2).to_python()[1] == [0.034, 845.0, 12.5, "0571", "2309425333186649909", "–", 1204.0]


def test_paper_has_it_with_the_chart_drawn(sqlite_url: str) -> None:
    desk = new_desk(Database(sqlite_url))
    made = export_page(desk, Actor.owner(), PAGE, "pdf", now=NOW)
    assert made.startswith(b"%PDF") and len(made) > 5_000
    assert rows_of(desk.db, "SELECT action FROM audit_entry ORDER BY id DESC LIMIT 1") == [("page.exported",)]


@pytest.mark.parametrize(
    ("_case", "markdown", "plain"),
    [
        ("badge", "多 :green-badge[4 人] 下单", "多 4 人 下单"),
        ("icon", ":material/lock: 数据", "数据"),
        ("heading", "#### 本月 **21.5 万**", "本月 21.5 万"),
        ("escaped", "小\\*明", "小*明"),
        ("a time", "昨天 24:00 · 10:30", "昨天 24:00 · 10:30"),
        ("brackets of its own", "会员[老]", "会员[老]"),
    ],
)
def test_markdown_becomes_plain_text(_case: str, markdown: str, plain: str) -> None:
    assert _plain(markdown) == plain
