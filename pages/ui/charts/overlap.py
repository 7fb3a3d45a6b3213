"""Two groups as two bars that lie over each other where they are the same people."""

from typing import Any

import altair as alt

from core.i18n import Lang
from pages.ui.charts.canvas import draw, rows, worded
from pages.ui.theme import Palette, ink_on

HEIGHT = 150
_SEEN = 0.08  # a narrower part has no room for its number


def overlap_bars(names: tuple[str, str], only_a: int, both: int, only_b: int, *, alt_text: str | None = None) -> None:
    """Draw people in the first alone, in both, in the second alone; nothing where there is nobody."""
    if only_a + both + only_b:
        draw(overlap_chart, names, only_a, both, only_b, height=HEIGHT, alt_text=alt_text)


def overlap_chart(names: tuple[str, str], only_a: int, both: int, only_b: int, colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``overlap_bars``: one scale of people, what is shared stands under each other."""
    whole = only_a + both + only_b
    faint, strong = colours.sequential[2], colours.primary
    parts = [
        (names[0], 0, only_a, faint),
        (names[0], only_a, only_a + both, strong),
        (names[1], only_a, only_a + both, strong),
        (names[1], only_a + both, whole, faint),
    ]
    shown = [
        {"row": name, "low": low, "high": high, "middle": (low + high) / 2, "colour": colour, "ink": ink_on(colour)}
        | {"people": worded(high - low, "people", lang)}
        | {"text": worded(high - low, "people", lang) if (high - low) / whole >= _SEEN else ""}
        for name, low, high, colour in parts
        if high > low
    ]
    y = alt.Y(
        "row:N", sort=list(names), axis=alt.Axis(title=None, domain=False, labelLimit=160),
        scale=alt.Scale(padding=0.2),
    )  # fmt: skip
    base = alt.Chart(rows(shown)).encode(y=y)
    bars = base.mark_bar(cornerRadius=2).encode(
        x=alt.X("low:Q", axis=None, scale=alt.Scale(domain=[0, whole], nice=False)),
        x2="high:Q",
        color=alt.Color("colour:N", scale=None),
        tooltip=[alt.Tooltip("row:N", title=" "), alt.Tooltip("people:N", title=" ")],
    )
    text = base.mark_text(fontSize=12).encode(x="middle:Q", text="text:N", color=alt.Color("ink:N", scale=None))
    return alt.layer(bars, text)
