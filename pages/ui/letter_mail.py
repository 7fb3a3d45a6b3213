"""The weekly letter by mail: on or off, where to, and what became of the last one."""

import streamlit as st

from core.services.letter_mail import LetterState, plan_letter, read_plan, read_state
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash, link
from pages.ui.runtime import actor, desk, is_demo, now, settings, t


def mail_card() -> None:
    """The form; sent to the settings first where the shop has no mail account."""
    with card(t("letter.mail")):
        if is_demo():
            st.caption(t("letter.mail.practice"))
        elif not settings().smtp.configured:
            st.caption(t("letter.mail.no_smtp"))
            link(t("letter.mail.settings"), "shop/settings.py")
            return
        plan = read_plan(desk())
        with st.form("letter:mail", border=False):
            left, middle, right = st.columns([3, 1, 1], vertical_alignment="bottom")
            to = left.text_input(t("letter.mail.to"), plan.to, max_chars=254)
            hours = range(24)
            hour = middle.selectbox(
                t("letter.mail.hour"), hours, plan.hour, format_func=lambda one: t("letter.mail.hour.at", hour=one)
            )
            enabled = right.toggle(t("letter.mail"), plan.enabled)
            pressed = st.form_submit_button(t("letter.mail.save"))
        if pressed:
            with guard():
                plan_letter(desk(), actor(), to=to, hour=hour, enabled=enabled, now=now())
                told = t("letter.mail.saved", to=to, hour=hour) if enabled else t("letter.mail.off")
                flash(format.md_escape(told))
                st.rerun()
        _became(read_state(desk()))


def _became(state: LetterState) -> None:
    if state.at is None:
        return
    if state.status == "sent":
        st.caption(t("letter.mail.last", moment=format.moment(state.at, desk().zone)))
    elif state.status == "failed":
        st.warning(t("letter.mail.failed", reason=t(f"delivery.{state.reason}")))
    else:
        st.warning(t("letter.mail.unknown"))
