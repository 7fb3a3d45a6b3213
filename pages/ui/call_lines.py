"""Lines of the call list: whom to write to, why, the words to copy, and what came back."""

import csv
import io

import streamlit as st

from core.services.call_list import Call, export_calls, tick_call, untick_call
from core.services.consents import opt_out
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import flash, link
from pages.ui.runtime import actor, desk, now, t, today


def show_open(call: Call) -> None:
    """One line to work off."""
    with st.container(border=True):
        who, words, done = st.columns([2, 5, 3], gap="small", vertical_alignment="center")
        with who:
            _person(call)
            listed = desk().zone.day(call.listed_at)
            since = "" if listed == today() else f" · {format.day(listed)}"
            st.caption(f"{format.md_escape(call.reason)}{since}")
        with words:
            if call.text is None:
                st.warning(t("calls.no_words"), icon=":material/warning:")
            else:
                st.code(call.text, language=None, wrap_lines=True)
        with done:
            answer = st.text_input(
                t("calls.answer"),
                key=f"calls:answer:{call.id}",
                placeholder=t("calls.answer"),
                max_chars=500,
                label_visibility="collapsed",
            )
            st.button(
                t("calls.done"),
                icon=":material/check:",
                key=f"calls:done:{call.id}",
                on_click=_tick,
                args=(call.id, answer),
                width="stretch",
            )
            st.button(
                t("calls.opt_out"),
                icon=":material/notifications_off:",
                type="tertiary",
                key=f"calls:opt_out:{call.id}",
                on_click=_opt_out,
                args=(call.member_id,),
                help=t("calls.opt_out.help"),
            )


def _person(call: Call) -> None:
    """Whom to write to: the nickname, which opens the portrait, the id to search for on the platform, the tier."""
    link(format.md_escape(call.nickname), "members/portrait.py", query={"member": str(call.member_id)}, icon="person")
    tier = f" · {format.md_escape(call.tier)}" if call.tier else ""
    handle = format.md_escape(call.handle) if call.handle else t("calls.no_handle")
    st.markdown(f"{handle}{tier}", help=t("calls.handle.help"))


def show_done(call: Call) -> None:
    """One line that was ticked off, with a way back."""
    with st.container(border=True):
        who, answer, undo = st.columns([3, 5, 2], gap="small", vertical_alignment="center")
        who.markdown(f":green[:material/check_circle:] {format.md_escape(call.nickname)}")
        when = format.moment(call.done_at, desk().zone) if call.done_at else ""
        who.caption(f"{format.md_escape(call.reason)} · {when}")
        if call.end is not None:  # closed for good: there is no way back from here
            answer.markdown(f":gray[{t('calls.' + call.end.value.replace(':', '.'))}]")
            return
        answer.markdown(format.md_escape(call.answer) if call.answer else f":gray[{t('calls.no_answer')}]")
        undo.button(
            t("calls.undo"),
            icon=":material/undo:",
            key=f"calls:undo:{call.id}",
            on_click=_untick,
            args=(call.id,),
            width="stretch",
        )


def _tick(call_id: int, answer: str) -> None:
    with guard():
        tick_call(desk(), actor(), call_id, now=now(), answer=answer)
        flash(t("calls.ticked"))


def _opt_out(member_id: int) -> None:
    with guard():
        opt_out(desk(), actor(), member_id, source=t("calls.opt_out.source"), now=now())
        flash(t("calls.opted_out"))


def _untick(call_id: int) -> None:
    with guard():
        untick_call(desk(), actor(), call_id, now=now())
        flash(t("calls.unticked"))


def call_file(rule: str | None) -> bytes:
    """The open lines as a file that spreadsheets read: UTF-8 with its mark, no cell that runs as a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(export_calls(desk(), actor(), now=now(), rule=rule))
    return text.getvalue().encode("utf-8-sig")
