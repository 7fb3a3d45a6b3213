"""A sheet's columns as typed fields: every cell parsed by what its field is, every fault kept with its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from core.clock import ShopZone
from core.errors import Refusal
from core.importers import cells
from core.importers.personal import parse_email
from core.importers.phones import parse_phones
from core.importers.places import city_of, province_of
from core.importers.reader import Sheet
from core.importers.rejects import Quarantine
from core.importers.statuses import parse_status

PROFILE_ROWS = 200
Typer = Callable[[str], Any]
TEXTS = {
    "name": cells.MAX_NICKNAME,
    "nickname": cells.MAX_NICKNAME,
    "receiver_name": 200,
    "receiver_address": 500,
    "category": 200,
}
KEYS = ("order_no",)
LABELS = ("line_no", "member_id", "open_id", "product_id", "sku")
MONEY = ("amount", "total", "net", "refund", "price")
INSTANTS = ("created_at", "paid_at", "completed_at", "refunded_at", "joined_at")
_PHONE = r"(?:\+?86)?1[3-9]\d{9}"
_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*"
_AMOUNT = r"[¥￥]?-?\d{1,3}(?:,?\d{3}){0,2}(?:\.\d{1,2})?元?"
_TOTAL = r"(?:合计|总计|小计|汇总|总和|共计)[:：]?.{0,20}|(?:grand )?total[:：]?|sum[:：]?"


@dataclass(frozen=True)
class Table:
    """A sheet's typed fields (one row a sheet row), the header of each field, and the rows kept out so far."""

    sheet: Sheet
    values: pd.DataFrame
    columns: Mapping[str, str]
    quarantine: Quarantine
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether the file has this field."""
        return name in self.columns

    def refuse(self, mask: "pd.Series[bool]", name: str, code: str, **params: Any) -> None:
        """Keep out the rows where ``mask`` is true, because of a field."""
        self.quarantine.add_where(mask.fillna(False), self.columns.get(name, ""), code, **params)


def plain_column(sheet: Sheet, header: str) -> "pd.Series[str]":
    """A column's cells without what spreadsheets put around them."""
    return cells.plain(sheet.frame[header])


def type_columns(
    sheet: Sheet, columns: Mapping[str, str], zone: ShopZone, now: datetime, source: str = "main"
) -> Table:
    """Parse the mapped columns; refuses the file (``columns_swapped``) when a column holds another kind of thing."""
    quarantine = Quarantine(sheet.frame, sheet.line_numbers, source)
    head = sheet.frame.iloc[: PROFILE_ROWS * 5]
    _check_profiles({name: cells.plain(head[header]) for name, header in columns.items()}, columns)
    table = Table(sheet, pd.DataFrame(index=sheet.frame.index), columns, quarantine)
    _refuse_totals(sheet, quarantine, columns)
    for name, header in columns.items():
        for field_name, values in _type(table, name, plain_column(sheet, header), zone, now).items():
            table.values[field_name] = values
    return table


def _refuse_totals(sheet: Sheet, quarantine: Quarantine, columns: Mapping[str, str]) -> None:
    """Keep out rows that sum up others: a "合计" in the first column or where the number should be."""
    for header in {sheet.headers[0], columns.get("order_no", sheet.headers[0])}:
        codes, distinct = pd.factorize(sheet.frame[header])
        total = pd.Series(distinct).str.strip().str.lower().str.fullmatch(_TOTAL).to_numpy(dtype=bool)
        quarantine.add_where(total[codes], header, "total_row")


def _type(
    table: Table, name: str, texts: "pd.Series[str]", zone: ShopZone, now: datetime
) -> dict[str, "pd.Series[Any]"]:
    """The typed field of one column (a phone gives two), its faults kept out."""
    header = table.columns[name]
    if name in INSTANTS:
        parsed = cells.parse_instants(texts, zone, now)
    elif name in ("phone", "receiver_phone"):
        phones = parse_phones(texts)
        # A receiver's phone is only shown: an odd one is no reason to keep an order out.
        if name == "phone":
            table.quarantine.add_all(phones.faults, header)
        return {name: phones.numbers, f"{name}_masked": phones.masked}
    else:
        parse, dtype = _typer(name)
        parsed = cells.by_value(texts, parse, dtype)
    table.quarantine.add_all(parsed.faults, header)
    if name in (*KEYS, *LABELS):
        table.quarantine.add_where(cells.rounded_ids(texts), header, "id_precision_lost")
    return {name: parsed.values}


def _typer(name: str) -> tuple[Typer, str]:
    """How a field's text is parsed, and into which dtype."""
    if name in MONEY:
        return cells.parse_price, "Int64"
    if name in KEYS:
        return cells.parse_id, "str"
    if name in LABELS:
        return cells.parse_buyer, "str"
    if name == "quantity":
        return cells.parse_quantity, "Int64"
    if name in ("status", "shipping_status"):
        return parse_status, "str"
    if name == "email":
        return parse_email, "str"
    if name in ("province", "city"):
        return (province_of if name == "province" else city_of), "str"
    limit = TEXTS.get(name, cells.MAX_TEXT)
    return (lambda text: cells.clean_text(text, limit)), "str"


def _check_profiles(texts: Mapping[str, "pd.Series[str]"], columns: Mapping[str, str]) -> None:
    """Refuse a file whose first rows show that two columns changed places; the sentence names the likely one."""
    shapes = {name: _shape(column) for name, column in texts.items()}
    expected = {
        **dict.fromkeys(MONEY, "money"),
        **dict.fromkeys(INSTANTS, "date"),
        "phone": "phone",
        "quantity": "money",
    }
    for name, wanted in expected.items():
        found = shapes.get(name, "")
        if found and found != wanted and not (wanted == "phone" and found == "money"):
            likely = next(
                (
                    columns[other]
                    for other, shape in shapes.items()
                    if shape == wanted and expected.get(other) != wanted
                ),
                "",
            )
            if not likely:
                raise Refusal("column_unlike", field=name, column=columns[name], found=found)
            raise Refusal("columns_swapped", field=name, column=columns[name], found=found, likely=likely)


def _shape(texts: "pd.Series[str]") -> str:
    """``phone``, ``date`` or ``money`` when nine of ten of the first filled cells look like it, else nothing."""
    sample = texts[texts.ne("")].iloc[:PROFILE_ROWS]
    if len(sample) < 2:
        return ""
    for shape, pattern in (("phone", _PHONE), ("date", _DATE), ("money", _AMOUNT)):
        if np.mean(sample.str.fullmatch(pattern).to_numpy(dtype=bool)) >= 0.9:
            return shape
    return ""
