"""Prices and costs of the goods, typed into a table: without costs the guard can only reckon with the usual margin."""

from hashlib import blake2b

import pandas as pd
import streamlit as st

from core.money import as_yuan, from_widget
from core.services.product_categories import LONGEST, sort_products
from core.services.products import ProductEdit, ProductLine, edit_products
from pages.ui import format
from pages.ui.money_field import MOST_YUAN
from pages.ui.parts import card, empty_state, flash
from pages.ui.price_quote import products
from pages.ui.runtime import actor, desk, now, t

SHOWN = 300


def show_products() -> None:
    """The table of the goods; what was typed is saved with one button."""
    everything = products()
    if not everything:
        empty_state(t("prices.no_products"), t("prices.import"), "shop/data.py", icon="inventory_2")
        return
    with card(t("prices.products_title"), help=t("prices.products_title.help")):
        unknown = sum(one.cost_fen is None for one in everything)
        said = {"n": format.number(len(everything)), "unknown": format.number(unknown)}
        st.caption(t("prices.products_say", **said))
        needle = st.text_input(
            t("prices.filter"),
            key="prices:filter",
            placeholder=t("prices.filter"),
            icon=":material/search:",
            label_visibility="collapsed",
        ).strip()
        shown = [one for one in everything if needle.casefold() in f"{one.title} {one.category or ''}".casefold()]
        _edit(shown[:SHOWN])
        if len(shown) > SHOWN:
            st.caption(t("prices.products_first", n=SHOWN))


def _edit(shown: list[ProductLine]) -> None:
    """The editor always starts from the store; its key changes with what is stored, so a saved table starts anew."""
    frame = pd.DataFrame(
        {
            "title": [one.title for one in shown],
            "category": [one.category for one in shown],
            "orders": [one.orders for one in shown],
            "price": pd.array([_yuan(one.price_fen) for one in shown], dtype="Float64"),
            "seen": [None if one.seen_fen is None else format.yuan(one.seen_fen) for one in shown],
            "cost": pd.array([_yuan(one.cost_fen) for one in shown], dtype="Float64"),
        }
    )
    mark = blake2b(repr(shown).encode(), digest_size=8).hexdigest()
    typed = st.data_editor(
        frame,
        key=f"prices:products:{mark}",
        hide_index=True,
        width="stretch",
        height=420,
        disabled=["title", "orders", "seen"],
        column_config={
            "title": st.column_config.TextColumn(t("prices.column.item"), width="large"),
            "category": st.column_config.TextColumn(
                t("prices.column.category"), help=t("prices.column.category.help"), max_chars=LONGEST
            ),
            "orders": st.column_config.NumberColumn(t("prices.column.orders")),
            "price": _money(t("prices.column.price")),
            "seen": st.column_config.TextColumn(t("prices.column.seen"), help=t("prices.column.seen.help")),
            "cost": _money(t("prices.column.cost_yuan")),
        },
    )
    edits, moved = edits_of(shown, typed), moved_of(shown, typed)
    changed = len(set(edits) | set(moved))
    if st.button(
        t("prices.save_products", n=format.number(changed)),
        type="primary",
        key="prices:save_products",
        disabled=not changed,
    ):
        edit_products(desk(), actor(), edits, now=now())
        sort_products(desk(), actor(), moved, now=now())
        flash(t("prices.products_saved", n=format.number(changed)))
        st.rerun()


def _money(label: str) -> "st.column_config.NumberColumn":
    return st.column_config.NumberColumn(label, min_value=0.0, max_value=MOST_YUAN, step=0.01, format="¥%.2f")


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else float(as_yuan(fen))


def edits_of(shown: list[ProductLine], typed: pd.DataFrame) -> dict[int, ProductEdit]:
    """What of a typed table (columns price and cost, in yuan) differs from the store, by product."""
    edits = {}
    for one, price, cost in zip(shown, typed["price"], typed["cost"], strict=True):
        edit = ProductEdit(*(None if pd.isna(value) else int(from_widget(float(value))) for value in (price, cost)))
        if edit != ProductEdit(one.price_fen, one.cost_fen):
            edits[one.id] = edit
    return edits


def moved_of(shown: list[ProductLine], typed: pd.DataFrame) -> dict[int, str | None]:
    """The categories of a typed table that differ from the store, by product."""
    moved = {}
    for one, name in zip(shown, typed["category"], strict=True):
        category = None if pd.isna(name) else str(name).strip() or None
        if category != one.category:
            moved[one.id] = category
    return moved
