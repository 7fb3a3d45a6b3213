"""One person's purchases over time: when, how much, of what, and when the next one is expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
from babel.dates import format_date

from core.i18n import Lang, translate
from pages.ui import format
from pages.ui.charts.canvas import day_place, draw, rows
from pages.ui.theme import Palette, axis_numbers

_MOST_LABELS = 6
_BESIDE = 0.2  # of the time shown: room for the words to the right of the later line


@dataclass(frozen=True)
class Purchase:
    """One order: its shop day, its amount in fen, the shown name of its main category."""

    day: date
    fen: int
    category: str


@dataclass(frozen=True)
class Expected:
    """The day of the next purchase, the day from which a silence means something, and the day one looks from."""

    day: date
    until: date
    today: date


def purchase_dots(
    purchases: Sequence[Purchase], *, expected: Expected | None = None, height: int = 220, alt_text: str | None = None
) -> None:
    """Draw one dot for each order, height by amount, colour by category; a band where the next one is expected."""
    if not purchases:
        return
    draw(purchase_chart, tuple(purchases), expected, height=height, alt_text=alt_text)


def purchase_chart(purchases: Sequence[Purchase], expected: Expected | None, colours: Palette, lang: Lang) -> Any:
    """The Altair chart of ``purchase_dots``."""
    shown = [
        {"place": day_place(one.day), "yuan": one.fen / 100, "category": one.category}
        | {"day": format.day(one.day, lang, year=True), "amount": format.yuan(one.fen)}
        for one in purchases
    ]
    first, last = min(one.day for one in purchases), max(one.day for one in purchases)
    if expected is not None:
        last = max(last, expected.until, expected.today)
    pad = max((last - first).days * 0.06, 5)
    room = pad if expected is None else max(pad, (last - first).days * _BESIDE)
    names = list(dict.fromkeys(one.category for one in purchases))
    x_scale = alt.Scale(domain=[day_place(first) - pad, day_place(last) + room], nice=False, zero=False)
    tips = [("day", "chart.period"), ("amount", "chart.value"), ("category", "chart.series")]
    dots = (
        alt.Chart(rows(shown))
        .mark_circle(size=110, opacity=0.85)
        .encode(
            x=alt.X("place:Q", scale=x_scale, axis=_month_axis(first, last, lang)),
            y=alt.Y(
                "yuan:Q",
                scale=alt.Scale(domain=[0, max(one.fen for one in purchases) / 100 * 1.12 or 1]),
                axis=alt.Axis(title=None, tickCount=5, domain=False, labelExpr=axis_numbers("yuan", lang)),
            ),
            color=alt.Color("category:N", scale=alt.Scale(domain=names), legend=alt.Legend(columns=4)),
            tooltip=[alt.Tooltip(f"{name}:N", title=translate(lang, key)) for name, key in tips],
        )
    )
    return dots if expected is None else alt.layer(*_expectation(expected, colours, lang), dots)


def _expectation(expected: Expected, colours: Palette, lang: Lang) -> list[Any]:
    """The band from the expected day to where it is late, a dashed line on the day, and one for today."""
    band = {"start": day_place(expected.day), "end": day_place(max(expected.until, expected.day))}
    ground = alt.Chart(rows([band])).mark_rect(color=colours.primary, opacity=0.12).encode(x="start:Q", x2="end:Q")
    lines = [
        (expected.day, "chart.expected", colours.primary, [4, 3]),
        (expected.today, "chart.today", colours.muted, [1, 0]),
    ]
    found = [ground]
    for place, (day, key, colour, dash) in enumerate(lines):
        words = f"{translate(lang, key)} {format.day(day, lang)}"
        base = alt.Chart(rows([{"at": day_place(day), "words": words}])).encode(x="at:Q")
        found.append(base.mark_rule(color=colour, strokeDash=dash).encode(tooltip=alt.Tooltip("words:N", title=" ")))
        right = (place == 0) == (expected.day > expected.today)  # the later line's words: the other would cross them
        align, dx = ("left", 4) if right else ("right", -4)
        end = base.mark_text(align=align, dx=dx, dy=6 + 14 * place, baseline="top", fontSize=11, color=colour)
        found.append(end.encode(y=alt.value(0), text="words:N"))
    return found


def _month_axis(first: date, last: date, lang: Lang) -> alt.Axis:
    """Labels at the first of months, at most ``_MOST_LABELS`` of them."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    step = -(-len(months) // _MOST_LABELS)
    starts = [date(month // 12, month % 12 + 1, 1) for month in months[::step]]
    pattern = "yy-MM" if lang == "zh" else "MMM yy"
    words = ", ".join(f"'{day_place(start)}': '{format_date(start, pattern, locale=lang)}'" for start in starts)
    values = [day_place(start) for start in starts]
    return alt.Axis(values=values, labelExpr=f"({{{words}}})[datum.value]", grid=False, title=None)
