"""What a campaign would do if it were launched now: the same plan as the launch, only nothing is written."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlmodel import Session

from core.analytics.power import smallest_visible_share
from core.channels.registry import channel_kind
from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.enums import Arm
from core.documents.offer import Offer
from core.errors import Refusal
from core.rules.coupons import liability
from core.services.actor import Actor
from core.services.audience import plan_audience, salt_of_draft, usual_buyers
from core.services.campaign_checks import document_faults, first_hour, require_campaign
from core.services.desk import Desk
from core.services.shop_settings import load_settings


@dataclass(frozen=True)
class Estimate:
    """What a campaign would do if it were launched now. Money in fen; shares are fractions.

    ``cost_fen``: messages, and the coupons of as many as usually buy in such a stretch; ``worst_cost_fen``: every coupon
    used in full. ``smallest_effect``: the least rise in the share of buyers that would show; None: nothing could.
    """

    audience: int
    reachable: int
    by_channel: dict[str, int]
    held_out: int
    treated: int
    exempt: int
    suppressed: dict[str, int]
    cost_fen: int
    worst_cost_fen: int
    budget_fen: int | None
    usual_share: float
    smallest_effect: float | None
    starts_at: datetime
    faults: tuple[Refusal, ...]


def estimate_campaign(desk: Desk, actor: Actor, campaign_id: int, *, now: datetime) -> Estimate:
    """What a drafted campaign would do if it were launched now."""
    with desk.db.read() as session:
        campaign = require_campaign(session, campaign_id)
        return _estimate(session, desk, read_campaign(campaign.document), campaign.salt, now)


def estimate_document(
    desk: Desk, actor: Actor, document: CampaignDocument, *, draft_key: str, now: datetime
) -> Estimate:
    """The same for a document that has not been kept yet, with the people that a launch under ``draft_key`` would choose."""
    with desk.db.read() as session:
        return _estimate(session, desk, document, salt_of_draft(desk, draft_key), now)


def _estimate(session: Session, desk: Desk, document: CampaignDocument, salt: str, now: datetime) -> Estimate:
    settings = load_settings(session)
    plan = plan_audience(session, desk, document, salt, settings, now=now)
    treated, held_out = plan["arm"] == Arm.TREATED.value, plan["arm"] == Arm.HELD_OUT.value
    faces = _faces(document.offer, plan.loc[treated, "tier"])
    worst = sum(faces)
    usual = usual_buyers(session, plan, settings, document.measure_days, now=now)
    messages = sum(channel_kind(name).cost_fen for name in plan.loc[treated, "channel"])
    compared = int((treated & plan["measured"]).sum())
    visible = smallest_visible_share(usual, compared, int(held_out.sum())) if usual < 1 else None
    return Estimate(
        audience=len(plan),
        reachable=int(plan["arm"].notna().sum()),
        by_channel=_counted(plan.loc[treated, "channel"]),
        held_out=int(held_out.sum()),
        treated=int(treated.sum()),
        exempt=int((treated & ~plan["measured"]).sum()),
        suppressed=_counted(plan["reason"].dropna()),
        cost_fen=messages + round(worst * usual),
        worst_cost_fen=messages + worst,
        budget_fen=document.offer.budget_fen if document.offer else None,
        usual_share=usual,
        smallest_effect=visible,
        starts_at=first_hour(document, settings, now),
        faults=tuple(document_faults(session, document, now)),
    )


def _faces(offer: Offer | None, tiers: "pd.Series[str]") -> list[int]:
    """The most that each coupon can cost; none for a document whose offer cannot say."""
    if offer is None or (offer.kind == "percent" and offer.max_discount_fen is None):
        return []
    return [liability(offer, tier) for tier in tiers]


def _counted(values: "pd.Series[str]") -> dict[str, int]:
    return {str(name): int(count) for name, count in sorted(Counter(values).items())}
