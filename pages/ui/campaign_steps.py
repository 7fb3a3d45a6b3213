"""The four steps of the campaign wizard; each changes the draft by its fields."""

from datetime import timedelta

import streamlit as st

from core.documents.campaign import GOALS
from core.documents.segment_templates import template, templates
from core.errors import Refusal
from core.rules.segment_words import Names, describe
from core.services.campaign_checks import PERSONAL_FIELDS, offer_fields
from core.services.saved_groups import SavedGroup
from pages.ui import format
from pages.ui.campaign_draft import EVERYBODY, GIVEN, CampaignDraft
from pages.ui.campaign_people import category_names
from pages.ui.message_box import pick_channels, write_text
from pages.ui.offer_form import offer_form
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import lang, settings, t, today
from pages.ui.tiers import tier_names

MOST_HELD_OUT = 50


def pick_group(draft: CampaignDraft, saved: list[SavedGroup]) -> None:
    """Whom it is for, and why."""
    with card(t("campaigns.step.group")):
        options = [f"template:{one.code}" for one in templates()]
        options = [*(f"saved:{one.id}" for one in saved), *options, EVERYBODY]
        if draft.group == GIVEN or draft.tree:
            options = [GIVEN, *options]
        if draft.group not in options:  # a kept group was deleted meanwhile
            draft.group = options[0]
        picked = st.selectbox(
            t("campaigns.group"),
            options,
            index=options.index(draft.group),
            format_func=lambda one: _group_label(draft, one, saved),
            key=f"wizard:{draft.key}:group",
        )
        if picked != draft.group:
            draft.choose_group(picked)
            st.session_state[f"wizard:{draft.key}:goal"] = draft.goal
        if draft.group == "template:category_lovers":
            names = category_names()
            chosen = st.selectbox(
                t("campaigns.category"),
                names,
                index=names.index(draft.category) if draft.category in names else None,
                key=f"wizard:{draft.key}:category",
            )
            draft.category = chosen or ""
        try:
            st.markdown(f":material/filter_alt: {format.md_escape(describe(draft.find_tree(saved), lang(), _names()))}")
        except Refusal as refusal:
            st.caption(sentence(refusal))
        if draft.group.startswith("template:"):
            st.caption(t(f"segment.template.{draft.group.partition(':')[2]}.use"))
        left, right = st.columns(2, gap="small")
        draft.goal = left.selectbox(
            t("campaigns.goal"),
            GOALS,
            index=GOALS.index(draft.goal) if draft.goal in GOALS else len(GOALS) - 1,
            format_func=lambda one: t(f"campaign.goal.{one}"),
            key=f"wizard:{draft.key}:goal",
        )
        draft.name = right.text_input(
            t("campaigns.name"),
            draft.name,
            max_chars=60,
            placeholder=draft.title(saved),
            key=f"wizard:{draft.key}:name",
        )


def _group_label(draft: CampaignDraft, option: str, saved: list[SavedGroup]) -> str:
    kind, _, code = option.partition(":")
    if kind == "template":
        return t(f"segment.template.{template(code).code}")
    if kind == "saved":
        return next((t("campaigns.saved", name=one.name) for one in saved if str(one.id) == code), code)
    return (draft.tree_name or t("campaigns.given")) if kind == GIVEN else t("campaigns.everyone")


def _names() -> Names:
    return Names(tiers=tier_names())


def set_offer(draft: CampaignDraft) -> None:
    """What they get."""
    with card(t("campaigns.step.offer")):
        offer_form(draft.offer, f"wizard:{draft.key}:offer", tier_names(), today=today())


def write_message(draft: CampaignDraft, saved: list[SavedGroup]) -> None:
    """Which ways, when, and the words."""
    with card(t("campaigns.step.message")):
        stem = f"wizard:{draft.key}"
        draft.channels = pick_channels(draft.channels, f"{stem}:channels")
        if draft.channels != ["call_list"]:
            subject = draft.message().subject
            typed = st.text_input(t("message.subject"), subject, max_chars=100, key=f"{stem}:subject")
            draft.subject = None if typed == subject and draft.subject is None else typed
        offer = draft.make_offer(draft.title(saved))
        fields = PERSONAL_FIELDS + (offer_fields(offer) if offer else ())
        ready = draft.message().text
        written = write_text(t("message.text"), ready, stem, fields, settings().lang)
        draft.text = None if written == ready and draft.text is None else written
        _start(draft, stem)


def _start(draft: CampaignDraft, stem: str) -> None:
    left, right = st.columns([2, 3], gap="small", vertical_alignment="bottom")
    when = left.segmented_control(
        t("campaigns.start"),
        ("now", "later"),
        default="later" if draft.later else "now",
        required=True,
        format_func=lambda one: t(f"campaigns.start.{one}"),
        key=f"{stem}:when",
    )
    draft.later = when == "later"
    hours = {"start": settings().quiet_end, "end": settings().quiet_start}
    if not draft.later:
        right.caption(t("campaigns.hours", **hours))
        return
    with right:
        day, hour = st.columns(2, gap="small")
        tomorrow = today() + timedelta(days=1)
        first = max(draft.day or tomorrow, today())
        draft.day = day.date_input(t("campaigns.day"), first, min_value=today(), key=f"{stem}:day")
        draft.hour = hour.time_input(
            t("campaigns.hour"), draft.hour, key=f"{stem}:hour", help=t("campaigns.hours", **hours)
        )


def leave_out(draft: CampaignDraft) -> None:
    """Who does not get it, so that its worth can be seen, and for how long it is watched."""
    with card(t("campaigns.hold_out")):
        stem = f"wizard:{draft.key}"
        st.markdown(t("campaigns.hold_out_say"))
        left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
        draft.hold_out = int(
            left.slider(
                t("campaigns.hold_out_share"),
                0,
                MOST_HELD_OUT,
                draft.hold_out,
                5,
                format="%d%%",
                key=f"{stem}:hold_out",
            )
        )
        draft.measure_days = int(
            right.number_input(
                t("campaigns.measure_days"),
                1,
                90,
                draft.measure_days,
                key=f"{stem}:measure",
                help=t("campaigns.measure_days.help"),
            )
        )
        if draft.hold_out == 0:
            draft.reason = st.text_input(
                t("campaigns.hold_out_reason"), draft.reason, max_chars=200, key=f"{stem}:reason"
            )
            return
        names = tier_names()
        draft.exempt = st.multiselect(
            t("campaigns.exempt"),
            list(names),
            default=[code for code in draft.exempt if code in names],
            format_func=lambda code: names[code],
            placeholder=t("campaigns.exempt_nobody"),
            key=f"{stem}:exempt",
            help=t("campaigns.exempt.help"),
        )
