"""A grid of cells with their labels inside (RFM, cohorts), and the choice of one cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.i18n import Lang
from pages.ui.charts.canvas import draw, draw_selectable, rows
from pages.ui.theme import Palette, ink_on, ramp

SELECTION = "cell"


@dataclass(frozen=True)
class Cell:
    """One cell: its column, its row, what colours it (grey without), what stands in it, and what the pointer tells."""

    column: str
    row: str
    value: float | None
    text: str
    tip: str = ""


def heat_grid(
    cells: Sequence[Cell],
    *,
    columns: Sequence[str],
    lines: Sequence[str],
    column_title: str | None = None,
    line_title: str | None = None,
    line_height: int = 28,
    key: str | None = None,
    alt_text: str | None = None,
) -> tuple[str, str] | None:
    """Draw a grid, ``lines`` from top to bottom. With a ``key`` a cell can be picked: ``(column, row)`` or ``None``."""
    if not cells:
        return None
    given = (tuple(cells), tuple(columns), tuple(lines), column_title, line_title, key is not None)
    height = line_height * len(lines) + 8
    if key is None:
        draw(grid_chart, *given, height=height, alt_text=alt_text)
        return None
    picked = draw_selectable(grid_chart, *given, height=height, key=key, selection=SELECTION)
    return (str(picked[0]["column"]), str(picked[0]["row"])) if picked else None


def grid_chart(
    cells: Sequence[Cell],
    columns: Sequence[str],
    lines: Sequence[str],
    column_title: str | None,
    line_title: str | None,
    selectable: bool,
    colours: Palette,
    lang: Lang,
) -> Any:
    """The layered Altair chart of ``heat_grid``: coloured cells, labels, and a clear layer that takes the pointer."""
    known = [cell.value for cell in cells if cell.value is not None] or [0.0]
    least, most = min(known), max(known)
    span = (most - least) or 1
    shown = []
    for cell in cells:
        colour = colours.border if cell.value is None else ramp(colours.sequential, (cell.value - least) / span)
        ink = colours.muted if cell.value is None else ink_on(colour)
        words = {"text": cell.text, "tip": cell.tip or cell.text, "colour": colour, "ink": ink}
        shown.append({"column": cell.column, "row": cell.row} | words)
    base = alt.Chart(rows(shown)).encode(
        x=alt.X(
            "column:N",
            sort=list(columns),
            axis=_axis(column_title, 0),
            scale=alt.Scale(domain=list(columns), padding=0),
        ),
        y=alt.Y(
            "row:N", sort=list(lines), axis=_axis(line_title, None), scale=alt.Scale(domain=list(lines), padding=0)
        ),
    )
    ground = base.mark_rect(cornerRadius=4, stroke=colours.background, strokeWidth=2)
    text = base.mark_text(fontSize=12).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    cover = base.mark_rect(
        cornerRadius=4,
        fill=colours.background,
        fillOpacity=0,
        strokeWidth=2,
        cursor="pointer" if selectable else "default",
    )
    cover = cover.encode(tooltip=alt.Tooltip("tip:N", title=" "))
    if selectable:
        pick = alt.selection_point(name=SELECTION, fields=["column", "row"], on="click", empty=False)
        cover = cover.encode(stroke=alt.condition(pick, alt.value(colours.text), alt.value("transparent"))).add_params(
            pick
        )
    return alt.layer(ground.encode(color=alt.Color("colour:N", scale=None)), text, cover)


def _axis(title: str | None, angle: int | None) -> alt.Axis:
    settings: dict[str, Any] = {"title": title, "domain": False, "grid": False}
    return alt.Axis(**settings if angle is None else settings | {"labelAngle": angle})
