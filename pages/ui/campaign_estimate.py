"""What a campaign would do if it were launched now: people, ways, reasons, cost, and what its result could show."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.enums import Area
from core.errors import Refusal
from core.services.campaign_estimates import Estimate, estimate_document
from pages.ui import format
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import actor, cached, desk, now, t

# No coupon brings more than this share of a group; what would only show beyond it will not show.
MOST_EXPECTED = 0.2

Fault = tuple[str, dict[str, Any]]


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)
def _estimate(text: str, draft_key: str) -> tuple[Estimate, list[Fault]]:
    """The estimate without its faults, and the faults as plain values."""
    found = estimate_document(desk(), actor(), read_campaign(text), draft_key=draft_key, now=now())
    return replace(found, faults=()), [(fault.code, fault.params) for fault in found.faults]


def estimate(document: CampaignDocument, draft_key: str) -> tuple[Estimate, list[str]]:
    """The estimate, and what speaks against launching as sentences."""
    found, faults = _estimate(document.canonical(), draft_key)
    return found, [sentence(Refusal(code, **params)) for code, params in faults] + _over(document, found)


def _over(document: CampaignDocument, found: Estimate) -> list[str]:
    """What would stop the launch although the document is sound."""
    if found.audience == 0:
        return [t("campaigns.empty_group")]
    if found.treated == 0:
        return [t("campaigns.nobody", n=format.number(found.audience))]
    total = document.offer.total_limit if document.offer else None
    over = []
    if found.budget_fen is not None and found.worst_cost_fen > found.budget_fen:
        amounts = {"cost": format.yuan(found.worst_cost_fen), "budget": format.yuan(found.budget_fen)}
        over.append(t("campaigns.over_budget", **amounts))
    if total is not None and found.treated > total:
        over.append(t("campaigns.over_limit", n=format.number(found.treated), total=format.number(total)))
    return over


def show_estimate(document: CampaignDocument, found: Estimate, faults: list[str]) -> None:
    """The card at the right of the wizard."""
    with card(t("campaigns.estimate")):
        left, right = st.columns(2)
        left.metric(t("campaigns.audience"), format.people(found.audience))
        share = format.percent(found.held_out / found.reachable, 0) if found.reachable else "0%"
        right.metric(
            t("campaigns.treated"),
            format.people(found.treated),
            t("campaigns.held_out_delta", n=format.number(found.held_out), share=share) if found.held_out else None,
            delta_color="gray",
            delta_arrow="off",
        )
        st.markdown(reach_words(found.by_channel, found.held_out, found.suppressed))
        if document.offer is not None:
            left, right = st.columns(2)
            left.metric(t("campaigns.cost"), cost_words(found), help=t("campaigns.cost.help"))
            right.metric(t("campaigns.worst"), format.yuan_round(found.worst_cost_fen), help=t("campaigns.worst.help"))
        st.caption(visible_words(found))
        for fault in faults:
            st.warning(fault, icon=":material/warning:")


def reach_words(by_channel: Mapping[str, int], held_out: int, suppressed: Mapping[str, int]) -> str:
    """How the people of a group are reached, line by line: by which way, left out, or not at all and why."""
    lines = [
        t("campaigns.by_channel", way=t(f"channel.{name}"), n=format.number(count))
        for name, count in sorted(by_channel.items(), key=lambda pair: -pair[1])
    ]
    if held_out:
        lines.append(t("campaigns.left_out", n=format.number(held_out)))
    lines += [
        t("campaigns.unreached", why=t(f"campaigns.why.{reason}"), n=format.number(count))
        for reason, count in sorted(suppressed.items(), key=lambda pair: -pair[1])
    ]
    return "\n".join(f"- {line}" for line in lines)


def cost_words(found: Estimate) -> str:
    """What it will probably cost; of a group in which nobody bought lately nobody can say."""
    return format.yuan_round(found.cost_fen) if found.usual_share else "—"


def visible_words(found: Estimate) -> str:
    """The smallest effect that this size can show, in people of a hundred."""
    if found.smallest_effect is None or found.smallest_effect > MOST_EXPECTED:
        return t("campaigns.visible_none")
    least = f"{found.smallest_effect * 100:.1f}".removesuffix(".0")
    if not found.usual_share:
        return t("campaigns.visible_quiet", n=least)
    return t("campaigns.visible", n=least, usual=format.percent(found.usual_share))
