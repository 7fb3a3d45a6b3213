"""The one way a chart reaches the screen, and what the chart modules share: units, rows, day numbers."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import altair as alt
import streamlit as st

from core.clock import day_number
from core.i18n import Lang
from pages.ui import format
from pages.ui.theme import Palette, altair_config

Unit = Literal["yuan", "people", "count", "percent"]


def rows(values: Sequence[dict[str, Any]]) -> alt.Data:
    """Rows written into the chart itself: a few hundred plain values, no frame whose dates a browser could shift."""
    return alt.Data(values=list(values))


def day_place(day: date) -> int:
    """Where a shop day stands on a time axis: its day number, which no time zone can move."""
    return day_number(day)


def scaled(value: float, unit: Unit) -> float:
    """A value as the axis shows it: yuan for fen, all else as it is. Only for drawing."""
    return value / 100 if unit == "yuan" else value


def worded(value: float, unit: Unit, lang: Lang) -> str:
    """A value as a tooltip or label says it."""
    if unit == "yuan":
        return format.yuan_round(int(value))
    if unit == "people":
        return format.people(int(value), lang)
    if unit == "percent":
        return format.percent(value)
    return format.number(int(value))


def draw(chart: Any, colours: Palette, *, height: int | None = None, alt_text: str | None = None) -> None:
    """Show a chart over the full width of its card."""
    shown = chart if height is None else chart.properties(height=height)
    st.altair_chart(shown.configure(**altair_config(colours)), theme=None, width="stretch", alt=alt_text)


def draw_selectable(chart: Any, colours: Palette, *, height: int, key: str, selection: str) -> list[dict[str, Any]]:
    """Show a chart with a named selection; the fields of what is selected, empty when nothing is."""
    event = st.altair_chart(
        chart.properties(height=height).configure(**altair_config(colours)),
        theme=None,
        width="stretch",
        key=key,
        on_select="rerun",
        selection_mode=selection,
    )
    picked = event["selection"].get(selection, [])
    return list(picked) if isinstance(picked, list) else []
