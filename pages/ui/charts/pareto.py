"""How much of the money the best customers bring: the curve of concentration, with one point named."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from core.i18n import Lang, translate
from pages.ui import format
from pages.ui.charts.canvas import draw, rows
from pages.ui.theme import Palette

_MOST_POINTS = 60


def pareto_curve(
    buyers: Sequence[float],
    spend: Sequence[float],
    *,
    mark: float = 0.2,
    height: int = 260,
    alt_text: str | None = None,
) -> None:
    """Draw shares (parts of one) of the spend against shares of the buyers, richest first; ``mark`` is the named share of buyers."""
    if buyers:
        draw(pareto_chart, tuple(buyers), tuple(spend), mark, height=height, alt_text=alt_text)


def pareto_chart(buyers: Sequence[float], spend: Sequence[float], mark: float, colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``pareto_curve``."""
    step = -(-len(buyers) // _MOST_POINTS)
    place = min(range(len(buyers)), key=lambda index: abs(buyers[index] - mark))
    kept = sorted({*range(0, len(buyers), step), place, len(buyers) - 1})
    shown = [_point(buyers[index], spend[index]) for index in kept]
    x = alt.X(
        "buyers:Q",
        axis=alt.Axis(title=translate(lang, "chart.pareto.buyers"), format="%", tickCount=5, grid=False),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
    y = alt.Y(
        "spend:Q",
        axis=alt.Axis(title=None, format="%", tickCount=5, domain=False),
        scale=alt.Scale(domain=[0, max(1.0, *spend)], nice=False),
    )
    tips = [
        alt.Tooltip(f"{name}_text:N", title=translate(lang, f"chart.pareto.{name}")) for name in ("buyers", "spend")
    ]
    base = alt.Chart(rows(shown))
    area = base.mark_area(color=colours.categorical[0], opacity=0.12).encode(x=x, y=y)
    line = base.mark_line(color=colours.categorical[0], strokeWidth=2).encode(x=x, y=y, tooltip=tips)
    even = alt.Chart(rows([_point(0, 0), _point(1, 1)])).mark_line(color=colours.muted, strokeDash=[3, 3], opacity=0.7)
    named = alt.Chart(rows([_point(buyers[place], spend[place])]))
    dot = named.mark_point(color=colours.categorical[0], filled=True, size=70, opacity=1).encode(x=x, y=y, tooltip=tips)
    text = named.mark_text(align="left", dx=10, dy=12, fontSize=13, color=colours.muted).encode(
        x=x, y=y, text="named:N"
    )
    return alt.layer(area, even.encode(x=x, y=y), line, dot, text)


def _point(buyers: float, spend: float) -> dict[str, Any]:
    buyers_text, spend_text = format.percent(buyers, 0), format.percent(spend, 0)
    named = f"{buyers_text} → {spend_text}"
    return {"buyers": buyers, "spend": spend, "buyers_text": buyers_text, "spend_text": spend_text, "named": named}
