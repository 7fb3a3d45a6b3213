"""Paste what people answered to messages: whoever refuses is left alone at once."""

import streamlit as st

from core.services.import_plan import usual_platform
from core.services.opt_out_replies import Replies, read_replies
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, now, t


def replies_card() -> None:
    """A box for the replies and what became of them."""
    with card(t("replies.title"), help=t("replies.help")):
        with st.form("replies", border=False):  # the lines stay: those of nobody known are corrected and sent again
            pasted = st.text_area(t("replies.paste"), height=110, placeholder=t("replies.example"))
            pressed = st.form_submit_button(t("replies.act"), icon=":material/notifications_off:")
        if pressed:
            with guard():
                opened = desk()
                platform = usual_platform(opened, ())
                done = read_replies(opened, actor(), pasted, platform=platform, source=t("replies.source"), now=now())
                _tell(done)


def _tell(done: Replies) -> None:
    if done.stopped or done.again:
        st.success(t("replies.done", n=format.number(done.stopped), again=format.number(done.again)))
    for name in ("unknown", "other"):
        lines = getattr(done, name)
        if lines:
            shown = t("replies.join").join(str(line) for line in lines[:20])
            st.warning(t(f"replies.{name}", n=format.number(len(lines)), lines=shown))
