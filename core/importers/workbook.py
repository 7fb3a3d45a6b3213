"""XLSX sheets as rows of text: checked before they are opened, typed cells written out the way Excel shows them."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.errors import Refusal

ZIP = b"PK\x03\x04"
# Some 80,000 order rows, which take 0.7 GB while they are read; more belongs in a CSV.
MAX_UNPACKED = 200 * 1_000_000
MAX_RATIO = 100
MAX_PARTS = 5_000
# Excel keeps 15 digits of a number; a longer one is already rounded when we see it.
EXACT = 10**15


def check_workbook(path: Path) -> None:
    """Refuse a zip bomb, a damaged file, and kinds of workbook other than plain xlsx, before anything is unpacked in memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            _refuse_other_kinds(names)
            total = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            too_dense = total > 10_000_000 and total > MAX_RATIO * packed
            if total > MAX_UNPACKED or too_dense or len(parts) > MAX_PARTS:
                raise Refusal("zip_bomb", megabytes=total // 1_000_000)
            for part in parts:
                _count_bytes(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Refusal("file_damaged") from None


def _refuse_other_kinds(names: set[str]) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal("file_kind", kind="xlsm")
    if "xl/workbook.bin" in names:
        raise Refusal("file_kind", kind="xlsb")
    if "xl/workbook.xml" not in names:
        raise Refusal("file_kind", kind="zip")


def _count_bytes(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack one part without keeping it: a wrong declared size ends in BadZipFile by its checksum."""
    with archive.open(part) as handle:
        while handle.read(1 << 20):
            pass


def workbook_rows(path: Path) -> tuple[Iterator[tuple[int, list[str]]], list[str]]:
    """(row number, cells) of the first visible sheet, and the names of the other sheets that were left alone."""
    check_workbook(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        visible = [meta.name for meta in sheets if meta.visible == SheetVisibleEnum.Visible]
        if not visible:
            raise Refusal("file_empty")
        rows = workbook.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except CalamineError:
        raise Refusal("file_damaged") from None
    others = [meta.name for meta in sheets if meta.name != visible[0]]
    return ((number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1)), others


def _text(cell: object) -> str:
    """A typed cell as text; a number beyond 15 digits comes out in scientific notation, which every id column refuses."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if abs(cell) < EXACT and cell == int(cell):
            return str(int(cell))
        return f"{cell:.14E}" if abs(cell) >= EXACT else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
