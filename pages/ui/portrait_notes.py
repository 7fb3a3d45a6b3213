"""Notes of the people of the shop on a portrait: write one, take one back."""

import streamlit as st

from core.i18n import catalog
from core.services.member_notes import LONGEST, notes_of, take_back_note, write_note
from core.services.members import Portrait
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, lang, now, t

_FIELD = "portrait:note"


def notes_card(portrait: Portrait, *, most: int = 5) -> None:
    """The newest notes, and a field for another."""
    number = portrait.member.id or 0
    zone = desk().zone
    with card(t("note.card"), fill=True, help=t("note.help")):
        for note in notes_of(desk(), number)[:most]:
            words, end = st.columns([8, 1], vertical_alignment="center", gap="small")
            day = format.moment(note.written_at, zone)
            words.markdown(f"{format.md_escape(note.text)}  \n:gray[:small[{day} · {_by(note.author)}]]")
            end.button(
                t("note.take_back"), icon=":material/undo:", type="tertiary", key=f"note:{note.id}", on_click=_take_back,
                args=(note.id or 0,), help=t("note.take_back.help"),
            )  # fmt: skip
        with st.form(f"{_FIELD}:form", border=False, clear_on_submit=True):
            text = st.text_area(
                t("note.field"), max_chars=LONGEST, height=68, key=_FIELD, placeholder=t("note.example"),
                label_visibility="collapsed",
            )  # fmt: skip
            if st.form_submit_button(t("note.act"), icon=":material/edit_note:"):
                with guard():
                    write_note(desk(), actor(), number, text, now=now())
                    flash(t("note.done"))
                    st.rerun()


def _by(name: str) -> str:
    key = f"audit.actor.{name}"
    return t(key) if key in catalog(lang()) else format.md_escape(name)


def _take_back(note_id: int) -> None:
    with guard():
        take_back_note(desk(), actor(), note_id, now=now())
        flash(t("note.taken_back"))
