"""What somebody did beside buying: the list, and a small form to record it by hand."""

from secrets import token_hex

import streamlit as st

from core.documents.earning import ACTION_KINDS
from core.services.interactions import interactions_of, note_interaction
from core.services.members import Portrait
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.table import plain_table

_STEM = "portrait:did"
_KEY = f"{_STEM}:once"


def interactions_card(portrait: Portrait) -> None:
    """Reviews, shares, check-ins ... and what they earned is in the points and growth beside."""
    number = portrait.member.id or 0
    found = interactions_of(desk(), number)
    with card(t("did.card"), fill=True):
        if found:
            zone = desk().zone
            plain_table(
                {
                    t("portrait.when"): [zone.local(one.occurred_at).strftime("%Y-%m-%d %H:%M") for one in found],
                    t("did.what"): [t(f"rules.earning.{one.kind}") for one in found],
                    t("did.about"): [one.subject or "–" for one in found],
                    t("did.note"): [
                        "★" * (one.stars or 0) + (" " if one.stars and one.note else "") + one.note for one in found
                    ],
                },
                most=5,
            )
        else:
            st.caption(t("did.none"))
        with st.popover(t("did.add"), icon=":material/add:"):
            _form(number)


def _form(number: int) -> None:
    st.session_state.setdefault(_KEY, token_hex(8))
    with st.form(_STEM, border=False, clear_on_submit=True):
        kind = st.selectbox(
            t("did.what"), ACTION_KINDS, format_func=lambda one: t(f"rules.earning.{one}"), key=f"{_STEM}:{lang()}"
        )
        subject = st.text_input(t("did.about"), max_chars=100)
        stars = st.feedback("stars")
        note = st.text_input(t("did.note"), max_chars=300)
        sent = st.form_submit_button(t("did.act"), type="primary")
    if sent:
        with guard():
            # The key was made when the form was opened: an impatient second click records nothing twice.
            note_interaction(
                desk(), actor(), number, kind, subject=subject, stars=None if stars is None else stars + 1, note=note,
                key=f"hand:{number}:{st.session_state.pop(_KEY)}", now=now(),
            )  # fmt: skip
            flash(t("did.done"))
            st.rerun()
