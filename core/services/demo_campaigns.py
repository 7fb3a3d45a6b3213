"""The demo shop's finished campaigns and its running offer, as the rows that real ones would have left."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.clock import DAY_MICROSECONDS, from_micros
from core.demo.shop import Coupon as Terms
from core.demo.shop import DemoShop, PastCampaign
from core.documents.campaign import CampaignDocument
from core.documents.enums import Arm, CampaignStatus, CouponStatus, MessageStatus, Purpose, RedemptionKind
from core.documents.message import Message
from core.documents.offer import Offer, Relative
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.bulk import bulk_insert, reserve_ids
from core.store.queries.outbox import save_template
from core.store.tables import Campaign, Coupon, Decision, OutboxMessage, Redemption
from core.store.tables import Offer as OfferRow

PRIOR_DAYS = 90
GOALS = {"recall": "win_back", "regulars": "thanks", "trial": "second_order"}
MESSAGE = Message(
    subject="{昵称}，{店铺}给您留了一张券", text="{昵称}，{店铺}给您留了{优惠}，券码 {券码}，{有效期} 前可用。"
)
COUPON = (
    "id",
    "offer_id",
    "member_id",
    "rule",
    "code",
    "value_fen",
    "status",
    "issued_at",
    "valid_from",
    "valid_until",
)
DECISION: tuple[str, ...] = (
    "id",
    "rule",
    "occasion",
    "campaign_id",
    "member_id",
    "arm",
    "measured",
    "channel",
    "prior_net_fen",
    "coupon_id",
)
DECISION += ("decided_at",)
OUTBOX: tuple[str, ...] = (
    "decision_id",
    "member_id",
    "rule",
    "occasion",
    "channel",
    "purpose",
    "template_hash",
    "coupon_id",
    "status",
)
OUTBOX += ("not_before", "deadline", "attempts", "tried_at", "sent_at", "created_at")


def add_campaigns(session: Session, desk: Desk, shop: DemoShop, orders: Mapping[str, int], actor: Actor) -> None:
    """Insert the three finished campaigns with their planted truths, then the offer that is still running."""
    template = save_template(session, desk.db, MESSAGE.subject, MESSAGE.text)
    for past in shop.campaigns:
        _add_campaign(session, shop, past, orders, template, actor)
    live = shop.live_offer
    offer = _add_offer(session, live.name, live.coupon, live.coupons, int(live.coupons["issued_at"].min()))
    _add_coupons(session, offer, f"offer:{offer}", live.coupon, live.coupons, set(), {})


def _add_offer(session: Session, name: str, terms: Terms, issued: pd.DataFrame, at: int) -> int:
    document = Offer(
        name=name,
        kind="threshold",
        value=terms.face_fen,
        threshold_fen=terms.threshold_fen,
        validity=Relative(days=terms.valid_days),
    )
    row = OfferRow(
        name=name,
        document=document.canonical(),
        document_hash=document.digest(),
        issued=len(issued),
        liability_fen=len(issued) * terms.face_fen,
        created_at=from_micros(at),
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _add_coupons(
    session: Session,
    offer: int,
    rule: str,
    terms: Terms,
    issued: pd.DataFrame,
    used: set[str],
    ended: Mapping[str, bool],
) -> dict[int, int]:
    """Insert the issued coupons; returns the coupon ids by member."""
    ids = reserve_ids(session, Coupon, len(issued))
    rows = []
    for number, row in zip(ids, issued.itertuples(index=False), strict=True):
        expired = CouponStatus.EXPIRED if ended.get(rule) else CouponStatus.ISSUED
        status = CouponStatus.REDEEMED if row.code in used else expired
        rows.append(
            (
                number,
                offer,
                int(row.number),
                rule,
                row.code,
                terms.face_fen,
                status.value,
                int(row.issued_at),
                int(row.issued_at),
                int(row.expires_at),
            )
        )
    bulk_insert(session, Coupon, COUPON, rows)
    return {row[2]: row[0] for row in rows}


def _document(past: PastCampaign, offer: Offer) -> CampaignDocument:
    return CampaignDocument(
        name=past.name,
        goal=GOALS[past.key],
        segment=past.rule,
        offer=offer,
        message=MESSAGE,
        channels=("email", "practice"),
        starts_at=from_micros(past.launch_at),
        hold_out_share=past.hold_out_share,
        measure_days=past.measure_days,
    )


def _add_campaign(
    session: Session, shop: DemoShop, past: PastCampaign, orders: Mapping[str, int], template: str, actor: Actor
) -> None:
    offer_id = _add_offer(session, past.name, past.coupon, past.issued, past.launch_at)
    offer = Offer.read(session.get_one(OfferRow, offer_id).document)
    document = _document(past, offer)
    campaign = Campaign(
        draft_key=hashlib.sha256(past.salt.encode()).hexdigest()[:36],
        name=past.name,
        goal=document.goal,
        status=CampaignStatus.FINISHED,
        document=document.canonical(),
        document_hash=document.digest(),
        salt=past.salt,
        offer_id=offer_id,
        author=actor.name,
        created_at=from_micros(past.launch_at) - timedelta(hours=1),
        launched_at=from_micros(past.launch_at),
        measure_from=from_micros(past.launch_at),
        measure_until=from_micros(past.ends_at),
    )
    session.add(campaign)
    session.flush()
    rule = f"campaign:{campaign.id}"
    used = set(past.redemptions["code"])
    coupons = _add_coupons(session, offer_id, rule, past.coupon, past.issued, used, {rule: True})
    decisions = _add_decisions(session, shop, past, campaign.id or 0, rule, coupons)
    _add_messages(session, past, rule, template, coupons, decisions)
    by_code = dict(zip(past.issued["code"], past.issued["number"], strict=True))
    columns = (
        "coupon_id",
        "order_id",
        "order_no",
        "kind",
        "source",
        "discount_fen",
        "occurred_at",
        "recorded_at",
        "actor",
    )
    rows = [
        (
            coupons[int(by_code[row.code])],
            orders[row.order_no],
            row.order_no,
            RedemptionKind.EXPLICIT.value,
            "import",
            int(row.discount_fen),
            int(row.redeemed_at),
            int(row.redeemed_at),
            actor.name,
        )
        for row in past.redemptions.itertuples(index=False)
    ]
    bulk_insert(session, Redemption, columns, rows)


def _prior_net(shop: DemoShop, past: PastCampaign) -> "pd.Series[int]":
    """Net spend by member in the 90 days before the launch, refunds known by then taken off."""
    orders = shop.orders
    start = past.launch_at - PRIOR_DAYS * DAY_MICROSECONDS
    inside = ((orders["paid_at"] >= start) & (orders["paid_at"] < past.launch_at)).fillna(False)
    known = (orders["refunded_at"] < past.launch_at).fillna(False)
    net = orders["paid_fen"] - orders["refund_fen"].where(known, 0)
    return net[inside].groupby(orders.loc[inside, "number"]).sum()


def _add_decisions(
    session: Session, shop: DemoShop, past: PastCampaign, campaign: int, rule: str, coupons: Mapping[int, int]
) -> dict[int, int]:
    """Insert who was treated and who was left out; returns the decision ids by member."""
    prior = _prior_net(shop, past).reindex(past.eligible).fillna(0).astype(np.int64)
    ids = reserve_ids(session, Decision, len(past.eligible))
    channels: dict[int, Any] = dict(zip(past.issued["number"], past.issued["channel"], strict=True))
    rows = [
        (
            number,
            rule,
            "launch",
            campaign,
            int(member),
            (Arm.HELD_OUT if out else Arm.TREATED).value,
            True,
            channels.get(int(member)),
            int(spent),
            coupons.get(int(member)),
            past.launch_at,
        )
        for number, member, out, spent in zip(ids, past.eligible, past.held_out, prior, strict=True)
    ]
    bulk_insert(session, Decision, DECISION, rows)
    return {row[4]: row[0] for row in rows}


def _add_messages(
    session: Session,
    past: PastCampaign,
    rule: str,
    template: str,
    coupons: Mapping[int, int],
    decisions: Mapping[int, int],
) -> None:
    rows = [
        (
            decisions[int(row.number)],
            int(row.number),
            rule,
            "launch",
            row.channel,
            Purpose.MARKETING.value,
            template,
            coupons[int(row.number)],
            MessageStatus.SENT.value,
            int(row.issued_at),
            past.ends_at,
            1,
            int(row.issued_at),
            int(row.issued_at),
            past.launch_at,
        )
        for row in past.issued.itertuples(index=False)
    ]
    bulk_insert(session, OutboxMessage, OUTBOX, rows)
