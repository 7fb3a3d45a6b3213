"""Whose tiers and points customers see: said wherever something about them is published."""

from typing import Literal

import streamlit as st

from pages.ui.runtime import settings, t


def side_note(what: Literal["tier", "points"]) -> None:
    """One line: the platform's count and ours are for comparing, or ours count and have to be typed into the platform."""
    side = settings().tier_side if what == "tier" else settings().points_side
    if side == "platform":
        st.info(t(f"sides.{what}.platform.note"), icon=":material/storefront:")
    else:
        st.caption(t(f"sides.{what}.memberdesk.note"))
