"""The group that another page, or the address, chose: taken once, so that it does not follow the owner around."""

from dataclasses import dataclass

import streamlit as st

from core.documents.canonical import canonical_json
from core.documents.segment import Node, parse_segment
from core.documents.segment_templates import template
from core.services.saved_groups import read_group
from pages.ui import state
from pages.ui.runtime import desk, t

TEMPLATE, CHOICE = "segment_template", "segment_choice"


@dataclass(frozen=True)
class Chosen:
    """A chosen group: ``name`` where it has one, and where it came from."""

    tree: Node
    name: str | None = None
    group_id: int | None = None
    template: str | None = None


def take_chosen() -> Chosen | None:
    """The chosen group, taken once: from the address, a kept group, or a tree. Refuses ``segment_*``, ``group_*``."""
    code, choice = st.query_params.get(TEMPLATE), st.query_params.get(CHOICE)
    if code:
        for name in (TEMPLATE, CHOICE):
            st.query_params.pop(name, None)
        return Chosen(template(code).tree(choice), t(f"segment.template.{code}"), template=code)
    number, raw = state.take(state.Key.SEGMENT), state.take(state.Key.TREE)
    if number is not None:
        group = read_group(desk(), int(number))
        return Chosen(group.tree, group.name, group_id=group.id)
    return Chosen(parse_segment(raw)) if raw else None


def choose(tree: Node, *, group_id: int | None = None) -> None:
    """Leave a group for the page that is opened next."""
    state.put(state.Key.SEGMENT, group_id)
    state.put(state.Key.TREE, canonical_json(tree.as_json()) if group_id is None else None)
