"""A value over time: stacked bars or lines on an axis of shop days, with rules at the festivals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Literal

import altair as alt
from babel.dates import format_date

from core.i18n import Lang, translate
from pages.ui import format
from pages.ui.charts.canvas import Unit, day_place, draw, rows, scaled, worded
from pages.ui.theme import Palette, axis_numbers

MOST_LABELS = 13
_HEADROOM = 1.14
_LETTER = 0.0105  # of the axis, for a label's letter: where labels would overlap the later one goes, its rule stays


@dataclass(frozen=True)
class TrendPoint:
    """A value of one half-open period ``[start, end)`` of shop days; ``series`` is a shown name."""

    start: date
    end: date
    value: float
    series: str = ""


@dataclass(frozen=True)
class Festival:
    """A named shop day."""

    day: date
    name: str


def trend(
    points: Sequence[TrendPoint],
    unit: Unit,
    *,
    kind: Literal["bars", "lines"] = "bars",
    festivals: Sequence[Festival] = (),
    height: int = 260,
    alt_text: str | None = None,
) -> None:
    """Draw points, series in the order of their first appearance; bars stack. Weeks are labelled by their first day."""
    if not points:
        return
    draw(trend_chart, tuple(points), unit, kind, tuple(festivals), height=height, alt_text=alt_text)


def trend_chart(
    points: Sequence[TrendPoint],
    unit: Unit,
    kind: Literal["bars", "lines"],
    festivals: Sequence[Festival],
    colours: Palette,
    lang: Lang,
) -> Any:
    """The layered Altair chart of ``trend``."""
    first, last = min(point.start for point in points), max(point.end for point in points)
    x_scale = alt.Scale(domain=[day_place(first), day_place(last)], nice=False, zero=False)
    shown = [_row(point, unit, lang) for point in points]
    top = _stack(shown) if kind == "bars" else max(row["value"] for row in shown)
    y_scale = alt.Scale(domain=[0, (top or 1) * (_HEADROOM if festivals else 1.04)], nice=False)
    x_axis = _time_axis(points, lang)
    y_axis = alt.Axis(labelExpr=axis_numbers(unit, lang), tickCount=6, domain=False, title=None)
    names = list(dict.fromkeys(point.series for point in points))
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=names, range=list(colours.categorical[: len(names)])),
        legend=alt.Legend() if len(names) > 1 else None,
    )
    tips = [alt.Tooltip(f"{name}:N", title=title) for name, title in _tips(len(names) > 1, lang)]
    base = alt.Chart(rows(shown))
    if kind == "bars":
        marks = base.mark_bar(cornerRadius=2).encode(
            x=alt.X("left:Q", scale=x_scale, axis=x_axis),
            x2="right:Q",
            y=alt.Y("low:Q", scale=y_scale, axis=y_axis),
            y2="high:Q",
            color=colour,
            tooltip=tips,
        )
    else:
        marks = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=26, filled=True)).encode(
            x=alt.X("middle:Q", scale=x_scale, axis=x_axis),
            y=alt.Y("value:Q", scale=y_scale, axis=y_axis),
            color=colour,
            tooltip=tips,
        )
    return alt.layer(marks, *_festival_layers(festivals, first, last, colours))


def _row(point: TrendPoint, unit: Unit, lang: Lang) -> dict[str, Any]:
    left, right = day_place(point.start), day_place(point.end)
    gap = (right - left) * 0.11
    last = format.until(point.end)
    period = format.day(point.start, lang) if last <= point.start else f"{format.day(point.start, lang)} – "
    return {
        "left": left + gap,
        "right": right - gap,
        "middle": (left + right) / 2,
        "value": scaled(point.value, unit),
        "series": point.series,
        "label": worded(point.value, unit, lang),
        "period": period if last <= point.start else period + format.day(last, lang),
    }


def _stack(shown: list[dict[str, Any]]) -> float:
    """Give each row its ``low`` and ``high`` on the bar of its period; the height of the highest bar."""
    top = 0.0
    for _, group in groupby(sorted(shown, key=lambda row: row["left"]), key=lambda row: row["left"]):
        height = 0.0
        for row in group:
            row["low"], height = height, height + row["value"]
            row["high"] = height
        top = max(top, height)
    return top


def _tips(several: bool, lang: Lang) -> list[tuple[str, str]]:
    tips = [("period", translate(lang, "chart.period")), ("label", translate(lang, "chart.value"))]
    return [*tips, ("series", translate(lang, "chart.series"))] if several else tips


def _time_axis(points: Sequence[TrendPoint], lang: Lang) -> alt.Axis:
    """Labels under the middle of the periods, at most ``MOST_LABELS`` of them."""
    periods = sorted({(point.start, point.end) for point in points})
    step = -(-len(periods) // MOST_LABELS)
    months = (periods[0][1] - periods[0][0]).days >= 28
    pattern = {("zh", True): "yy-MM", ("en", True): "MMM yy", ("zh", False): "MM-dd", ("en", False): "d MMM"}[
        lang, months
    ]
    labels = {
        (day_place(start) + day_place(end)) / 2: format_date(start, pattern, locale=lang)
        for start, end in periods[::step]
    }
    words = ", ".join(f"'{place:g}': '{text}'" for place, text in labels.items())
    return alt.Axis(
        values=list(labels), labelExpr=f"({{{words}}})[datum.value]", grid=False, title=None, labelFlush=False
    )


def _festival_layers(festivals: Sequence[Festival], first: date, last: date, colours: Palette) -> list[Any]:
    inside = sorted((one for one in festivals if first <= one.day < last), key=lambda one: one.day)
    if not inside:
        return []
    letter = (day_place(last) - day_place(first)) * _LETTER
    shown, free = [], float("-inf")
    for festival in inside:
        place = day_place(festival.day) + 0.5
        shown.append({"place": place, "name": festival.name if place >= free else ""})
        width = sum(2 if sign > "\u2000" else 1 for sign in festival.name)
        free = place + letter * (width + 1) if place >= free else free
    base = alt.Chart(rows(shown)).encode(x="place:Q")
    rule = base.mark_rule(strokeDash=[3, 3], color=colours.muted, opacity=0.7)
    text = base.mark_text(align="left", baseline="top", dx=4, color=colours.muted, fontSize=12)
    return [rule.encode(tooltip=alt.Tooltip("name:N", title=" ")), text.encode(y=alt.value(0), text="name:N")]
