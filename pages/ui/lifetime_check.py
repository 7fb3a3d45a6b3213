"""How right the forecast would have been: expected beside actual purchases by how often people had come before."""

import streamlit as st

from core.analytics.lifetime_check import CLASSES, HoldOut, Verdict
from core.clock import day_of
from core.services.lifetime import Held
from pages.ui import format
from pages.ui.charts import Pair, paired_bars
from pages.ui.parts import card
from pages.ui.runtime import t

FEW = 30


def show_check(held: Held | None) -> None:
    """The card; nothing where there was no model to check."""
    if held is None or held.check is None:
        return
    check = held.check
    known = {"day": format.day(day_of(held.calibration_day), year=True), "days": check.days}
    with card(_title(check), help=t("lifetime.check.help", **known), fill=True):
        last = CLASSES - 1
        pairs = [
            Pair(
                t("lifetime.check.more" if one.frequency == last else "lifetime.check.times", n=one.frequency),
                one.expected,
                float(one.actual),
            )
            for one in check.classes
        ]
        paired_bars(pairs, (t("lifetime.check.expected"), t("lifetime.check.actual")), "count")
        said = t(f"lifetime.check.{check.verdict}")
        if check.doubted >= FEW:
            said += " " + t(
                "lifetime.check.doubted",
                people=format.people(check.doubted),
                came=format.people(check.doubted_came),
                expected=format.people(round(check.doubted_expected)),
            )
        st.markdown(said)
        st.caption(t("lifetime.check.n", customers=format.people(check.customers), **known))


def _title(check: HoldOut) -> str:
    if check.miss is None or check.verdict is Verdict.TOO_FEW:
        return t("lifetime.check.few")
    counts = {"expected": format.number(round(check.expected)), "actual": format.number(check.actual)}
    way = "over" if check.miss >= 0 else "under"
    return t(f"lifetime.check.{way}", miss=format.percent(abs(check.miss), 0), **counts)
