"""Who was meant to get a campaign, one by one: sent or not, and why; each leads to the portrait."""

from datetime import datetime

import streamlit as st

from core.documents.enums import Area
from core.services.campaign_list import CampaignView
from core.services.message_log import PAGE, LogCounts, count_log, list_log
from core.store.queries.campaigns import rule_of
from pages.ui.parts import card
from pages.ui.people import people_table
from pages.ui.reminder_log import log_frame
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import pager

KINDS = ("all", "sent", "not_sent")


@cached(Area.CAMPAIGNS, Area.MESSAGES)
def _counts(rule: str, since: datetime) -> LogCounts:
    return count_log(desk(), rule, now=now(), since=since)


def show_people(view: CampaignView) -> None:
    """The list, read when it is asked for: it is as long as the campaign was large."""
    since, rule = view.line.launched_at, rule_of(view.line.id)
    if since is None:
        return
    with card(t("campaigns.people")):
        if not st.toggle(t("campaigns.people.open"), key="campaigns:people"):
            return
        kind = st.segmented_control(
            t("campaigns.people"), KINDS, default="all", required=True, key="campaigns:people:kind",
            format_func=lambda one: t(f"reminders.log.{one}"), label_visibility="collapsed",
        )  # fmt: skip
        counts = _counts(rule, since)
        total = {"all": counts.total, "sent": counts.sent, "not_sent": counts.total - counts.sent}[kind]
        start = pager("campaigns:people", total, PAGE, filter_key=f"{rule}:{kind}")
        sent = {"all": None, "sent": True, "not_sent": False}[kind]
        lines = list_log(desk(), rule, now=now(), sent=sent, offset=start, since=since)
        people_table(log_frame(lines), [line.member_id for line in lines], "campaigns:people:rows")
        st.caption(t("people.click"))
