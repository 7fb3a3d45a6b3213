"""The search on top of every page: a nickname, an order number, a phone tail; one hit opens the portrait."""

import streamlit as st

from core.rules.masking import mask_person
from core.services.members import MemberLine, search_people
from pages.ui import format, state
from pages.ui.menu import page_exists
from pages.ui.page import guard
from pages.ui.runtime import desk, now, t
from pages.ui.tiers import tier_names

BOX = "search:q"
PORTRAIT = "members/portrait.py"
LIST = "members/list.py"
SHOWN = 8


def search_bar() -> None:
    """The box at the right end of the top line; the answer stands under it until the next click."""
    if not page_exists(PORTRAIT):
        return
    with guard(), st.container(horizontal=True, horizontal_alignment="right"), st.container(width=340, gap="xsmall"):
        st.text_input(
            t("search.label"),
            key=BOX,
            placeholder=t("search.placeholder"),
            icon=":material/search:",
            label_visibility="collapsed",
            on_change=_ask,
        )
        needle = state.take(state.Key.NEEDLE)
        if needle:
            _answer(needle)


def _ask() -> None:
    """Take what was typed and empty the box for the next one."""
    state.put(state.Key.NEEDLE, st.session_state[BOX].strip())
    st.session_state[BOX] = ""


def _answer(needle: str) -> None:
    """Open the only hit, or list the first few."""
    found = search_people(desk(), needle, now=now())
    if len(found) == 1:
        st.switch_page(PORTRAIT, query_params={"member": found[0].public_id})
    if not found:
        st.caption(t("search.none", needle=format.md_escape(needle)))
        return
    with st.container(border=True, gap="xsmall"):
        for line in found[:SHOWN]:
            st.page_link(PORTRAIT, label=_label(line), query_params={"member": line.public_id})
        if len(found) > SHOWN:
            st.page_link(LIST, label=t("search.all"), query_params={"q": needle}, icon=":material/arrow_forward:")


def _label(line: MemberLine) -> str:
    """Masked name, tier, orders, phone tail: enough to tell two people apart."""
    parts = [format.md_escape(mask_person(line.name, line.nickname, line.id)), tier_names().get(line.tier or "", "")]
    parts += [t("search.orders", n=format.number(line.orders))] if line.orders else []
    parts += [t("search.phone", tail=line.phone_last4)] if line.phone_last4 else []
    return " · ".join(part for part in parts if part)
