"""Benefits looked at: what each brought, how the tiers differ, the terms to publish, the partners."""

import streamlit as st

from pages.ui.benefit_review import show_review
from pages.ui.page import page
from pages.ui.partner_pool import show_partners
from pages.ui.runtime import t
from pages.ui.terms_view import show_terms
from pages.ui.tier_compare import show_comparison

VIEWS = {"review": show_review, "compare": show_comparison, "terms": show_terms, "partners": show_partners}

with page("menu.benefits") as head:
    with head.corner:
        chosen = st.segmented_control(
            t("benefits.view"),
            list(VIEWS),
            default="review",
            format_func=lambda one: t(f"benefits.view.{one}"),
            key="benefits:view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    head.say(t(f"benefits.subtitle.{chosen}"))
    VIEWS[chosen]()
