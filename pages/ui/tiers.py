"""The rules in force as pages need them: names and badges of tiers."""

from typing import Literal

import streamlit as st

from core.documents.enums import Area
from core.documents.rules import RuleDocument
from core.services.rule_versions import read_live
from pages.ui import format
from pages.ui.runtime import cached, desk, lang, now

_COLOURS: tuple[Literal["gray", "blue", "violet", "orange"], ...] = ("gray", "blue", "violet", "orange")


@cached(Area.RULES)
def live_rules() -> tuple[RuleDocument, int]:
    """The rules in force and their version."""
    return read_live(desk(), now=now())


def tier_names() -> dict[str, str]:
    """Tier names by code in the session's language, lowest first."""
    return live_rules()[0].names(lang())


def tier_badge(code: str) -> None:
    """The badge of a tier: the higher, the warmer."""
    names = tier_names()
    place = list(names).index(code) if code in names else 0
    colour = _COLOURS[min(place * len(_COLOURS) // max(len(names), 1), len(_COLOURS) - 1)]
    st.badge(format.md_escape(names.get(code, code)), icon=":material/workspace_premium:", color=colour)
