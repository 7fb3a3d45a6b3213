"""What must hold of a campaign before it may run, and the hours in which it may speak."""

from datetime import datetime

from sqlmodel import Session

from core.clock import ShopZone
from core.documents.campaign import CampaignDocument, campaign_faults
from core.documents.enums import CampaignStatus
from core.documents.offer import Offer
from core.documents.rules import read_rules
from core.errors import Refusal
from core.rules.coupons import valid_between
from core.rules.templates import check_template
from core.rules.timing import allowed_window, next_allowed
from core.services.shop_settings import ShopSettings
from core.store.queries import campaigns as rows
from core.store.queries.tiers import published_versions
from core.store.tables import Campaign

PERSONAL_FIELDS = ("nickname", "shop", "tier", "next_tier", "missing_amount", "birthday")


def status_of(campaign: Campaign, now: datetime) -> CampaignStatus:
    """Where a campaign stands, also when the worker has not been there since its end."""
    running = campaign.status is CampaignStatus.RUNNING
    over = running and campaign.measure_until is not None and now >= campaign.measure_until
    return CampaignStatus.FINISHED if over else campaign.status


def require_campaign(session: Session, campaign_id: int) -> Campaign:
    """The campaign as it is now; refuses ``campaign_unknown``."""
    campaign = rows.read_campaign(session, campaign_id)
    if campaign is None:
        raise Refusal("campaign_unknown", campaign=campaign_id)
    return campaign


def check_document(session: Session, document: CampaignDocument, now: datetime) -> None:
    """Refuses the first fault of a document."""
    for fault in document_faults(session, document, now):
        raise fault


def document_faults(session: Session, document: CampaignDocument, now: datetime) -> list[Refusal]:
    """Everything against launching a document."""
    live = [v for v in published_versions(session) if v.effective_from is None or v.effective_from <= now]
    faults = campaign_faults(document, read_rules(live[-1].document).codes if live else ())
    allowed = PERSONAL_FIELDS + (offer_fields(document.offer) if document.offer else ())
    texts = (document.message.text, document.message.subject) if document.message.subject else (document.message.text,)
    found = [fault for text in texts for fault in check_template(text, allowed)]
    return faults + [Refusal(fault.code, **fault.params) for fault in found]


def offer_fields(offer: Offer) -> tuple[str, ...]:
    """The placeholders that a message about this offer can fill."""
    has_code = offer.kind != "platform" or bool(offer.platform_code)
    return (
        *("offer", "coupon_until", "days"),
        *(("coupon_code",) if has_code else ()),
        *(("link",) if offer.platform_link else ()),
        *(("coupon_value",) if offer.kind not in ("gift", "free_shipping") else ()),
        *(("coupon_threshold",) if offer.threshold_fen else ()),
    )


def first_hour(document: CampaignDocument, settings: ShopSettings, now: datetime) -> datetime:
    """When the first message may leave: as asked, moved into the hours in which marketing may."""
    window = allowed_window(settings.quiet_end, settings.quiet_start)
    return next_allowed(max(now, document.starts_at or now), window, ShopZone(settings.zone))


def last_hour(document: CampaignDocument, settings: ShopSettings, starts: datetime, until: datetime) -> datetime:
    """After this a message is of no use: measuring has ended, or the coupon has."""
    if document.offer is None:
        return until
    return min(until, valid_between(document.offer, starts, ShopZone(settings.zone))[1])
