"""What a buyer brought in a year as orders x order value x margin, and which of the three moved it."""

import streamlit as st

from core.analytics.value_factors import FACTORS, Factors, ValueChange
from pages.ui import format
from pages.ui.parts import card
from pages.ui.runtime import t
from pages.ui.table import plain_table

SAME = 0.02  # a smaller change is none


def show_value(change: ValueChange | None) -> None:
    """The card; nothing where nobody bought in the last year."""
    if change is None:
        return
    with card(_title(change), help=t("lifetime.value.help"), fill=True):
        for place, (name, column) in enumerate(zip(FACTORS, st.columns(3, gap="small"), strict=True)):
            with column:
                _factor(name, change, place)
        if change.before.buyers:
            _moved(change)


def _title(change: ValueChange) -> str:
    worth = format.yuan_round(round(change.last.value_fen))
    if not change.before.buyers:
        return t("lifetime.value.first", value=worth)
    gained = change.last.value_fen - change.before.value_fen
    if abs(gained) < SAME * change.before.value_fen:
        return t("lifetime.value.same", value=worth)
    way = "up" if gained > 0 else "down"
    most = max(range(len(FACTORS)), key=lambda place: change.parts[place] * (1 if gained > 0 else -1))
    factor = t(f"lifetime.factor.{FACTORS[most]}.{way}")
    return t(f"lifetime.value.{way}", value=worth, change=format.yuan_round(round(abs(gained))), factor=factor)


def _factor(name: str, change: ValueChange, place: int) -> None:
    delta = None
    if change.before.buyers:
        part = round(change.parts[place])
        sign = "+" if part >= 0 else ""
        delta = t("lifetime.factor.part", amount=f"{sign}{format.yuan_round(part)}")
    st.metric(t(f"lifetime.factor.{name}"), _worded(name, change.last), delta, delta_color="off", delta_arrow="off")


def _worded(name: str, year: Factors) -> str:
    if name == "frequency":
        return t("lifetime.factor.orders", n=f"{year.frequency:.2f}")
    return format.yuan_round(round(year.order_fen)) if name == "order" else format.percent(year.margin)


def _moved(change: ValueChange) -> None:
    """Of those who bought in both years: whose value moved, and by what."""
    both = change.still + sum(one.up + one.down for one in change.moved)
    st.markdown(t("lifetime.moved", people=format.people(both), still=format.people(change.still)))
    plain_table(
        {
            t("lifetime.moved.factor"): [t(f"lifetime.factor.{one.factor}") for one in change.moved],
            t("lifetime.moved.up"): [format.people(one.up) for one in change.moved],
            t("lifetime.moved.up_fen"): [format.yuan_round(one.up_fen) for one in change.moved],
            t("lifetime.moved.down"): [format.people(one.down) for one in change.moved],
            t("lifetime.moved.down_fen"): [format.yuan_round(one.down_fen) for one in change.moved],
        }
    )
    st.caption(t("lifetime.came", came=format.people(change.came), gone=format.people(change.gone)))
