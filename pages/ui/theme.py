"""The colours of the charts: the theme of config.toml, light or dark, and the Altair settings that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.i18n import Lang

FONT_SIZE = 12


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; ``sequential`` runs from little to much on that theme's background."""

    dark: bool
    background: str
    text: str
    muted: str
    border: str
    primary: str
    good: str
    bad: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]
    font: str


def palette() -> Palette:
    """The palette of the theme that the browser shows."""
    return _palette(dark=st.context.theme.type == "dark")


def light_palette() -> Palette:
    """The palette for paper, whatever the browser shows."""
    return _palette(dark=False)


def _palette(*, dark: bool) -> Palette:
    prefix = "theme.dark." if dark else "theme.light."
    return Palette(
        dark=dark,
        background=st.get_option(prefix + "backgroundColor"),
        text=st.get_option(prefix + "textColor"),
        muted=st.get_option(prefix + "grayColor"),
        border=st.get_option(prefix + "borderColor"),
        primary=st.get_option(prefix + "chartCategoricalColors")[0],
        good=st.get_option(prefix + "greenColor"),
        bad=st.get_option(prefix + "redColor"),
        categorical=tuple(st.get_option(prefix + "chartCategoricalColors")),
        sequential=tuple(st.get_option(prefix + "chartSequentialColors")),
        font=st.get_option("theme.font"),
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def ramp(colours: Sequence[str], share: float) -> str:
    """The colour at ``share`` (0 to 1, clipped) of a ramp, mixed between its two neighbours."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    part = place - low
    mixed = (
        round(a + (b - a) * part) for a, b in zip(_channels(colours[low]), _channels(colours[low + 1]), strict=True)
    )
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def steps(colours: Sequence[str], count: int) -> list[str]:
    """``count`` colours spread over a ramp, its faint end left out."""
    return [ramp(colours, 0.25 + 0.65 * index / max(count - 1, 1)) for index in range(count)]


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(colour: str) -> str:
    """Dark brown or white, whichever reads better on ``colour`` (WCAG contrast)."""
    dark, light = "#5A2407", "#FFFFFF"
    ground, ink = _luminance(colour), _luminance(dark)
    return light if 1.05 / (ground + 0.05) > (ground + 0.05) / (ink + 0.05) else dark


def altair_config(colours: Palette) -> dict[str, Any]:
    """The ``config`` block of a chart: no frame, faint dashed grid, small grey labels."""
    label = {"labelColor": colours.muted, "labelFontSize": FONT_SIZE, "titleColor": colours.muted}
    return {
        "background": "transparent",
        "font": colours.font,
        "view": {"stroke": None},
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "axis": label
        | {
            "titleFontSize": FONT_SIZE,
            "titleFontWeight": "normal",
            "titlePadding": 10,
            "labelPadding": 6,
            "gridColor": colours.border,
            "gridDash": [3, 3],
            "domainColor": colours.border,
            "ticks": False,
        },
        "legend": label
        | {
            "labelColor": colours.text,
            "orient": "top",
            "title": None,
            "symbolType": "circle",
            "symbolSize": 70,
            "offset": 8,
            "columnPadding": 14,
        },
        "range": {"category": list(colours.categorical)},
    }


def axis_numbers(unit: str, lang: Lang) -> str:
    """The Vega expression of axis labels: 万 in Chinese, K in English, percent for shares of one."""
    if unit == "percent":
        return "format(datum.value, '.0%')"
    if lang == "zh":
        return "abs(datum.value) >= 10000 ? format(datum.value / 10000, '~g') + '万' : format(datum.value, ',~g')"
    return "abs(datum.value) >= 10000 ? format(datum.value / 1000, ',~g') + 'K' : format(datum.value, ',~g')"
