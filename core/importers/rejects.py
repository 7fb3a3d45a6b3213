"""Rows that could not be taken: kept with line, column, code and the row as it was, and written back to be corrected."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.i18n import Lang, translate
from core.importers.headers import OWN_COLUMNS, REJECT_COLUMNS

# Spreadsheets run a cell that begins with one of these as a formula (CWE-1236).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
VALUE_LENGTH = 80


@dataclass(frozen=True)
class Fault:
    """Why one cell or row cannot be taken; ``code`` names the sentence ``error.<code>``."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class RawRows:
    """Faulty rows as they were, written out a block at a time: a file may have hundreds of thousands of them."""

    BLOCK = 1_000

    def __init__(self, frame: pd.DataFrame) -> None:
        self.headers = list(frame.columns)
        self._frame = frame
        self._block = -1
        self._records: list[dict[str, str]] = []

    def row(self, at: int) -> dict[str, str]:
        """One row by its position among the faulty ones; neighbours come cheaply."""
        block, inside = divmod(at, self.BLOCK)
        if block != self._block:
            rows = self._frame.iloc[block * self.BLOCK : (block + 1) * self.BLOCK]
            columns = [rows[header].tolist() for header in self.headers]
            self._records = [dict(zip(self.headers, cells, strict=True)) for cells in zip(*columns, strict=True)]
            self._block = block
        return self._records[inside]


class RawRow(Mapping[str, str]):
    """One of the rows, read only when asked."""

    __slots__ = ("_at", "_rows")

    def __init__(self, rows: RawRows, at: int) -> None:
        self._rows = rows
        self._at = at

    def __getitem__(self, header: str) -> str:
        return self._rows.row(self._at)[header]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.headers)

    def __len__(self) -> int:
        return len(self._rows.headers)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True)
class Reject:
    """One row that stays out: physical line in the file, column, cell text (shortened), code, params, the row as it was."""

    line: int
    column: str
    value: str
    code: str
    params: Mapping[str, Any]
    raw: Mapping[str, str]
    source: str = "main"

    def sentence(self, lang: Lang) -> str:
        """The reason and what to do, in the owner's language."""
        known = {"line": self.line, "column": self.column, "value": self.value}
        return translate(lang, f"error.{self.code}", **{**known, **self.params})


class Quarantine:
    """Collects the faults of one sheet's rows by position; the first fault found of a row is the one reported."""

    def __init__(self, frame: pd.DataFrame, lines: npt.NDArray[np.int64], source: str = "main") -> None:
        self._frame = frame
        self._lines = lines
        self._source = source
        self._faults: dict[int, tuple[str, Fault]] = {}

    def __len__(self) -> int:
        return len(self._faults)

    def __contains__(self, position: int) -> bool:
        return position in self._faults

    def add(self, position: int, column: str, fault: Fault) -> None:
        """Keep a row out, unless it already is."""
        self._faults.setdefault(int(position), (column, fault))

    def add_all(self, faults: Mapping[int, Fault], column: str) -> None:
        """Keep out the rows of a parsed column that have faults."""
        for position, fault in faults.items():
            self.add(position, column, fault)

    def add_where(self, mask: "pd.Series[bool] | npt.NDArray[np.bool_]", column: str, code: str, **params: Any) -> None:
        """Keep out all rows where ``mask`` is true."""
        fault = Fault(code, params)
        for position in np.flatnonzero(np.asarray(mask, dtype=bool)):
            self.add(int(position), column, fault)

    def line(self, position: int) -> int:
        """The physical line of a row."""
        return int(self._lines[position])

    def good(self) -> npt.NDArray[np.bool_]:
        """True for each row without a fault."""
        good = np.ones(len(self._frame), dtype=bool)
        good[list(self._faults)] = False
        return good

    def rejects(self) -> list[Reject]:
        """All rejected rows in file order."""
        positions = sorted(self._faults)
        kept = self._frame.iloc[positions]
        rows = RawRows(kept)
        named = {column for column, _ in self._faults.values()} & set(kept.columns)
        cells = {column: kept[column].str.slice(0, VALUE_LENGTH).tolist() for column in named}
        found = []
        for at, position in enumerate(positions):
            column, fault = self._faults[position]
            value = cells[column][at] if column in cells else ""
            line = self.line(position)
            found.append(Reject(line, column, value, fault.code, fault.params, RawRow(rows, at), self._source))
        return found


def neutral(text: str) -> str:
    """A cell that no spreadsheet runs as a formula; the reader takes the added quote off again."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_rejects(target: Path | TextIO, rejects: Iterable[Reject], headers: Sequence[str], lang: Lang = "zh") -> None:
    """A CSV of the rejected rows: the file's own columns, then line, column, code and reason; correct it and import it again."""
    if isinstance(target, Path):
        with target.open("w", encoding="utf-8-sig", newline="") as handle:
            write_rejects(handle, rejects, headers, lang)
        return
    own = [header for header in headers if header not in OWN_COLUMNS]
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([neutral(header) for header in [*own, *REJECT_COLUMNS[lang]]])
    for reject in rejects:
        cells = [reject.raw.get(header, "") for header in own]
        reason = [str(reject.line), reject.column, reject.code, reject.sentence(lang)]
        writer.writerow([neutral(cell) for cell in [*cells, *reason]])
