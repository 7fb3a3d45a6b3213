"""The ready groups and the kept ones as cards with their numbers of today."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from core.documents.canonical import canonical_json
from core.documents.segment import Node
from core.documents.segment_templates import Template, templates
from core.services.saved_groups import SavedGroup
from pages.ui import format, group_draft
from pages.ui.group_builder import group_count
from pages.ui.group_words import group_sentence
from pages.ui.member_filters import choices
from pages.ui.parts import card
from pages.ui.runtime import t

PER_ROW = 3
T = TypeVar("T")


def raw_tree(tree: Node) -> str:
    """A tree as JSON text, the key of what is counted for it."""
    return canonical_json(tree.as_json())


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
    if st.button(t("groups.open"), key=f"groups:template:{one.code}", icon=":material/edit:"):
        group_draft.start(tree, name=name if choice is None else f"{name} {choice}")
        st.rerun()


def _kept(one: SavedGroup) -> None:
    st.markdown(_title(format.md_escape(one.name), one.tree))
    st.caption(group_sentence(one.tree))
    if st.button(t("groups.open"), key=f"groups:kept:{one.id}", icon=":material/edit:"):
        group_draft.start(one.tree, name=one.name, group_id=one.id)
        st.rerun()


def _title(name: str, tree: Node) -> str:
    return f"**{name}** :orange-badge[{format.people(group_count(raw_tree(tree)))}]"
