"""Members and retention: how the shop goes, who comes back, who is who, what they are worth, where they live."""

from importlib import import_module
from importlib.util import find_spec

import streamlit as st

from core.analytics.periods import Period
from core.documents.enums import Area
from core.services.numbers import read_span
from pages.ui.address import keep_in_address, take_from_address, unless_chosen
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.runtime import cached, desk, t

SECTIONS = ("trends", "retention", "rfm", "lifecycle", "lifetime", "membership", "regions")


@cached(Area.ORDERS)
def _span() -> Period | None:
    return read_span(desk())


with page("menu.analysis") as head:
    if _span() is None:
        head.say(t("analysis.subtitle"))
        empty_state(t("analysis.empty"), t("analysis.empty.act"), "shop/data.py", icon="upload_file")
    else:
        ready = [name for name in SECTIONS if find_spec(f"pages.ui.numbers_{name}")]
        take_from_address("section", ready, "section")
        chosen = st.segmented_control(
            t("analysis.section"),
            ready,
            default=unless_chosen("section", ready[0]),
            format_func=lambda name: t(f"analysis.section.{name}"),
            key="section",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        keep_in_address("section", chosen, "section")
        head.say(t(f"analysis.section.{chosen}.subtitle"))
        import_module(f"pages.ui.numbers_{chosen}").draw()
