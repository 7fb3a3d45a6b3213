"""What a field of the owner's own may hold, and how a value is read from a cell or a widget."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from core.clock import day_number, day_of
from core.errors import Refusal

FieldKind = Literal["text", "number", "date", "choice", "flag"]
KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
LONGEST_NAME = 30
LONGEST_TEXT = 200
MOST_CHOICES = 50
MOST_FIELDS = 50
THOUSANDTHS = 1_000
LARGEST = Decimal(10) ** 12
YES = frozenset(("是", "有", "y", "yes", "1", "true", "√", "✓"))
NO = frozenset(("否", "无", "没有", "n", "no", "0", "false", "×", "✗"))
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?$")


@dataclass(frozen=True)
class OwnField:
    """One field as a file's column or a group's condition needs it."""

    code: str
    name: str
    kind: FieldKind
    choices: tuple[str, ...] = ()


Stored = tuple[str | None, int | None]  # (text, None) of a text or choice, else (None, thousandths | shop day | 0 or 1)


def parse_value(kind: str, choices: Sequence[str], raw: str) -> Stored:
    """What is kept of a cell that is not blank; refuses ``custom_value`` with the kind where it does not fit."""
    text = " ".join(raw.split())
    match kind:
        case "text" if 0 < len(text) <= LONGEST_TEXT:
            return text, None
        case "choice" if text in choices:
            return text, None
        case "number":
            return None, _number(text)
        case "date":
            return None, _day(text)
        case "flag" if text.lower() in YES | NO:
            return None, int(text.lower() in YES)
    raise _unfit(kind, text)


def show_value(kind: str, text: str | None, number: int | None) -> str:
    """A kept value as plain text, the same that ``parse_value`` takes; a flag is "1" or "0"."""
    if number is None:
        return text or ""
    if kind == "number":
        return format(Decimal(number) / THOUSANDTHS, "f")
    return day_of(number).isoformat() if kind == "date" else str(number)


def _number(text: str) -> int:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise _unfit("number", text) from None
    if not value.is_finite() or abs(value) > LARGEST or value * THOUSANDTHS % 1:
        raise _unfit("number", text)
    return int(value * THOUSANDTHS)


def _day(text: str) -> int:
    found = _DAY.match(text)
    if found is None:
        raise _unfit("date", text)
    try:
        return day_number(date(*(int(part) for part in found.groups())))
    except ValueError:
        raise _unfit("date", text) from None


def _unfit(kind: str, text: str) -> Refusal:
    return Refusal(f"custom_value_{kind}", value=text[:40])
