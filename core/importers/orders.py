"""An order file as orders, items and rejected rows; every preset goes the same way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.clock import ShopZone
from core.errors import Refusal
from core.importers.cells import parse_instants
from core.importers.columns import Table, type_columns
from core.importers.grouping import group_orders
from core.importers.items import ITEM_COLUMNS, detail_items, row_items, title_items
from core.importers.mapping import ORDER_FIELDS, Mapped, check_mapping, mapped_preset, suggest_orders
from core.importers.places import split_addresses
from core.importers.presets import PRESETS, TAOBAO_ITEMS, Grain, Preset, match_preset, nearest_preset
from core.importers.reader import Progress, Sheet, read_sheet
from core.importers.rejects import Reject

Note = tuple[str, dict[str, Any]]
ORDER_COLUMNS = (
    "line",
    "order_no",
    "buyer_id",
    "buyer_kind",
    "nickname",
    "name",
    "phone",
    "phone_masked",
    "email",
    "created_at",
    "paid_at",
    "completed_at",
    "refunded_at",
    "status",
    "paid_fen",
    "refund_fen",
    "quantity",
    "province",
    "city",
    "receiver_name",
    "receiver_phone",
    "receiver_address",
    "coupon_code",
    "title",
)
_INSTANT_COLUMNS = frozenset(("created_at", "paid_at", "completed_at", "refunded_at"))
_KEY_FIELDS = ("order_no", "member_id", "phone", "nickname")
OUTLIER_FEN = 100_000_000  # a million yuan in one order is asked about, not refused


@dataclass(frozen=True)
class ParsedOrders:
    """An order file's values.

    ``orders`` and ``items`` have the columns ORDER_COLUMNS and ITEM_COLUMNS (instants Int64 epoch microseconds, money int64 fen).
    ``rows`` counts data rows: ``rows - len(rejects)`` were accepted, repeated rows among them. ``side_rejects``: rows of the item
    and key files that stay out. ``money_identity_holds``: Taobao's total = actually paid + refund, None where it cannot be told.
    """

    preset: str
    platform: str
    mapping: Mapping[str, str]
    headers: list[str]
    rows: int
    orders: pd.DataFrame
    items: pd.DataFrame
    rejects: list[Reject]
    has_buyer_key: bool
    notes: list[Note]
    money_identity_holds: bool | None
    rows_by_order: "pd.Series[int]"
    items_are_detail: bool
    side_rejects: list[Reject] = field(default_factory=list)

    @property
    def order_column(self) -> str:
        """The file's column of the order number."""
        return self.mapping["order_no"]

    @property
    def accepted(self) -> int:
        """Rows taken, repeats of the same row among them."""
        return self.rows - len(self.rejects)


def parse_orders(
    path: Path,
    *,
    zone: ShopZone,
    now: datetime,
    preset: str = "auto",
    items_path: Path | None = None,
    keys_path: Path | None = None,
    mapping: Mapped | None = None,
    platform: str | None = None,
    progress: Progress | None = None,
) -> ParsedOrders:
    """Parse an order file with its item detail and key files. Refuses whole-file faults; row faults are rejects."""
    report = progress or (lambda share: None)
    sheet = read_sheet(path, progress=lambda share: report(0.5 * share))
    chosen = choose_preset(sheet.headers, preset, mapping, platform)
    columns = chosen.resolve(sheet.headers)
    table = type_columns(sheet, columns, zone, now)
    if chosen.dated_numbers:
        _date_by_number(table, zone, now)
    report(0.75)
    side: list[Reject] = []
    if keys_path is not None:
        side += _join_keys(table, keys_path, zone, now)
    lines, owner, orders = group_orders(table, chosen)
    orders = _finish(orders, table, chosen)
    report(0.9)
    if items_path is not None:
        detail = _read_detail(items_path, zone, now)
        items = detail_items(orders, detail)
        side += [*detail.sheet.rejects, *detail.quarantine.rejects()]
    else:
        by_row = chosen.grain is Grain.ITEM
        items = row_items(lines, owner, orders, chosen.repeats) if by_row else title_items(orders)
    detailed = items_path is not None or chosen.grain is Grain.ITEM
    report(1.0)
    counted = pd.Series(np.bincount(owner, minlength=len(orders)), index=orders["order_no"])
    name = platform or chosen.platform
    return _result(table, (chosen.name, name), orders[list(ORDER_COLUMNS)], items, side, (counted, detailed))


def _result(
    table: Table,
    names: tuple[str, str],
    orders: pd.DataFrame,
    items: pd.DataFrame,
    side: list[Reject],
    about: tuple["pd.Series[int]", bool],
) -> ParsedOrders:
    """The values with what the file as a whole says; ``names``: preset and platform, ``about``: rows by order, real items."""
    sheet = table.sheet
    rows_by_order, items_are_detail = about
    return ParsedOrders(
        preset=names[0],
        platform=names[1],
        mapping=table.columns,
        headers=sheet.headers,
        rows=sheet.rows,
        orders=orders.reset_index(drop=True),
        items=items[list(ITEM_COLUMNS)],
        rejects=sorted([*sheet.rejects, *table.quarantine.rejects()], key=lambda reject: reject.line),
        has_buyer_key=bool(orders[["buyer_id", "phone", "email"]].notna().any(axis=None)),
        notes=[*table.notes, *_notes(orders, sheet)],
        money_identity_holds=_identity(table),
        rows_by_order=rows_by_order,
        items_are_detail=items_are_detail,
        side_rejects=side,
    )


def choose_preset(headers: list[str], name: str, mapping: Mapped | None, platform: str | None) -> Preset:
    """The preset to read by: the given mapping, the named preset, or what the header says, last a suggested mapping.

    Refuses ``preset_unknown``, ``preset_mismatch``, ``items_need_orders``, ``mapping_*``.
    """
    if mapping:
        return mapped_preset(check_mapping(mapping, headers, ORDER_FIELDS), platform)
    if name not in ("auto", "mapped"):
        if name not in PRESETS:
            raise Refusal("preset_unknown", preset=name)
        chosen: Preset | None = PRESETS[name]
        if chosen is not None and not chosen.matches(headers):
            raise Refusal("preset_mismatch", preset=name, missing="、".join(chosen.missing(headers)))
    else:
        chosen = match_preset(headers) if name == "auto" else None
    if chosen is TAOBAO_ITEMS:
        raise Refusal("items_need_orders")
    return chosen or _suggested(headers, name, platform)


def _suggested(headers: list[str], name: str, platform: str | None) -> Preset:
    """A mapping by column names; refuses a platform's export that lost columns, and orders that would have no amount."""
    if name == "auto" and (near := nearest_preset(headers)):
        raise Refusal("header_incomplete", preset=near.name, missing="、".join(near.missing(headers)))
    mapping = suggest_orders(headers)
    if "order_no" in mapping and "amount" not in mapping:
        raise Refusal("mapping_incomplete", field="amount")
    return mapped_preset(mapping, platform)


def _read_detail(path: Path, zone: ShopZone, now: datetime) -> Table:
    """The item detail file of an order list; refuses another kind of file."""
    sheet = read_sheet(path, source="items")
    if not TAOBAO_ITEMS.matches(sheet.headers):
        missing = "、".join(TAOBAO_ITEMS.missing(sheet.headers))
        raise Refusal("preset_mismatch", preset=TAOBAO_ITEMS.name, missing=missing)
    detail = type_columns(sheet, TAOBAO_ITEMS.resolve(sheet.headers), zone, now, "items")
    detail.refuse(detail.values["order_no"].isna(), "order_no", "order_no_missing")
    return detail


def _join_keys(table: Table, path: Path, zone: ShopZone, now: datetime) -> list[Reject]:
    """Give orders the buyer of a second file (order number + member id or phone); its faulty rows come back."""
    sheet = read_sheet(path, source="keys")
    columns = {field: column for field, column in suggest_orders(sheet.headers).items() if field in _KEY_FIELDS}
    if "order_no" not in columns or not {"member_id", "phone"} & set(columns):
        raise Refusal("keys_incomplete")
    keys = type_columns(sheet, columns, zone, now, "keys")
    keys.refuse(keys.values["order_no"].isna(), "order_no", "order_no_missing")
    known = [name for name in ("member_id", "phone") if name in keys.values]
    pairs = keys.values[keys.quarantine.good()].drop_duplicates(["order_no", *known])
    torn = pairs.loc[pairs["order_no"].duplicated(), "order_no"]
    keys.refuse(keys.values["order_no"].isin(torn), "order_no", "key_differs")
    chosen = keys.values[keys.quarantine.good()].drop_duplicates("order_no").set_index("order_no")
    for name in [name for name in _KEY_FIELDS if name in chosen]:
        found = table.values["order_no"].map(chosen[name]).astype("str")
        target = "key_id" if name == "member_id" else name
        table.values[target] = found.fillna(table.values[target]) if target in table.values else found
    return [*sheet.rejects, *keys.quarantine.rejects()]


def _finish(orders: pd.DataFrame, table: Table, preset: Preset) -> pd.DataFrame:
    """Orders with every column of ORDER_COLUMNS: buyer, place, line and what the file does not have as missing."""
    orders["line"] = table.sheet.line_numbers[orders["row"].to_numpy(dtype=np.int64)]
    _name_buyers(orders, table, preset)
    if "title" not in orders and "product" in orders:
        orders["title"] = orders["product"]
    if "receiver_address" in orders:
        province, city = split_addresses(orders["receiver_address"].fillna(""))
        for name, found in (("province", province), ("city", city)):
            orders[name] = orders[name].fillna(found) if name in orders else found
    for name in ORDER_COLUMNS:
        if name not in orders:
            dtype = "Int64" if name in _INSTANT_COLUMNS or name == "quantity" else "str"
            orders[name] = pd.array([None] * len(orders), dtype=dtype)
    orders["created_at"] = orders["created_at"].fillna(orders["paid_at"])
    return orders


def _date_by_number(table: Table, zone: ShopZone, now: datetime) -> None:
    """Give an order without any time the day its number begins with ("260101-..." is 2026-01-01)."""
    values = table.values
    known = pd.DataFrame({name: values[name].notna() for name in ("created_at", "paid_at") if name in values}).any(
        axis=1
    )
    parts = values["order_no"].where(~known).str.extract(r"^(\d\d)(\d\d)(\d\d)-").fillna("")
    days = ("20" + parts[0] + "-" + parts[1] + "-" + parts[2]).where(parts[0].ne(""), "").astype("str")
    dated = parse_instants(days, zone, now).values
    values["created_at"] = values["created_at"].fillna(dated) if "created_at" in values else dated


def _name_buyers(orders: pd.DataFrame, table: Table, preset: Preset) -> None:
    """buyer_id and buyer_kind: the platform's open id, else its nick or number, else the key file's; never a masked nick."""
    orders["buyer_id"] = pd.array([None] * len(orders), dtype="str")
    orders["buyer_kind"] = orders["buyer_id"]
    kinds = (("open_id", "open_id"), ("member_id", preset.buyer_kind or "member_id"), ("key_id", "member_id"))
    for name, kind in kinds:
        if name not in orders:
            continue
        masked = orders[name].str.contains("*", regex=False).fillna(False).astype(bool)
        if masked.any():
            table.notes.append(("buyer_masked", {"n": int(masked.sum())}))
        fresh = orders["buyer_id"].isna() & orders[name].notna() & ~masked
        orders["buyer_id"] = orders["buyer_id"].where(~fresh, orders[name])
        orders["buyer_kind"] = orders["buyer_kind"].where(~fresh, kind)
    if preset.buyer_kind == "nick" and "member_id" in orders:
        orders["nickname"] = orders["member_id"]


def _identity(table: Table) -> bool | None:
    """Whether Taobao's money identity holds for every paid order of the file."""
    codes = {code for code, _ in table.notes}
    return False if "money_identity_off" in codes else True if "money_identity_holds" in codes else None


def _notes(orders: pd.DataFrame, sheet: Sheet) -> list[Note]:
    """What the preview must say about the file as a whole."""
    notes: list[Note] = []
    unknown = int(orders[["buyer_id", "phone", "email"]].isna().all(axis=1).sum())
    if unknown:
        code = "no_buyer_key" if unknown == len(orders) else "orders_without_buyer"
        notes.append((code, {"n": unknown}))
    outliers = int(orders["paid_fen"].ge(OUTLIER_FEN).sum())
    if outliers:
        notes.append(("amount_outlier", {"n": outliers, "yuan": OUTLIER_FEN // 100}))
    if sheet.other_sheets:
        notes.append(("other_sheets", {"names": "、".join(sheet.other_sheets)}))
    return notes
