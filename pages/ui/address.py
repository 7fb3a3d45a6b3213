"""Choices that stand in the address, by their codes: the same link in either language, and after a click the new one.

``bind="query-params"`` would put the shown words there.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st


def take_from_address(name: str, options: Sequence[Any], key: str) -> None:
    """Before the widget ``key`` is drawn: what the address asks for, when it has changed since it was last written."""
    asked = st.query_params.get(name)
    if asked is None or asked == st.session_state.get(f"{key}:address"):
        return
    found = [option for option in options if str(option) == asked]
    if found:
        st.session_state[key] = found[0]
    st.session_state[f"{key}:address"] = asked


def unless_chosen(key: str, default: Any) -> Any:
    """The default of a widget, for who has not chosen yet: Streamlit complains of one beside a value that was set."""
    return None if key in st.session_state else default


def keep_in_address(name: str, value: Any, key: str) -> None:
    """After the widget: the address says what is shown."""
    if st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)
    st.session_state[f"{key}:address"] = str(value)
