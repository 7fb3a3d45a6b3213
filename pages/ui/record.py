"""What a page shows, kept while it is drawn, so that it can be had as a file."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.services.page_files import Grid, Heading, Number, Part, Sentence

MOST_ROWS = 5_000


@dataclass(frozen=True)
class Drawing:
    """A chart as it can be built again on white, whatever theme the page is shown in."""

    make: Callable[..., Any]
    args: tuple[Hashable, ...]
    height: int


@dataclass(frozen=True, eq=False)
class Shown:
    """A table as the page has it; its cells are read when a file is asked for, not at every run of the page."""

    frame: pd.DataFrame
    config: Mapping[str, Any]

    def grid(self) -> Grid:
        """At most MOST_ROWS of it, under the titles that the page shows; lists in cells (small charts) are left out, and
        columns that the page hides."""
        frame = self.frame.head(MOST_ROWS)
        hidden = {name for name, column in self.config.items() if column is None}
        titles = {name: column.get("label") for name, column in self.config.items() if isinstance(column, dict)}
        shown = [name for name in frame.columns if name not in hidden]
        plain = [name for name in shown if not any(isinstance(cell, list | tuple) for cell in frame[name].head(3))]
        rows = tuple(tuple(_cell(cell) for cell in row) for row in frame[plain].itertuples(index=False, name=None))
        return Grid(tuple(str(titles.get(name) or name) for name in plain), rows)


Kept = Part | Drawing | Shown
_kept: ContextVar[list[Kept] | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[list[Kept]]:
    """The parts drawn inside, in their order."""
    parts: list[Kept] = []
    token = _kept.set(parts)
    try:
        yield parts
    finally:
        _kept.reset(token)


def keep_heading(text: str) -> None:
    """A card's title."""
    _keep(Heading(text))


def keep_sentence(text: str) -> None:
    """A sentence that says what a chart or number means."""
    _keep(Sentence(text))


def keep_number(label: str, value: str, change: str | None) -> None:
    """A figure."""
    _keep(Number(label, value, change or ""))


def keep_chart(make: Callable[..., Any], args: tuple[Hashable, ...], height: int) -> None:
    """A chart."""
    _keep(Drawing(make, args, height))


def keep_table(frame: pd.DataFrame, config: Mapping[str, Any] | None = None) -> None:
    """A table under its Streamlit column ``config``."""
    _keep(Shown(frame, config or {}))


def _keep(part: Kept) -> None:
    parts = _kept.get()
    if parts is not None:
        parts.append(part)


def _cell(value: Any) -> str | int | float | None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    return value if isinstance(value, str | int | float) else str(value)
