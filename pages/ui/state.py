"""The keys of the session state: ids, strings and drafts only, each declared here once."""

from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")


class Key(StrEnum):
    """A declared session key. Keys of widgets on one page are plain strings of that page, prefixed with its name."""

    LANG = "lang"  # "zh" | "en"
    FLASH = "flash"  # a sentence to show once after the next run
    MEMBER = "member"  # public id of the member whose portrait is open
    SEGMENT = "segment"  # id of the group chosen on another page
    CAMPAIGN = "campaign"  # id of the campaign whose result is open
    DRAFT = "draft"  # id of the campaign draft in the wizard
    IMPORT = "import"  # id of the staged import under preview


def get(key: Key, default: T | None = None) -> Any:
    """The value under a declared key."""
    return st.session_state.get(key.value, default)


def put(key: Key, value: Any) -> None:
    """Keep a value under a declared key; ``None`` forgets it."""
    if value is None:
        st.session_state.pop(key.value, None)
    else:
        st.session_state[key.value] = value


def take(key: Key) -> Any:
    """The value under a declared key, forgotten at once."""
    return st.session_state.pop(key.value, None)
