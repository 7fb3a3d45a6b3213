"""Who likes what: each category's buyers against everybody who bought, by tier, gender, age or level of city."""

import streamlit as st

from core.documents.goods import LEAST_CASES, Like
from core.documents.segment import Group, Leaf
from core.services.product_insight import GoodsView
from pages.ui import format
from pages.ui.charts import Cell, heat_grid
from pages.ui.goods import bought_of, campaign_button, say_source, times
from pages.ui.parts import card
from pages.ui.runtime import t
from pages.ui.tiers import tier_names

SIDES = ("tier", "gender", "age", "city_level")
MOST_LINES = 12


def show_likes(view: GoodsView, category: str | None) -> None:
    """The grid of one trait; the strongest difference is the title and leads to its group."""
    side = st.segmented_control(
        t("products.likes.by"),
        SIDES,
        default="tier",
        format_func=lambda one: t(f"products.likes.by.{one}"),
        key="products:likes:by",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    rows = [one for one in view.model.likes if one.side == side and category in (None, one.category)]
    if not rows:
        st.caption(t("products.likes.unknown"))
        return
    names, strongest = _names(rows, side), _strongest(rows)
    with card(_finding(strongest, names), help=t("products.likes.help")):
        _grid(rows, names)
        st.caption(t("products.likes.note", n=LEAST_CASES))
        say_source(view)
        if strongest is not None and (leaf := _leaf(strongest)) is not None:
            label = t(
                "products.likes.act",
                value=format.md_escape(names[strongest.value]),
                category=format.md_escape(strongest.category),
            )
            campaign_button(label, Group("all", (leaf, bought_of(strongest.category, 365))), "products:likes:act")


def _strongest(rows: list[Like]) -> Like | None:
    """The surest over-representation with enough people."""
    sure = [one for one in rows if one.sure and one.people >= LEAST_CASES and (one.index or 0) > 1]
    return max(sure, key=lambda one: one.index or 0, default=None)


def _finding(one: Like | None, names: dict[str, str]) -> str:
    if one is None:
        return t("products.likes.even")
    shown = {"share": format.percent(one.people / one.buyers, 0), "base": format.percent(one.whole / one.everybody, 0)}
    value = format.md_escape(names[one.value])
    return t("products.likes.title", category=format.md_escape(one.category), value=value, **shown)


def _grid(rows: list[Like], names: dict[str, str]) -> None:
    lines = list(dict.fromkeys(one.category for one in rows))[:MOST_LINES]
    cells = [
        Cell(
            names[one.value],
            one.category,
            None if one.people < LEAST_CASES else one.index if one.index is not None and one.sure else 1.0,
            times(one.index or 0) if one.people >= LEAST_CASES else t("products.too_few"),
            t(
                "products.likes.tip",
                people=format.people(one.people),
                share=format.percent(one.people / one.buyers),
                base=format.percent(one.whole / one.everybody),
            )
            + ("" if one.sure else t("products.likes.unsure")),
        )
        for one in rows
        if one.category in lines
    ]
    heat_grid(cells, columns=list(names.values()), lines=lines)


def _names(rows: list[Like], side: str) -> dict[str, str]:
    """What the values of a trait are called, in their order: from the lowest tier, the youngest, the largest cities."""
    present = {one.value for one in rows}
    match side:
        case "tier":
            known = tier_names()
            return {
                value: known.get(value, value) for value in (*known, *sorted(present - set(known))) if value in present
            }
        case "age":
            return {value: t(f"products.age.{value}") for value in sorted(present)}
        case "gender":
            told = {value: t(f"segment.choice.gender.{value}") for value in ("female", "male")}
            return {value: told.get(value, value) for value in sorted(present)}
        case _:
            return {value: t(f"segment.choice.city_level.{value}") for value in sorted(present)}


def _leaf(one: Like) -> Leaf | None:
    """The condition of a group that says the trait; none for a word of a file that no group knows."""
    match one.side:
        case "tier":
            return Leaf("tier", "in", (one.value,))
        case "gender":
            return Leaf("gender", "in", (one.value,)) if one.value in ("female", "male") else None
        case "city_level":
            return Leaf("city_level", "in", (int(one.value),))
        case _:
            low, high = one.value.split("-")
            return Leaf("age", "between", (int(low), int(high or 120)))
