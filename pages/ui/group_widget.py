"""What the widgets of one condition share: their keys, and choices that start as the condition stands."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.ui.group_draft import Part
from pages.ui.runtime import lang, t


def leaf_key(part: Part, name: str) -> str:
    """The key of a widget: another field or language is another widget, which starts as the part stands."""
    field = part["field"] if name not in ("field", "gone") else ""
    return f"groups:{part['id']}:{field}:{name}:{lang()}"


def keep(part: Part, name: str, widget: Any, title: str, options: Sequence[Any], *, label: Any, **more: Any) -> Any:
    """A choice widget that starts as the part stands."""
    key = leaf_key(part, name)
    if key not in st.session_state:
        st.session_state[key] = part[name]
    words = {option: label(option) for option in options}
    return widget(title, options, format_func=words.__getitem__, key=key, label_visibility="collapsed", **more)


def keep_one(part: Part, name: str, options: Sequence[Any], label: Any, nothing: str) -> Any:
    """One of some things, none at first; ``nothing`` is said where there is none to choose (catalog key)."""
    gone = [] if part[name] in (None, "", *options) else [part[name]]
    known = [*options, *gone]
    if not known:
        st.caption(f":material/info: {t(nothing)}")
        return None
    return keep(part, name, st.selectbox, name, known, label=label, index=None, placeholder=t("groups.choose"))
