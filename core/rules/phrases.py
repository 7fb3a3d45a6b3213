"""Amounts, days and lists inside sentences, in both languages."""

from collections.abc import Sequence
from datetime import date

from core.i18n import Lang, translate

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def yuan_words(fen: int) -> str:
    """An amount in yuan without its sign: ``1,280`` or ``1,280.50``."""
    whole, part = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}.{part:02d}" if part else f"{sign}{whole:,}"


def day_words(day: date, today: date, lang: Lang) -> str:
    """A day as one says it: ``12 月 31 日`` or ``31 December``, with the year when it is not this one."""
    if lang == "zh":
        plain = f"{day.month} 月 {day.day} 日"
        return plain if day.year == today.year else f"{day.year} 年 {plain}"
    plain = f"{day.day} {_MONTHS[day.month - 1]}"
    return plain if day.year == today.year else f"{plain} {day.year}"


def list_words(words: Sequence[str], lang: Lang) -> str:
    """``甲、乙、丙`` or ``a, b or c``: any of them."""
    if len(words) < 2:
        return "".join(words)
    return translate(lang, "phrase.comma").join(words[:-1]) + translate(lang, "phrase.or") + words[-1]
