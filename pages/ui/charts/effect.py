"""What a campaign added: the difference with its 95 % interval beside the line of no effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.i18n import Lang, translate
from pages.ui.charts.canvas import draw, rows
from pages.ui.theme import Palette


@dataclass(frozen=True)
class Effect:
    """Extra buyers in 100 people (or any one unit for all rows): middle and both ends of the 95 % interval."""

    label: str
    low: float
    middle: float
    high: float

    @property
    def sign(self) -> int:
        """1 when the whole interval is above zero, -1 when below, 0 when it holds zero."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


def effect_chart(effects: Sequence[Effect], title: str, *, alt_text: str | None = None) -> None:
    """Draw one line for each effect on a common axis; ``title`` says the unit ("每 100 人多下单的人数")."""
    if not effects:
        return
    draw(interval_chart, tuple(effects), title, height=60 * len(effects) + 44, alt_text=alt_text)


def signed(value: float) -> str:
    """One decimal with its sign; what rounds to nothing has none."""
    words = f"{value:+.1f}"
    return "0.0" if float(words) == 0 else words


def interval_chart(effects: Sequence[Effect], title: str, colours: Palette, lang: Lang) -> Any:
    """The layered Altair chart of ``effect_chart``."""
    inks = {1: colours.good, 0: colours.muted, -1: colours.bad}
    shown = [
        {"label": one.label, "low": one.low, "middle": one.middle, "high": one.high, "colour": inks[one.sign]}
        | {
            "text": signed(one.middle),
            "range": translate(lang, "chart.from_to", low=signed(one.low), high=signed(one.high)),
        }
        for one in effects
    ]
    reach = max(max(abs(one.low), abs(one.high)) for one in effects) or 1
    least = min(0.0, *(one.low for one in effects)) - reach * 0.12
    most = max(0.0, *(one.high for one in effects)) + reach * 0.12
    x_axis = alt.Axis(title=title, tickCount=7, domain=False, labelExpr="format(datum.value, '~g')")
    x = alt.X("low:Q", axis=x_axis, scale=alt.Scale(domain=[least, most], nice=False))
    y = alt.Y("label:N", sort=[one.label for one in effects], axis=alt.Axis(title=None, domain=False, labelLimit=180))
    tips = [alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=title)]
    tips.append(alt.Tooltip("range:N", title=translate(lang, "chart.likely")))
    base = alt.Chart(rows(shown)).encode(y=y, color=alt.Color("colour:N", scale=None), tooltip=tips)
    zero = (
        alt.Chart(rows([{"zero": 0}])).mark_rule(color=colours.text, strokeDash=[4, 3], opacity=0.6).encode(x="zero:Q")
    )
    span = base.mark_rule(strokeWidth=6, strokeCap="round", opacity=0.32).encode(x=x, x2="high:Q")
    point = base.mark_point(filled=True, size=130, opacity=1).encode(x="middle:Q")
    text = base.mark_text(dy=-15, fontSize=13, fontWeight="bold").encode(x="middle:Q", text="text:N")
    return alt.layer(zero, span, point, text)
