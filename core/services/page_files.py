"""A page as a file to print or to calculate with: what stood on it, as PDF (typst) or XLSX."""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from typing import Any

import xlsxwriter

from core.i18n import Lang, translate
from core.importers.rejects import neutral
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.print_files import fill_pdf
from core.store.audit import record

MOST_ROWS = 200  # of a table on paper; a sheet has all that the page had
SHEET_NAME = 31
CHART_WIDTH = 620  # pixels between the axes: on A4 a chart's letters are as large as the paper's
_AMOUNT = re.compile(r"([-+]?)(¥?)(\d{1,3}(?:,\d{3})+|\d{1,3})((?:\.\d+)?)(%| 人| people)?")
BAD_IN_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Heading:
    """A card's title."""

    text: str


@dataclass(frozen=True)
class Sentence:
    """A finished sentence in plain text."""

    text: str


@dataclass(frozen=True)
class Number:
    """One figure as the page says it: label, value, and what it is compared with."""

    label: str
    value: str
    change: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: titles and rows of texts and numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A chart as Vega-Lite JSON, its data inside."""

    spec: str


Part = Heading | Sentence | Number | Grid | Chart


@dataclass(frozen=True)
class PageFile:
    """What a page showed, from top to bottom."""

    title: str
    subtitle: str
    parts: tuple[Part, ...]
    lang: Lang


def charts_ready() -> bool:
    """Whether the part that draws charts for a PDF is installed (an extra)."""
    return find_spec("vl_convert") is not None


def export_page(desk: Desk, actor: Actor, page: PageFile, kind: str, *, now: datetime) -> bytes:
    """The file, ``kind`` "pdf" or "xlsx", audited. Refuses ``pdf_missing`` and ``pdf_font``."""
    foot = translate(page.lang, "export.foot", moment=f"{desk.zone.local(now):%Y-%m-%d %H:%M}")
    made = page_pdf(page, foot) if kind == "pdf" else page_xlsx(page, foot)
    with desk.db.write() as session:
        record(session, actor.name, "page.exported", "page", now=now, count=1, kind=kind, title=page.title)
    return made


def page_pdf(page: PageFile, foot: str) -> bytes:
    """A4, Chinese or English, charts as drawings where vl-convert is installed."""
    drawn = charts_ready()
    parts = [one for part in page.parts if (one := _printed(part, page.lang, drawn=drawn)) is not None]
    head = {"title": _plain(page.title), "subtitle": _plain(page.subtitle), "foot": foot, "lang": page.lang}
    return fill_pdf("page.typ", head | {"parts": parts})


def page_xlsx(page: PageFile, foot: str) -> bytes:
    """One sheet with headings, sentences and figures, then one for each table and the data of each chart."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, shaped = book.add_format({"bold": True}), cache(lambda shape: book.add_format({"num_format": shape}))
    front = book.add_worksheet(_sheet_name(page.title, 0))
    front.set_column(0, 2, 28)
    lines: list[tuple[str, ...]] = [(page.title,), (page.subtitle,), (foot,), ()]
    tables: list[tuple[str, Grid]] = []
    heading = page.title
    for part in page.parts:
        match part:
            case Heading(text):
                heading = text
                lines.append((text,))
            case Sentence(text):
                lines.append((text,))
            case Number(label, value, change):
                lines.append((label, value, change))
            case Grid():
                tables.append((heading, part))
            case Chart(spec):
                tables.append((heading, _chart_data(spec)))
    for number, line in enumerate(lines):
        for place, text in enumerate(line):
            style = bold if len(line) == 1 and number != 2 else None
            _write_cell(front, (number, place), _plain(text), shaped, style)
    for number, (name, grid) in enumerate((name, grid) for name, grid in tables if grid.rows):
        sheet = book.add_worksheet(_sheet_name(name, number + 1))
        sheet.set_column(0, len(grid.columns), 18)
        for place, title in enumerate(grid.columns):
            sheet.write_string(0, place, neutral(title), bold)
        for line_no, row in enumerate(grid.rows, start=1):
            for place, cell in enumerate(row):
                text_only = isinstance(cell, str) and _amount(cell) is None
                _write_cell(sheet, (line_no, place), neutral(str(cell)) if text_only else cell, shaped)
        sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def _write_cell(
    sheet: Any,
    at: tuple[int, int],
    cell: str | int | float | None,
    shaped: Callable[[str], Any],
    style: Any | None = None,
) -> None:
    """A number as a number, also where the page says it in words ("-¥1,200", "3.4%", "845 人"); all else as text."""
    amount = _amount(cell) if isinstance(cell, str) and style is None else None
    if amount is not None:
        sheet.write_number(*at, amount[0], shaped(amount[1]))
    elif isinstance(cell, int | float):
        sheet.write_number(*at, cell)
    elif cell is not None:
        sheet.write_string(*at, cell, style)


def _amount(text: str) -> tuple[float, str] | None:
    """The value and number format of a finished text; None for what only looks like one: order numbers, phone tails."""
    match = _AMOUNT.fullmatch(text)
    if match is None or (len(match[3]) > 1 and match[3].startswith("0")):
        return None
    sign, yuan, whole, part, unit = match.groups()
    value = float(f"{sign}{whole.replace(',', '')}{part}")
    shape = f"{yuan}#,##0{part and '.' + '0' * (len(part) - 1)}"
    if unit == "%":
        return value / 100, f"{shape}%"
    return value, f'{shape}"{unit}"' if unit else shape


def _sheet_name(name: str, number: int) -> str:
    """A name that a sheet may have, and no other sheet has."""
    bare = _plain(name).translate(BAD_IN_SHEET_NAME).strip("' ")
    return (f"{number} {bare}" if number else bare)[:SHEET_NAME].strip("' ") or str(number)


def _printed(part: Part, lang: Lang, *, drawn: bool) -> dict[str, Any] | None:
    """A part as data of the template; none where it cannot be drawn."""
    match part:
        case Heading(text):
            return {"kind": "heading", "text": _plain(text)}
        case Sentence(text):
            return {"kind": "sentence", "text": _plain(text)}
        case Number(label, value, change):
            return {"kind": "number", "label": _plain(label), "value": _plain(value), "change": _plain(change)}
        case Grid(columns, rows):
            shown = [["" if cell is None else str(cell) for cell in row] for row in rows[:MOST_ROWS]]
            left = len(rows) - len(shown)
            more = translate(lang, "export.more_rows", n=f"{left:,}") if left else ""
            return {"kind": "grid", "columns": list(columns), "rows": shown, "more": more} if columns else None
        case Chart(spec):
            return {"kind": "chart", "svg": _svg(spec)} if drawn else None


def _svg(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg({"width": CHART_WIDTH} | json.loads(spec), allowed_base_urls=[]))


def _chart_data(spec: str) -> Grid:
    """The rows of a chart's largest part, as its tooltips say them; without tooltips as they are written into it."""
    found: list[tuple[Sequence[dict[str, Any]], dict[str, str]]] = []

    def walk(node: Any, rows: Sequence[dict[str, Any]]) -> None:
        if isinstance(node, dict):
            values = node.get("data", {}).get("values") if isinstance(node.get("data"), dict) else None
            rows = values if isinstance(values, list) and all(isinstance(one, dict) for one in values) else rows
            if rows and "mark" in node:
                found.append((rows, _told(node.get("encoding", {}).get("tooltip"), rows)))
            for child in node.values():
                walk(child, rows)
        elif isinstance(node, list):
            for child in node:
                walk(child, rows)

    walk(json.loads(spec), ())
    if not found:
        return Grid((), ())
    rows, told = max(found, key=lambda one: (len(one[0]), len(one[1])))
    titles = told or {name: name for row in rows for name in row}
    return Grid(tuple(titles.values()), tuple(tuple(_cell(row.get(name)) for name in titles) for row in rows))


def _told(tooltip: Any, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The fields that a mark's tooltip names, with their titles."""
    tips = tooltip if isinstance(tooltip, list) else [tooltip]
    named = [one for one in tips if isinstance(one, dict) and one.get("field") in rows[0]]
    return {one["field"]: str(one.get("title") or "").strip() for one in named}


def _cell(value: Any) -> str | int | float | None:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _plain(text: str) -> str:
    """A page's Markdown as plain text: badges, colours, icons and stars taken off."""
    plain, depth = [], 0
    place = 0
    while place < len(text):
        if text.startswith(":", place) and (end := _directive_end(text, place)):
            place = end[0]
            if end[1]:
                depth += 1
            continue
        sign = text[place]
        if sign == "]" and depth:
            depth -= 1
        elif sign == "\\" and place + 1 < len(text):
            place += 1
            plain.append(text[place])
        elif sign not in "*`" and not (sign == "#" and (place == 0 or text[place - 1] in "#\n")):
            plain.append(sign)
        place += 1
    return " ".join("".join(plain).split())


def _directive_end(text: str, start: int) -> tuple[int, bool] | None:
    """Where ``:red[`` or ``:material/icon:`` ends, and whether it opens a bracket."""
    end = start + 1
    while end < len(text) and (text[end].isascii() and (text[end].isalnum() or text[end] in "-_/")):
        end += 1
    if end == start + 1 or end >= len(text):
        return None
    if text[end] == "[":
        return end + 1, True
    if text[end] == ":" and "material/" in text[start:end]:
        return end + 1, False
    return None
