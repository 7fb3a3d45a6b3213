"""Campaigns: the list, and of the one that was chosen what it brought."""

import streamlit as st

from core.documents.enums import CampaignStatus
from core.services.campaign_list import CampaignView, show_campaign
from core.services.campaigns import Cancelled, cancel_campaign
from pages.ui import format, state
from pages.ui.campaign_draft import begin_draft, open_draft
from pages.ui.campaign_result import show_result
from pages.ui.campaign_snapshot import show_snapshot
from pages.ui.campaign_table import campaign_lines, pick_campaign, result
from pages.ui.confirm import confirm_dialog
from pages.ui.page import page
from pages.ui.parts import card, empty_state
from pages.ui.runtime import actor, desk, now, t

WIZARD = "marketing/new_campaign.py"


def _new() -> None:
    begin_draft()
    st.switch_page(WIZARD)


def _chosen() -> int | None:
    """The campaign named by the address or by another page."""
    given = st.query_params.get("campaign")
    if given and given.isdecimal():
        state.put(state.Key.CAMPAIGN, int(given))
        del st.query_params["campaign"]
    found: int | None = state.get(state.Key.CAMPAIGN)
    return found


def _acts(view: CampaignView) -> None:
    """What can be done with a campaign: go on with a draft, copy it, stop it."""
    line = view.line
    with st.container(horizontal=True, horizontal_alignment="right"):
        label = "campaigns.go_on" if line.status is CampaignStatus.DRAFT else "campaigns.copy"
        if st.button(t(label), key="campaigns:open", icon=":material/edit:"):
            open_draft(view.document, line.id if line.status is CampaignStatus.DRAFT else None)
            st.switch_page(WIZARD)
        if line.status not in (CampaignStatus.DRAFT, CampaignStatus.RUNNING):
            return
        waiting = sum(view.messages.get(status, 0) for status in ("pending", "leased"))
        opened = st.button(t("campaigns.cancel"), key="campaigns:cancel", icon=":material/stop_circle:")
    confirm_dialog(
        opened,
        "cancel",
        t("campaigns.cancel_title", name=format.md_escape(line.name)),
        [(t("campaigns.cancel_waiting"), format.number(waiting)), (t("campaigns.kpi.sent"), format.people(line.sent))],
        t("campaigns.cancel"),
        lambda _: cancel_campaign(desk(), actor(), line.id, now=now()),
        done=_cancelled,
        text=t("campaigns.cancel_text"),
    )


def _cancelled(found: Cancelled) -> str:
    return t(
        "campaigns.cancelled", stopped=format.number(found.stopped_messages), void=format.number(found.void_coupons)
    )


with page("menu.campaigns", t("campaigns.subtitle")) as head:
    with head.corner:
        if st.button(t("campaigns.new"), type="primary", icon=":material/add:", key="campaigns:new"):
            _new()
    lines, chosen = campaign_lines(), None
    if not lines:
        empty_state(t("campaigns.empty"), t("campaigns.new_first"), act=_new, icon="campaign")
    else:
        with card():
            chosen = pick_campaign(lines, _chosen())
    if chosen is not None:
        state.put(state.Key.CAMPAIGN, chosen)
        view = show_campaign(desk(), chosen, now=now())
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.subheader(format.md_escape(view.line.name), anchor=False)
        with right:
            _acts(view)
        if view.line.launched_at is None:
            st.caption(t("campaigns.not_sent_yet"))
        else:
            show_result(view, result(chosen))
            show_snapshot(chosen)
