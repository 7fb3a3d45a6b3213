"""The sections of a portrait below its first screen; only the chosen one is read and drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.services.explain_tier import explain_tier
from core.services.members import Portrait
from core.services.outlook import PersonOutlook
from core.services.recommend import Recommended
from pages.ui.portrait_cards import categories_card, habit_cards, orders_card, rhythm_card
from pages.ui.portrait_goodwill import goodwill_card
from pages.ui.portrait_interactions import interactions_card
from pages.ui.portrait_leave import leave_button
from pages.ui.portrait_notes import notes_card
from pages.ui.portrait_owed import (
    benefits_card,
    contact_card,
    coupons_card,
    history_card,
    identity_card,
    messages_card,
    promises_card,
)
from pages.ui.portrait_own import fields_card, tags_card
from pages.ui.portrait_points import points_card
from pages.ui.portrait_recommend import goods_card
from pages.ui.portrait_rights import rights_card
from pages.ui.portrait_stored import stored_card
from pages.ui.portrait_tier import tier_card, why_section
from pages.ui.portrait_timeline import timeline_card
from pages.ui.runtime import desk, now, t
from pages.ui.tiers import live_rules

SECTION = "portrait:section"


@dataclass(frozen=True)
class Opened:
    """The person whose portrait is open, with what the first screen has read already."""

    portrait: Portrait
    outlook: PersonOutlook | None
    goods: list[Recommended]


def _overview(opened: Opened) -> None:
    left, right = st.columns([3, 2], gap="small")
    with left:
        rhythm_card(opened.portrait, opened.outlook)
    with right:
        goods_card(opened.goods, counted=opened.portrait.member.not_counted is None)
    left, right = st.columns([3, 2], gap="small")
    with left:
        notes_card(opened.portrait)
    with right:
        categories_card(opened.portrait)


def _buying(opened: Opened) -> None:
    habit_cards(opened.portrait)
    left, right = st.columns([3, 2], gap="small")
    with left:
        rhythm_card(opened.portrait, opened.outlook)
    with right:
        categories_card(opened.portrait)
    orders_card(opened.portrait)


def _owed(opened: Opened) -> None:
    portrait = opened.portrait
    rules, version = live_rules()
    proof = explain_tier(desk(), portrait.member.id or 0, now=now())
    left, right = st.columns(2, gap="small")
    with left:
        tier_card(portrait, proof, rules)
    with right:
        promises_card(portrait)
    why_section(portrait, proof, rules, version)
    left, right = st.columns(2, gap="small")
    with left:
        points_card(portrait)
    with right:
        benefits_card(portrait)
    left, right = st.columns([3, 2], gap="small")
    with left:
        coupons_card(portrait)
    with right:
        history_card(portrait)
    goodwill_card(portrait)
    stored_card(portrait.member.id or 0, portrait.member.public_id)


def _touch(opened: Opened) -> None:
    messages_card(opened.portrait)
    left, right = st.columns([3, 2], gap="small")
    with left:
        interactions_card(opened.portrait)
    with right:
        contact_card(opened.portrait)


def _timeline(opened: Opened) -> None:
    left, right = st.columns([3, 2], gap="small")
    with left:
        timeline_card(opened.portrait)
    with right:
        notes_card(opened.portrait, most=20)


def _card(opened: Opened) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        tags_card(opened.portrait)
    with right:
        fields_card(opened.portrait)
    left, right = st.columns(2, gap="small")
    with left:
        identity_card(opened.portrait)
        leave_button(opened.portrait)
    with right:
        rights_card(opened.portrait)


SECTIONS: dict[str, Callable[[Opened], None]] = {
    "overview": _overview,
    "buying": _buying,
    "owed": _owed,
    "touch": _touch,
    "timeline": _timeline,
    "card": _card,
}


def sections(opened: Opened) -> None:
    """The switch, and the section that is chosen; a link may name one (``section``)."""
    asked = st.query_params.pop("section", None)
    if asked in SECTIONS:
        st.session_state[SECTION] = asked
    first = None if SECTION in st.session_state else "overview"
    chosen = st.segmented_control(
        t("portrait.section"), list(SECTIONS), default=first, required=True,
        key=SECTION, persist_state="session",
        format_func=lambda name: t(f"portrait.section.{name}"), label_visibility="collapsed",
    )  # fmt: skip
    SECTIONS[chosen or "overview"](opened)
