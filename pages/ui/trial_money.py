"""What the rules on trial give and cost beside the live ones: totals in a sentence, and month by month."""

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from core.services.simulate import Simulation
from core.services.simulated_months import SimulatedMonth
from pages.ui import format
from pages.ui.charts import TrendPoint, trend
from pages.ui.parts import card
from pages.ui.runtime import t
from pages.ui.table import plain_table

COSTS = ("benefit_cost_fen", "coupon_cost_fen", "points_cost_fen")
MEASURES = ("cost_fen", "margin_fen", "points_issued", "points_spent")


def show_money(found: Simulation) -> None:
    """Costs, points and margin of both sides over the months that were replayed."""
    if not found.months:
        return
    with card(t("tiers.money"), help=t("tiers.money.help")):
        st.markdown(_sentence(found))
        left, right = st.columns([3, 2], gap="medium")
        with left:
            measure = st.segmented_control(
                t("tiers.money"),
                MEASURES,
                default=MEASURES[0],
                format_func=lambda one: t(f"tiers.money.{one}"),
                key="tiers:money",
                required=True,
                label_visibility="collapsed",
            )
            _chart(found, measure)
        with right:
            _totals(found)


def cost(month: SimulatedMonth) -> int:
    """What the programme cost in a month: benefits, coupons and points (fen)."""
    return month.benefit_cost_fen + month.coupon_cost_fen + month.points_cost_fen


def _value(measure: str) -> Callable[[SimulatedMonth], int]:
    return cost if measure == "cost_fen" else lambda month: int(getattr(month, measure))


def _sum(months: Sequence[SimulatedMonth], measure: str) -> int:
    value = _value(measure)
    return sum(value(month) for month in months)


def _sentence(found: Simulation) -> str:
    """Whether it would have cost more or less, and what is left."""
    more = _sum(found.months, "cost_fen") - _sum(found.live_months, "cost_fen")
    left = _sum(found.months, "margin_fen") - _sum(found.live_months, "margin_fen")
    months = len(found.months)
    if not more and not left:
        return t("tiers.money.same", months=months)
    key = "more" if more > 0 else "less"
    share = abs(more) / max(_sum(found.live_months, "cost_fen"), 1)
    said = t(f"tiers.money.{key}", months=months, amount=format.yuan_round(abs(more)), share=format.percent(share, 0))
    earned = "margin_more" if left > 0 else "margin_less"
    return f"{said} {t(f'tiers.money.{earned}', amount=format.yuan_round(abs(left)))}"


def _chart(found: Simulation, measure: str) -> None:
    value = _value(measure)
    points = [
        TrendPoint(*_month(month.month), value(month), t(f"tiers.money.{side}"))
        for side, months in (("live", found.live_months), ("draft", found.months))
        for month in months
    ]
    trend(points, "count" if measure.startswith("points") else "yuan", kind="lines", height=240)


def _month(text: str) -> tuple[date, date]:
    """First day of a month ``2026-03``, and of the next."""
    year, month = (int(part) for part in text.split("-"))
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _totals(found: Simulation) -> None:
    """One line a measure: live, draft, difference."""
    fields = (*COSTS, "margin_fen", "points_issued", "points_spent")
    rows = {field: (_sum(found.live_months, field), _sum(found.months, field)) for field in fields}
    say = {field: format.yuan_round if field.endswith("_fen") else format.number for field in fields}
    plain_table(
        {
            t("tiers.money.what"): [t(f"tiers.money.{field}") for field in fields],
            t("tiers.money.live"): [say[field](rows[field][0]) for field in fields],
            t("tiers.money.draft"): [say[field](rows[field][1]) for field in fields],
            t("tiers.money.difference"): [_signed(rows[field][1] - rows[field][0], say[field]) for field in fields],
        }
    )


def _signed(value: int, say: Callable[[int], str]) -> str:
    return "0" if not value else f"{'+' if value > 0 else '-'}{say(abs(value))}"
