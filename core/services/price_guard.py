"""The fair-offer guard: typical baskets of the shop's own orders, priced for every kind of member, before anybody complains.

Asked of what is in force, of rules under edit, of settings under edit, and of a campaign before it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.documents.campaign import CampaignDocument
from core.documents.offer import Offer
from core.documents.pricing import PriceSettings
from core.documents.rules import RuleDocument
from core.rules.baskets import typical_baskets
from core.rules.price_guard import GuardReport, guard_prices
from core.services.desk import Desk
from core.services.price_offers import OfferOut, kinds_of_member, load_offers, planned_offer
from core.services.price_settings import load_price_settings
from core.services.products import load_sold
from core.services.rule_versions import read_live

UNDER_EDIT = "campaign:new"


@dataclass(frozen=True)
class Guarded:
    """The report, and the offers that it handed out."""

    report: GuardReport
    offers: tuple[OfferOut, ...]


def read_guard(desk: Desk, *, now: datetime) -> Guarded:
    """Everything as it stands."""
    return _guard(desk, now)


def guard_rules(desk: Desk, document: RuleDocument, *, now: datetime) -> GuardReport:
    """What would be wrong under other rules."""
    return _guard(desk, now, document=document).report


def guard_settings(desk: Desk, settings: PriceSettings, *, now: datetime) -> GuardReport:
    """What would be wrong with other price settings."""
    return _guard(desk, now, settings=settings).report


def guard_campaign(
    desk: Desk, document: CampaignDocument, *, campaign_id: int | None = None, now: datetime
) -> GuardReport:
    """What would be wrong once a campaign is sent, of that only what its coupon has a part in."""
    if document.offer is None:
        return GuardReport((), (), (), (), (), ())
    source = UNDER_EDIT if campaign_id is None else f"campaign:{campaign_id}"
    return _guard(desk, now, campaign=(document, source)).report


def _guard(
    desk: Desk,
    now: datetime,
    *,
    document: RuleDocument | None = None,
    settings: PriceSettings | None = None,
    campaign: tuple[CampaignDocument, str] | None = None,
) -> Guarded:
    """The report of what stands, with what is under edit in its place."""
    live, _ = read_live(desk, now=now)
    rules = document or live
    with desk.db.read() as session:
        prices = settings or load_price_settings(session)
        offers = load_offers(session, desk, rules, now)
        if campaign is not None:
            planned = planned_offer(session, desk, rules, *campaign, now)
            offers = [one for one in offers if one.source != campaign[1]] + ([planned] if planned else [])
        sold = load_sold(session, desk, now)
    source = None if campaign is None else campaign[1]
    baskets = typical_baskets(sold.lines, sold.goods, _thresholds(prices, [one.offer for one in offers]))
    kinds = kinds_of_member(rules, offers, prices)
    report = guard_prices(baskets, kinds, prices, rules, day=desk.zone.day(now), source=source)
    assumed = sum(sold.goods[product].assumed for product in {p for basket in baskets for p in basket.products})
    return Guarded(replace(report, orders=sold.orders, assumed=assumed), tuple(offers))


def _thresholds(settings: PriceSettings, offers: Sequence[Offer]) -> list[int]:
    """Every amount from which something comes off."""
    found = [offer.threshold_fen for offer in offers]
    found += [step.from_fen for one in settings.reductions if one.enabled for step in one.steps]
    found += [line.from_fen for line in settings.platform if line.enabled and line.kind == "cross_shop"]
    found += [line.off_fen for line in settings.platform if line.enabled and line.kind == "deposit"]
    if settings.newcomer is not None:
        found.append(settings.newcomer.from_fen)
    return sorted({one for one in found if one > 0})
