"""The dialog before an act that cannot be taken back: numbers first, one act for one opening, whatever is clicked."""

from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import TypeVar

import streamlit as st

from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.runtime import t

T = TypeVar("T")
_OPEN, _STARTED, _FAILED, _DONE = "open", "started", "failed", "done"


def confirm_dialog(
    opened: bool,
    name: str,
    title: str,
    numbers: Sequence[tuple[str, str]],
    button: str,
    act: Callable[[str], T],
    *,
    done: Callable[[T], str],
    idempotency_key: str | None = None,
    text: str | None = None,
    warning: str | None = None,
    then: str | None = None,
    fields: Callable[[], bool] | None = None,
) -> None:
    """Ask before an act; call it in every run: ``confirm_dialog(st.button("发给 397 人…"), "launch", ...)``.

    ``numbers`` are shown as (label, value); ``button`` names the act and its number ("发给 397 人"). ``act`` gets the
    idempotency key (the draft's, else one made at this opening) and runs once; ``done`` words its result for the page,
    ``then`` is the page to go to. A refusal of ``act`` is shown in the dialog. ``fields`` draws what is to be filled in
    before the act and says whether it can be done; after a refusal they can be mended and tried again under the same key.
    """
    slot = f"confirm:{name}"
    if opened:
        st.session_state[slot] = _OPEN
        st.session_state[f"{slot}:key"] = idempotency_key or token_hex(16)
    if slot not in st.session_state:
        return

    @st.dialog(title, on_dismiss=lambda: _close(slot))
    def body() -> None:
        with guard():
            _show(numbers, text, warning)
            ready = True if fields is None else fields()
            if fields is not None and st.session_state[slot] == _FAILED:
                st.session_state[slot] = _OPEN
            _buttons(slot, button, ready)
            if st.session_state[slot] == _STARTED:
                with st.spinner(t("ui.working")):
                    _run(slot, act, done)
            if st.session_state[slot] == _DONE:
                _close(slot)
                if then is not None:
                    st.switch_page(then)
                st.rerun()

    body()


def _run(slot: str, act: Callable[[str], T], done: Callable[[T], str]) -> None:
    """Run the act once. Nothing is drawn in here: a second click may interrupt drawing, but never the act."""
    st.session_state[slot] = _FAILED
    flash(done(act(st.session_state[f"{slot}:key"])))
    st.session_state[slot] = _DONE


def _start(slot: str) -> None:
    if st.session_state.get(slot) == _OPEN:
        st.session_state[slot] = _STARTED


def _close(slot: str) -> None:
    st.session_state.pop(slot, None)


def _show(numbers: Sequence[tuple[str, str]], text: str | None, warning: str | None) -> None:
    if text:
        st.markdown(text)
    for start in range(0, len(numbers), 3):
        for column, (label, value) in zip(st.columns(3), numbers[start : start + 3], strict=False):
            column.metric(label, value)
    if warning:
        st.warning(warning, icon=":material/warning:")


def _buttons(slot: str, button: str, ready: bool) -> None:
    """Cancel and act; the act is dead from the first click on, and until everything is filled in."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(t("ui.cancel"), key=f"{slot}:cancel"):
            _close(slot)
            st.rerun()
        st.button(
            button,
            type="primary",
            key=f"{slot}:act",
            disabled=st.session_state[slot] != _OPEN or not ready,
            on_click=_start,
            args=(slot,),
        )
