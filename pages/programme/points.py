"""Points: what was given still costs, how they are earned, what they are exchanged for, and one member's ledger."""

import streamlit as st

from pages.ui import format
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.points_ledger import from_address, show_ledger
from pages.ui.points_overview import liability, show_overview
from pages.ui.points_rules import show_rules
from pages.ui.reward_list import show_catalogue
from pages.ui.runtime import t
from pages.ui.tiers import live_rules

VIEWS = ("overview", "rules", "catalogue", "ledger")
VIEW = "points:view"

with page("menu.points") as head:
    document, _ = live_rules()
    book = liability().book
    if document.points is None and not book.months:
        head.say(t("points.subtitle.none"))
        empty_state(t("points.empty"), t("points.empty.act"), "programme/tiers.py", icon="stars")
        st.stop()
    if from_address():
        st.session_state[VIEW] = "ledger"
    head.say(t("points.subtitle", n=format.number(book.outstanding), worth=format.yuan_round(book.liability_fen)))
    with head.corner:
        chosen = st.segmented_control(
            t("points.view"), VIEWS, default="overview", format_func=lambda one: t(f"points.view.{one}"), key=VIEW,
            required=True, label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    match chosen:
        case "rules" if document.points is not None:
            show_rules(document)
        case "rules":
            empty_state(t("points.off"), t("points.empty.act"), "programme/tiers.py", icon="stars")
        case "catalogue":
            show_catalogue()
        case "ledger":
            show_ledger()
        case _:
            show_overview()
