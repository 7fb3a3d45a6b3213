"""One person on one page: who, tier and why, what they buy, what they are owed and were told."""

import streamlit as st

from core.services.explain_tier import explain_tier
from core.services.members import Portrait, open_member, read_portrait
from pages.ui import state
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.portrait_cards import categories_card, orders_card, rhythm_card, who_card
from pages.ui.portrait_goodwill import goodwill_button, goodwill_card
from pages.ui.portrait_interactions import interactions_card
from pages.ui.portrait_mark import mark_button
from pages.ui.portrait_owed import (
    benefits_card,
    contact_card,
    coupons_card,
    history_card,
    identity_card,
    messages_card,
    promises_card,
)
from pages.ui.portrait_points import points_card
from pages.ui.portrait_stored import stored_card
from pages.ui.portrait_tier import tier_card, why_section
from pages.ui.runtime import desk, now, t
from pages.ui.tiers import live_rules


def _reference() -> str | None:
    """Who is asked for: the address, else whom this session looked at last (and the address then says so)."""
    asked = st.query_params.get("member") or state.get(state.Key.MEMBER)
    return str(asked) if asked else None


def _show(portrait: Portrait, member_id: int) -> None:
    rules, version = live_rules()
    proof = explain_tier(desk(), member_id, now=now())
    left, right = st.columns([3, 2], gap="small")
    with left:
        who_card(portrait)
    with right:
        tier_card(portrait, proof, rules)
    why_section(portrait, proof, rules, version)
    left, right = st.columns([3, 2], gap="small")
    with left:
        points_card(portrait)
    with right:
        interactions_card(portrait)
    left, right = st.columns([3, 2], gap="small")
    with left:
        rhythm_card(portrait)
    with right:
        categories_card(portrait)
    orders_card(portrait)
    left, right = st.columns(2, gap="small")
    with left:
        benefits_card(portrait)
    with right:
        promises_card(portrait)
    coupons_card(portrait)
    goodwill_card(portrait)
    stored_card(member_id, portrait.member.public_id)
    messages_card(portrait)
    for column, draw in zip(st.columns(3, gap="small"), (contact_card, identity_card, history_card), strict=True):
        with column:
            draw(portrait)


with page("menu.portrait") as head:
    reference = _reference()
    if reference is None:
        empty_state(t("portrait.nobody"), t("portrait.nobody.act"), "members/list.py", icon="person_search")
    else:
        member_id = open_member(desk(), reference)
        portrait = read_portrait(desk(), member_id, now=now())
        state.put(state.Key.MEMBER, portrait.member.public_id)
        st.query_params["member"] = portrait.member.public_id
        head.say(t("portrait.subtitle"))
        with head.corner:
            mark_button(portrait)
            goodwill_button(portrait)
        _show(portrait, member_id)
