"""The import page: drop, see what would change, one button."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS, translate
from core.services.desk import Desk, open_desk
from core.services.import_history import BatchLine, list_batches
from core.services.joined_rule import count_joined
from core.services.uploads import upload_folder
from pages.ui import jobs

PAGE = "shop/data.py"
HEAD = "订单号,会员号,付款金额,付款时间,商品名称"
Drop = Callable[..., AppTest]


def _orders(count: int, *, bad: int = 0, first: int = 0) -> bytes:
    """An order table with known column names; the first ``bad`` rows have an amount that is none."""
    rows = [
        f"B{n},U{n % 7},{'abc' if n - first < bad else '20.50'},2026-01-1{n % 9} 10:00:00,奶粉"
        for n in range(first, first + count)
    ]
    return "\n".join([HEAD, *rows, ""]).encode()


def _settle(app: AppTest) -> AppTest:
    """Run the page again until no work goes on beside it."""
    ends = time.monotonic() + 20
    while any(not job.done for job in jobs._jobs.values()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return app.run()


@pytest.fixture
def opened(frame: AppTest) -> Iterator[Desk]:
    """The store behind the page."""
    jobs._jobs.clear()
    desk = open_desk()
    yield desk
    desk.close()


@pytest.fixture
def drop(frame: AppTest, opened: Desk) -> Drop:
    """Drop files on the page and wait for what follows."""
    frame.run()
    frame.switch_page(PAGE).run()

    def put(*files: tuple[str, bytes]) -> AppTest:
        for name, content in files:
            frame.file_uploader[0].upload(name, content)
        frame.run()
        return _settle(frame)

    return put


def _texts(app: AppTest) -> str:
    shown = [*app.title, *app.caption, *app.markdown, *app.error, *app.warning, *app.info, *app.success]
    return " ".join(str(one.value) for one in shown)


def _numbers(app: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in app.metric}


def _press(app: AppTest, start: str) -> AppTest:
    """Press the button whose label begins with ``start``."""
    next(button for button in app.button if button.label.startswith(start)).click()
    app.run()
    return _settle(app)


def _batches(desk: Desk) -> list[BatchLine]:
    return list_batches(desk, now=desk.now())


def test_an_unknown_table_is_tried_when_asked_and_imported_with_its_number(drop: Drop, opened: Desk) -> None:
    app = drop(("own.csv", _orders(20)))
    assert not app.metric
    _press(app, "先看看会变什么")
    assert _numbers(app)["新订单"] == "20 单"
    assert _numbers(app)["新认识的人"] == "7 人"
    assert _batches(opened) == []
    _press(app, "导入 20 单")
    assert "新增 20 单" in _texts(app)
    assert [(line.file_name, line.added) for line in _batches(opened)] == [("own.csv", 20)]


def test_the_next_file_like_it_needs_one_click(drop: Drop, opened: Desk) -> None:
    app = drop(("own.csv", _orders(20)))
    _press(_press(app, "先看看会变什么"), "导入 20 单")
    drop(("own2.csv", _orders(25)))
    assert _numbers(app)["新订单"] == "5 单"
    assert _numbers(app)["没变"] == "20 行"
    _press(app, "导入 5 单")
    assert _batches(opened)[0].added == 5


def test_the_same_file_again_changes_nothing_and_offers_no_button(drop: Drop) -> None:
    app = drop(("own.csv", _orders(20)))
    _press(_press(app, "先看看会变什么"), "导入 20 单")
    drop(("own.csv", _orders(20)))
    assert translate("zh", "data.nothing_new") in _texts(app)
    assert not [button for button in app.button if button.label.startswith("导入")]


def test_many_bad_rows_need_a_tick(drop: Drop, opened: Desk) -> None:
    app = _press(drop(("bad.csv", _orders(100, bad=6))), "先看看会变什么")
    assert _numbers(app)["退回"] == "6 行"
    assert "6.0%" in _texts(app)
    assert not [button for button in app.button if button.label.startswith("导入")]
    app.checkbox[0].check().run()
    _press(_settle(app), "导入 94 单")
    assert _batches(opened)[0].rejected == 6


def test_the_rejected_rows_are_listed_with_line_and_reason(drop: Drop) -> None:
    app = _press(drop(("bad.csv", _orders(100, bad=2))), "先看看会变什么")
    table = next(one.value for one in app.dataframe if "行号" in one.value)
    assert table["行号"].tolist() == [2, 3]
    assert table["内容"].tolist() == ["abc", "abc"]
    assert translate("zh", "error.amount_format") in table["为什么退回、怎么改"].tolist()


@pytest.mark.parametrize(
    ("_case", "content", "words"),
    [
        ("a page", b"<html><body>", translate("zh", "error.file_is_html")),
        ("nothing", b"", translate("zh", "error.file_empty")),
        ("a picture", b"%PDF-1.7 ....", translate("zh", "error.file_kind", kind="pdf")),
        ("a torn quote", (HEAD + '\n1,U1,20.50,2026-01-01 10:00:00,"奶粉\n' * 3).encode(), "引号没有配对"),
    ],
)
def test_a_file_that_is_no_table_is_a_sentence_and_nothing_is_lost(
    drop: Drop, opened: Desk, _case: str, content: bytes, words: str
) -> None:
    app = drop(("x.csv", content))
    said = " ".join(str(error.value) for error in app.error)
    assert words in said and translate("zh", "data.nothing_lost") in said
    assert not app.exception
    assert _batches(opened) == []


def test_a_good_file_comes_in_beside_a_broken_one(drop: Drop, opened: Desk) -> None:
    app = _press(drop(("page.csv", b"<html>"), ("own.csv", _orders(20))), "先看看会变什么")
    _press(app, "导入 20 单")
    assert [line.file_name for line in _batches(opened)] == ["own.csv"]


def _taobao(*, buyer: bool) -> bytes:
    head = [
        "订单编号",
        "买家会员名",
        "总金额",
        "买家实际支付金额",
        "订单状态",
        "订单创建时间",
        "订单付款时间 ",
        "宝贝标题 ",
        "退款金额",
    ]
    rows = [
        [f'="{4351531314732935790 + n}"', f"nick{n % 3}", "20.00", "20.00", "交易成功", "2026-03-01 09:00:00",
         "2026-03-01 09:01:00", "奶粉", "0.00"] for n in range(9)
    ]  # fmt: skip
    cells = [[cell for place, cell in enumerate(row) if buyer or place != 1] for row in [head, *rows]]
    return "\r\n".join(",".join(row) for row in cells).encode("gb18030")


def test_a_known_export_is_tried_at_once(drop: Drop) -> None:
    app = drop(("ExportOrderList.csv", _taobao(buyer=True)))
    assert _numbers(app)["新订单"] == "9 单"
    assert _numbers(app)["新认识的人"] == "3 人"
    assert "淘宝/天猫 订单列表" in _texts(app) and "GB18030" in _texts(app) and "Asia/Shanghai" in _texts(app)


def test_a_file_without_buyers_says_so_and_takes_a_key_table(drop: Drop) -> None:
    app = drop(("ExportOrderList.csv", _taobao(buyer=False)))
    assert _numbers(app)["没有买家的订单"] == "9 单"
    assert translate("zh", "data.no_buyer") in _texts(app)
    keys = "\n".join(["订单号,会员号", *(f"{4351531314732935790 + n},nick{n % 3}" for n in range(9))]).encode()
    drop(("ExportOrderList.csv", _taobao(buyer=False)), ("keys.csv", keys))
    assert _numbers(app)["没有买家的订单"] == "0 单"
    assert _numbers(app)["新认识的人"] == "3 人"


def test_details_are_paired_with_their_orders(drop: Drop, opened: Desk) -> None:
    details = "\r\n".join(
        ["订单编号,标题,价格,购买数量", *(f'="{4351531314732935790 + n}",米粉,10.00,2' for n in range(9))]
    ).encode("gb18030")
    app = drop(("ExportOrderList.csv", _taobao(buyer=True)), ("ExportOrderDetailList.csv", details))
    assert translate("zh", "data.mate_of", name="ExportOrderList\\.csv") in _texts(app)
    _press(app, "导入 9 单")
    assert len(_batches(opened)) == 1
    with opened.db.read() as session:
        from sqlalchemy import text

        assert session.execute(text("SELECT DISTINCT title FROM product")).scalars().all() == ["米粉"]


def test_details_alone_ask_for_the_order_list(drop: Drop) -> None:
    app = drop(("ExportOrderDetailList.csv", "订单编号,标题,价格,购买数量\r\n1,米粉,10.00,2\r\n".encode("gb18030")))
    assert translate("zh", "data.needs_orders") in _texts(app)


def test_a_member_list_says_that_it_ends_the_first_order_rule(drop: Drop, opened: Desk) -> None:
    app = drop(("ExportOrderList.csv", _taobao(buyer=True)))
    _press(app, "导入 9 单")
    assert count_joined(opened).now == 3
    drop(("members.csv", "会员号,入会时间,生日\nnick0,2026-01-02 10:00:00,05-06\n".encode()))
    _press(app, "先看看会变什么")
    assert _numbers(app)["已经认识，补资料"] == "1 人"
    assert translate("zh", "data.ends_first_order") in _texts(app)
    _press(app, "导入 1 位会员")
    assert translate("zh", "data.members_by_list", n="1 人") in _texts(app)


def test_a_table_of_which_nothing_is_known_can_be_mapped(drop: Drop) -> None:
    app = drop(("x.csv", "单据,谁,花了,哪天\nA1,U1,20.50,2026-01-01 10:00:00\n".encode()))
    assert translate("zh", "data.skipped") in _texts(app)
    app.selectbox[0].set_value("orders").run()
    assert "还不知道哪一列是 订单号、付款金额（元）、下单时间" in _texts(app)


def test_uploads_are_forgotten_after_the_import(drop: Drop) -> None:
    app = _press(drop(("own.csv", _orders(20))), "先看看会变什么")
    assert len(list(upload_folder().iterdir())) == 1
    _press(app, "导入 20 单")
    assert list(upload_folder().iterdir()) == []


def test_the_demo_says_that_it_is_the_demo(frame: AppTest, own_data_dir: Path) -> None:
    from core.config import config

    config().activate("demo")
    frame.run()
    frame.switch_page(PAGE).run()
    assert translate("zh", "data.in_demo") in _texts(frame)


@pytest.mark.parametrize("lang", LANGS)
def test_a_whole_import_holds_no_words_of_the_other_language(drop: Drop, frame: AppTest, lang: str) -> None:
    frame.session_state["lang"] = lang
    app = _press(drop(("bad.csv", _orders(100, bad=2))), translate(lang, "data.try"))
    _press(app, "导入 98 单" if lang == "zh" else "Import 98 orders")
    assert not app.exception and not app.error
    if lang == "en":
        assert not [sign for sign in _texts(app) if "一" <= sign <= "鿿"]
