"""Campaigns as listed and as shown: what was decided, what left, what was used."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.enums import Arm, CampaignStatus
from core.services.campaign_checks import require_campaign, status_of
from core.services.desk import Desk
from core.store.queries import campaigns as rows
from core.store.tables import Campaign

LISTED = 200


@dataclass(frozen=True)
class CampaignLine:
    """One campaign in the list."""

    id: int
    name: str
    goal: str
    status: CampaignStatus
    created_at: datetime
    launched_at: datetime | None
    measure_until: datetime | None
    treated: int
    held_out: int
    sent: int
    redeemed: int


@dataclass(frozen=True)
class CampaignView:
    """One campaign with its funnel: decided (``audience`` = treated + held_out + not decided for), sent, redeemed.

    ``not_reached``: people by the reason decided at launch; ``messages``: by status; ``not_sent``: messages by the
    reason found later; ``coupons``: (number, face value in fen) by status.
    """

    line: CampaignLine
    document: CampaignDocument
    author: str
    measure_from: datetime | None
    audience: int
    exempt: int
    by_channel: dict[str, int]
    not_reached: dict[str, int]
    messages: dict[str, int]
    not_sent: dict[str, int]
    coupons: dict[str, tuple[int, int]]


def list_campaigns(desk: Desk, *, now: datetime, limit: int = LISTED) -> list[CampaignLine]:
    """Campaigns, the newest first."""
    with desk.db.read() as session:
        found = rows.list_campaigns(session, limit)
    return [_line(row[0], row.treated, row.held_out, row.sent, row.redeemed, now) for row in found]


def show_campaign(desk: Desk, campaign_id: int, *, now: datetime) -> CampaignView:
    """One campaign; refuses ``campaign_unknown``."""
    with desk.db.read() as session:
        campaign = require_campaign(session, campaign_id)
        decided = rows.count_decisions(session, campaign_id)
        messages = rows.count_messages(session, campaign_id)
        coupons = rows.count_coupons(session, campaign_id)
    channels, reasons, statuses, unsent = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for row in decided:
        if row.arm is Arm.TREATED:
            channels[row.channel] += row.people
        elif row.reason:
            reasons[row.reason] += row.people
    for row in messages:
        statuses[row.status.value] += row.messages
        if row.reason:
            unsent[row.reason] += row.messages
    held_out = sum(row.people for row in decided if row.arm is Arm.HELD_OUT)
    redeemed = next((count for status, (count, _) in coupons.items() if status.value == "redeemed"), 0)
    return CampaignView(
        line=_line(campaign, channels.total(), held_out, statuses["sent"], redeemed, now),
        document=read_campaign(campaign.document),
        author=campaign.author,
        measure_from=campaign.measure_from,
        audience=sum(row.people for row in decided),
        exempt=sum(row.people for row in decided if row.arm is Arm.TREATED and not row.measured),
        by_channel=dict(channels),
        not_reached=dict(reasons),
        messages={status: count for status, count in statuses.items() if count},
        not_sent=dict(unsent),
        coupons={status.value: counted for status, counted in coupons.items()},
    )


def _line(campaign: Campaign, treated: int, held_out: int, sent: int, redeemed: int, now: datetime) -> CampaignLine:
    assert campaign.id is not None
    return CampaignLine(
        id=campaign.id,
        name=campaign.name,
        goal=campaign.goal,
        status=status_of(campaign, now),
        created_at=campaign.created_at,
        launched_at=campaign.launched_at,
        measure_until=campaign.measure_until,
        treated=treated,
        held_out=held_out,
        sent=sent,
        redeemed=redeemed,
    )
