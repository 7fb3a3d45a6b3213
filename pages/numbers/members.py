"""Members and retention: how the shop goes, who comes back, who is who, what they are worth, where they live."""

import streamlit as st

from core.analytics.periods import Period
from core.documents.enums import Area
from core.services.numbers import read_span
from pages.ui import (
    numbers_lifecycle,
    numbers_lifetime,
    numbers_membership,
    numbers_regions,
    numbers_retention,
    numbers_rfm,
    numbers_trends,
)
from pages.ui.address import keep_in_address, take_from_address, unless_chosen
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.runtime import cached, desk, t

SECTIONS = {
    "trends": numbers_trends.draw,
    "retention": numbers_retention.draw,
    "rfm": numbers_rfm.draw,
    "lifecycle": numbers_lifecycle.draw,
    "lifetime": numbers_lifetime.draw,
    "membership": numbers_membership.draw,
    "regions": numbers_regions.draw,
}


@cached(Area.ORDERS)
def _span() -> Period | None:
    return read_span(desk())


with page("menu.analysis") as head:
    if _span() is None:
        head.say(t("analysis.subtitle"))
        empty_state(t("analysis.empty"), t("analysis.empty.act"), "shop/data.py", icon="upload_file")
    else:
        names = list(SECTIONS)
        take_from_address("section", names, "section")
        chosen = st.segmented_control(
            t("analysis.section"),
            names,
            default=unless_chosen("section", names[0]),
            format_func=lambda name: t(f"analysis.section.{name}"),
            key="section",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        keep_in_address("section", chosen, "section")
        head.say(t(f"analysis.section.{chosen}.subtitle"))
        SECTIONS[chosen]()
