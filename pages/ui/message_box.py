"""Write a message: subject and text, buttons for placeholders, and the letter as a real person would read it."""

from collections.abc import Callable, Collection

import streamlit as st

from core.documents.campaign import CHANNELS
from core.errors import Refusal
from core.i18n import Lang
from core.rules.templates import ALIASES, FIELDS, MAX_CHARACTERS
from core.services.message_preview import LetterPreview
from pages.ui import format
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import is_demo, settings, t

LINES = 130


def pick_channels(chosen: list[str], key: str) -> list[str]:
    """The ways to send, in the order in which they are tried: whom one does not reach, the next one may."""
    picked = st.pills(
        t("message.channels"),
        CHANNELS,
        selection_mode="multi",
        default=chosen,
        format_func=lambda one: t(f"channel.{one}"),
        key=key,
        help=t("message.channels.help"),
    )
    if "email" in picked and not settings().smtp.configured and not is_demo():
        st.warning(t("message.no_mail"), icon=":material/mail_off:")
    return [name for name in CHANNELS if name in picked]


def write_text(label: str, text: str, stem: str, fields: Collection[str], lang: Lang) -> str:
    """The text field with a button for each placeholder that can be filled here, in the shop's language."""
    key = f"{stem}:text"
    written = st.text_area(label, text, height=LINES, max_chars=MAX_CHARACTERS, key=key)
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):
        st.caption(t("message.insert"), width="content")
        for name in FIELDS:
            if name in fields:
                word = _word(name, lang)
                st.button(
                    t(f"template.field.{name}"), key=f"{stem}:put:{name}", on_click=_insert, args=(key, text, word), type="tertiary",
                    icon=":material/add:",
                )  # fmt: skip
    return str(written)


def _insert(key: str, text: str, word: str) -> None:
    """Add a placeholder at the end of what stands in the field."""
    st.session_state[key] = f"{st.session_state.get(key, text)}{{{word}}}"


def _word(field: str, lang: Lang) -> str:
    """What a placeholder is called in a text: the owner's word."""
    words = [word for word, meant in ALIASES.items() if meant == field and word.isascii() == (lang == "en")]
    return words[0] if words else field


def show_letter(make: Callable[[], LetterPreview], whom: str | None, channel: str) -> None:
    """The letter as it would arrive, or what is wrong with it."""
    with card(t("message.preview")):
        try:
            letter = make()
        except Refusal as refusal:
            st.caption(sentence(refusal))
            return
        head = t("message.preview_for", who=whom) if whom else t("message.preview_nobody")
        st.caption(f"{head} · {t(f'channel.{channel}')} · {t('message.characters', n=letter.characters)}")
        with st.container(border=True):
            if channel != "call_list":
                st.markdown(f"**{format.md_escape(letter.subject)}**")
            for line in letter.text.splitlines():
                if line.strip():
                    st.markdown(format.md_escape(line))
