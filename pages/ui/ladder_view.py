"""The tiers as they stand: the ladder with its people, who is within reach, and the benefit grid."""

from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.documents.rules import RuleDocument
from core.services.ladder import DROP_DAYS, NEAR_EDGES, LadderView, read_ladder
from pages.ui import format
from pages.ui.charts import Cell, heat_grid
from pages.ui.ladder_gifts import show_gifts
from pages.ui.ladder_people import show_people
from pages.ui.parts import card, empty_state, insight, link
from pages.ui.rule_words import asked_words, counted_words, keeps_otherwise, losing_words, threshold_words
from pages.ui.runtime import cached, desk, lang, now, t

GROUP_PORTRAIT = "members/group_portrait.py"


@cached(Area.RULES, Area.MEMBERS, Area.ORDERS)
def ladder() -> LadderView:
    """The live ladder, kept until facts or rules change."""
    return read_ladder(desk(), now=now())


def show_ladder(view: LadderView) -> None:
    """Everything about the rules in force."""
    if not view.members:
        empty_state(t("tiers.nobody"), t("today.empty.act"), "shop/data.py", icon="group")
    left, right = st.columns([9, 5], gap="small")
    with left, card(t("tiers.ladder"), help=t("tiers.ladder.help"), fill=True):
        st.dataframe(_steps(view), hide_index=True, width="stretch", column_config=_step_columns())
        document = view.document
        st.caption(
            " · ".join(
                (counted_words(document), t(f"tiers.counting.{document.spend_counts_from}"), losing_words(document))
            )
        )
        link(t("tiers.portrait"), GROUP_PORTRAIT, query={"tier": document.tiers[-1].code}, icon="groups")
        held = [
            t("tiers.held_on", tier=format.md_escape(tier.name(lang())), n=format.number(step.held))
            for tier, step in zip(document.tiers, view.steps, strict=True)
            if step.held
        ]
        if held:
            st.caption(t("tiers.held", tiers=t("tiers.held.and").join(held[::-1])))
    with right, card(t("tiers.near"), help=t("tiers.near.help"), fill=True):
        _within_reach(view)
    show_people(document)
    show_gifts(document)


def _steps(view: LadderView) -> pd.DataFrame:
    rows = []
    for tier, step in zip(view.document.tiers, view.steps, strict=True):
        spend, orders = threshold_words(tier.min_spend_fen, tier.min_orders)
        entry = step is view.steps[0]
        keeps = asked_words(tier.keep) if keeps_otherwise(tier) else ""
        rows.append(
            {
                t("tiers.column.tier"): tier.name(lang()),
                t("tiers.column.spend"): t("tiers.everyone") if entry else spend,
                t("tiers.column.orders"): "" if entry else orders,
                **_more_columns(view.document, tier.min_growth, keeps),
                t("tiers.column.people"): step.people,
                t("tiers.column.share"): 100 * step.people / view.members if view.members else 0.0,
                t("tiers.column.bought"): format.yuan_short(step.spend_fen),
                t("tiers.column.dropping"): step.dropping,
            }
        )
    return pd.DataFrame(rows[::-1])


def _more_columns(document: RuleDocument, growth: int | None, keeps: str) -> dict[str, str]:
    """Growth and what keeping asks for, where the rules know them."""
    found = {}
    if document.by_growth:
        found[t("tiers.column.growth")] = t("rules.none") if growth is None else format.number(growth)
    if any(keeps_otherwise(tier) for tier in document.tiers):
        found[t("tiers.column.keeps")] = keeps
    return found


def _step_columns() -> dict[str, Any]:
    return {
        t("tiers.column.people"): st.column_config.NumberColumn(format="localized"),
        t("tiers.column.share"): st.column_config.ProgressColumn(
            format="%.1f%%", min_value=0, max_value=100, width=110
        ),
        t("tiers.column.dropping"): st.column_config.NumberColumn(help=t("tiers.dropping.help", days=DROP_DAYS)),
    }


def _within_reach(view: LadderView) -> None:
    """How many people miss how much to which tier, and what to do about the nearest."""
    names = view.document.names(lang())
    steps = view.steps[1:]
    if not any(sum(step.within_reach) for step in steps):
        st.caption(t("tiers.near.nobody", amount=format.yuan(NEAR_EDGES[-1])))
        return
    # Each band starts where the one before it ends: "within ¥200" beside "within ¥100" would read as a running total.
    bands = [t("tiers.near.band", amount=format.yuan(NEAR_EDGES[0]))]
    bands += [f"{format.yuan(low)}–{format.yuan(high)}" for low, high in pairwise(NEAR_EDGES)]
    cells = [
        Cell(names[step.code], bands[index], count, format.number(count), format.people(count))
        for step in steps
        for index, count in enumerate(step.within_reach)
    ]
    heat_grid(
        cells,
        columns=[names[step.code] for step in steps],
        lines=bands,
        column_title=t("tiers.near.next"),
        line_title=t("tiers.near.missing"),
        line_height=38,
    )
    near = sum(step.within_reach[0] for step in steps)
    if near:
        text = t("tiers.near.insight", n=format.number(near), amount=format.yuan(NEAR_EDGES[0]))
        insight(text, t("tiers.near.act"), "marketing/new_campaign.py", query={"segment_template": "near_upgrade"})
