"""Reminders that run by themselves: on or off, when, what they say, who gets one today, and what became of the others."""

import streamlit as st

from core.documents.journey import COUPON_EXPIRING
from core.documents.offer import Offer, Relative
from core.errors import Refusal
from core.services.due import purpose_of, rule_of
from core.services.journeys import DueToday, list_journeys
from core.services.message_preview import preview_message
from pages.ui.message_box import show_letter
from pages.ui.page import page, sentence
from pages.ui.people import called
from pages.ui.reminder_draft import ReminderDraft, draft_of
from pages.ui.reminder_form import edit_reminder, switch
from pages.ui.reminder_log import due_today, show_due, show_log, show_unknown
from pages.ui.runtime import desk, now, t

WHICH = "reminders:which"
# What the notice about a coupon is previewed with: the reminder has none of its own.
SAMPLE = Offer(name="-", kind="threshold", value=20_00, threshold_fen=99_00, validity=Relative(days=3))


def _due(draft: ReminderDraft, enabled: bool) -> DueToday | None:
    """Today's people under the fields as they stand; what is wrong with them is said instead."""
    try:
        return due_today(draft.document(enabled=enabled).canonical())
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/error:")
        return None


def _preview(draft: ReminderDraft, due: DueToday | None) -> None:
    document = draft.document(enabled=True)
    if not document.channels:
        return
    first = next((line for line in due.lines if line.reason is None), None) if due else None
    member = first.member_id if first else None
    channel = first.channel if first and first.channel else document.channels[0]
    offer = SAMPLE if draft.code == COUPON_EXPIRING else document.offer
    show_letter(
        lambda: preview_message(
            desk(), document.message, offer, member, channel=channel, purpose=purpose_of(draft.code), at=now()
        ),
        called([member])[0] if member else None,
        channel,
    )


with page("menu.reminders", t("reminders.subtitle")):
    refused = st.session_state.pop("reminders:refused", None)
    if refused:
        st.error(refused, icon=":material/error:")
    show_unknown()
    views = {view.document.code: view for view in list_journeys(desk())}
    asked = st.query_params.pop("journey", None)  # a line of today's list names the reminder that finishes it
    if asked in views:
        st.session_state[WHICH] = asked
    code = st.segmented_control(
        t("reminders.which"),
        list(views),
        default=None if WHICH in st.session_state else next(iter(views)),
        required=True,
        format_func=lambda one: t(
            "reminders.on" if views[one].enabled else "reminders.off", name=t(f"journey.{one}.name")
        ),
        key=WHICH,
        label_visibility="collapsed",
        persist_state="session",
    )
    view = views[code]
    draft = draft_of(view)
    st.caption(t(f"reminders.say.{code}"))
    left, right = st.columns([3, 2], gap="small")
    with left:
        edit_reminder(draft)
    with right:
        due = _due(draft, view.enabled)
        if due is not None:
            show_due(due)
        switch(view, draft, due)
        if due is not None:
            _preview(draft, due)
    show_log(rule_of(code))
