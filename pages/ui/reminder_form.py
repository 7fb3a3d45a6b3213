"""The fields of a reminder and its switch."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.documents.journey import (
    BIRTHDAY,
    COUPON_EXPIRING,
    DORMANT,
    EARLIEST_HOUR,
    LATEST_HOUR,
    NEAR_UPGRADE,
    NEVER_HELD_OUT,
    PLAN_RENEWAL,
    TIER_DROP,
)
from core.errors import Refusal
from core.services.campaign_checks import offer_fields
from core.services.journeys import DROP_FIELDS, NEAR_FIELDS, PLAN_FIELDS, DueToday, JourneyView, set_journey
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.message_box import pick_channels, write_text
from pages.ui.offer_draft import KINDS, NONE, make_offer
from pages.ui.offer_form import offer_form
from pages.ui.page import sentence
from pages.ui.parts import card, flash
from pages.ui.reminder_draft import ReminderDraft
from pages.ui.runtime import actor, desk, now, settings, t, today
from pages.ui.tiers import live_rules, tier_names

# A gift by post has to be packed: until promises are tracked a reminder gives what a code can give.
REMINDER_KINDS = (*(kind for kind in KINDS if kind not in ("gift", "platform")), NONE)
_DAYS = {
    BIRTHDAY: (0, 60),
    COUPON_EXPIRING: (0, 30),
    DORMANT: (14, 730),
    TIER_DROP: (1, 180),
    NEAR_UPGRADE: (1, 60),
    PLAN_RENEWAL: (1, 60),
}


def edit_reminder(draft: ReminderDraft) -> None:
    """When, which way, the coupon, and the words."""
    stem = f"reminder:{draft.code}"
    with card(t("reminders.settings")):
        days, hour = st.columns(2, gap="small")
        _days(days, draft, stem)
        draft.hour = int(
            hour.number_input(
                t("reminders.hour"),
                EARLIEST_HOUR,
                LATEST_HOUR,
                draft.hour,
                key=f"{stem}:hour",
                help=t("reminders.hour.help"),
            )
        )
        draft.channels = pick_channels(draft.channels, f"{stem}:channels")
        if draft.code not in NEVER_HELD_OUT:
            draft.hold_out = int(
                st.slider(
                    t("campaigns.hold_out_share"),
                    0,
                    50,
                    draft.hold_out,
                    5,
                    format="%d%%",
                    key=f"{stem}:hold_out",
                    help=t("campaigns.hold_out_say"),
                )
            )
    if draft.has_offer:
        with card(t("reminders.offer")):
            offer_form(
                draft.offer,
                f"{stem}:offer",
                tier_names(),
                today=today(),
                kinds=REMINDER_KINDS,
                validities=("days", "hours"),
            )
    with card(t("reminders.words")):
        if draft.channels != ["call_list"]:
            draft.subject = st.text_input(t("message.subject"), draft.subject, max_chars=100, key=f"{stem}:subject")
        draft.text = write_text(t("message.text"), draft.text, stem, fields_for(draft), settings().lang)


def _days(column: DeltaGenerator, draft: ReminderDraft, stem: str) -> None:
    """How many days before or after; for a tier that is lost the rules say it."""
    if draft.code == TIER_DROP:
        column.caption(t("reminders.days.in_rules", n=live_rules()[0].downgrade.notice_days))
        return
    least, most = _DAYS.get(draft.code, (0, 730))
    draft.days = int(
        column.number_input(t(f"reminders.days.{draft.code}"), least, most, draft.days, key=f"{stem}:days")
    )


def fields_for(draft: ReminderDraft) -> set[str]:
    """The placeholders that this reminder can fill."""
    fields = {"nickname", "shop", "tier"} | ({"birthday"} if draft.code == BIRTHDAY else set())
    if draft.code == COUPON_EXPIRING:
        return fields | {"offer", "coupon_code", "coupon_value", "coupon_until", "days"}
    fields |= {PLAN_RENEWAL: PLAN_FIELDS, TIER_DROP: DROP_FIELDS, NEAR_UPGRADE: NEAR_FIELDS}.get(draft.code, set())
    if not draft.has_offer:
        return fields
    offer = make_offer(draft.offer, draft.offer_name, desk().zone, today())
    return fields | set(offer_fields(offer) if offer else ())


def switch(view: JourneyView, draft: ReminderDraft, due: DueToday | None) -> None:
    """On (after the numbers were confirmed), off, and save what was changed."""
    try:
        changed = draft.document(enabled=view.enabled).canonical() != draft.start
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/error:")
        return
    opened = False
    with st.container(horizontal=True, vertical_alignment="center"):
        if not view.enabled:
            count = format.number(due.getting) if due else "0"
            label = t("reminders.turn_on", n=count)
            opened = st.button(
                label, type="primary", key="reminders:on", icon=":material/play_arrow:", disabled=due is None
            )
        else:
            st.button(
                t("reminders.turn_off"),
                key="reminders:off",
                icon=":material/pause:",
                on_click=_save,
                args=(draft, False),
            )
        if changed:
            st.button(
                t("reminders.save"),
                type="primary" if view.enabled else "secondary",
                key="reminders:save",
                on_click=_save,
                args=(draft, view.enabled),
            )
    _confirm(opened, draft, due)


def _confirm(opened: bool, draft: ReminderDraft, due: DueToday | None) -> None:
    if due is None:
        return
    numbers = [
        (t("reminders.getting"), format.people(due.getting)),
        (t("reminders.not_getting"), format.people(due.reasons.total())),
    ]

    def act(_: str) -> int:
        set_journey(desk(), actor(), draft.document(enabled=True), now=now())
        return due.getting

    confirm_dialog(
        opened,
        f"reminder:{draft.code}",
        t("reminders.on_title", name=t(f"journey.{draft.code}.name")),
        numbers,
        t("reminders.turn_on", n=format.number(due.getting)),
        act,
        done=lambda count: t("reminders.is_on", n=format.number(count)),
        text=t("reminders.on_text"),
        warning=t("journey.first_days", days=due.first_days) if due.first_days else None,
    )


def _save(draft: ReminderDraft, enabled: bool) -> None:
    """Keep the fields, with the switch as given; a refusal is shown at the top of the page."""
    try:
        was_on = '"enabled":true' in draft.start
        set_journey(desk(), actor(), draft.document(enabled=enabled), now=now())
    except Refusal as refusal:
        st.session_state["reminders:refused"] = sentence(refusal)
        return
    flash(t("reminders.is_off" if was_on and not enabled else "reminders.saved"))
