"""Numbers and tables for the terminal."""

import unicodedata
from collections.abc import Iterator, Sequence

from core.rules.phrases import yuan_words

MISSING = "-"


def money(fen: int | None) -> str:
    """An amount with its sign: ``¥1,280.50``."""
    if fen is None:
        return MISSING
    return f"-¥{yuan_words(-fen)}" if fen < 0 else f"¥{yuan_words(fen)}"


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal."""
    return MISSING if share is None else f"{share:.1%}"


def width(text: str) -> int:
    """Columns of the terminal that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(symbol) in "WF" else 1 for symbol in text)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Lines of a table in even columns, numbers to the right."""
    texts = [[_shown(cell) for cell in row] for row in rows]
    right = [bool(rows) and all(_is_amount(row[place]) for row in rows) for place in range(len(headers))]
    widths = [max(width(line[place]) for line in [headers, *texts]) for place in range(len(headers))]
    for line in [list(headers), *texts]:
        cells = []
        for cell, wide, to_right in zip(line, widths, right, strict=True):
            space = " " * (wide - width(cell))
            cells.append(space + cell if to_right else cell + space)
        yield "  ".join(cells).rstrip()


def _shown(cell: object) -> str:
    if cell is None:
        return MISSING
    return f"{cell:,}" if _is_number(cell) else str(cell)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool)


def _is_amount(cell: object) -> bool:
    return (
        cell is None
        or _is_number(cell)
        or (isinstance(cell, str) and (cell.lstrip("-")[:1] == "¥" or cell[-1:] == "%"))
    )
