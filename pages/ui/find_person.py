"""Find one person for an act at the desk: typed, picked among the hits, or brought along by the address."""

import streamlit as st

from core.rules.masking import mask_person
from core.services.members import MemberLine, open_member, search_people
from pages.ui import format
from pages.ui.people import called
from pages.ui.runtime import desk, now, t
from pages.ui.tiers import tier_names

ADDRESS = "person"


def find_person(stem: str) -> int | None:
    """The field and its hits; the id of the person who is meant, None while nobody is."""
    needle = st.text_input(
        t("person.find"), key=f"{stem}:find", placeholder=t("search.placeholder"), icon=":material/search:"
    )
    if not needle.strip():
        asked = st.query_params.get(ADDRESS)
        return open_member(desk(), asked) if asked else None
    found = search_people(desk(), needle.strip(), now=now())
    if not found:
        st.caption(t("search.none", needle=format.md_escape(needle)))
        return None
    if len(found) == 1:
        return _take(found[0])
    lines = {line.id: line for line in found}
    picked = st.selectbox(
        t("person.which", n=format.number(len(found))),
        list(lines),
        None,
        lambda n: person_label(lines[n]),
        key=f"{stem}:which",
    )
    return None if picked is None else _take(lines[picked])


def name_of(member_id: int) -> str:
    """How the person is called on the screen, safe in Markdown."""
    return format.md_escape(called([member_id])[0])


def _take(line: MemberLine) -> int:
    st.query_params[ADDRESS] = line.public_id
    return line.id


def person_label(line: MemberLine) -> str:
    """Masked name, tier and phone tail: enough to tell two people apart."""
    parts = [mask_person(line.name, line.nickname, line.id), tier_names().get(line.tier or "", "")]
    parts += [t("search.phone", tail=line.phone_last4)] if line.phone_last4 else []
    return " · ".join(part for part in parts if part)
