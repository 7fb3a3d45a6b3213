"""The head of a page and its error boundary: a refusal is a sentence, a bug is a reference number."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import Refusal
from core.services.page_files import Heading, Sentence
from pages.ui.format import md_escape
from pages.ui.page_export import export_menu
from pages.ui.record import keeping
from pages.ui.runtime import t

log = logging.getLogger("memberdesk.pages")


@dataclass(frozen=True)
class PageHead:
    """The head of a page: ``say`` sets the line under the title, ``corner`` holds controls at its right."""

    line: DeltaGenerator
    corner: DeltaGenerator
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Set the line under the title, for what is only known after the numbers are read."""
        self.said[:] = [text]
        self.line.caption(text)


def sentence(refusal: Refusal) -> str:
    """What the owner reads for a refusal."""
    shown = {name: md_escape(value) if isinstance(value, str) else value for name, value in refusal.params.items()}
    return t(f"error.{refusal.code}", **shown)


@contextmanager
def guard() -> Iterator[None]:
    """The error boundary alone, for dialogs, fragments and callbacks, which run outside the page's block."""
    try:
        try:
            yield
        except Refusal as refusal:
            st.error(sentence(refusal), icon=":material/error:")
    except Exception as bug:
        reference = token_hex(4)
        # Messages of exceptions may quote members' data: the log keeps where it happened, not what was in hand.
        places = "".join(traceback.format_tb(bug.__traceback__))
        log.error("page bug reference=%s type=%s\n%s", reference, type(bug).__qualname__, places)
        st.error(t("ui.bug", reference=reference), icon=":material/bug_report:")


@contextmanager
def page(title: str, subtitle: str | None = None) -> Iterator[PageHead]:
    """Stand a page: ``with page("members.title", t("members.subtitle", n=...)) as head: ...``.

    ``title`` is a catalog key, ``subtitle`` a finished sentence. Whatever fails inside is shown under the head.
    """
    with guard(), keeping() as parts:
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            st.title(t(title), anchor=False)
            line = st.empty()
        corner = right.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom")
        head = PageHead(line, corner)
        if subtitle:
            head.say(subtitle)
        yield head
        if any(not isinstance(part, Heading | Sentence) for part in parts):
            with corner:
                export_menu(t(title), "".join(head.said), parts)
