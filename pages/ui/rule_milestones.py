"""The fields of the milestones: rewards on the way, once in a lifetime."""

from typing import Any

import streamlit as st

from core.documents.earning import MOST_UNITS
from pages.ui.money_field import yuan_field
from pages.ui.parts import card
from pages.ui.rule_draft import RuleDraft, add_milestone, drop_milestone, name_key
from pages.ui.runtime import lang, t

MEASURES = ("orders", "spend", "growth")
_WIDTHS = [2.4, 2, 1.8, 1.6, 2.4, 1.6, 0.8]


def edit_milestones(draft: RuleDraft) -> None:
    """One line a milestone."""
    with card(t("tiers.milestones"), help=t("tiers.milestones.help")):
        rows = draft.document.setdefault("milestones", [])
        if not rows:
            st.caption(t("tiers.milestones.none"))
        else:
            heads = ("name", "measure", "at", "points", "gift", "cost")
            for column, key in zip(st.columns(_WIDTHS)[:-1], heads, strict=True):
                column.caption(t(f"tiers.milestone.{key}"))
        for row in rows:
            _row(draft, row)
        st.button(
            t("tiers.milestone.add"),
            icon=":material/add:",
            key="tiers:add_milestone",
            on_click=add_milestone,
            args=(draft,),
        )


def _row(draft: RuleDraft, row: dict[str, Any]) -> None:
    stem = f"tiers:{draft.turn}:milestone:{row['code']}"
    hidden: dict[str, Any] = {"label_visibility": "collapsed"}
    name, measure, at, points, gift, cost, gone = st.columns(_WIDTHS, vertical_alignment="center")
    row[name_key()] = name.text_input(
        t("tiers.milestone.name"), row[name_key()], max_chars=30, key=f"{stem}:name", **hidden
    )
    row["measure"] = measure.selectbox(
        t("tiers.milestone.measure"),
        MEASURES,
        index=MEASURES.index(row["measure"]),
        format_func=lambda one: t(f"tiers.milestone.measure.{one}"),
        key=f"{stem}:measure",
        **hidden,
    )
    if row["measure"] == "spend":
        with at:
            row["at"] = yuan_field(t("tiers.milestone.at"), row["at"], f"{stem}:fen", step=100.0, hidden=True) or 1
    else:
        row["at"] = int(
            at.number_input(t("tiers.milestone.at"), 1, 100_000_000, max(row["at"], 1), key=f"{stem}:at", **hidden)
        )
    row["points"] = int(
        points.number_input(
            t("tiers.milestone.points"), 0, MOST_UNITS, row["points"], 50, key=f"{stem}:points", **hidden
        )
    )
    words = f"gift_{lang()}"
    row[words] = gift.text_input(
        t("tiers.milestone.gift"),
        row[words],
        max_chars=60,
        placeholder=t("tiers.milestone.no_gift"),
        key=f"{stem}:gift",
        **hidden,
    )
    with cost:
        row["cost_fen"] = (
            yuan_field(t("tiers.milestone.cost"), row["cost_fen"], f"{stem}:cost", step=1.0, hidden=True) or 0
        )
    gone.button(
        ":material/delete:",
        type="tertiary",
        key=f"{stem}:drop",
        on_click=drop_milestone,
        args=(draft, row["code"]),
        help=t("tiers.milestone.remove"),
    )
