"""Choosing one group among the kept ones, the ready ones, the lists and the tiers; a choice is a short text such as ``kept:3``."""

from collections.abc import Sequence

import streamlit as st

from core.documents.enums import Area
from core.documents.segment import EVERYONE, Leaf, Node, parse_segment
from core.documents.segment_templates import template, templates
from core.services.saved_groups import list_groups
from core.services.static_lists import list_lists
from pages.ui import state
from pages.ui.runtime import cached, desk, t
from pages.ui.tiers import tier_names

EVERYBODY, OPEN = "all", "open"
KINDS = ("kept", "ready", "list", "tier")


@cached(Area.CAMPAIGNS)
def kept_names() -> dict[int, str]:
    """The kept groups by id, the last changed first."""
    return {group.id: group.name for group in list_groups(desk())}


@cached(Area.CAMPAIGNS)
def list_names() -> dict[int, str]:
    """The lists by id, the newest first."""
    return {line.id: line.name for line in list_lists(desk())}


def offered(kinds: Sequence[str] = KINDS) -> dict[str, str]:
    """Every choice with its name; a ready group that asks for a category first is not among them."""
    found = {f"kept:{number}": name for number, name in kept_names().items()} if "kept" in kinds else {}
    if "ready" in kinds:
        found |= {f"ready:{one.code}": t(f"segment.template.{one.code}") for one in templates() if not one.needs}
    if "list" in kinds:
        found |= {f"list:{number}": t("groups.pick.list", name=name) for number, name in list_names().items()}
    if "tier" in kinds:
        found |= {f"tier:{code}": t("groups.pick.tier", name=name) for code, name in tier_names().items()}
    return found


def tree_of(choice: str) -> Node:
    """The group behind a choice: kept groups and lists by their id, so that it stays what they become. Refuses ``segment_template``."""
    kind, _, which = choice.partition(":")
    match kind:
        case "kept":
            return Leaf("segment", "in", int(which))
        case "list":
            return Leaf("list", "in", int(which))
        case "tier":
            return Leaf("tier", "in", (which,))
        case "ready":
            return template(which).tree()
        case "open":
            return parse_segment(state.get(state.Key.SHOWN) or EVERYONE.as_json())
        case _:
            return EVERYONE


def pick_group(title: str, key: str, options: dict[str, str], *, default: str | None = None) -> str | None:
    """One of the offered groups."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = default if default in options else next(iter(options), None)
    return st.selectbox(title, list(options), format_func=lambda one: options.get(one, one), key=key)
