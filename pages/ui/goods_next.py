"""When people buy a category again, and what else they come for next."""

import pandas as pd
import streamlit as st

from core.documents.goods import LEAST_CASES, Cycle, Follow
from core.documents.segment import Group, Not
from core.services.product_insight import GoodsView
from pages.ui import format
from pages.ui.goods import bought_of, campaign_button, say_source, times
from pages.ui.parts import card
from pages.ui.runtime import t
from pages.ui.table import pick_row


def show_next(view: GoodsView, category: str | None) -> None:
    """Cycles, then what follows on what; each row leads to the people it is about."""
    cycles = [one for one in view.model.cycles if category in (None, one.category)]
    follows = [one for one in view.model.follows if category in (None, one.category)]
    with card(_cycle_finding(cycles), help=t("products.cycle.help")):
        if cycles:
            _cycles(cycles)
        say_source(view)
    with card(_follow_finding(follows), help=t("products.follow.help")):
        if follows:
            _follows(follows)
        else:
            st.caption(t("products.follow.none_say", n=LEAST_CASES))


def _cycle_finding(cycles: list[Cycle]) -> str:
    best = _surest(cycles)
    if best is None:
        return t("products.cycle.none")
    shown = {"days": best.median_days, "share": format.percent(best.again or 0, 0)}
    return t("products.cycle.title", category=format.md_escape(best.category), **shown)


def _surest(cycles: list[Cycle]) -> Cycle | None:
    """The category most bought again."""
    return max((one for one in cycles if one.median_days is not None), key=lambda one: one.again or 0, default=None)


def _cycles(cycles: list[Cycle]) -> None:
    few = t("products.too_few")
    text, numbers = st.column_config.TextColumn, st.column_config.NumberColumn
    picked = pick_row(
        pd.DataFrame(
            {
                "category": [one.category for one in cycles],
                "median": [few if one.median_days is None else format.days(one.median_days) for one in cycles],
                "half": [
                    None
                    if one.early_days is None
                    else t("products.cycle.between", low=one.early_days, high=one.late_days)
                    for one in cycles
                ],
                "again": [few if one.again is None else format.percent(one.again, 0) for one in cycles],
                "people": [one.people for one in cycles],
                "gaps": [one.gaps for one in cycles],
            }
        ),
        [one.category for one in cycles],
        "products:cycles",
        columns={
            "category": text(t("products.column.category")),
            "median": text(t("products.column.median"), help=t("products.column.median.help"), alignment="right"),
            "half": text(t("products.column.half"), alignment="right"),
            "again": text(t("products.column.again"), help=t("products.column.again.help"), alignment="right"),
            "people": numbers(t("products.column.people"), format="localized"),
            "gaps": numbers(t("products.column.gaps"), format="localized"),
        },
    )
    chosen = next((one for one in cycles if one.category == picked and one.median_days is not None), _surest(cycles))
    if chosen is not None and chosen.median_days is not None:
        days = chosen.median_days
        parts = (bought_of(chosen.category, 2 * days), Not(bought_of(chosen.category, days)))
        shown = {"category": format.md_escape(chosen.category), "days": days, "most": 2 * days}
        st.markdown(t("products.cycle.say", **shown))
        campaign_button(t("products.cycle.act", **shown), Group("all", parts), "products:cycle:act")


def _follow_finding(follows: list[Follow]) -> str:
    best = _best_other(follows)
    if best is None:
        return t("products.follow.none")
    shown = {"then": format.md_escape(best.then), "share": format.percent(best.share, 0)}
    return t(
        "products.follow.title", category=format.md_escape(best.category), base=format.percent(best.base, 0), **shown
    )


def _best_other(follows: list[Follow]) -> Follow | None:
    """What follows most above its base rate, another category than before."""
    sure = [one for one in follows if one.sure and one.then != one.category and one.share > one.base]
    return max(sure, key=lambda one: one.share / one.base, default=None)


def _follows(follows: list[Follow]) -> None:
    """A line a category: how often the same comes again, and the two others that come most."""
    by: dict[str, list[Follow]] = {}
    for one in follows:
        by.setdefault(one.category, []).append(one)
    others = {name: [one for one in rows if one.then != name] for name, rows in by.items()}
    same = {name: next((one for one in rows if one.then == name), None) for name, rows in by.items()}
    text = st.column_config.TextColumn
    picked = pick_row(
        pd.DataFrame(
            {
                "category": list(by),
                "same": [None if one is None else format.percent(one.share, 0) for one in same.values()],
                "first": [_said(rows[0]) if rows else None for rows in others.values()],
                "second": [_said(rows[1]) if len(rows) > 1 else None for rows in others.values()],
                "cases": [rows[0].cases for rows in by.values()],
            }
        ),
        list(by),
        "products:follows",
        columns={
            "category": text(t("products.column.after")),
            "same": text(t("products.column.same"), alignment="right"),
            "first": text(t("products.column.first")),
            "second": text(t("products.column.second")),
            "cases": st.column_config.NumberColumn(t("products.column.cases"), format="localized"),
        },
    )
    best = _best_other(others[picked]) if picked else _best_other(follows)
    if best is not None:
        shown = {"category": format.md_escape(best.category), "then": format.md_escape(best.then)}
        parts = (bought_of(best.category, 90), Not(bought_of(best.then)))
        campaign_button(t("products.follow.act", **shown), Group("all", parts), "products:follow:act")


def _said(one: Follow) -> str:
    """A category with its share; how far from the base rate only where that is sure."""
    shown = {"then": one.then, "share": format.percent(one.share, 0)}
    if not one.sure or not one.base:
        return t("products.follow.cell", **shown)
    return t("products.follow.cell_times", times=times(one.share / one.base), **shown)
