"""Numbers, money, dates and member text as the screen shows them. ``lang`` defaults to the session's."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_compact_decimal

from core.clock import ShopZone
from core.i18n import Lang, translate
from pages.ui import runtime

_LOCALES = {"zh": "zh_CN", "en": "en_US"}
_DAY = {"zh": "M月d日", "en": "d MMM"}
_DAY_WITH_YEAR = {"zh": "y年M月d日", "en": "d MMM y"}
_SHORT_FROM = {"zh": 10_000, "en": 10_000}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&\"'=^])")
# A backslash stops neither bare addresses nor :icon: codes, which are found after escapes are gone; a joiner does.
_LATE = re.compile(r"(?<=:)(?=[\w/])|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
_JOINER = "\u2060"
_BREAKS = re.compile(r"\s+")


def yuan(fen: int) -> str:
    """An exact amount: "¥1,234", "¥1,234.50", "-¥3.40"."""
    whole, cents = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{whole:,}.{cents:02d}" if cents else f"{sign}¥{whole:,}"


def yuan_round(fen: int) -> str:
    """An amount without fen, for totals: "¥215,054"."""
    return yuan(int((Decimal(fen) / 100).quantize(Decimal(1))) * 100)


def yuan_short(fen: int, lang: Lang | None = None) -> str:
    """An amount for a headline: "¥21.5万" / "¥215.1K" from ten thousand on, else without fen."""
    lang = lang or runtime.lang()
    if abs(fen) < _SHORT_FROM[lang] * 100:
        return yuan_round(fen)
    text = format_compact_decimal(abs(Decimal(fen)) / 100, locale=_LOCALES[lang], fraction_digits=1)
    return f"{'-' if fen < 0 else ''}¥{text}"


def number(count: int) -> str:
    """A count: "12,034"."""
    return f"{count:,}"


def people(count: int, lang: Lang | None = None) -> str:
    """A number of people: "845 人" / "845 people"."""
    key = "ui.person" if count == 1 else "ui.people"
    return translate(lang or runtime.lang(), key, n=number(count))


def percent(share: float, digits: int = 1) -> str:
    """A share of one as a percentage: 0.355 -> "35.5%"; an exact whole number has no decimals when ``digits`` is 0."""
    return f"{share * 100:.{digits}f}%"


def points(before: float, after: float, lang: Lang | None = None) -> str:
    """The difference of two shares in percentage points, signed: "-1.1 个百分点" / "-1.1 pts"."""
    return translate(lang or runtime.lang(), "ui.points", n=f"{(after - before) * 100:+.1f}")


def change(before: float, after: float) -> str | None:
    """The relative change, signed: "-6.1%"; ``None`` where there was nothing before."""
    return f"{(after - before) / before * 100:+.1f}%" if before else None


def day(value: date, lang: Lang | None = None, *, year: bool = False) -> str:
    """A shop day: "11月20日" / "20 Nov"; with ``year`` "2026年11月20日" / "20 Nov 2026"."""
    lang = lang or runtime.lang()
    return format_date(value, (_DAY_WITH_YEAR if year else _DAY)[lang], locale=_LOCALES[lang])


def month(value: date, lang: Lang | None = None) -> str:
    """The month of a day: "11月" / "November"."""
    lang = lang or runtime.lang()
    return format_date(value, {"zh": "M月", "en": "MMMM"}[lang], locale=_LOCALES[lang])


def moment(value: datetime, zone: ShopZone, lang: Lang | None = None) -> str:
    """An instant on the shop's wall clock: "11月20日 09:30" / "20 Nov 09:30"."""
    local = zone.local(value)
    return f"{day(local.date(), lang)} {local:%H:%M}"


def days(count: int, lang: Lang | None = None) -> str:
    """A length in days: "56 天" / "56 days"."""
    return translate(lang or runtime.lang(), "ui.day" if count == 1 else "ui.days", n=number(count))


def until(end: date) -> date:
    """The last day of a half-open period, as people name it."""
    return end - timedelta(days=1)


def md_escape(text: str) -> str:
    """Member text made harmless for Markdown labels and sentences: shown as typed, on one line."""
    return _MARKDOWN.sub(r"\\\1", _LATE.sub(_JOINER, _BREAKS.sub(" ", text)))
