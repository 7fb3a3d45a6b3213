"""The coupons that run or are planned, and which kinds of people have them: what the price guard hands out to each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.journey import JourneyDocument
from core.documents.offer import Offer
from core.documents.pricing import PriceSettings
from core.documents.rules import RuleDocument
from core.documents.segment import Node
from core.rules.coupons import liability
from core.rules.deductions import HeldCoupon, MemberKind
from core.rules.price_guard import NEWCOMER, GuardKind, Variant
from core.services.desk import Desk
from core.services.segments import fields_asked, find_members
from core.store.queries import prices as queries

# What a group says of loyalty by these is meant: its coupon is for the tiers in it alone. A group that asks none of them
# (who was long away, who bought a category) leaves a tier out by chance only: every tier might get its coupon.
LOYALTY = frozenset(
    {
        *("tier", "grade", "growth", "points", "paid_plan", "missing_to_next", "missing_orders", "missing_growth"),
        *("orders", "spend_fen", "aov_fen", "top_spend_share", "first_order_days", "joined_days"),
        *("rfm_group", "f_score", "m_score", "value_fen"),
    }
)
FOR_MANY = ("campaign:", "journey:")
# More points than any basket costs: what counts is the share of an order that points may pay.
ALL_POINTS = 10**12


@dataclass(frozen=True)
class OfferOut:
    """An offer that is out or planned: who issues it, the people who have or get it by kind, and their mean benefit in fen.

    ``mean_fen`` is over those who have it: the face, or for a percentage the most it can take. ``open_to``: the kinds that it
    is meant for, which the guard gives it to.
    """

    source: str
    offer: Offer
    people: Mapping[str, int]
    mean_fen: Mapping[str, int]
    open_to: frozenset[str]


def load_offers(session: Session, desk: Desk, document: RuleDocument, now: datetime) -> list[OfferOut]:
    """Coupons in hand, campaigns that are still drafts, and reminders that are on, inside an open transaction."""
    return [
        *_running(session, document, now),
        *_drafts(session, desk, document, now),
        *_journeys(session, document),
    ]


def planned_offer(
    session: Session, desk: Desk, document: RuleDocument, campaign: CampaignDocument, source: str, now: datetime
) -> OfferOut | None:
    """The offer of a campaign that is not sent yet, with the kinds of people whom its group holds now."""
    if campaign.offer is None:
        return None
    counts = queries.count_kinds(session, find_members(session, desk, campaign.tree, now=now))
    people = {kind: count for kind, count in counts.items() if kind is not None}
    offer = campaign.offer
    faces = {kind: _face(offer, kind) for kind in people}
    return OfferOut(source, offer, people, faces, _open_to(session, campaign.tree, people, document))


def _open_to(session: Session, tree: Node, people: Mapping[str, int], document: RuleDocument) -> frozenset[str]:
    """The kinds that a group is meant for: those in it, and every tier where it asks nothing about loyalty."""
    held = frozenset(kind for kind, count in people.items() if count)
    if fields_asked(session, tree) & LOYALTY:
        return held
    return held | frozenset(document.codes) if held - {NEWCOMER} else held


def kinds_of_member(
    document: RuleDocument, offers: Sequence[OfferOut], settings: PriceSettings | None = None
) -> list[GuardKind]:
    """A newcomer (who has just joined: that is free) and each tier: bare, with every coupon out for them, and with points.

    ``settings``: whether points pay at all; None leaves the variant with points out.
    """
    entry = document.codes[0]
    kinds = []
    for code in (NEWCOMER, *document.codes):
        held = tuple(HeldCoupon(one.source, one.offer) for one in offers if code in one.open_to)
        new = code == NEWCOMER
        tier = entry if new else code
        members: dict[Variant, MemberKind] = {
            "plain": MemberKind(tier, new),
            "offers": MemberKind(tier, new, held),
        }
        if not new and settings is not None and settings.points is not None:
            members["points"] = MemberKind(tier, new, held, ALL_POINTS)
        kinds.append(GuardKind(code, members))
    return kinds


def _running(session: Session, document: RuleDocument, now: datetime) -> list[OfferOut]:
    rows = [row for row in queries.running_offers(session, now) if row.kind is not None]
    documents = queries.offer_documents(session, sorted({row.offer_id for row in rows}))
    found: dict[tuple[str, int], tuple[dict[str, int], dict[str, int]]] = {}
    for row in rows:
        people, means = found.setdefault((row.rule, row.offer_id), ({}, {}))
        people[row.kind] = int(row.people)
        means[row.kind] = int(row.value_fen) // int(row.people)
    campaigns = queries.campaign_documents(session, sorted({rule for rule, _ in found}))
    offers = []
    for (rule, offer_id), (people, means) in found.items():
        # A coupon bought with points or given to one person says nothing about what people like them pay.
        meant = frozenset(people) if rule.startswith(FOR_MANY) else frozenset()
        if rule in campaigns:
            meant = _open_to(session, read_campaign(campaigns[rule]).tree, people, document)
        offers.append(OfferOut(rule, Offer.read(documents[offer_id]), people, means, meant))
    return offers


def _drafts(session: Session, desk: Desk, document: RuleDocument, now: datetime) -> list[OfferOut]:
    found = []
    for row in queries.draft_campaigns(session):
        planned = planned_offer(session, desk, document, read_campaign(row.document), f"campaign:{row.id}", now)
        if planned is not None:
            found.append(planned)
    return found


def _journeys(session: Session, document: RuleDocument) -> list[OfferOut]:
    """A reminder's coupon may come to anybody who has bought, of every tier; how many is not known before."""
    found = []
    for row in queries.enabled_journeys(session):
        journey = JourneyDocument.read(row.document)
        if journey.offer is not None:
            offer, source = journey.offer, f"journey:{row.code}"
            faces = {code: _face(offer, code) for code in document.codes}
            codes = frozenset(document.codes)
            found.append(OfferOut(source, offer, dict.fromkeys(document.codes, 1), faces, codes))
    return found


def _face(offer: Offer, kind: str) -> int:
    return int(liability(offer, None if kind == NEWCOMER else kind))
