"""The one way a chart reaches the screen, and what the chart modules share: units, rows, day numbers."""

import json
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import streamlit as st
from altair.utils.schemapi import debug_mode

from core.clock import day_number
from core.i18n import Lang
from pages.ui import format, runtime
from pages.ui.record import keep_chart
from pages.ui.theme import Palette, altair_config, palette

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


@lru_cache(maxsize=256)
def chart_spec(make: Callable[..., Any], args: tuple[Any, ...], colours: Palette, height: int, lang: Lang) -> str:
    """The Vega-Lite JSON of ``make(*args, colours, lang)``: building a chart takes tens of milliseconds, once is enough."""
    with debug_mode(False):  # the charts are checked against the schema by their tests, not at each drawing
        chart = make(*args, colours, lang).properties(height=height).configure(**altair_config(colours))
        return json.dumps(chart.to_dict(validate=False))


def draw(make: Callable[..., Any], *args: Hashable, height: int, alt_text: str | None = None) -> None:
    """Show the chart that ``make(*args, colours, lang)`` builds, over the full width of its card."""
    keep_chart(make, args, height)
    spec = json.loads(chart_spec(make, args, palette(), height, runtime.lang()))
    st.vega_lite_chart(spec=spec, theme=None, width="stretch", alt=alt_text)


def draw_selectable(
    make: Callable[..., Any], *args: Hashable, height: int, key: str, selection: str
) -> list[dict[str, Any]]:
    """As ``draw`` for a chart with a named selection; the fields of what is selected, empty when nothing is."""
    keep_chart(make, args, height)
    event = st.vega_lite_chart(
        spec=json.loads(chart_spec(make, args, palette(), height, runtime.lang())),
        theme=None,
        width="stretch",
        key=key,
        on_select="rerun",
        selection_mode=selection,
    )
    picked = event["selection"].get(selection, [])
    return list(picked) if isinstance(picked, list) else []
