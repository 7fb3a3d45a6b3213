"""Two amounts side by side for each of a few classes: what was expected and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.i18n import Lang
from pages.ui.charts.canvas import Unit, draw, rows, scaled, worded
from pages.ui.theme import Palette, axis_numbers


@dataclass(frozen=True)
class Pair:
    """One class: its name and its two amounts (fen where the unit is yuan)."""

    label: str
    first: float
    second: float


def paired_bars(
    pairs: Sequence[Pair], names: tuple[str, str], unit: Unit, *, height: int = 240, alt_text: str | None = None
) -> None:
    """Draw the classes in the given order; ``names`` of the two amounts, the second is the strong one."""
    if pairs:
        draw(paired_chart, tuple(pairs), names, unit, height=height, alt_text=alt_text)


def paired_chart(pairs: Sequence[Pair], names: tuple[str, str], unit: Unit, colours: Palette, lang: Lang) -> Any:
    """The Altair chart of ``paired_bars``."""
    shown = [
        {"label": pair.label, "side": name, "value": scaled(value, unit), "text": worded(value, unit, lang)}
        for pair in pairs
        for name, value in zip(names, (pair.first, pair.second), strict=True)
    ]
    return (
        alt.Chart(rows(shown))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "label:N",
                sort=[pair.label for pair in pairs],
                axis=alt.Axis(title=None, labelAngle=0, domain=False),
                scale=alt.Scale(paddingInner=0.3),
            ),
            xOffset=alt.XOffset("side:N", sort=list(names)),
            y=alt.Y(
                "value:Q", axis=alt.Axis(labelExpr=axis_numbers(unit, lang), title=None, tickCount=4, domain=False)
            ),
            color=alt.Color(
                "side:N",
                sort=list(names),
                scale=alt.Scale(domain=list(names), range=[colours.sequential[2], colours.primary]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("side:N", title=" "),
                alt.Tooltip("text:N", title=" "),
            ],
        )
    )
