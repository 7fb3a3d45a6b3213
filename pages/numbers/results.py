"""What worked: the programme's profit and loss, campaigns by what they proved, winning against keeping."""

import streamlit as st

from core.analytics.periods import Period
from core.documents.enums import Area
from core.services.numbers import read_span
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.profit_table import league_section, profit_section
from pages.ui.runtime import cached, desk, t
from pages.ui.win_keep import win_keep_section

SECTIONS = {"profit": profit_section, "campaigns": league_section, "win": win_keep_section}


@cached(Area.ORDERS)
def _span() -> Period | None:
    return read_span(desk())


with page("menu.results") as head:
    if _span() is None:
        head.say(t("results.subtitle"))
        empty_state(t("results.empty"), t("today.empty.act"), "shop/data.py", icon="upload_file")
    else:
        chosen = st.segmented_control(
            t("results.section"),
            list(SECTIONS),
            default="profit",
            format_func=lambda name: t(f"results.section.{name}"),
            key="results",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
            bind="query-params",
        )
        head.say(t(f"results.section.{chosen}.subtitle"))
        SECTIONS[chosen or "profit"]()
