"""The ready groups and the kept ones as cards: how many are in them today, what they are for, what to do with them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from core.documents.segment import Node
from core.documents.segment_templates import Template, templates
from core.services.saved_groups import SavedGroup
from pages.ui import format, group_draft
from pages.ui.group_edit import LIST, NEW_CAMPAIGN, PORTRAIT, go_to
from pages.ui.group_found import group_count, raw_tree
from pages.ui.group_words import group_sentence
from pages.ui.member_filters import choices
from pages.ui.parts import card
from pages.ui.runtime import t

PER_ROW = 3
T = TypeVar("T")


def ready_cards() -> None:
    """The ready groups."""
    st.subheader(t("groups.templates"), anchor=False)
    _cards(templates(), _ready)


def kept_cards(groups: Sequence[SavedGroup]) -> None:
    """The groups that the owner named."""
    st.subheader(t("groups.kept"), anchor=False)
    _cards(groups, _kept)


def _cards(things: Sequence[T], draw: Callable[[T], None]) -> None:
    for first in range(0, len(things), PER_ROW):
        for column, one in zip(st.columns(PER_ROW, gap="small"), things[first : first + PER_ROW], strict=False):
            with column, card(fill=True):
                draw(one)


def _ready(one: Template) -> None:
    name, choice = t(f"segment.template.{one.code}"), None
    if one.needs:
        known = choices().categories
        if not known:
            st.markdown(f"**{name}**")
            st.caption(t("groups.no_categories"))
            return
        place = st.empty()
        choice = st.selectbox(name, known, key=f"groups:choice:{one.code}", label_visibility="collapsed")
        tree = one.tree(choice)
        place.markdown(_title(name, tree))
    else:
        tree = one.tree()
        st.markdown(_title(name, tree))
    st.caption(t(f"segment.template.{one.code}.use"))
    own = name if choice is None else f"{name} {choice}"
    if _acts(f"template:{one.code}", tree, None):
        group_draft.start(tree, name=own)
        st.rerun()


def _kept(one: SavedGroup) -> None:
    st.markdown(_title(format.md_escape(one.name), one.tree))
    st.caption(group_sentence(one.tree))
    if _acts(f"kept:{one.id}", one.tree, one.id):
        group_draft.start(one.tree, name=one.name, group_id=one.id)
        st.rerun()


def _acts(stem: str, tree: Node, group_id: int | None) -> bool:
    """What one click does with a group; whether it is to be opened in the builder."""
    nobody = not group_count(raw_tree(tree))
    with st.container(horizontal=True, gap="xsmall"):
        opened = st.button(t("groups.open"), key=f"groups:{stem}", icon=":material/edit:")
        ways = ((NEW_CAMPAIGN, "send", "send"), (LIST, "list", "list"), (PORTRAIT, "groups", "portrait"))
        for page, icon, name in ways:
            if st.button(
                "", key=f"groups:{name}:{stem}", icon=f":material/{icon}:", help=t(f"groups.card.{name}"),
                disabled=nobody, type="tertiary",
            ):  # fmt: skip
                go_to(page, tree, group_id)
    return opened


def _title(name: str, tree: Node) -> str:
    return f"**{name}** :orange-badge[{format.people(group_count(raw_tree(tree)))}]"
