"""The list of campaigns: status, people, and what the finished ones showed in words."""

from typing import Any

import pandas as pd
import streamlit as st

from core.analytics.verdict_words import verdict_sentence
from core.documents.enums import Area, CampaignStatus
from core.services.campaign_list import CampaignLine, list_campaigns
from core.services.campaign_results import CampaignResult, campaign_result
from pages.ui import format
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import pager, pick_row

PAGE = 10
_ICONS = {
    CampaignStatus.DRAFT: "✎",
    CampaignStatus.RUNNING: "●",
    CampaignStatus.FINISHED: "✓",
    CampaignStatus.CANCELLED: "×",
}


@cached(Area.CAMPAIGNS, Area.ORDERS, Area.MESSAGES)
def result(campaign_id: int) -> CampaignResult:
    """What a campaign brought, kept until orders or campaigns change."""
    return campaign_result(desk(), campaign_id, now=now())


def campaign_lines() -> list[CampaignLine]:
    """All campaigns, the newest first."""
    return list_campaigns(desk(), now=now())


def pick_campaign(lines: list[CampaignLine], chosen: int | None) -> int | None:
    """The list with its pages; the campaign that was picked, else ``chosen``, else the last one that was sent."""
    kept = sorted({line.status.value for line in lines}, key=[status.value for status in CampaignStatus].index)
    only = None
    if len(kept) > 1:
        only = st.pills(
            t("campaigns.filter"), kept, format_func=lambda one: t(f"campaign.status.{one}"), key="campaigns:status",
            label_visibility="collapsed",
        )  # fmt: skip
    shown = [line for line in lines if only is None or line.status.value == only]
    start = pager("campaigns", len(shown), PAGE, filter_key=str(only)) if len(shown) > PAGE else 0
    part = shown[start : start + PAGE]
    picked = pick_row(_frame(part), [line.id for line in part], "campaigns:list", columns=_columns())
    return picked or chosen or next((line.id for line in lines if line.launched_at), None)


def verdict_short(line: CampaignLine) -> str:
    """What a campaign showed, in one word; for one that is not over, when it will."""
    match line.status:
        case CampaignStatus.FINISHED:
            return t(f"verdict.short.{result(line.id).verdict.value}")
        case CampaignStatus.RUNNING if line.measure_until is not None:
            return t("campaigns.result_on", day=format.day(desk().zone.day(line.measure_until)))
        case _:
            return ""


def verdict_words(found: CampaignResult) -> str:
    """The verdict as a sentence."""
    key, params = verdict_sentence(found.judgement)
    return t(key, **params)


def _frame(lines: list[CampaignLine]) -> pd.DataFrame:
    zone = desk().zone
    return pd.DataFrame(
        {
            t("campaigns.column.name"): [line.name for line in lines],
            t("campaigns.column.status"): [
                f"{_ICONS[line.status]} {t(f'campaign.status.{line.status.value}')}" for line in lines
            ],
            t("campaigns.column.sent_on"): [
                format.moment(line.launched_at, zone) if line.launched_at else "—" for line in lines
            ],
            t("campaigns.column.treated"): [line.treated if line.launched_at else None for line in lines],
            t("campaigns.column.held_out"): [line.held_out if line.launched_at else None for line in lines],
            t("campaigns.column.sent"): [line.sent if line.launched_at else None for line in lines],
            t("campaigns.column.redeemed"): [line.redeemed if line.launched_at else None for line in lines],
            t("campaigns.column.verdict"): [verdict_short(line) for line in lines],
        }
    )


def _columns() -> dict[str, Any]:
    counts = ("treated", "held_out", "sent", "redeemed")
    return {t(f"campaigns.column.{name}"): st.column_config.NumberColumn(format="localized") for name in counts}
