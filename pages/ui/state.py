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
    SEGMENT = "segment"  # id of the kept group chosen on another page
    TREE = "tree"  # rule tree (JSON text) of a group without a name, chosen on another page
    SHOWN = "shown"  # rule tree (JSON text) of a group without a name whose portrait is open
    NEEDLE = "needle"  # what the search on top was asked for, until it has answered
    CAMPAIGN = "campaign"  # id of the campaign whose result is open
    DRAFT = "draft"  # the campaign in the wizard (a CampaignDraft)
    REMINDERS = "reminders"  # reminders under edit by code (ReminderDraft)
    RULES = "rules"  # the tier rules under edit
    IMPORT = "import"  # name of the drop of files under preview; another one for each import
    IMPORT_JOB = "import_job"  # key of the import that runs or was the last one
    UPLOADS = "uploads"  # Streamlit's id of an uploaded file -> the path where it is kept
    DEMO_JOB = "demo_job"  # key of the work on the demo shop that runs or was the last one
    BACKUP_JOB = "backup_job"  # key of the backup or restore that runs or was the last one


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
