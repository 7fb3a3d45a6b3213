"""The 34 provinces as equal tiles: no borders, so no map that could be drawn wrongly, and small places can be read."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from core.i18n import Lang, translate
from pages.ui.charts.canvas import Unit, draw, rows, worded
from pages.ui.theme import Palette, ink_on, ramp

# ISO 3166-2:CN code -> (column, row)
TILES: dict[str, tuple[int, int]] = {
    "JL": (7, 0), "HL": (8, 0),
    "XJ": (0, 1), "NX": (2, 1), "NM": (4, 1), "BJ": (5, 1), "TJ": (6, 1), "LN": (7, 1),
    "QH": (1, 2), "GS": (2, 2), "SN": (3, 2), "SX": (4, 2), "HE": (5, 2), "SD": (6, 2),
    "XZ": (0, 3), "SC": (2, 3), "CQ": (3, 3), "HB": (4, 3), "HA": (5, 3), "AH": (6, 3), "JS": (7, 3), "SH": (8, 3),
    "GZ": (3, 4), "HN": (4, 4), "JX": (5, 4), "FJ": (6, 4), "ZJ": (7, 4),
    "YN": (2, 5), "GX": (3, 5), "GD": (4, 5), "HK": (5, 5), "TW": (7, 5),
    "HI": (4, 6), "MO": (5, 6),
}  # fmt: skip
COLUMNS, LINES = 9, 7


def province_code(name: str) -> str | None:
    """The code of a province as files write it ("浙江", "广西壮族自治区", "Zhejiang"); else ``None``."""
    text = name.strip()
    for code in TILES:
        if text and (
            text.startswith(translate("zh", f"province.{code}")) or text == translate("en", f"province.{code}")
        ):
            return code
    return None


def province_map(
    figures: Mapping[str, float],
    *,
    unit: Unit = "count",
    title: str | None = None,
    height: int = 330,
    alt_text: str | None = None,
) -> int:
    """Draw a figure by province name; the sum of those whose province is not known, for the caption (people, sales).

    A province that is not given has none of a sum; of an average or a share nothing can be said.
    """
    found: dict[str, float] = {}
    unknown = 0.0
    for name, figure in figures.items():
        code = province_code(name)
        if code is None:
            unknown += figure
        else:
            found[code] = found.get(code, 0) + figure
    draw(province_chart, tuple(found.items()), unit, title, height=height, alt_text=alt_text)
    return int(unknown)


def province_chart(
    figures: Sequence[tuple[str, float]], unit: Unit, title: str | None, colours: Palette, lang: Lang
) -> Any:
    """The layered Altair chart of ``province_map``; the ramp is of square roots, or one big province hides the rest."""
    found = dict(figures)
    most = max(found.values(), default=0) or 1
    shown = []
    for code, (column, line) in TILES.items():
        figure = found.get(code)
        colour = ramp(colours.sequential, (max(figure, 0) / most) ** 0.5) if figure else colours.border
        full = translate(lang, f"province.{code}")
        known = worded(figure or 0, unit, lang) if figure is not None or unit == "count" else "–"
        words = {"short": full if lang == "zh" else code, "count": known, "full": full}
        ink = ink_on(colour) if figure else colours.muted
        shown.append({"column": column, "line": line, "colour": colour, "ink": ink} | words)
    base = alt.Chart(rows(shown)).encode(
        x=alt.X("column:O", axis=None, scale=alt.Scale(domain=list(range(COLUMNS)), padding=0)),
        y=alt.Y("line:O", axis=None, scale=alt.Scale(domain=list(range(LINES)), padding=0)),
        tooltip=[
            alt.Tooltip("full:N", title=" "),
            alt.Tooltip("count:N", title=title or translate(lang, "chart.people")),
        ],
    )
    ink = alt.Color("ink:N", scale=None)
    tiles = base.mark_rect(cornerRadius=6, stroke=colours.background, strokeWidth=4)
    name = base.mark_text(fontSize=12, dy=-7).encode(text="short:N", color=ink)
    count = base.mark_text(fontSize=11, dy=9).encode(text="count:N", color=ink)
    return alt.layer(tiles.encode(color=alt.Color("colour:N", scale=None)), name, count)
