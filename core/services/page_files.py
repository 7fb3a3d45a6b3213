"""A page as a file to print or to calculate with: what stood on it, as PDF (typst) or XLSX."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    bold = book.add_format({"bold": True})
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
            front.write_string(number, place, _plain(text), bold if len(line) == 1 and number != 2 else None)
    for number, (name, grid) in enumerate((name, grid) for name, grid in tables if grid.rows):
        sheet = book.add_worksheet(_sheet_name(name, number + 1))
        sheet.set_column(0, len(grid.columns), 18)
        for place, title in enumerate(grid.columns):
            sheet.write_string(0, place, neutral(title), bold)
        for line_no, row in enumerate(grid.rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(line_no, place, cell)
                elif cell is not None:
                    sheet.write_string(line_no, place, neutral(str(cell)))
        sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


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

    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _chart_data(spec: str) -> Grid:
    """The rows that a chart draws: those written into it, of its largest part."""
    found: list[Sequence[dict[str, Any]]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            values = node.get("values")
            if isinstance(values, list) and values and all(isinstance(one, dict) for one in values):
                found.append(values)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(json.loads(spec))
    if not found:
        return Grid((), ())
    rows = max(found, key=len)
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Grid(columns, tuple(tuple(_cell(row.get(name)) for name in columns) for row in rows))


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
