"""A share that grows with the days since something happened, one line for each group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.i18n import Lang, translate
from pages.ui import format
from pages.ui.charts.canvas import draw, rows
from pages.ui.theme import Palette


@dataclass(frozen=True)
class CurvePoint:
    """The share (part of one) ``days`` after the beginning; ``series`` is a shown name."""

    days: int
    share: float
    series: str = ""


def curve(
    points: Sequence[CurvePoint], *, marks: Sequence[int] = (), height: int = 260, alt_text: str | None = None
) -> None:
    """Draw the lines, series in the order of their first appearance, with a faint rule at each of the days ``marks``."""
    if points:
        draw(curve_chart, tuple(points), tuple(marks), height=height, alt_text=alt_text)


def curve_chart(points: Sequence[CurvePoint], marks: Sequence[int], colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``curve``."""
    names = list(dict.fromkeys(point.series for point in points))
    shown = [
        {"days": one.days, "share": one.share, "series": one.series, "label": format.percent(one.share)}
        | {"after": format.days(one.days, lang)}
        for one in points
    ]
    most = max(one.days for one in points)
    x = alt.X(
        "days:Q",
        axis=alt.Axis(title=translate(lang, "chart.days_after"), grid=False, tickCount=8),
        scale=alt.Scale(domain=[0, most], nice=False),
    )
    y = alt.Y("share:Q", axis=alt.Axis(title=None, format="%", tickCount=5, domain=False), scale=alt.Scale(zero=True))
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=names, range=list(colours.categorical[: len(names)])),
        legend=alt.Legend() if len(names) > 1 else None,
    )
    tips = [
        alt.Tooltip("after:N", title=translate(lang, "chart.days_after")),
        alt.Tooltip("label:N", title=translate(lang, "chart.share")),
    ]
    if len(names) > 1:
        tips.append(alt.Tooltip("series:N", title=translate(lang, "chart.series")))
    line = alt.Chart(rows(shown)).mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=18, filled=True))
    layers = [line.encode(x=x, y=y, color=colour, tooltip=tips)]
    if marks:
        rule = alt.Chart(rows([{"days": day} for day in marks])).mark_rule(strokeDash=[3, 3], opacity=0.6)
        layers.insert(0, rule.encode(x="days:Q", color=alt.value(colours.muted)))
    return alt.layer(*layers)
