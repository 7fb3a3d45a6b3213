"""The group under the owner's hands: conditions left, whom they find right, and what can be done with them."""

import streamlit as st

from core.documents.segment import Node
from core.services.saved_groups import LONGEST_NAME, delete_group, save_group
from core.services.static_lists import LONGEST_NAME as LONGEST_LIST
from core.services.static_lists import freeze_group
from pages.ui import format, group_draft
from pages.ui.chosen import choose
from pages.ui.confirm import confirm_dialog
from pages.ui.group_builder import builder
from pages.ui.group_draft import Draft
from pages.ui.group_found import found_card, raw_tree
from pages.ui.menu import page_exists
from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, now, t

LIST, NEW_CAMPAIGN, PORTRAIT = "members/list.py", "marketing/new_campaign.py", "members/group_portrait.py"
NAME = "groups:name"


def edit_group(draft: Draft) -> None:
    """The whole view."""
    if st.button(t("groups.back"), icon=":material/arrow_back:", type="tertiary", key="groups:back"):
        group_draft.forget()
        st.rerun()
    left, right = st.columns([8, 5], gap="small")
    with left:
        tree = builder(draft.root)
    if tree is not None:
        with right:
            number = found_card(tree)
        with left:
            _use(tree, number, draft)
            _keep(tree, draft)


def _use(tree: Node, number: int, draft: Draft) -> None:
    """Send to them, look at them, or keep exactly these people."""
    kept = draft.group_id if draft.saved == raw_tree(tree) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        label = t("groups.send", n=format.people(number))
        if page_exists(NEW_CAMPAIGN) and st.button(
            label, type="primary", disabled=not number, key="groups:send", icon=":material/send:"
        ):
            go_to(NEW_CAMPAIGN, tree, kept)
        if st.button(t("groups.list"), disabled=not number, key="groups:list", icon=":material/list:"):
            go_to(LIST, tree, kept)
        if st.button(t("groups.portrait"), disabled=not number, key="groups:portrait", icon=":material/groups:"):
            go_to(PORTRAIT, tree, kept)
        with st.popover(t("groups.freeze"), icon=":material/ac_unit:", disabled=not number):
            _freeze(tree, number)


def go_to(page: str, tree: Node, kept: int | None = None) -> None:
    """Open another page with this group."""
    choose(tree, group_id=kept)
    st.switch_page(page)


def _freeze(tree: Node, number: int) -> None:
    st.caption(t("groups.freeze.help"))
    name = st.text_input(t("lists.name"), key="groups:freeze:name", max_chars=LONGEST_LIST)
    if st.button(t("groups.freeze.act", n=format.people(number)), key="groups:freeze", type="primary"):
        with guard():
            freeze_group(desk(), actor(), name, tree, now=now())
            flash(t("groups.frozen", name=format.md_escape(name), n=format.people(number)))
            st.rerun()


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
        with guard():
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
