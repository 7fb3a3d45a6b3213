"""The fields of the benefits: the grid as it stands, and the one benefit that was chosen."""

from typing import Any

import streamlit as st

from core.documents.benefit_faults import HELD_KINDS
from core.documents.benefits import BENEFIT_KINDS
from core.errors import Refusal
from pages.ui.benefit_table import benefit_grid
from pages.ui.parts import card
from pages.ui.rule_cells import cell_heads, edit_cell, show_multiplier
from pages.ui.rule_draft import RuleDraft, add_benefit, drop_benefit, name_key
from pages.ui.runtime import t

MODES = ("automatic", "claim")
MONTHS = list(range(1, 13))


def edit_benefits(draft: RuleDraft) -> None:
    """The grid as it stands, and the fields of the one benefit that was chosen."""
    with card(t("tiers.benefits"), help=t("tiers.benefits.help")):
        _grid(draft)
        codes = [benefit["code"] for benefit in draft.document["benefits"]]
        names = {benefit["code"]: benefit[name_key()] for benefit in draft.document["benefits"]}
        pick, kind, add = st.columns([4, 3, 2], vertical_alignment="bottom")
        if st.session_state.get("tiers:benefit") not in codes:
            st.session_state.pop("tiers:benefit", None)
        chosen = pick.selectbox(
            t("tiers.edit_benefit"), codes, format_func=lambda code: names.get(code, code), key="tiers:benefit"
        )
        new = kind.selectbox(
            t("tiers.new_benefit"), BENEFIT_KINDS, format_func=lambda code: t(f"benefit.kind.{code}"), key="tiers:kind"
        )
        add.button(
            t("tiers.add_benefit"),
            icon=":material/add:",
            key="tiers:add_benefit",
            on_click=_add_benefit,
            args=(draft, new),
            width="stretch",
        )
        if chosen is not None:
            _benefit_fields(draft, next(one for one in draft.document["benefits"] if one["code"] == chosen))


def _grid(draft: RuleDraft) -> None:
    """The whole grid as it would be published; nothing while a name is missing."""
    try:
        document = draft.read()
    except Refusal:
        return
    if document.benefits:
        st.dataframe(benefit_grid(document), hide_index=True, width="stretch")


def _add_benefit(draft: RuleDraft, kind: str) -> None:
    st.session_state["tiers:benefit"] = add_benefit(draft, kind)


def _benefit_fields(draft: RuleDraft, benefit: dict[str, Any]) -> None:
    stem = f"tiers:{draft.turn}:{benefit['code']}"
    name, gone = st.columns([5, 2], vertical_alignment="bottom")
    benefit[name_key()] = name.text_input(
        t("tiers.benefit_name"), benefit[name_key()], max_chars=30, key=f"{stem}:name"
    )
    gone.button(
        t("tiers.remove_benefit"),
        icon=":material/delete:",
        key=f"{stem}:drop",
        on_click=drop_benefit,
        args=(draft, benefit["code"]),
        width="stretch",
    )
    if benefit["kind"] == "points_multiplier":
        show_multiplier(draft.document)
        return
    cell_heads(benefit["kind"])
    below = None
    for tier in draft.document["tiers"]:
        edit_cell(benefit, tier, below, f"{stem}:{tier['code']}")
        below = tier["code"]
    with st.expander(t("tiers.benefit.more"), icon=":material/tune:"):
        _giving(benefit, stem)


def _giving(benefit: dict[str, Any], stem: str) -> None:
    """Given by itself or asked for, by when, how many take it up, in which season, by whom."""
    mode, due, take_up = st.columns(3, gap="small")
    if benefit["kind"] in HELD_KINDS:
        benefit["mode"] = "automatic"
        mode.caption(t("tiers.benefit.held"))
    else:
        benefit["mode"] = mode.selectbox(
            t("tiers.benefit.mode"),
            MODES,
            index=MODES.index(benefit["mode"]),
            format_func=lambda one: t(f"tiers.benefit.mode.{one}"),
            key=f"{stem}:mode",
        )
    benefit["due_days"] = int(due.number_input(t("tiers.benefit.due"), 0, 365, benefit["due_days"], key=f"{stem}:due"))
    share = take_up.number_input(
        t("tiers.benefit.take_up"),
        0,
        100,
        benefit["take_up_bp"] // 100,
        5,
        key=f"{stem}:take_up",
        help=t("tiers.benefit.take_up.help"),
    )
    if int(share) != benefit["take_up_bp"] // 100:
        benefit["take_up_bp"] = int(share) * 100
    _season(benefit, stem)
    if benefit["kind"] == "partner":
        _partner(benefit, stem)


def _season(benefit: dict[str, Any], stem: str) -> None:
    seasonal = st.toggle(t("tiers.benefit.seasonal"), benefit["season"] is not None, key=f"{stem}:seasonal")
    if not seasonal:
        benefit["season"] = None
        return
    season = benefit["season"] or {"starts": "06-01", "ends": "08-31"}
    columns = st.columns(4, gap="small")
    for place, end in enumerate(("starts", "ends")):
        month, day = (int(part) for part in season[end].split("-"))
        found = columns[2 * place].selectbox(
            t(f"tiers.benefit.{end}.month"), MONTHS, index=month - 1, key=f"{stem}:{end}:month"
        )
        last = int(columns[2 * place + 1].number_input(t(f"tiers.benefit.{end}.day"), 1, 31, day, key=f"{stem}:{end}"))
        season[end] = f"{found:02d}-{last:02d}"
    benefit["season"] = season


def _partner(benefit: dict[str, Any], stem: str) -> None:
    """Which other shop gives it, by the code under which it is kept."""
    code = st.text_input(
        t("tiers.benefit.partner"),
        benefit["partner"] or "",
        max_chars=32,
        key=f"{stem}:partner",
        help=t("tiers.benefit.partner.help"),
    )
    benefit["partner"] = code.strip() or None
