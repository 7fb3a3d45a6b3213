"""Shares of a whole in stacked rows, and amounts in ranked rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.i18n import Lang, translate
from pages.ui import format
from pages.ui.charts.canvas import Unit, draw, rows, scaled, worded
from pages.ui.theme import Palette, ink_on, steps

_SEEN_SHARE = 0.09  # a narrower part has no room for its label
_LABEL_PIXELS = 7.0


@dataclass(frozen=True)
class ShareRow:
    """One row of ``share_bars``: its name and its named shares (parts of one), in the same order in each row."""

    label: str
    parts: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Bar:
    """One row of ``ranked_bars``; fen where the unit is yuan."""

    label: str
    value: float
    strong: bool = True


def share_bars(shares: Sequence[ShareRow], *, alt_text: str | None = None) -> None:
    """Draw rows of 100 % (people against sales by tier), the parts in one ramp from lowest to highest."""
    if not shares:
        return
    rows_given = tuple((row.label, tuple(row.parts)) for row in shares)
    draw(share_chart, rows_given, height=40 * len(shares) + 64, alt_text=alt_text)


def share_chart(shares: Sequence[tuple[str, Sequence[tuple[str, float]]]], colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``share_bars``, from (label, parts)."""
    names = [name for name, _ in shares[0][1]]
    inks = dict(zip(names, steps(colours.sequential, len(names)), strict=True))
    shown = []
    for label, parts in shares:
        edge = 0.0
        for name, share in parts:
            percent = format.percent(share, 1 if share < 0.1 else 0)
            text = percent if share >= _SEEN_SHARE else ""
            shown.append(
                {"row": label, "part": name, "low": edge, "high": edge + share, "middle": edge + share / 2}
                | {"percent": percent, "text": text, "ink": ink_on(inks[name])}
            )
            edge += share
    order = [label for label, _ in shares]
    y = alt.Y(
        "row:N", sort=order, axis=alt.Axis(title=None, domain=False, labelLimit=120), scale=alt.Scale(padding=0.28)
    )
    base = alt.Chart(rows(shown)).encode(y=y)
    bars = base.mark_bar(stroke=colours.background, strokeWidth=1).encode(
        x=alt.X("low:Q", axis=None, scale=alt.Scale(domain=[0, 1])),
        x2="high:Q",
        color=alt.Color(
            "part:N", scale=alt.Scale(domain=names, range=list(inks.values())), legend=alt.Legend(columns=2)
        ),
        tooltip=[
            alt.Tooltip("part:N", title=translate(lang, "chart.part")),
            alt.Tooltip("percent:N", title=translate(lang, "chart.share")),
        ],
    )
    text = base.mark_text(fontSize=11).encode(x="middle:Q", text="text:N", color=alt.Color("ink:N", scale=None))
    return alt.layer(bars, text).resolve_scale(color="independent")


def ranked_bars(bars: Sequence[Bar], unit: Unit, *, alt_text: str | None = None) -> None:
    """Draw named amounts in the given order; ``strong=False`` rows are faint (the ends of an estimate)."""
    if not bars:
        return
    draw(ranked_chart, tuple(bars), unit, height=34 * len(bars) + 8, alt_text=alt_text)


def ranked_chart(bars: Sequence[Bar], unit: Unit, colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``ranked_bars``; the amounts stand at the ends, so there is no axis."""
    faint = colours.sequential[2]
    shown = [
        {"label": bar.label, "value": scaled(bar.value, unit), "text": worded(bar.value, unit, lang)}
        | {"colour": colours.primary if bar.strong else faint}
        for bar in bars
    ]
    most = max(row["value"] for row in shown) or 1
    room = max(len(row["text"]) for row in shown) * _LABEL_PIXELS
    y = alt.Y(
        "label:N",
        sort=[bar.label for bar in bars],
        axis=alt.Axis(title=None, domain=False, labelLimit=140),
        scale=alt.Scale(padding=0.24),
    )
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, most * (1 + room / 240)], nice=False))
    base = alt.Chart(rows(shown)).encode(
        x=x, y=y, tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=" ")]
    )
    marks = base.mark_bar(cornerRadiusEnd=3).encode(color=alt.Color("colour:N", scale=None))
    return alt.layer(marks, base.mark_text(align="left", dx=6, color=colours.text).encode(text="text:N"))
