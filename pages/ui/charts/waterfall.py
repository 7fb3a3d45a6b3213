"""From what came in, step by step, to what is left: each bar begins where the one before ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.i18n import Lang
from pages.ui.charts.canvas import Unit, draw, rows, scaled, worded
from pages.ui.theme import Palette

_LABEL_PIXELS = 7.0


@dataclass(frozen=True)
class Step:
    """One step of ``waterfall``: what it adds (or takes); a ``total`` stands on zero and shows what is there by then."""

    label: str
    value: float
    total: bool = False


def waterfall(steps: Sequence[Step], unit: Unit, *, alt_text: str | None = None) -> None:
    """Draw the steps downwards; gains in the brand colour, what is taken faint, totals dark."""
    if not steps:
        return
    draw(waterfall_chart, tuple(steps), unit, height=32 * len(steps) + 8, alt_text=alt_text)


def waterfall_chart(steps: Sequence[Step], unit: Unit, colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``waterfall``."""
    shown, edge = [], 0.0
    for step in steps:
        low, high = (0.0, edge) if step.total else (edge, edge + step.value)
        edge = high
        worth = high if step.total else step.value
        colour = colours.text if step.total else colours.primary if step.value >= 0 else colours.sequential[2]
        shown.append(
            {"label": step.label, "low": scaled(min(low, high), unit), "high": scaled(max(low, high), unit)}
            | {"text": worded(worth, unit, lang), "colour": colour}
        )
    least, most = min(0.0, *(row["low"] for row in shown)), max(0.0, *(row["high"] for row in shown))
    room = max(len(row["text"]) for row in shown) * _LABEL_PIXELS
    y = alt.Y(
        "label:N",
        sort=[step.label for step in steps],
        axis=alt.Axis(title=None, domain=False, labelLimit=160),
        scale=alt.Scale(padding=0.24),
    )
    wide = (most - least) or 1.0
    scale = alt.Scale(domain=[least, most + wide * room / 260], nice=False)
    base = alt.Chart(rows(shown)).encode(
        y=y, tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=" ")]
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        x=alt.X("low:Q", axis=None, scale=scale), x2="high:Q", color=alt.Color("colour:N", scale=None)
    )
    ends = base.mark_text(align="left", dx=6, color=colours.text).encode(
        x=alt.X("high:Q", axis=None, scale=scale), text="text:N"
    )
    return alt.layer(bars, ends)
