"""The end of the wizard: everything once more in words, keep it as a draft, or send it after one more look."""

import streamlit as st

from core.documents.campaign import CampaignDocument
from core.rules.offer_words import offer_words
from core.rules.segment_words import Names, describe
from core.services.campaign_estimates import Estimate
from core.services.campaigns import Launch, draft_campaign, launch_campaign
from core.services.saved_groups import SavedGroup
from pages.ui import format, state
from pages.ui.campaign_draft import CampaignDraft
from pages.ui.campaign_estimate import cost_words
from pages.ui.confirm import confirm_dialog
from pages.ui.parts import card, flash
from pages.ui.price_findings import warn_campaign
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.tiers import tier_names


def show_summary(draft: CampaignDraft, document: CampaignDocument, saved: list[SavedGroup]) -> None:
    """The campaign in sentences, and a warning where prices would not be right with it."""
    with card(t("campaigns.summary")):
        offer = document.offer
        names = Names(tiers=tier_names())
        lines = {
            "name": document.name,
            "group": f"{draft.group_name(saved)} · {describe(document.tree, lang(), names)}",
            "offer": t("offer.kind.none") if offer is None else offer_words(offer, None, lang()),
            "channels": t("phrase.comma").join(t(f"channel.{way}") for way in document.channels),
            "measure": t("campaigns.measured", n=document.measure_days),
        }
        rows = [f"**{t(f'campaigns.line.{key}')}**　{format.md_escape(text)}" for key, text in lines.items()]
        st.markdown("  \n".join(rows))
        if offer is not None and offer.tier_values:
            per_tier = [f"{name} {offer_words(offer, code, lang())}" for code, name in tier_names().items()]
            st.caption(format.md_escape(" · ".join(per_tier)))
    warn_campaign(document, draft.campaign_id)


def _keep(draft: CampaignDraft, document: CampaignDocument, key: str) -> int:
    """Keep the draft in the store; its id."""
    number = draft_campaign(desk(), actor(), document, draft_key=key, campaign_id=draft.campaign_id, now=now())
    draft.campaign_id = number
    return number


def keep_button(draft: CampaignDraft, document: CampaignDocument) -> None:
    """Keep it for later; refuses what is not sound yet."""
    if st.button(t("campaigns.keep"), key="wizard:keep"):
        _keep(draft, document, draft.key)
        flash(t("campaigns.kept"))
        st.rerun()


def launch_button(draft: CampaignDraft, document: CampaignDocument, found: Estimate, faults: list[str]) -> None:
    """Send it, after the numbers were confirmed."""
    count = format.number(found.treated)
    opened = st.button(
        t("campaigns.send_ask", n=count),
        type="primary",
        icon=":material/send:",
        key="wizard:send",
        disabled=bool(faults),
    )
    unreached = sum(found.suppressed.values())
    numbers = [
        (t("campaigns.treated"), format.people(found.treated)),
        (t("campaigns.held_out"), format.people(found.held_out)),
        (t("campaigns.cannot_reach"), format.people(unreached)),
        (t("campaigns.worst"), format.yuan_round(found.worst_cost_fen)),
        (t("campaigns.cost"), cost_words(found)),
    ]

    def act(key: str) -> Launch:
        number = _keep(draft, document, key)
        launch = launch_campaign(desk(), actor(), number, document_hash=document.digest(), now=now())
        state.put(state.Key.DRAFT, None)
        state.put(state.Key.CAMPAIGN, launch.campaign_id)
        return launch

    confirm_dialog(
        opened,
        "launch",
        t("campaigns.send_title", name=format.md_escape(document.name)),
        numbers,
        t("campaigns.send", n=count),
        act,
        done=_done,
        idempotency_key=draft.key,
        text=t("campaigns.send_text", start=format.moment(found.starts_at, desk().zone)),
        then="marketing/campaigns.py",
    )


def _done(launch: Launch) -> str:
    return t("campaigns.again" if launch.again else "campaigns.launched", n=format.number(launch.treated))
