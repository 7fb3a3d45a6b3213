"""The KPI card: label, value, change against the period before, sparkline."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.record import keep_number
from pages.ui.runtime import t

Spark = Literal["line", "area", "bar"]


@contextmanager
def kpi_row(count: int) -> Iterator[list[DeltaGenerator]]:
    """``count`` equal columns for KPI cards: ``with kpi_row(4) as cards: with cards[0]: kpi_card(...)``."""
    yield st.columns(count, gap="small")


def kpi_card(
    label: str,
    value: str,
    delta: str | None = None,
    *,
    good: bool | None = None,
    note: str | None = None,
    series: Sequence[float] | None = None,
    kind: Spark = "line",
    help: str | None = None,
) -> None:
    """One card. ``value`` and ``delta`` are finished texts ("¥215,054", "-6.1%"); ``good`` colours the change.

    ``good=None`` is grey; ``note`` stands beside the change ("较上一周期" by default); ``series`` is oldest first.
    """
    against = (note if note is not None else t("ui.against_before")) if delta else None
    keep_number(label, value, f"{delta} {against}" if delta else None)
    colour: Literal["green", "red", "gray"] = "gray" if good is None else "green" if good else "red"
    st.metric(
        label,
        value,
        delta,
        delta_color=colour,
        delta_arrow="auto" if delta and delta[0] in "+-" else "off",
        delta_description=against,
        chart_data=list(series) if series is not None and len(series) > 1 else None,
        chart_type=kind,
        border=True,
        height="stretch",
        help=help,
    )
