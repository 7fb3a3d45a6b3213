"""Products and repeat purchases: what sells, who likes what, what goes together, what comes next, how good the guesses are."""

import streamlit as st

from pages.ui.goods import categories, goods
from pages.ui.goods_accuracy import show_accuracy
from pages.ui.goods_best import show_best
from pages.ui.goods_likes import show_likes
from pages.ui.goods_next import show_next
from pages.ui.goods_together import show_together
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.runtime import t

SECTIONS = {"likes": show_likes, "together": show_together, "next": show_next, "accuracy": show_accuracy}

with page("menu.products", t("products.subtitle")) as head:
    named = categories()
    with head.corner, st.container(horizontal=True, horizontal_alignment="right"):
        category = st.selectbox(
            t("products.category"),
            named,
            index=None,
            key="products:category",
            placeholder=t("products.category.all"),
            label_visibility="collapsed",
            width=180,
            persist_state="session",
        )
    chosen = st.segmented_control(
        t("products.section"),
        ["best", *SECTIONS],
        default="best",
        format_func=lambda name: t(f"products.section.{name}"),
        key="products:section",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        bind="query-params",
    )
    if chosen == "best":
        show_best(category)
    elif (view := goods()) is None:
        empty_state(t("products.not_yet"), t("products.import"), "shop/data.py", icon="inventory_2")
    else:
        SECTIONS[chosen](view, category)
