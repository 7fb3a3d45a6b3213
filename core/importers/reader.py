"""Open a file safely: a CSV or XLSX becomes one ``Sheet`` of text, or is refused as a whole with its line."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import Refusal
from core.importers.encodings import detect_encoding, reads_as_chinese, refuse_foreign
from core.importers.headers import clean_header, header_key
from core.importers.mapping import known_header
from core.importers.rejects import Reject
from core.importers.workbook import ZIP, workbook_rows

Progress = Callable[[float], None]
Row = tuple[int, list[str]]
MAX_ROWS = 3_000_000
MAX_COLUMNS = 500
BATCH = 20_000
# A memo may hold some line ends; a field with more of them is an unclosed quote that swallows the file.
MAX_FIELD_LINES = 50
DELIMITERS = (",", ";", "\t", "，")
_DATA_CELL = re.compile(r"=?\"?-?[\d.,:/ -]*\d[\d.,:/ -]*\"?")


@dataclass(frozen=True)
class Sheet:
    """One table of text: cleaned headers, a frame of str ("" for empty), the physical line of each row, rows that were cut out."""

    headers: list[str]
    frame: pd.DataFrame
    line_numbers: npt.NDArray[np.int64]
    first_line: int
    encoding: str
    delimiter: str
    rejects: list[Reject] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Data rows read, taken or not."""
        return len(self.frame) + len(self.rejects)


def read_sheet(
    path: Path, *, progress: Progress | None = None, limit: int | None = None, source: str = "main"
) -> Sheet:
    """Read the first visible sheet of an XLSX or a CSV; ``limit`` stops after so many rows (for a preview).

    Refuses (whole file): foreign kinds, encoding, NUL, cut, unclosed quote, empty, no or doubled header, too many rows.
    """
    head = refuse_foreign(path)
    if head.startswith(ZIP):
        rows, others = workbook_rows(path)
        return _build(rows, "xlsx", "", others, limit=limit, source=source)
    encoding = detect_encoding(path, head)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as handle:
        beginning = handle.read(65_536)
        if encoding == "gb18030":
            _refuse_other_encoding(beginning)
        delimiter = _delimiter(beginning)
        handle.seek(0)
        size = path.stat().st_size

        def report() -> None:
            if progress is not None:
                progress(min(1.0, raw.tell() / size))

        return _build(
            _csv_rows(handle, delimiter, _ends_whole(path)),
            encoding,
            delimiter,
            [],
            limit=limit,
            source=source,
            report=report,
        )


def _ends_whole(path: Path) -> bool:
    """Whether the last bytes are a line end."""
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - 2))
        return handle.read().rstrip(b"\0")[-1:] in (b"\n", b"\r")


def _refuse_other_encoding(beginning: str) -> None:
    """The second gate: GB18030 decodes Big5 and others without an error, but the words are wrong."""
    lines = beginning.lstrip().splitlines()
    names = re.split(r"[,;\t，\"]+", lines[0] if lines else "")
    if not any(known_header(name) for name in names if not name.isascii()):
        body = "".join(lines[1:200])
        if not reads_as_chinese(lines[0]) or (lines[0].isascii() and not reads_as_chinese(body)):
            raise Refusal("encoding_unknown")


def _delimiter(beginning: str) -> str:
    """The delimiter that parts the first filled line into the most fields."""
    line = next((line for line in beginning.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -DELIMITERS.index(mark)))


def _csv_rows(lines: Iterable[str], delimiter: str, whole: bool) -> Iterator[Row]:
    """(physical line, cells) of each record; refuses ``quote_unclosed`` and ``file_cut`` with the line.

    ``whole``: the file ends with a line end, so that a short last record is only short, not cut off.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width = start = done = 0
    cells: list[str] = []
    try:
        for cells in reader:
            start, done = done + 1, reader.line_num
            width = width or len(cells)
            if done > start:
                _refuse_swallowed(cells, start, done, width, delimiter)
            yield start, cells
    except csv.Error:
        raise Refusal("quote_unclosed", line=done + 1) from None
    if not whole and start > 1 and 0 < len(cells) < width:
        raise Refusal("file_cut", line=start, byte=0)


def _refuse_swallowed(cells: Sequence[str], start: int, end: int, width: int, delimiter: str) -> None:
    """Refuse a field that holds whole rows: its line ends and delimiters count up as rows do."""
    for cell in cells:
        breaks = len(cell.splitlines()) - 1 if "\n" in cell or "\r" in cell else 0
        if breaks > MAX_FIELD_LINES or (breaks and width > 4 and cell.count(delimiter) == breaks * (width - 1)):
            raise Refusal("quote_unclosed", line=start)
    if end - start > MAX_FIELD_LINES * 4:
        raise Refusal("quote_unclosed", line=start)


def _build(
    rows: Iterator[Row],
    encoding: str,
    delimiter: str,
    others: list[str],
    *,
    limit: int | None,
    source: str,
    report: Callable[[], None] = lambda: None,
) -> Sheet:
    """Header first, then rows in batches of columns, so that no more than one batch lives as Python objects."""
    first_line, headers = _header(rows)
    width = len(headers)
    batches: list[pd.DataFrame] = []
    rejects: list[Reject] = []
    lines: list[int] = []
    batch: list[list[str]] = []
    for line, cells in rows:
        if len(cells) != width:
            cells = _fit(cells, width)
        if not any(cells):
            continue
        if len(cells) != width:
            rejects.append(_misfit(line, cells, headers, source))
        else:
            batch.append(cells)
            lines.append(line)
        if len(batch) == BATCH:
            batches.append(_columns(batch, headers))
            batch = []
            report()
        if len(lines) + len(rejects) > MAX_ROWS:
            raise Refusal("too_many_rows", limit=MAX_ROWS)
        if limit is not None and len(lines) >= limit:
            break
    batches.append(_columns(batch, headers))
    if not lines and not rejects:
        raise Refusal("header_only", line=first_line)
    frame = pd.concat(batches, ignore_index=True) if len(batches) > 1 else batches[0]
    return Sheet(headers, frame, np.array(lines, dtype=np.int64), first_line, encoding, delimiter, rejects, others)


def _fit(cells: list[str], width: int) -> list[str]:
    """Without empty cells beyond the header (Excel writes them)."""
    return cells[:width] if len(cells) > width and not any(cell.strip() for cell in cells[width:]) else cells


def _columns(batch: list[list[str]], headers: list[str]) -> pd.DataFrame:
    cells = np.array(batch, dtype=object).reshape(len(batch), len(headers))
    return pd.DataFrame({header: pd.array(cells[:, number], dtype="str") for number, header in enumerate(headers)})


def _misfit(line: int, cells: list[str], headers: list[str], source: str) -> Reject:
    code = "columns_short" if len(cells) < len(headers) else "columns_extra"
    names = [*headers, *(f"#{number}" for number in range(len(headers) + 1, len(cells) + 1))]
    raw = dict(zip(names, cells, strict=False))
    return Reject(line, "", "", code, {"found": len(cells), "expected": len(headers)}, raw, source)


def _header(rows: Iterator[Row]) -> Row:
    """The first filled row as cleaned, unique names; refuses an empty file, data where names should be, and doubled names."""
    line, cells = next(((line, cells) for line, cells in rows if any(cell.strip() for cell in cells)), (0, []))
    if not cells:
        raise Refusal("file_empty")
    names = [clean_header(cell) for cell in cells]
    while not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise Refusal("too_many_columns", limit=MAX_COLUMNS)
    if any(name and _DATA_CELL.fullmatch(name) for name in names) or _is_title(cells, names):
        raise Refusal("header_missing", line=line)
    names = [name or f"#{number}" for number, name in enumerate(names, 1)]
    seen: set[str] = set()
    for name in names:
        if header_key(name) in seen:
            raise Refusal("header_duplicate", line=line, column=name)
        seen.add(header_key(name))
    return line, names


def _is_title(cells: list[str], names: list[str]) -> bool:
    """Whether a first row is a title over the table: one filled cell among empty ones, and no column name."""
    return len(cells) > 2 and sum(bool(cell.strip()) for cell in cells) == 1 and not any(map(known_header, names))
