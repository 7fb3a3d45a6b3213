"""A daily traffic report (生意参谋 and the like) as one row a shop day, and a spending list as one row a month and channel."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from core.clock import day_number
from core.errors import Refusal
from core.importers.cells import narrow, parse_price, plain
from core.importers.headers import header_key
from core.importers.reader import Sheet, read_sheet
from core.importers.rejects import Fault, Quarantine, Reject

TRAFFIC_SYNONYMS: dict[str, tuple[str, ...]] = {
    "day": ("统计日期", "日期", "时间", "统计时间", "date", "day"),
    "visitors": ("访客数", "店铺访客数", "商品访客数", "UV", "访客人数", "visitors", "unique visitors"),
    "page_views": ("浏览量", "店铺浏览量", "商品浏览量", "PV", "page views", "pageviews"),
    "favourites": ("收藏人数", "商品收藏人数", "商品收藏买家数", "收藏数", "favourites", "favorites"),
    "cart_adds": ("加购人数", "商品加购人数", "加购买家数", "cart adds", "added to cart"),
    "buyers": ("支付买家数", "支付人数", "成交人数", "buyers", "paying buyers"),
    "orders": ("支付订单数", "支付子订单数", "成交订单数", "orders", "paid orders"),
    "sales": ("支付金额", "成交金额", "支付金额(元)", "sales", "paid amount"),
    "rate": ("支付转化率", "全店支付转化率", "店铺支付转化率", "转化率", "conversion", "conversion rate"),
    "device": ("终端", "所属终端", "device"),
}
SPEND_SYNONYMS: dict[str, tuple[str, ...]] = {
    "month": ("月份", "月", "统计月份", "日期", "统计日期", "month", "date"),
    "channel": ("渠道", "推广渠道", "推广方式", "场景", "channel"),
    "amount": ("花费", "消耗", "投放金额", "推广费", "金额", "花费(元)", "spend", "cost", "amount"),
}
ALL_DEVICES = frozenset(("所有终端", "全部", "全部终端", "汇总", "all", "alldevices"))
MOST = 1_000_000_000
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_COUNT = re.compile(r"\d{1,10}|\d{1,3}(?:,\d{3})+")
_NOTHING = frozenset(("", "-", "--", "—"))


@dataclass(frozen=True)
class TrafficRow:
    """One shop day as the platform counts it; None where the file does not say."""

    shop_day: int
    visitors: int
    page_views: int | None = None
    favourites: int | None = None
    cart_adds: int | None = None
    buyers: int | None = None
    orders: int | None = None
    sales_fen: int | None = None


@dataclass(frozen=True)
class SpendRow:
    """What one way of advertising cost in one month (year * 12 + month - 1)."""

    month: int
    channel: str
    amount_fen: int


@dataclass(frozen=True)
class ParsedTraffic:
    """A traffic file's days in order; ``repeated`` rows said the same again, ``parts`` were of a single kind of device."""

    headers: list[str]
    rows: int
    days: list[TrafficRow]
    repeated: int
    parts: int
    rejects: list[Reject]


@dataclass(frozen=True)
class ParsedSpend:
    """A spending file summed up by month and channel, in order."""

    headers: list[str]
    rows: int
    lines: list[SpendRow]
    rejects: list[Reject]


def parse_traffic(path: Path, *, today: date) -> ParsedTraffic:
    """Parse a traffic file. Refuses whole-file faults and ``traffic_columns`` without a day or visitors."""
    sheet = read_sheet(path)
    columns = _columns(sheet, TRAFFIC_SYNONYMS)
    if not {"day", "visitors"} <= set(columns):
        raise Refusal("traffic_columns")
    texts, quarantine = _texts(sheet, columns), Quarantine(sheet.frame, sheet.line_numbers)
    found: dict[int, TrafficRow] = {}
    repeated = parts = 0
    for position in range(len(sheet.frame)):
        cells = {name: column[position] for name, column in texts.items()}
        if header_key(cells.get("device", "")) not in ALL_DEVICES | {""}:
            parts += 1
            continue
        row = _traffic_row(cells, columns, today, position, quarantine)
        if row is None:
            continue
        if found.setdefault(row.shop_day, row) != row:
            quarantine.add(position, columns["day"], Fault("day_differs"))
        elif found[row.shop_day] is not row:
            repeated += 1
    rejects = sorted([*sheet.rejects, *quarantine.rejects()], key=lambda one: one.line)
    return ParsedTraffic(sheet.headers, sheet.rows, [found[day] for day in sorted(found)], repeated, parts, rejects)


def parse_spend(path: Path, *, today: date) -> ParsedSpend:
    """Parse a spending file, by day or by month. Refuses whole-file faults and ``spend_columns`` without a month or an amount."""
    sheet = read_sheet(path)
    columns = _columns(sheet, SPEND_SYNONYMS)
    if not {"month", "amount"} <= set(columns):
        raise Refusal("spend_columns")
    texts, quarantine = _texts(sheet, columns), Quarantine(sheet.frame, sheet.line_numbers)
    sums: dict[tuple[int, str], int] = {}
    for position in range(len(sheet.frame)):
        month = _parsed(parse_month(texts["month"][position], today), position, columns["month"], quarantine)
        amount = _parsed(parse_price(texts["amount"][position]), position, columns["amount"], quarantine)
        if month is None or amount is None:
            continue
        channel = narrow(texts["channel"][position]).strip()[:32] if "channel" in texts else ""
        sums[month, channel] = sums.get((month, channel), 0) + amount
    rejects = sorted([*sheet.rejects, *quarantine.rejects()], key=lambda one: one.line)
    lines = [SpendRow(month, channel, fen) for (month, channel), fen in sorted(sums.items())]
    return ParsedSpend(sheet.headers, sheet.rows, lines, rejects)


def parse_day(text: str, today: date) -> int | Fault:
    """The shop-day number of "2026-11-20", "20261120", "2026年11月20日"; not after ``today``."""
    match = _DAY.fullmatch(narrow(text))
    if match is None:
        return Fault("day_format")
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError:
        return Fault("day_format")
    return day_number(day) if day <= today else Fault("time_future")


def parse_month(text: str, today: date) -> int | Fault:
    """year * 12 + month - 1 of "2026-11", "202611", "2026年11月" or a day in it; not after ``today``'s."""
    match = _MONTH.fullmatch(narrow(text))
    if match is None:
        day = parse_day(text, today)
        return Fault("month_format") if isinstance(day, Fault) else _month_of(date.fromordinal(day + _EPOCH))
    year, month = int(match[1]), int(match[2])
    if not (2000 <= year <= 2100 and 1 <= month <= 12):
        return Fault("month_format")
    found = year * 12 + month - 1
    return found if found <= _month_of(today) else Fault("time_future")


_EPOCH = date(1970, 1, 1).toordinal()


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def parse_count(text: str) -> int | Fault:
    """A whole number of people or views, with or without thousands separators."""
    bare = narrow(text).removesuffix("人").removesuffix(".0").removesuffix(".00").replace("，", ",")
    if not _COUNT.fullmatch(bare):
        return Fault("count_format")
    count = int(bare.replace(",", ""))
    return count if count <= MOST else Fault("count_format")


def parse_rate(text: str) -> Decimal | Fault:
    """A share of "3.25%" or "0.0325", from 0 to 1."""
    bare = narrow(text)
    try:
        share = Decimal(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except ArithmeticError:
        return Fault("rate_format")
    return share if share.is_finite() and 0 <= share <= 1 else Fault("rate_format")


def _traffic_row(
    cells: Mapping[str, str], columns: Mapping[str, str], today: date, position: int, quarantine: Quarantine
) -> TrafficRow | None:
    """One day, or None when one of its cells cannot be read. Buyers follow from the conversion where they are not given."""
    parsers: dict[str, Callable[[str], Any]] = dict.fromkeys(
        ("visitors", "page_views", "favourites", "cart_adds", "buyers", "orders"), parse_count
    )
    parsers |= {"day": lambda text: parse_day(text, today), "sales": parse_price, "rate": parse_rate}
    found: dict[str, Any] = {}
    for name, parse in parsers.items():
        text = cells.get(name, "")
        if text in _NOTHING and name not in ("day", "visitors"):
            continue
        found[name] = _parsed(parse(text), position, columns[name], quarantine)
    if position in quarantine:
        return None
    rate = found.pop("rate", None)
    if "buyers" not in found and rate is not None:
        found["buyers"] = int((rate * found["visitors"]).quantize(Decimal(1), ROUND_HALF_UP))
    return TrafficRow(found.pop("day"), sales_fen=found.pop("sales", None), **found)


def _parsed(value: Any, position: int, column: str, quarantine: Quarantine) -> Any:
    if isinstance(value, Fault):
        quarantine.add(position, column, value)
        return None
    return value


def _columns(sheet: Sheet, synonyms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The header of each field that the file has; of several, the first in the list of its names."""
    by_key = {header_key(header): header for header in sheet.headers}
    found = {}
    for name, known in synonyms.items():
        header = next((by_key[header_key(one)] for one in known if header_key(one) in by_key), None)
        if header is not None:
            found[name] = header
    return found


def _texts(sheet: Sheet, columns: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: plain(sheet.frame[header]).tolist() for name, header in columns.items()}
