"""Tiers and benefits: who stands where, a draft that is tried before anything changes, and the versions."""

import streamlit as st

from pages.ui import format
from pages.ui.ladder_view import ladder, show_ladder
from pages.ui.page import page
from pages.ui.platform_sides import show_sides
from pages.ui.rule_draft import current_draft
from pages.ui.rule_editor import edit_rules
from pages.ui.rule_trial import show_trial
from pages.ui.rule_words import show_faults
from pages.ui.runtime import t
from pages.ui.version_list import show_versions

VIEWS = ("now", "edit", "versions", "sides")

with page("menu.tiers") as head:
    view = ladder()
    window = view.document.window
    counted = t(f"rules.window.{window.kind}", days=window.days)
    head.say(t("tiers.subtitle_in", n=format.number(view.members), window=counted))
    with head.corner:
        chosen = st.segmented_control(
            t("tiers.view"),
            VIEWS,
            default="now",
            format_func=lambda one: t(f"tiers.view.{one}"),
            key="tiers:view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    if chosen == "versions":
        show_versions()
    elif chosen == "sides":
        show_sides()
    elif chosen == "edit":
        draft = current_draft()
        edit_rules(draft, view.document)
        show_trial(draft, view.document, show_faults(draft))
    else:
        show_ladder(view)
