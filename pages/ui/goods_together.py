"""What is bought together, in one order or by the same person; a pair leads to who has only one of both."""

import pandas as pd
import streamlit as st

from core.documents.goods import LEAST_CASES, Pair
from core.documents.segment import Group, Not
from core.services.product_insight import GoodsView
from pages.ui import format
from pages.ui.goods import bought, campaign_button, say_source, short, times
from pages.ui.parts import card
from pages.ui.runtime import t
from pages.ui.table import pick_row

MOST_ROWS = 40


def show_together(view: GoodsView, category: str | None) -> None:
    """The surest pairs; one that is picked can be acted on from both of its sides."""
    by = st.segmented_control(
        t("products.together.by"),
        ("order", "person"),
        default="order",
        format_func=lambda one: t(f"products.together.by.{one}"),
        key="products:together:by",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = view.model.order_pairs if by == "order" else view.model.person_pairs
    pairs = [one for one in found if category is None or category in (view.category(one.a), view.category(one.b))]
    with card(_finding(view, pairs, by), help=t("products.together.help")):
        if not pairs:
            st.caption(t("products.together.none_say", n=LEAST_CASES))
            say_source(view)
            return
        _rows(view, pairs[:MOST_ROWS], by)
        say_source(view)


def _finding(view: GoodsView, pairs: list[Pair], by: str) -> str:
    if not pairs:
        return t("products.together.none")
    best = pairs[0]
    return t(
        f"products.together.title.{by}",
        a=short(view.title(best.a)),
        b=short(view.title(best.b)),
        times=times(best.times),
    )


def _rows(view: GoodsView, pairs: list[Pair], by: str) -> None:
    text = st.column_config.TextColumn
    numbers = st.column_config.NumberColumn
    picked = pick_row(
        pd.DataFrame(
            {
                "a": [view.title(one.a) for one in pairs],
                "b": [view.title(one.b) for one in pairs],
                "both": [one.both for one in pairs],
                "times": [times(one.times) for one in pairs],
                "ab": [format.percent(one.confidence_ab, 0) for one in pairs],
                "ba": [format.percent(one.confidence_ba, 0) for one in pairs],
            }
        ),
        [f"{one.a}:{one.b}" for one in pairs],
        f"products:together:{by}",
        columns={
            "a": text(t("products.column.a"), width="medium"),
            "b": text(t("products.column.b"), width="medium"),
            "both": numbers(t(f"products.column.both.{by}"), format="localized"),
            "times": text(t("products.column.times"), help=t("products.column.times.help"), alignment="right"),
            "ab": text(t("products.column.ab"), alignment="right"),
            "ba": text(t("products.column.ba"), alignment="right"),
        },
        height=420,
    )
    _acts(view, next((one for one in pairs if f"{one.a}:{one.b}" == picked), pairs[0]))


def _acts(view: GoodsView, pair: Pair) -> None:
    """For who has the one and not the other."""
    a, b = view.title(pair.a), view.title(pair.b)
    st.markdown(t("products.together.chosen", a=short(a), b=short(b)))
    with st.container(horizontal=True):
        for one, other, key in ((a, b, "ab"), (b, a, "ba")):
            label = t("products.together.act", a=short(one), b=short(other))
            campaign_button(label, Group("all", (bought(one), Not(bought(other)))), f"products:together:{key}")
