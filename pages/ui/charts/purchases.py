"""One person's purchases over time: when, how much, of what."""

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


@dataclass(frozen=True)
class Purchase:
    """One order: its shop day, its amount in fen, the shown name of its main category."""

    day: date
    fen: int
    category: str


def purchase_dots(purchases: Sequence[Purchase], *, height: int = 220, alt_text: str | None = None) -> None:
    """Draw one dot for each order, height by amount, colour by category."""
    if not purchases:
        return
    draw(purchase_chart, tuple(purchases), height=height, alt_text=alt_text)


def purchase_chart(purchases: Sequence[Purchase], colours: Palette, lang: Lang) -> Any:
    """The Altair chart of ``purchase_dots``."""
    shown = [
        {"place": day_place(one.day), "yuan": one.fen / 100, "category": one.category}
        | {"day": format.day(one.day, lang, year=True), "amount": format.yuan(one.fen)}
        for one in purchases
    ]
    first, last = min(one.day for one in purchases), max(one.day for one in purchases)
    pad = max((last - first).days * 0.06, 5)
    names = list(dict.fromkeys(one.category for one in purchases))
    x_scale = alt.Scale(domain=[day_place(first) - pad, day_place(last) + pad], nice=False, zero=False)
    tips = [("day", "chart.period"), ("amount", "chart.value"), ("category", "chart.series")]
    return (
        alt.Chart(rows(shown))
        .mark_circle(size=110, opacity=0.85)
        .encode(
            x=alt.X("place:Q", scale=x_scale, axis=_month_axis(first, last, lang)),
            y=alt.Y(
                "yuan:Q", axis=alt.Axis(title=None, tickCount=5, domain=False, labelExpr=axis_numbers("yuan", lang))
            ),
            color=alt.Color("category:N", scale=alt.Scale(domain=names), legend=alt.Legend(columns=4)),
            tooltip=[alt.Tooltip(f"{name}:N", title=translate(lang, key)) for name, key in tips],
        )
    )


def _month_axis(first: date, last: date, lang: Lang) -> alt.Axis:
    """Labels at the first of months, at most ``_MOST_LABELS`` of them."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    step = -(-len(months) // _MOST_LABELS)
    starts = [date(month // 12, month % 12 + 1, 1) for month in months[::step]]
    pattern = "yy-MM" if lang == "zh" else "MMM yy"
    words = ", ".join(f"'{day_place(start)}': '{format_date(start, pattern, locale=lang)}'" for start in starts)
    values = [day_place(start) for start in starts]
    return alt.Axis(values=values, labelExpr=f"({{{words}}})[datum.value]", grid=False, title=None)
