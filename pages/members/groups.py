"""Groups: ready ones with their numbers, kept ones, and a builder that says what it finds while one changes it."""

import streamlit as st

from core.documents.segment import EVERYONE, Node
from core.services.saved_groups import LONGEST_NAME, delete_group, list_groups, save_group
from pages.ui import format, group_draft
from pages.ui.chosen import choose, take_chosen
from pages.ui.confirm import confirm_dialog
from pages.ui.group_builder import builder, found_card
from pages.ui.group_cards import kept_cards, raw_tree, ready_cards
from pages.ui.group_draft import Draft
from pages.ui.menu import page_exists
from pages.ui.page import page
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, now, t

LIST, NEW_CAMPAIGN = "members/list.py", "marketing/new_campaign.py"
NAME = "groups:name"


def _edit(draft: Draft) -> None:
    """The group under the owner's hands: conditions left, whom they find right."""
    if st.button(t("groups.back"), icon=":material/arrow_back:", type="tertiary", key="groups:back"):
        group_draft.forget()
        st.rerun()
    left, right = st.columns([8, 5], gap="small")
    with left:
        tree = builder(draft.root)
    if tree is not None:
        with right:
            number = found_card(tree, raw_tree(tree))
            _use(tree, number, draft)
        with left:
            _keep(tree, draft)


def _use(tree: Node, number: int, draft: Draft) -> None:
    """Send to them, or look at them."""
    kept = draft.group_id if draft.saved == raw_tree(tree) else None
    with st.container(horizontal=True):
        label = t("groups.send", n=format.people(number))
        if page_exists(NEW_CAMPAIGN) and st.button(label, type="primary", disabled=not number, key="groups:send"):
            choose(tree, group_id=kept)
            st.switch_page(NEW_CAMPAIGN)
        if st.button(t("groups.list"), disabled=not number, key="groups:list"):
            choose(tree, group_id=kept)
            st.switch_page(LIST)


def _keep(tree: Node, draft: Draft) -> None:
    """Keep it under a name, or give the name up."""
    if NAME not in st.session_state:
        st.session_state[NAME] = draft.name
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        draft.name = st.text_input(
            t("groups.name"), key=NAME, max_chars=LONGEST_NAME, placeholder=t("groups.name.example")
        )
        pressed = st.button(t("groups.save"), icon=":material/save:", key="groups:save")
        if draft.group_id is not None:
            _give_up(draft.group_id, draft.name)
    if pressed:
        draft.group_id = save_group(desk(), actor(), draft.name, tree, group_id=draft.group_id, now=now())
        draft.saved = raw_tree(tree)
        flash(t("groups.saved", name=format.md_escape(draft.name)))
        st.rerun()


def _give_up(group_id: int, name: str) -> None:
    """Delete a kept group, after asking."""

    def act(_key: str) -> None:
        delete_group(desk(), actor(), group_id, now=now())
        group_draft.forget()

    confirm_dialog(
        st.button(t("groups.delete"), icon=":material/delete:", type="tertiary", key="groups:delete"),
        "group",
        t("groups.delete.title", name=format.md_escape(name)),
        [],
        t("groups.delete"),
        act,
        done=lambda _: t("groups.deleted"),
        text=t("groups.delete.text"),
    )


with page("menu.groups", t("groups.subtitle")) as head:
    chosen = take_chosen()
    if chosen is not None:
        group_draft.start(chosen.tree, name=chosen.name or "", group_id=chosen.group_id)
    draft = group_draft.draft()
    if draft is not None:
        _edit(draft)
    else:
        with head.corner:
            if st.button(t("groups.new"), icon=":material/add:", type="primary", key="groups:new"):
                group_draft.start(EVERYONE)
                st.rerun()
        kept = list_groups(desk())
        if kept:
            kept_cards(kept)
        ready_cards()
