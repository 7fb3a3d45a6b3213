"""Phone numbers to E.164; masked ones stay labels and are never a key."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import phonenumbers

from core.importers.cells import SCIENTIFIC, Parsed, by_value, narrow
from core.importers.rejects import Fault

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_MASKED = re.compile(r"(?:\+?86)?[\d]{0,7}\*{2,}[\d*]{0,8}")
_NOISE = re.compile(r"[\s\-()（）.]+")
_TWO = re.compile(r"\d{7,}\s*[,;/|、和或 ]+\s*\+?\d{7,}")


@dataclass(frozen=True)
class Phones:
    """A column of phones: E.164 (missing where masked or empty), the masked text as it stood, faults by row position."""

    numbers: "pd.Series[Any]"
    masked: "pd.Series[Any]"
    faults: dict[int, Fault]


def parse_phone(text: str) -> str | Fault:
    """E.164 of one phone ("138 1234 5678", "0086-138...", "+65 ..."), or the masked text unchanged (it holds a "*")."""
    if _MOBILE.fullmatch(text):
        return f"+86{text}" if _assigned(text[:5]) else Fault("phone_format")
    number = narrow(text)
    if SCIENTIFIC.fullmatch(number):
        return Fault("id_precision_lost")
    if _TWO.search(number):
        return Fault("phone_two")
    bare = _NOISE.sub("", number).removesuffix(".0")
    if "*" in bare:
        return bare if _MASKED.fullmatch(bare) else Fault("phone_format")
    mobile = bare.removeprefix("+").removeprefix("00").removeprefix("86")
    if _MOBILE.fullmatch(mobile):
        return f"+86{mobile}" if _assigned(mobile[:5]) else Fault("phone_format")
    return _by_library(f"+{bare[2:]}" if bare.startswith("00") else bare)


@lru_cache(maxsize=10_000)
def _assigned(prefix: str) -> bool:
    """Whether mainland mobiles with these five first digits exist: the numbering plan looks no further (a test compares)."""
    return isinstance(_by_library(f"{prefix}123456"), str)


def _by_library(text: str) -> str | Fault:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return Fault("phone_format")
    if not phonenumbers.is_valid_number(number):
        return Fault("phone_format")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_phones(texts: "pd.Series[str]") -> Phones:
    """E.164 and masked labels of a column of phones, both ``str`` with missing values."""
    parsed: Parsed = by_value(texts, parse_phone, "str")
    starred = parsed.values.str.contains("*", regex=False).fillna(False).astype(bool)
    return Phones(parsed.values.where(~starred), parsed.values.where(starred), parsed.faults)
