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


class RawRow(Mapping[str, str]):
    """A row as it was, read from its frame only when asked: a file may have hundreds of thousands of faulty rows."""

    __slots__ = ("_at", "_frame")

    def __init__(self, frame: pd.DataFrame, at: int) -> None:
        self._frame = frame
        self._at = at

    def __getitem__(self, header: str) -> str:
        return str(self._frame[header].array[self._at])

    def __iter__(self) -> Iterator[str]:
        return iter(self._frame.columns)

    def __len__(self) -> int:
        return len(self._frame.columns)

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
        found = []
        for at, position in enumerate(positions):
            raw = RawRow(kept, at)
            column, fault = self._faults[position]
            value = raw.get(column, "")[:VALUE_LENGTH]
            found.append(Reject(self.line(position), column, value, fault.code, fault.params, raw, self._source))
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
