"""Best sellers of a period: sales, orders, buyers, who bought it again, what came back, what stayed."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.documents.segment import Group, Not
from core.services.numbers import last_days
from core.services.product_insight import BestSellers, SoldLine, read_best_sellers
from pages.ui import format
from pages.ui.goods import bought, bought_of, campaign_button, short
from pages.ui.parts import card, empty_state
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import pick_row

DAYS = (30, 90, 365)
MANY_BACK = 0.15  # of the sales


@cached(Area.ORDERS, Area.SETTINGS)
def _sold(days: int, category: str | None) -> BestSellers:
    return read_best_sellers(desk(), last_days(desk().zone, now(), days), category=category)


def show_best(category: str | None) -> None:
    """The table, with the finding as its title; a picked product leads to its buyers."""
    days = st.segmented_control(
        t("products.days"),
        DAYS,
        default=90,
        format_func=lambda one: t("products.last_days", n=one),
        key="products:days",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = _sold(days, category)
    sold = found.lines
    if not sold:
        empty_state(t("products.nothing_sold"), t("products.import"), "shop/data.py", icon="inventory_2")
        return
    with card(_finding(found, category), help=t("products.best.help")):
        picked = pick_row(_table(sold), [one.id for one in sold], "products:best", columns=_columns(), height=420)
        if back := _much_back(sold):
            share = format.percent(back.refund_fen / back.sales_fen, 0)
            st.markdown(
                t("products.best.back", title=short(back.title), share=share, buyers=format.people(back.buyers))
            )
        chosen = next((one for one in sold if one.id == picked), None)
        if chosen is None:
            st.caption(t("products.best.pick"))
        else:
            _acts(chosen)


def _finding(found: BestSellers, category: str | None) -> str:
    first = found.lines[:3]
    share = sum(one.sales_fen for one in first) / found.sales_fen if found.sales_fen else 0.0
    named = {"title": short(first[0].title), "n": len(first), "share": format.percent(share, 0)}
    if category is not None:
        return t("products.best.title.category", category=format.md_escape(category), **named)
    return t("products.best.title", **named)


def _much_back(sold: list[SoldLine]) -> SoldLine | None:
    """Of the best sellers the one of which most comes back, where enough people bought it."""
    asked = [one for one in sold if one.buyers >= 30 and one.refund_fen > MANY_BACK * one.sales_fen]
    return max(asked, key=lambda one: one.refund_fen / one.sales_fen, default=None)


def _table(sold: list[SoldLine]) -> pd.DataFrame:
    few = t("products.too_few")
    columns = {
        "title": [one.title for one in sold],
        "category": [one.category for one in sold],
        "sales": [format.yuan_round(one.sales_fen) for one in sold],
        "orders": [one.orders for one in sold],
        "buyers": [one.buyers for one in sold],
        "repeat": [few if one.repeat_share is None else format.percent(one.repeat_share, 0) for one in sold],
        "refund": [format.percent(one.refund_fen / one.sales_fen, 0) if one.sales_fen else None for one in sold],
        "margin": [format.yuan_round(one.margin_fen) + ("" if one.cost_known else " *") for one in sold],
    }
    return pd.DataFrame(columns)


def _columns() -> dict[str, object]:
    text = st.column_config.TextColumn
    return {
        "title": text(t("products.column.title"), width="large"),
        "category": text(t("products.column.category")),
        "sales": text(t("products.column.sales"), alignment="right"),
        "orders": st.column_config.NumberColumn(t("products.column.orders"), format="localized"),
        "buyers": st.column_config.NumberColumn(t("products.column.buyers"), format="localized"),
        "repeat": text(t("products.column.repeat"), help=t("products.column.repeat.help"), alignment="right"),
        "refund": text(t("products.column.refund"), alignment="right"),
        "margin": text(t("products.column.margin"), help=t("products.column.margin.help"), alignment="right"),
    }


def _acts(one: SoldLine) -> None:
    st.markdown(
        t("products.best.chosen", title=short(one.title), buyers=format.people(one.buyers), n=one.repeat_buyers)
    )
    with st.container(horizontal=True):
        campaign_button(t("products.best.to_buyers"), Group("all", (bought(one.title),)), "products:best:buyers")
        if one.category:
            parts = (bought_of(one.category, 365), Not(bought(one.title)))
            label = t("products.best.to_category", category=format.md_escape(one.category))
            campaign_button(label, Group("all", parts), "products:best:category")
