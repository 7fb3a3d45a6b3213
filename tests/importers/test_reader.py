"""What the reader takes, and what it refuses as a whole, with the line."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import Refusal
from core.importers.reader import read_sheet
from tests.importers.corpus import TAOBAO_2017, csv_bytes, taobao_row, write, write_xlsx

ROWS = [taobao_row(number) for number in range(1, 4)]
TAOBAO = csv_bytes(TAOBAO_2017, ROWS)
PLAIN = "order_no,created_at,amount,note,city\n1,2025-01-01 10:00:00,5,a,b\n2,2025-01-01 10:00:00,6,a,b\n"


@pytest.mark.parametrize(
    ("_case", "content", "encoding"),
    [
        ("gb18030 with a rare character", csv_bytes(TAOBAO_2017, [taobao_row(1, 买家会员名="𠮷祥")]), "gb18030"),
        ("utf-8", csv_bytes(TAOBAO_2017, ROWS, "utf-8"), "utf-8"),
        ("utf-8 with its mark", csv_bytes(TAOBAO_2017, ROWS, "utf-8-sig"), "utf-8-sig"),
        ("utf-16 with its mark", csv_bytes(TAOBAO_2017, ROWS, "utf-16"), "utf-16"),
        ("plain ascii", PLAIN, "utf-8"),
    ],
)
def test_every_usual_encoding_is_read(tmp_path: Path, _case: str, content: bytes, encoding: str) -> None:
    sheet = read_sheet(write(tmp_path, content))
    assert sheet.encoding == encoding
    assert sheet.headers[0] in ("订单编号", "order_no")


@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
def test_every_usual_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    sheet = read_sheet(
        write(tmp_path, csv_bytes(["订单号", "下单时间", "金额"], [{"订单号": "1", "金额": "2"}], "utf-8", mark))
    )
    assert sheet.delimiter == mark
    assert sheet.frame.iloc[0].tolist() == ["1", "", "2"]


def test_headers_lose_blanks_invisible_marks_and_full_width(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, "\ufeff订单编号 ,\u200b总金额\u3000,Ｎａｍｅ,商品数量（件）\n1,2,3,4\n"))
    assert sheet.headers == ["订单编号", "总金额", "Name", "商品数量(件)"]


def test_line_numbers_are_those_of_the_file_even_after_fields_that_span_lines(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, 'order_no,amount,note\n1,5,"two\r\nlines"\n\n2,6,x\n3,7\n4,8,y\n'))
    assert sheet.line_numbers.tolist() == [2, 5, 7]
    assert [(reject.line, reject.code) for reject in sheet.rejects] == [(6, "columns_short")]
    assert sheet.rows == 4


def test_lone_carriage_returns_end_lines_too(tmp_path: Path) -> None:
    assert read_sheet(write(tmp_path, b"order_no,amount\r1,2\r3,4\r")).line_numbers.tolist() == [2, 3]


def test_cells_beyond_the_header_are_a_fault_unless_they_are_empty(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, "order_no,amount\n1,2,,\n3,4,5\n6,7\n"))
    assert sheet.frame["order_no"].tolist() == ["1", "6"]
    assert [(reject.line, reject.code) for reject in sheet.rejects] == [(3, "columns_extra")]


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


BOMB = _zip({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000})
LYING = bytearray(_zip({"xl/workbook.xml": b"<x/>", "a": b"ab" * 9_000}))
MIXED = csv_bytes(TAOBAO_2017, ROWS) + csv_bytes(TAOBAO_2017, [taobao_row(9)], "utf-8").split(b"\r\n", 1)[1]


@pytest.mark.parametrize(
    ("_case", "content", "code", "line"),
    [
        ("nothing", b"", "file_empty", None),
        ("only line ends", b"\n\n\n", "file_empty", None),
        ("header only", "order_no,amount\n", "header_only", 1),
        ("no header", "35153131,2025-01-01,5.00\n35153132,2025-01-02,6.00\n", "header_missing", 1),
        ("a title above the header", "三月订单,,\n订单号,金额,时间\n1,2,3\n", "header_missing", 1),
        ("a header twice", "order_no,amount,Amount \n1,2,3\n", "header_duplicate", 1),
        ("a NUL byte", b"order_no,amount\n1,2\n3,\x004\n", "nul_byte", 3),
        ("utf-16 without its mark", "order_no,amount\n1,2\n".encode("utf-16-le"), "nul_byte", 1),
        ("Big5", csv_bytes(["訂單編號", "總金額", "訂單狀態"], [{}, {}], "big5"), "encoding_unknown", None),
        (
            "Big5 under an English header",
            b"order_no,name\n1," + "臺北市中正區重慶南路王小明\n".encode("big5"),
            "encoding_unknown",
            None,
        ),
        ("gb18030 with utf-8 glued on", MIXED, "encoding_mixed", 5),
        (
            "utf-8 with a gb18030 line",
            "订单号,昵称\n1,你好\n".encode() + "2,妈妈\n".encode("gb18030"),
            "encoding_mixed",
            3,
        ),
        (
            "gb18030 with a line of utf-8 that decodes without an error",
            "订单号,昵称\n1,妈妈\n".encode("gb18030") + "2,你好你好\n".encode(),
            "encoding_mixed",
            3,
        ),
        ("cut inside a quoted field", TAOBAO[:-40], "quote_unclosed", 4),
        ("cut between fields", PLAIN[:-8], "file_cut", 3),
        ("cut inside a character", "订单号,昵称\n1,你好\n2,你".encode()[:-1], "file_cut", 3),
        ("an unclosed quote to the end", PLAIN.replace("5,a", '5,"a'), "quote_unclosed", 2),
        (
            "an unclosed quote closed rows later",
            PLAIN.replace("5,a", '5,"a').replace("6,a", '6,a"'),
            "quote_unclosed",
            2,
        ),
        ("text after a closing quote", 'order_no,amount\n1,"2"3\n', "quote_unclosed", 2),
        ("a line without end", b"order_no,amount\n1," + b"9" * 200_000, "line_too_long", 2),
        ("a web page", "<html><table><tr><td>订单号</td></tr></table></html>", "file_is_html", None),
        ("an old xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_kind", None),
        (
            "an encrypted xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "file_encrypted",
            None,
        ),
        ("xlsm", _zip({"xl/workbook.xml": b"", "xl/vbaProject.bin": b""}), "file_kind", None),
        ("xlsb", _zip({"xl/workbook.bin": b""}), "file_kind", None),
        ("another zip", _zip({"readme.txt": b"x"}), "file_kind", None),
        ("a zip bomb", BOMB, "zip_bomb", None),
        ("half an xlsx", bytes(LYING[:60]), "file_damaged", None),
        ("a pdf", b"%PDF-1.7\n", "file_kind", None),
    ],
)
def test_a_faulty_file_is_refused_as_a_whole(
    tmp_path: Path, _case: str, content: bytes, code: str, line: int | None
) -> None:
    with pytest.raises(Refusal) as caught:
        read_sheet(write(tmp_path, content))
    assert caught.value.code == code
    assert line is None or caught.value.params["line"] == line


def test_an_xlsx_is_read_as_text_from_its_first_visible_sheet(tmp_path: Path) -> None:
    at = datetime(2025, 3, 8, 14, 30, tzinfo=UTC)
    rows = [["订单号", "金额", "下单时间", "会员号"], ["351531314732935790", 0.1 + 0.2, at, 4351531314732935790]]
    sheet = read_sheet(write_xlsx(tmp_path, rows, hidden_first=True))
    assert sheet.encoding == "xlsx"
    assert sheet.frame.iloc[0].tolist()[:3] == ["351531314732935790", "0.3", "2025-03-08 14:30:00"]
    assert "E+18" in sheet.frame.iloc[0, 3], "a rounded number must not look like an id"
    assert sorted(sheet.other_sheets) == ["参数", "说明"]


def test_a_short_memo_may_span_lines(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, 'order_no,a,b,c,memo\n1,,,,"first, line\nsecond, line"\n2,,,,x\n'))
    assert len(sheet.frame) == 2
