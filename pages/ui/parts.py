"""Small pieces that pages are made of: empty state, insight line, link, steps, card, download."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui import state
from pages.ui.menu import page_exists
from pages.ui.record import keep_heading, keep_sentence


def card(title: str | None = None, help: str | None = None, *, fill: bool = False) -> DeltaGenerator:
    """A hairline card with a heading: ``with card(t("...")): ...``; ``fill`` makes cards of one row equally high."""
    box = st.container(border=True, height="stretch" if fill else "content")
    if title:
        keep_heading(title)
        box.subheader(title, anchor=False, help=help)
    return box


def link(label: str, page: str, *, query: Mapping[str, str] | None = None, icon: str = "arrow_forward") -> None:
    """A link to a page by its path ("marketing/new_campaign.py"); nothing where that feature does not exist yet."""
    if page_exists(page):
        st.page_link(page, label=label, icon=f":material/{icon}:", query_params=dict(query) if query else None)


def insight(
    text: str, label: str | None = None, page: str | None = None, *, query: Mapping[str, str] | None = None
) -> None:
    """The sentence under a chart that says what it means, with a link to the act it suggests. ``text`` is Markdown."""
    keep_sentence(text)
    st.markdown(text)
    if label and page:
        link(label, page, query=query)


def empty_state(
    text: str,
    label: str | None = None,
    page: str | None = None,
    *,
    icon: str = "inbox",
    act: Callable[[], None] | None = None,
) -> None:
    """What to do next where there is nothing yet: a sentence and one button, to a page or to an ``act``."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f":gray[:material/{icon}:]", width="content")
        st.markdown(text, width="content", text_alignment="center")
        if label and (act is not None or (page and page_exists(page))):
            pressed = st.button(label, type="primary", key=f"empty:{label}")
            if pressed and act is not None:
                act()
            elif pressed and page:
                st.switch_page(page)
        st.space("small")


def step_bar(names: Sequence[str], current: int) -> None:
    """The steps of a wizard: done, present, to come (``current`` counts from 0)."""
    for index, (column, name) in enumerate(zip(st.columns(len(names), gap="small"), names, strict=True)):
        with column.container(border=True):
            if index < current:
                st.markdown(f":green[:material/check_circle:] {name}")
            elif index == current:
                st.markdown(f":primary[:material/radio_button_checked:] **{name}**")
            else:
                st.markdown(f":gray[:material/radio_button_unchecked: {name}]")


def download(
    label: str, make: Callable[[], bytes], file_name: str, mime: str = "text/csv", *, key: str | None = None
) -> None:
    """A button that makes its file only when pressed; ``key`` where a page offers two of one name."""
    st.download_button(
        label, make, file_name, mime, icon=":material/download:", on_click="ignore", key=f"get:{key or file_name}"
    )


def progress(text: str, share: float) -> None:
    """A bar to the next tier: ``progress("再消费 ¥102 升级", 0.95)``."""
    st.progress(min(max(share, 0.0), 1.0), text=text)


def flash(text: str) -> None:
    """A sentence to show once at the top right after the next run."""
    state.put(state.Key.FLASH, text)


def show_flash() -> None:
    """Show what ``flash`` left; the frame calls it."""
    text = state.take(state.Key.FLASH)
    if text:
        st.toast(text, icon=":material/check_circle:")
