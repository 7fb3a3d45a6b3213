"""One person on one page: who, what they are worth, how they stand and what to do; the rest by section."""

import streamlit as st

from core.errors import Refusal
from core.services.members import Portrait, open_member, read_portrait
from core.services.next_action import next_step
from core.services.outlook import read_outlook
from pages.ui import state
from pages.ui.page import page, sentence
from pages.ui.parts import empty_state
from pages.ui.portrait_goodwill import goodwill_button
from pages.ui.portrait_head import standing_card, who_card
from pages.ui.portrait_mark import mark_button
from pages.ui.portrait_next import next_card
from pages.ui.portrait_recommend import recommended
from pages.ui.portrait_sections import Opened, sections
from pages.ui.runtime import desk, now, t


def _reference() -> str | None:
    """Who is asked for: the address, else whom this session looked at last (and the address then says so)."""
    asked = st.query_params.get("member") or state.get(state.Key.MEMBER)
    return str(asked) if asked else None


def _show(portrait: Portrait, member_id: int) -> None:
    outlook = read_outlook(desk(), member_id, now=now())
    step = next_step(desk(), portrait, now=now(), outlook=outlook)
    goods = recommended(portrait)
    left, right = st.columns([3, 2], gap="small")
    with left:
        who_card(portrait)
    with right:
        next_card(portrait, step, goods[0].title if goods else None)
    standing_card(portrait, outlook)
    sections(Opened(portrait, outlook, goods))


def _find(reference: str | None) -> int | None:
    """The person asked for; where there is none, what is said and the way to the list."""
    said = t("portrait.nobody")
    if reference is not None:
        try:
            return open_member(desk(), reference)
        except Refusal as refusal:
            said = sentence(refusal)
    empty_state(said, t("portrait.nobody.act"), "members/list.py", icon="person_search")
    return None


with page("menu.portrait") as head:
    member_id = _find(_reference())
    if member_id is not None:
        portrait = read_portrait(desk(), member_id, now=now())
        state.put(state.Key.MEMBER, portrait.member.public_id)
        st.query_params["member"] = portrait.member.public_id
        head.say(t("portrait.subtitle"))
        with head.corner:
            mark_button(portrait)
            goodwill_button(portrait)
        _show(portrait, member_id)
