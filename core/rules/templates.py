"""Message templates: an allow-list of ``{placeholders}``, filled in one pass; ``{{`` and ``}}`` are single braces.

Not a template language on purpose: nothing can be computed, looked up or repeated, a value is never read as a template,
and the cost is linear in the text.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.errors import Refusal

# Field by the word an owner may write for it, Chinese or short English; all work in either language of the screen.
ALIASES: Mapping[str, str] = {
    "昵称": "nickname",
    "name": "nickname",
    "等级": "tier",
    "店铺": "shop",
    "店名": "shop",
    "优惠": "offer",
    "券码": "coupon_code",
    "code": "coupon_code",
    "面额": "coupon_value",
    "门槛": "coupon_threshold",
    "有效期": "coupon_until",
    "valid_until": "coupon_until",
    "积分": "points",
    "下一等级": "next_tier",
    "还差": "missing_amount",
    "missing": "missing_amount",
    "生日": "birthday",
    "会员卡": "plan",
    "到期日": "plan_until",
    "差额": "keep_missing",
    "截止日": "keep_until",
    "降到": "drop_tier",
    "天数": "days",
    "链接": "link",
}
FIELDS: tuple[str, ...] = tuple(dict.fromkeys(ALIASES.values()))
MAX_CHARACTERS = 500
MAX_PLACEHOLDERS = 20
SMS_SINGLE = 70
SMS_PART = 67

_TOKEN = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}｛｝]")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template; ``error.<code>`` is its sentence, ``position`` counts characters from 0."""

    code: str
    position: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SmsLength:
    """Characters as a phone network counts them and the number of messages that are billed."""

    characters: int
    parts: int


@dataclass(frozen=True)
class _Template:
    """A read template: ``pieces`` are (literal, field or None) in order."""

    pieces: tuple[tuple[str, str | None], ...]
    faults: tuple[Fault, ...]


def check_template(text: str, allowed: Collection[str] = FIELDS) -> list[Fault]:
    """All faults of a template, none if it may be used; ``allowed`` narrows the fields to what the occasion has."""
    faults = list(_read(text).faults)
    for name in sorted(fields_of(text) - set(allowed)):
        faults.append(Fault("template_field_here", params={"name": name}))
    return faults


def fields_of(text: str) -> frozenset[str]:
    """The fields a template asks for, by their English names."""
    return frozenset(name for _, name in _read(text).pieces if name)


def render(text: str, values: Mapping[str, str]) -> str:
    """The message: each placeholder replaced once by its value, which is never read again.

    Refuses the template's first fault, and ``template_value`` when a field it asks for has no value.
    """
    template = _read(text)
    for fault in template.faults:
        raise Refusal(fault.code, **fault.params)
    written: list[str] = []
    for literal, name in template.pieces:
        written.append(literal)
        if name is not None:
            if name not in values:
                raise Refusal("template_value", name=name)
            written.append(values[name])
    return "".join(written)


def count_characters(text: str) -> int:
    """Characters as phones and counters see them: an emoji outside the basic plane is two."""
    return len(text) + sum(symbol > "\uffff" for symbol in text)


def sms_length(text: str) -> SmsLength:
    """Characters and billed parts of a whole SMS, signature and opt-out text included: 70 in one, else 67 in each."""
    characters = count_characters(text)
    if characters <= SMS_SINGLE:
        return SmsLength(characters, 1 if characters else 0)
    return SmsLength(characters, -(-characters // SMS_PART))


@lru_cache(maxsize=64)
def _read(text: str) -> _Template:
    """Read a template once for all its messages; a text that is too long is not looked at further."""
    length = count_characters(text)
    if length > MAX_CHARACTERS:
        return _Template((), (Fault("template_long", params={"length": length, "limit": MAX_CHARACTERS}),))
    pieces: list[tuple[str, str | None]] = []
    faults: list[Fault] = [] if text.strip() else [Fault("template_blank")]
    end = 0
    for token in _TOKEN.finditer(text):
        literal = text[end : token.start()]
        end = token.end()
        piece = _piece(token.group(), token.start())
        if isinstance(piece, Fault):
            faults.append(piece)
        else:
            pieces.append((literal + piece[0], piece[1]))
    pieces.append((text[end:], None))
    count = sum(name is not None for _, name in pieces)
    if count > MAX_PLACEHOLDERS:
        faults.append(Fault("template_many", params={"count": count, "limit": MAX_PLACEHOLDERS}))
    return _Template(tuple(pieces), tuple(faults))


def _piece(token: str, position: int) -> tuple[str, str | None] | Fault:
    """What a token adds to the text: a brace, a field, or a fault."""
    if token in ("{{", "}}"):
        return token[0], None
    if len(token) == 1:
        code = "template_brace" if token.isascii() else "template_wide_brace"
        return Fault(code, position, {"position": position + 1})
    name = token[1:-1].strip()
    known = ALIASES.get(name, name)
    return ("", known) if known in FIELDS else Fault("template_unknown", position, {"name": name[:40]})
