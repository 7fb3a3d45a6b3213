"""The group whose portrait is asked for: by the address, by the page that was left, or by the picker; the address says it."""

import streamlit as st

from core.documents.canonical import canonical_json
from core.documents.segment import Leaf, Node
from core.documents.segment_templates import template
from pages.ui import state
from pages.ui.chosen import Chosen, take_chosen
from pages.ui.group_pick import OPEN, offered, pick_group
from pages.ui.runtime import t

WHO = "group_portrait:who"
_NAMES = {"segment": "kept", "template": "ready", "list": "list", "tier": "tier"}  # in the address: in a choice


def choose_group() -> tuple[dict[str, str], str]:
    """Draw the picker; everything it offers by choice, and the chosen one."""
    options = offered()
    asked = _left_behind() or _asked_for()
    if state.get(state.Key.SHOWN) is not None:
        options = {OPEN: t("group_portrait.open"), **options}
    if asked in options:
        st.session_state[WHO] = asked
    chosen = pick_group(t("group_portrait.who"), WHO, options)
    assert chosen is not None  # the ready groups are always there
    _say(chosen)
    return options, chosen


def _left_behind() -> str | None:
    """What another page chose."""
    chosen = take_chosen()
    if chosen is None:
        return None
    found = _choice(chosen)
    if found is None:
        state.put(state.Key.SHOWN, canonical_json(chosen.tree.as_json()))
    return found or OPEN


def _choice(chosen: Chosen) -> str | None:
    """The short choice for a group that has one."""
    if chosen.group_id is not None:
        return f"kept:{chosen.group_id}"
    if chosen.template is not None and not template(chosen.template).needs:
        return f"ready:{chosen.template}"
    return _by_leaf(chosen.tree)


def _by_leaf(tree: Node) -> str | None:
    match tree:
        case Leaf(field="segment", value=int() as number):
            return f"kept:{number}"
        case Leaf(field="list", value=int() as number):
            return f"list:{number}"
        case Leaf(field="tier", value=(str() as code,)):
            return f"tier:{code}"
    return None


def _asked_for() -> str | None:
    """What the address asks for, once: afterwards it says what is shown."""
    for name, kind in _NAMES.items():
        asked = st.query_params.get(name)
        if asked and st.session_state.get(f"{WHO}:address") != f"{kind}:{asked}":
            return f"{kind}:{asked}"
    return None


def _say(chosen: str) -> None:
    kind, _, which = chosen.partition(":")
    for name, own in _NAMES.items():
        if own == kind:
            st.query_params[name] = which
        else:
            st.query_params.pop(name, None)
    st.session_state[f"{WHO}:address"] = chosen
