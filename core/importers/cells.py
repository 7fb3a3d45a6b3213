"""One cell's text to one value, or to the reason why not; columns are parsed once for each distinct text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd

from core.clock import ShopZone, to_micros
from core.importers.rejects import FORMULA_STARTS, Fault

Parser = Callable[[str], Any]
FIRST_YEAR = 2003  # Taobao began in May 2003: an earlier order is a placeholder or a wrong clock
MAX_QUANTITY = 1_000_000
MAX_ID = 64
MAX_NICKNAME = 64
MAX_TEXT = 2_000
_BLANK = " \t\r\n\u3000\xa0\ufeff\u200b"
# Only the full-width forms: NFKC would also read "²" as 2.
_NARROW: dict[int, int | str] = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, 0x3000: " ", 0xFFE5: "¥"}
_UNWRAP = re.compile(r'="(\d+)"')
_MONEY = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
SCIENTIFIC = re.compile(r"\d+(?:\.\d*)?[eE]\+?\d+")
_ID = re.compile(r"[^\s\"',;<>\x00-\x1f]{1,64}")
_INSTANT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:\.(\d{1,6})\d*)?)?分?)?"
    r"(?: ?(Z|UTC|[+-]\d{2}:?\d{2}))?"
)
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\D.*)?")
_WIDE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_HIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Parsed:
    """A parsed column (missing where empty or faulty) and the faults by row position."""

    values: "pd.Series[Any]"
    faults: dict[int, Fault] = field(default_factory=dict)


def plain(texts: "pd.Series[str]") -> "pd.Series[str]":
    """Cells without what spreadsheets and exports put around them: blanks, a leading ' or TAB before data, ``="digits"``."""
    texts = texts.str.strip(_BLANK)
    quoted = texts.str.startswith("'")
    if quoted.any():
        texts = texts.where(~quoted, texts[quoted].map(_unquote).reindex(texts.index, fill_value=""))
    wrapped = texts.str.startswith('="')
    if wrapped.any():
        inner = texts[wrapped].map(_unwrap)
        texts = texts.where(~wrapped, inner.reindex(texts.index, fill_value=""))
    return texts


def _unquote(text: str) -> str:
    rest = text[1:]
    return rest.strip(_BLANK) if rest[:1].isdigit() or rest.startswith(FORMULA_STARTS) else text


def _unwrap(text: str) -> str:
    match = _UNWRAP.fullmatch(text)
    return match[1] if match else text


def by_value(texts: "pd.Series[str]", parse: Parser, dtype: Any) -> Parsed:
    """Parse each distinct text once; empty text is missing, a ``Fault`` result is missing and reported for its rows."""
    codes, uniques = pd.factorize(texts)
    results = [parse(text) if text else None for text in uniques.tolist()]
    broken = {code: result for code, result in enumerate(results) if isinstance(result, Fault)}
    values = pd.array([None if code in broken else result for code, result in enumerate(results)], dtype=dtype)
    faults: dict[int, Fault] = {}
    if broken:
        for position in np.flatnonzero(np.isin(codes, list(broken))):
            faults[int(position)] = broken[int(codes[position])]
    return Parsed(pd.Series(values.take(codes), index=texts.index), faults)


def narrow(text: str) -> str:
    """Full-width digits and signs as plain ones, without blanks around."""
    return text if text.isascii() else text.translate(_NARROW).strip()


def parse_money(text: str) -> int | Fault:
    """Fen of an amount in yuan ("12", "¥1,234.50", "12.00元"); never rounds: ``amount_format`` for all else."""
    if match := _MONEY.fullmatch(text):
        return _fen(match)
    bare = narrow(text).removeprefix("¥").removeprefix("CNY").removeprefix("RMB").removesuffix("元").strip()
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    match = _MONEY.fullmatch(bare)
    return Fault("amount_format") if match is None else _fen(match)


def _fen(match: re.Match[str]) -> int:
    sign, whole, part = match.groups()
    fen = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return -fen if sign else fen


def parse_price(text: str) -> int | Fault:
    """An amount that must not be negative."""
    fen = parse_money(text)
    return Fault("amount_negative") if isinstance(fen, int) and fen < 0 else fen


def parse_quantity(text: str) -> int | Fault:
    """A whole number of pieces from 0 to a million."""
    bare = narrow(text).removesuffix("件").removesuffix(".0").removesuffix(".00")
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 7 or int(bare) > MAX_QUANTITY:
        return Fault("quantity_format")
    return int(bare)


def parse_id(text: str) -> str | Fault:
    """A platform's id as text; ``id_precision_lost`` for what a spreadsheet turned into a rounded number."""
    if text.isascii() and text.isdigit() and len(text) <= MAX_ID:
        return text
    bare = narrow(text)
    if SCIENTIFIC.fullmatch(bare):
        return Fault("id_precision_lost")
    if bare.endswith(".0") and bare[:-2].isdigit():
        bare = bare[:-2]
        if len(bare) > 15:
            return Fault("id_precision_lost")
    return bare if _ID.fullmatch(bare) else Fault("id_format", {"limit": MAX_ID})


def parse_buyer(text: str) -> str | Fault:
    """A buyer's id or nick: like an id, but blanks and commas inside may be part of a nick."""
    if SCIENTIFIC.fullmatch(text):
        return Fault("id_precision_lost")
    return clean_text(text, MAX_NICKNAME)


def clean_text(text: str, limit: int = MAX_TEXT) -> str | Fault:
    """Text without control and direction characters; emoji stay. ``text_too_long`` above ``limit`` characters."""
    cleaned = _HIDDEN.sub("", text).strip()
    return cleaned if len(cleaned) <= limit else Fault("text_too_long", {"limit": limit})


def clean_nickname(text: str) -> str | Fault:
    """A nickname as text of at most 64 characters; whatever it looks like, it is only ever shown."""
    return clean_text(text, MAX_NICKNAME)


def rounded_ids(ids: "pd.Series[str]") -> "pd.Series[bool]":
    """Rows whose long digit id lost its end to a spreadsheet: most ids of over 15 digits end in zeros from there on."""
    long = ids.str.fullmatch(r"\d{16,}").fillna(False).astype(bool)
    cut = long & ids.str.fullmatch(r"\d{15}0+").fillna(False).astype(bool)
    return cut & bool(cut.sum() * 2 > long.sum())


def parse_instants(texts: "pd.Series[str]", zone: ShopZone, now: datetime) -> Parsed:
    """Int64 epoch microseconds of a column of times; those without a zone are shop time.

    Faults: ``time_format`` (24:00, AM/PM, serial numbers), ``time_ambiguous`` (1/2/2026), ``time_too_early``, ``time_future``.
    """
    values = pd.Series(pd.array([None] * len(texts), dtype="Int64"), index=texts.index)
    wide = texts.str.fullmatch(_WIDE.pattern).to_numpy(dtype=bool)
    if wide.any():
        walls = pd.to_datetime(texts[wide], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        values[wide] = zone.walls_to_micros(walls)
    rest = np.asarray(values.isna() & texts.ne(""))
    slow = by_value(texts.where(rest, ""), lambda text: _parse_instant(text, zone), "Int64")
    values = values.fillna(slow.values)
    faults = dict(slow.faults)
    early = to_micros(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
    late = to_micros(now) + 86_400_000_000
    for code, mask in (("time_too_early", values < early), ("time_future", values > late)):
        for position in np.flatnonzero(mask.fillna(False).to_numpy(dtype=bool)):
            faults[int(position)] = Fault(code)
    return Parsed(values, faults)


def _parse_instant(text: str, zone: ShopZone) -> int | Fault:
    """Epoch microseconds of one time text, year first."""
    text = narrow(text)
    match = _INSTANT.fullmatch(text)
    if match is None:
        return Fault("time_ambiguous" if _DAY_FIRST.fullmatch(text) else "time_format")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if year == "0000":
        return Fault("time_too_early")
    try:
        instant = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
            tzinfo=zone.info if offset is None else _offset(offset),
        )
    except ValueError:
        return Fault("time_format")
    return to_micros(instant)


def _offset(text: str) -> timezone:
    if text in ("Z", "UTC"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
