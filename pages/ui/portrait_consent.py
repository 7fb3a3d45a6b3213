"""On a portrait: stop writing to this person, and the way back when they agree anew."""

import streamlit as st

from core.services.consents import CHANNELS, LONGEST_SOURCE, OptOut, opt_in_again, opt_out
from core.services.members import Portrait
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, now, t


def opt_out_button(portrait: Portrait) -> None:
    """Stop all marketing to this person, after one more look."""
    number = portrait.member.id or 0

    def act(_key: str) -> OptOut:
        return opt_out(desk(), actor(), number, source=t("portrait.opt_out.source"), now=now())

    confirm_dialog(
        st.button(t("portrait.opt_out"), icon=":material/notifications_off:", key="portrait:opt_out"),
        "opt-out",
        t("portrait.opt_out.title"),
        [],
        t("portrait.opt_out.act"),
        act,
        done=lambda done: t("portrait.opt_out.done", n=format.number(done.stopped_messages + done.closed_calls)),
        text=t("portrait.opt_out.text"),
    )


def opt_in_form(portrait: Portrait) -> None:
    """Take an opt-out back: by which ways they agreed, and how we know."""
    with st.popover(t("portrait.opt_in"), icon=":material/undo:"):
        with st.form("portrait:opt_in", border=False):
            ways = st.pills(
                t("portrait.opt_in.ways"),
                CHANNELS,
                selection_mode="multi",
                format_func=lambda name: t(f"portrait.opt_in.way.{name}"),
                key="portrait:opt_in:ways",
            )
            source = st.text_input(t("portrait.opt_in.source"), max_chars=LONGEST_SOURCE, key="portrait:opt_in:source")
            agreed = st.form_submit_button(t("portrait.opt_in.act"), type="primary")
        if agreed:
            with guard():
                opt_in_again(desk(), actor(), portrait.member.id or 0, channels=ways, source=source, now=now())
                flash(t("portrait.opt_in.done"))
                st.rerun()
