"""Who was in a campaign's group when it was sent, and why one person was."""

import streamlit as st

from core.services.snapshots import read_snapshot, why_in
from pages.ui import format
from pages.ui.find_person import find_person, name_of
from pages.ui.group_why import held_lines
from pages.ui.group_words import group_sentence
from pages.ui.parts import card
from pages.ui.runtime import desk, t


def show_snapshot(campaign_id: int) -> None:
    """The rule and the number of the day it was sent; a person to look up. Nothing for a campaign that kept none."""
    subject = f"campaign:{campaign_id}"
    taken = read_snapshot(desk(), subject)
    if taken is None:
        return
    with card(t("campaigns.who", n=format.people(taken.people)), help=t("campaigns.who.help")):
        st.markdown(group_sentence(taken.tree))
        st.caption(t("campaigns.who.at", at=format.moment(taken.taken_at, desk().zone)))
        if not st.toggle(t("campaigns.who.find"), key="campaigns:who"):
            return
        person = find_person("campaigns:who")
        if person is None:
            return
        why = why_in(desk(), subject, person)
        if why is None:
            st.caption(t("campaigns.who.out", name=name_of(person)))
        else:
            st.markdown(f"**{t('campaigns.who.in', name=name_of(person))}**")
            st.markdown(held_lines(why.held))
