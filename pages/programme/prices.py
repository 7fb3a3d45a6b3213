"""Prices: what a basket costs whom, line by line; whether that is fair and covers its costs; the settings and the goods."""

import streamlit as st

from pages.ui.page import page
from pages.ui.price_guard_view import show_guard
from pages.ui.price_products import show_products
from pages.ui.price_quote import show_quote
from pages.ui.price_settings import show_settings
from pages.ui.runtime import t

VIEWS = {"quote": show_quote, "guard": show_guard, "products": show_products, "settings": show_settings}

with page("menu.prices", t("prices.subtitle")) as head:
    asked = st.query_params.pop("prices", None)
    if asked in VIEWS:
        st.session_state["prices:view"] = asked
    with head.corner:
        chosen = st.segmented_control(
            t("prices.view"),
            list(VIEWS),
            default=None if "prices:view" in st.session_state else "quote",
            format_func=lambda one: t(f"prices.view.{one}"),
            key="prices:view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    VIEWS[chosen]()
