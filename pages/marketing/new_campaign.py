"""A new campaign in four steps: whom, what, the words, check and send. At the right what it would do."""

import streamlit as st

from core.documents.campaign import CampaignDocument
from core.documents.canonical import canonical_json
from core.errors import Refusal
from core.services.campaign_estimates import Estimate
from core.services.message_preview import preview_message
from core.services.saved_groups import list_groups
from pages.ui.campaign_draft import STEPS, CampaignDraft, current_draft
from pages.ui.campaign_estimate import estimate, show_estimate
from pages.ui.campaign_launch import keep_button, launch_button, show_summary
from pages.ui.campaign_people import sample_people
from pages.ui.campaign_steps import leave_out, pick_group, set_offer, write_message
from pages.ui.message_box import show_letter
from pages.ui.page import page, sentence
from pages.ui.parts import step_bar
from pages.ui.runtime import desk, t

LAST = len(STEPS) - 1


def _go(draft: CampaignDraft, step: int) -> None:
    draft.step = step


def _preview(document: CampaignDocument, found: Estimate) -> None:
    """The message to one real person of the group, the way most of its kind would get it."""
    people = sample_people(canonical_json(document.segment))
    number, name = people[0] if people else (None, None)
    channel = next((way for way in document.channels if found.by_channel.get(way)), document.channels[0])
    offer, message, at = document.offer, document.message, found.starts_at
    show_letter(lambda: preview_message(desk(), message, offer, number, channel=channel, at=at), name, channel)


with page("menu.new_campaign", t("campaigns.new_say")):
    draft = current_draft()
    if st.query_params.pop("ready", None):  # from a to-do: all is filled in, what is left is to look and to send
        draft.step = LAST
    saved = list_groups(desk())
    step_bar([t(f"campaigns.step.{name}") for name in STEPS], draft.step)
    left, right = st.columns([3, 2], gap="small")
    with left:
        match STEPS[draft.step]:
            case "group":
                pick_group(draft, saved)
            case "offer":
                set_offer(draft)
            case "message":
                write_message(draft, saved)
            case _:
                leave_out(draft)
    document: CampaignDocument | None = None
    faults: list[str] = []
    with right:
        try:
            document = draft.document(saved)
            found, faults = estimate(document, draft.key)
        except Refusal as refusal:
            st.info(sentence(refusal), icon=":material/info:")
        if document is not None:
            show_estimate(document, found, faults)
            if draft.step >= STEPS.index("message") and document.channels:
                _preview(document, found)
    with left:
        if document is not None and draft.step == LAST:
            show_summary(draft, document, saved)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("campaigns.back"), icon=":material/chevron_left:", key="wizard:back", disabled=draft.step == 0,
                on_click=_go, args=(draft, draft.step - 1),
            )  # fmt: skip
            if draft.step < LAST:
                st.button(
                    t("campaigns.next"), type="primary", icon=":material/chevron_right:", icon_position="right",
                    key="wizard:next", disabled=document is None, on_click=_go, args=(draft, draft.step + 1),
                )  # fmt: skip
            if document is not None:
                keep_button(draft, document)
                if draft.step == LAST:
                    launch_button(draft, document, found, faults)
