"""Broken files through the command line: each refused with where and why in both languages, and never half of one is in."""

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.services.desk import open_desk
from core.store.tables import metadata
from tests.commands.conftest import NOW, CommandLine
from tests.importers.corpus import TAOBAO_2017, csv_bytes, taobao_row, write, write_xlsx
from tests.trust.process import environment, inside

ROWS = [taobao_row(number) for number in range(1, 61)]
SOUND = csv_bytes(TAOBAO_2017, ROWS)
OTHER = csv_bytes(TAOBAO_2017, [taobao_row(number) for number in range(100, 160)])
BODY = OTHER.split(b"\r\n")
CLOSED = BODY[40].index(b'"', BODY[40].index("交易成功".encode("gb18030")))


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return out.getvalue()


def _line(number: int, content: bytes) -> bytes:
    """The file with another physical line ``number``."""
    return b"\r\n".join([*BODY[: number - 1], content, *BODY[number:]])


def _gb(words: str) -> bytes:
    return words.encode("gb18030")


def _without(header: str) -> bytes:
    rows = [taobao_row(number) for number in range(100, 160)]
    return csv_bytes([name for name in TAOBAO_2017 if name.strip() != header], rows)


WHOLE = [
    ("cut between fields", b"\r\n".join([*BODY[:40], BODY[40][: CLOSED + 1]]), "file_cut", ["41"]),
    ("cut inside a character", OTHER[: OTHER.index("婴儿".encode("gb18030"), 9_000) + 1], "file_cut", []),
    ("cut inside a field", b"\r\n".join([*BODY[:40], BODY[40][: CLOSED - 2]]), "quote_unclosed", ["41"]),
    ("Big5", "訂單編號,買家會員名,總金額,訂單狀態\r\n1,張,5,交易成功\r\n".encode("big5"), "encoding_unknown", []),
    ("two encodings", OTHER + BODY[1].decode("gb18030").encode() + b"\r\n", "encoding_mixed", ["62"]),
    ("a NUL byte", _line(33, BODY[32].replace(b"100.00", b"100\x0000", 1)), "nul_byte", ["33"]),
    ("an unclosed quote", _line(20, b'"' + BODY[19]), "quote_unclosed", ["20"]),
    ("no header", b"\r\n".join(BODY[1:]), "header_missing", ["1"]),
    ("a lost column", _without("订单状态"), "header_incomplete", ["订单状态"]),
    ("another lost column", _without("总金额"), "header_incomplete", ["总金额"]),
    ("a doubled column", _line(1, BODY[0].replace(*map(_gb, ("预约门店", "总金额")))), "header_duplicate", ["总金额"]),
    ("only a header", BODY[0] + b"\r\n", "header_only", []),
    ("empty", b"", "file_empty", []),
    ("a web page", "<html><body><table><tr><td>订单编号</td></tr></table></body></html>".encode(), "file_is_html", []),
    ("a zip bomb", _bomb(), "zip_bomb", ["30"]),
    ("a damaged workbook", b"PK\x03\x04" + b"x" * 500, "file_damaged", []),
    ("a PDF", b"%PDF-1.7 ...", "file_kind", ["pdf"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def sixty_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with sixty orders in its store, made once and copied."""
    folder = tmp_path_factory.mktemp("sixty")
    with inside(environment(folder, NOW)):
        found = CommandLine().json("import", "orders", write(folder, SOUND))
    assert (found["accepted"], found["rejected"]) == (60, 0)
    return folder


@pytest.fixture
def shop(sixty_dir: Path, own_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on a store with sixty orders."""
    for name in ("shop.db", "secret.key"):
        shutil.copy(sixty_dir / name, own_data_dir / name)
    monkeypatch.setenv("MEMBERDESK_NOW", NOW)
    return CommandLine()


def _counts() -> dict[str, int]:
    """Rows of every table."""
    desk = open_desk()
    try:
        with desk.db.read() as session:
            return {
                name: int(session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one())
                for name in metadata.tables
            }
    finally:
        desk.close()


@pytest.mark.parametrize(("_case", "content", "code", "said"), WHOLE, ids=[case[0] for case in WHOLE])
def test_a_broken_file_is_refused_whole_with_its_place_in_both_languages(
    shop: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    _case: str,
    content: bytes,
    code: str,
    said: list[str],
) -> None:
    path = write(tmp_path, content, "orders.xlsx" if content.startswith(b"PK") else "orders.csv")
    before = _counts()
    sentences = []
    for lang in ("zh", "en"):
        monkeypatch.setenv("MEMBERDESK_LANG", lang)
        result = shop.run("import", "orders", path, "--json", code=1)
        assert result.stdout == ""
        found, _, sentence = result.stderr.strip().partition(": ")
        assert found == code
        assert all(word in sentence for word in said), sentence
        sentences.append(sentence)
    assert any("一" <= letter <= "鿿" for letter in sentences[0]) and sentences[0] != sentences[1]
    assert _counts() == before
    assert shop.json("verify")["violations"] == 0


ROUNDED = 4351531314732935790.0
ROW_FAULTS = [
    ("a negative amount", {"总金额": "-5.00"}, "总金额", "amount_negative"),
    ("an amount in words", {"总金额": "一百"}, "总金额", "amount_format"),
    ("three decimals", {"总金额": "1.005"}, "总金额", "amount_format"),
    ("more refunded than paid", {"退款金额": "100.01", "买家实际支付金额": "0.00"}, "退款金额", "refund_above_paid"),
    ("a time in the future", {"订单创建时间": "2031-01-01 00:00:00", "订单付款时间": ""}, "订单创建时间", "time_future"),
    ("paid before it was made", {"订单付款时间": "2025-06-17 00:00:00"}, "订单付款时间", "pay_before_create"),
    ("a placeholder time", {"订单创建时间": "1970-01-01 08:00:00"}, "订单创建时间", "time_too_early"),
    ("a number that Excel rounded", {"订单编号": "4.35153131473294E+18"}, "订单编号", "id_precision_lost"),
    ("a wrapper that does not close", {"订单编号": '="351531'}, "订单编号", "id_format"),
    ("no order number", {"订单编号": ""}, "订单编号", "order_no_missing"),
    ("an unknown state", {"订单状态": "飞走了"}, "订单状态", "status_unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "changes", "column", "code"), ROW_FAULTS, ids=[case[0] for case in ROW_FAULTS])
def test_a_faulty_row_stays_out_with_line_column_and_reason_and_the_rest_comes_in(
    shop: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    _case: str,
    changes: dict[str, str],
    column: str,
    code: str,
) -> None:
    rows = [taobao_row(200), taobao_row(201, **changes), taobao_row(202)]
    path = write(tmp_path, csv_bytes(TAOBAO_2017, rows))
    reasons = []
    for lang in ("zh", "en"):
        monkeypatch.setenv("MEMBERDESK_LANG", lang)
        reasons.append(_only_reject(shop.json("import", "orders", path, "--dry-run"))["message"])
    assert reasons[0] != reasons[1] and all(reasons)
    found = shop.json("import", "orders", path)
    assert (found["rows"], found["accepted"], found["rejected"], found["orders_new"]) == (3, 2, 1, 2)
    reject = _only_reject(found)
    assert (reject["line"], reject["column"].strip(), reject["code"]) == (3, column, code)
    assert reject["value"] == changes[column]
    assert _counts()["shop_order"] == 62
    assert shop.json("verify")["violations"] == 0


def _only_reject(found: dict[str, Any]) -> dict[str, Any]:
    assert len(found["rejects"]) == 1
    reject: dict[str, Any] = found["rejects"][0]
    return reject


def test_a_long_number_that_excel_rounded_is_refused_and_one_kept_as_text_is_its_digits(
    shop: CommandLine, tmp_path: Path
) -> None:
    row = taobao_row(1)
    cells: list[list[Any]] = [
        [order_no if name == "订单编号" else row.get(name.strip(), "") for name in TAOBAO_2017]
        for order_no in (ROUNDED, "4351531314732935792")
    ]
    found = shop.json("import", "orders", write_xlsx(tmp_path, [TAOBAO_2017, *cells]))
    reject = _only_reject(found)
    assert (reject["line"], reject["column"], reject["code"]) == (2, "订单编号", "id_precision_lost")
    assert _order_numbers("43515%") == ["4351531314732935792"]


def test_the_wrapper_against_rounding_is_no_part_of_the_number(shop: CommandLine) -> None:
    assert taobao_row(7)["订单编号"] == '="3515313147329000007"'
    assert _order_numbers("%000007") == ["3515313147329000007"]


def _order_numbers(like: str) -> list[str]:
    desk = open_desk()
    try:
        with desk.db.read() as session:
            found = session.execute(text("SELECT order_no FROM shop_order WHERE order_no LIKE :like"), {"like": like})
            return [str(number) for number in found.scalars()]
    finally:
        desk.close()


def test_a_file_with_too_many_faulty_rows_needs_a_yes_and_leaves_nothing_without_it(
    shop: CommandLine, tmp_path: Path
) -> None:
    rows = [taobao_row(n, **({"总金额": "-1"} if n % 10 == 0 else {})) for n in range(300, 420)]
    path = write(tmp_path, csv_bytes(TAOBAO_2017, rows))
    before = _counts()
    assert shop.refused("import", "orders", path) == "too_many_bad_rows"
    assert _counts() == before
    found = shop.json("import", "orders", path, "--max-bad", "0.2")
    assert (found["accepted"], found["rejected"]) == (108, 12)
    assert shop.json("verify")["violations"] == 0
