"""Groups: ready ones with their numbers, kept ones, two of them compared, lists, and a builder that says what it finds."""

import streamlit as st

from core.documents.segment import EVERYONE
from core.services.saved_groups import list_groups
from pages.ui import group_draft
from pages.ui.chosen import take_chosen
from pages.ui.group_cards import kept_cards, ready_cards
from pages.ui.group_edit import edit_group
from pages.ui.group_lists import show_lists
from pages.ui.group_overlap import show_overlap
from pages.ui.page import page
from pages.ui.runtime import desk, t

VIEWS = ("groups", "overlap", "lists")


def _new() -> None:
    group_draft.start(EVERYONE)


with page("menu.groups", t("groups.subtitle")) as head:
    chosen = take_chosen()
    if chosen is not None:
        group_draft.start(chosen.tree, name=chosen.name or "", group_id=chosen.group_id)
    draft = group_draft.draft()
    if draft is not None:
        edit_group(draft)
    else:
        with head.corner:
            st.button(t("groups.new"), icon=":material/add:", type="primary", key="groups:new", on_click=_new)
        words = {one: t(f"groups.view.{one}") for one in VIEWS}
        view = st.segmented_control(
            t("groups.view"),
            VIEWS,
            default="groups",
            required=True,
            format_func=words.__getitem__,
            key="groups:view",
            label_visibility="collapsed",
            persist_state="session",
        )
        if view == "overlap":
            show_overlap()
        elif view == "lists":
            show_lists()
        else:
            kept = list_groups(desk())
            if kept:
                kept_cards(kept)
            ready_cards()
