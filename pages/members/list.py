"""The member list: who is there, customers and members told apart; a click opens the portrait. Tags and own fields beside it."""

import streamlit as st

from core.documents.canonical import canonical_json
from core.documents.enums import Area
from core.documents.segment import parse_segment
from core.services.members import PAGE, count_people, list_people
from core.store.queries.members import MemberFilter
from pages.ui import format
from pages.ui.chosen import choose, take_chosen
from pages.ui.group_words import group_sentence
from pages.ui.member_bulk import tag_found_button
from pages.ui.member_fields import fields_section
from pages.ui.member_filters import DROPPING, clear_filters, member_filters
from pages.ui.member_marks import mark_rows, several
from pages.ui.member_refine import both
from pages.ui.member_table import member_table
from pages.ui.member_tags import tags_section
from pages.ui.membership import membership, show_membership
from pages.ui.menu import page_exists
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import pager

TREE, SECTION = "members:tree", "members:section"
SECTIONS = ("people", "tags", "fields")
PORTRAIT, NEW_CAMPAIGN = "members/portrait.py", "marketing/new_campaign.py"


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES, Area.CAMPAIGNS)
def _count(wanted: MemberFilter, raw: str | None) -> int:
    return count_people(desk(), wanted, tree=parse_segment(raw) if raw else None, now=now())


def _group() -> str | None:
    """The group that another page chose, until it is closed; as JSON text."""
    chosen = take_chosen()
    if chosen is not None:
        st.session_state[TREE] = canonical_json(chosen.tree.as_json())
    raw = st.session_state.get(TREE)
    if raw:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":orange-badge[:material/filter_alt: {group_sentence(parse_segment(raw))}]", width="content")
            st.button(t("members.close"), icon=":material/close:", key="members:close", type="tertiary",
                      on_click=lambda: st.session_state.pop(TREE, None))  # fmt: skip
            if page_exists(NEW_CAMPAIGN) and st.button(
                t("members.send"), icon=":material/campaign:", key="members:send"
            ):
                choose(parse_segment(raw))
                st.switch_page(NEW_CAMPAIGN)
    days = st.session_state.get(DROPPING)
    if days is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":orange-badge[:material/trending_down: {t('members.dropping', days=days)}]", width="content")
            st.button(t("members.close"), icon=":material/close:", key="members:close_dropping", type="tertiary",
                      on_click=lambda: st.session_state.pop(DROPPING, None))  # fmt: skip
    return raw


def _section() -> str:
    """The list, the tags or the fields; a link may name one (``manage``)."""
    asked = st.query_params.pop("manage", None)
    if asked in SECTIONS:
        st.session_state[SECTION] = asked
    first = None if SECTION in st.session_state else SECTIONS[0]
    chosen = st.segmented_control(
        t("members.section"), SECTIONS, default=first, required=True,
        key=SECTION, label_visibility="collapsed",
        format_func=lambda name: t(f"members.section.{name}"),
    )  # fmt: skip
    return chosen or SECTIONS[0]


def _people() -> str | None:
    """The filters and one page of people; whom a click picked."""
    raw = _group()
    wanted, sort, refined = member_filters()
    tree = both(parse_segment(raw) if raw else None, refined)
    raw = None if tree is None else canonical_json(tree.as_json())
    total = _count(wanted, raw)
    head.say(t("members.found", n=format.people(total)))
    if not total:
        st.info(t("members.none"), icon=":material/search_off:")
        st.button(t("members.clear"), icon=":material/filter_alt_off:", key="members:clear", on_click=clear_filters)
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        ticking = several()
        tag_found_button(wanted, tree, total)
    place = st.container()
    offset = pager("members", total, PAGE, filter_key=f"{wanted}{sort}{raw}")
    lines = list_people(desk(), wanted, sort=sort, offset=offset, tree=tree, now=now())
    with place:
        return mark_rows(lines, wanted.kind) if ticking else member_table(lines, "members:rows")


with page("menu.members", t("members.subtitle")) as head:
    found = membership()
    if not found.people:
        empty_state(t("members.empty"), t("today.empty.act"), "shop/data.py", icon="group")
    else:
        with head.corner:
            section = _section()
        if section == "people":
            show_membership(found)
            picked = _people()
            if picked is not None:
                st.switch_page(PORTRAIT, query_params={"member": picked})
        else:
            (tags_section if section == "tags" else fields_section)()
