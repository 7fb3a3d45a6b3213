"""Campaigns, the decisions of their launch, and what became of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Row, and_, distinct, func, select, update
from sqlmodel import Session, col

from core.clock import to_micros
from core.documents.enums import Arm, CampaignStatus, CouponStatus, MessageStatus
from core.store.bulk import bulk_insert
from core.store.database import Database
from core.store.tables import (
    Campaign,
    Coupon,
    Decision,
    Member,
    MemberProfile,
    MemberTier,
    Order,
    OutboxMessage,
    Redemption,
)

CHUNK = 500
# From here on one pass over the table is faster than asking for the people in chunks.
WHOLE_TABLE = 20_000
LAUNCH = "launch"
_QUIET = {"synchronize_session": False}


def rule_of(campaign_id: int) -> str:
    """The rule that a campaign's decisions, coupons and messages carry."""
    return f"campaign:{campaign_id}"


def insert_draft(session: Session, db: Database, draft_key: str, **values: Any) -> int | None:
    """Keep a new draft; its id, or none when that key has one already."""
    statement = db.upsert(Campaign).values(draft_key=draft_key, status=CampaignStatus.DRAFT, **values)
    statement = statement.on_conflict_do_nothing(index_elements=["draft_key"]).returning(col(Campaign.id))
    return session.execute(statement).scalar_one_or_none()


def find_draft(session: Session, draft_key: str) -> int:
    """The campaign that was drafted under a key."""
    return int(session.execute(select(col(Campaign.id)).where(col(Campaign.draft_key) == draft_key)).scalar_one())


def edit_draft(session: Session, campaign_id: int, **values: Any) -> bool:
    """Change a draft; false when it is none (any more)."""
    return _moved(session, campaign_id, (CampaignStatus.DRAFT,), **values)


def start_campaign(session: Session, campaign_id: int, now: datetime) -> bool:
    """Compare-and-set from draft to running; false when somebody was faster."""
    return _moved(session, campaign_id, (CampaignStatus.DRAFT,), status=CampaignStatus.RUNNING, launched_at=now)


def set_window(session: Session, campaign_id: int, start: datetime, end: datetime, offer_id: int | None) -> None:
    """What is fixed at launch: when measuring starts and ends, and the offer."""
    statement = update(Campaign).where(col(Campaign.id) == campaign_id)
    session.execute(
        statement.values(measure_from=start, measure_until=end, offer_id=offer_id), execution_options=_QUIET
    )


def stop_campaign(session: Session, campaign_id: int) -> bool:
    """Compare-and-set from draft or running to cancelled; false when it is neither (any more)."""
    return _moved(session, campaign_id, (CampaignStatus.DRAFT, CampaignStatus.RUNNING), status=CampaignStatus.CANCELLED)


def any_over(session: Session, now: datetime) -> bool:
    """Whether some running campaign's measuring has ended."""
    over = select(col(Campaign.id)).where(
        col(Campaign.status) == CampaignStatus.RUNNING, col(Campaign.measure_until) <= now
    )
    return session.execute(over.limit(1)).first() is not None


def finish_campaigns(session: Session, now: datetime) -> list[int]:
    """Running campaigns whose measuring has ended become finished; their ids."""
    over = update(Campaign).where(col(Campaign.status) == CampaignStatus.RUNNING, col(Campaign.measure_until) <= now)
    statement = over.values(status=CampaignStatus.FINISHED).returning(col(Campaign.id))
    return sorted(session.execute(statement, execution_options=_QUIET).scalars())


def read_campaign(session: Session, campaign_id: int) -> Campaign | None:
    """The campaign as it is now."""
    return session.get(Campaign, campaign_id, populate_existing=True)


def audience_facts(session: Session, member_ids: Sequence[int]) -> pd.DataFrame:
    """[tier, last_day] by member id; None or -1 where there is none."""
    last = func.coalesce(MemberProfile.last_day, -1)
    statement = (
        select(col(Member.id), col(MemberTier.tier), last)
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Member.id))
    )
    rows: list[tuple[Any, ...]] = []
    if len(member_ids) >= WHOLE_TABLE:
        rows = [tuple(row) for row in session.execute(statement)]
    else:
        for start in range(0, len(member_ids), CHUNK):
            part = statement.where(col(Member.id).in_(member_ids[start : start + CHUNK]))
            rows += [tuple(row) for row in session.execute(part)]
    return pd.DataFrame(rows, columns=["member_id", "tier", "last_day"]).set_index("member_id")


def net_by_member(session: Session, first_day: int, end_day: int) -> "pd.Series[int]":
    """Net spend (fen) of everybody who bought on the shop days ``[first_day, end_day)``, by member id."""
    net = func.sum(col(Order.paid_fen) - col(Order.refund_fen))
    statement = (
        select(col(Order.member_id), net)
        .where(col(Order.shop_day) >= first_day, col(Order.shop_day) < end_day)
        .where(col(Order.member_id).is_not(None), col(Order.paid_fen) > 0)
        .group_by(col(Order.member_id))
    )
    found = {int(member): int(fen) for member, fen in session.execute(statement)}
    return pd.Series(found, dtype="int64")


def insert_decisions(session: Session, campaign_id: int, now: datetime, rows: Iterable[Sequence[Any]]) -> None:
    """Write the launch's decisions: (member_id, arm, reason, measured, channel, tier, prior_net_fen, coupon_id)."""
    columns = (
        "rule",
        "occasion",
        "campaign_id",
        "decided_at",
        "member_id",
        "arm",
        "reason",
        "measured",
        "channel",
        "tier",
    )
    fixed = (rule_of(campaign_id), LAUNCH, campaign_id, to_micros(now))
    bulk_insert(session, Decision, (*columns, "prior_net_fen", "coupon_id"), ((*fixed, *row) for row in rows))


def treated_decisions(session: Session, campaign_id: int) -> list[tuple[int, int, str, int | None]]:
    """Whom a campaign treats: (decision id, member id, channel, coupon id)."""
    columns = (col(Decision.id), col(Decision.member_id), col(Decision.channel), col(Decision.coupon_id))
    treated = select(*columns).where(col(Decision.campaign_id) == campaign_id, col(Decision.arm) == Arm.TREATED)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(treated.order_by(col(Decision.id)))]


def count_decisions(session: Session, campaign_id: int) -> list[Row[Any]]:
    """[arm, reason, measured, channel, people] of a launch."""
    keys = (col(Decision.arm), col(Decision.reason), col(Decision.measured), col(Decision.channel))
    statement = select(*keys, func.count().label("people")).where(col(Decision.campaign_id) == campaign_id)
    return list(session.execute(statement.group_by(*keys)))


def suppress_waiting(session: Session, campaign_id: int) -> list[int | None]:
    """What has not left yet never will: the coupons (or none) of the messages stopped."""
    waiting = (MessageStatus.PENDING, MessageStatus.LEASED)
    statement = update(OutboxMessage).where(
        col(OutboxMessage.rule) == rule_of(campaign_id), col(OutboxMessage.status).in_(waiting)
    )
    statement = statement.values(
        status=MessageStatus.SUPPRESSED, reason="cancelled", lease_owner=None, lease_until=None
    )
    return list(session.execute(statement.returning(col(OutboxMessage.coupon_id)), execution_options=_QUIET).scalars())


def unsent_coupons(session: Session, campaign_id: int) -> list[int]:
    """The coupons that nobody was told of: their messages were not sent and never will be."""
    never = (MessageStatus.SUPPRESSED, MessageStatus.FAILED)
    statement = select(col(OutboxMessage.coupon_id)).where(
        col(OutboxMessage.rule) == rule_of(campaign_id), col(OutboxMessage.status).in_(never)
    )
    return sorted(found for found in session.execute(statement).scalars() if found is not None)


def count_messages(session: Session, campaign_id: int) -> list[Row[Any]]:
    """[status, reason, channel, messages] of a campaign."""
    keys = (col(OutboxMessage.status), col(OutboxMessage.reason), col(OutboxMessage.channel))
    statement = select(*keys, func.count().label("messages")).where(col(OutboxMessage.rule) == rule_of(campaign_id))
    return list(session.execute(statement.group_by(*keys)))


def list_campaigns(session: Session, limit: int) -> list[Row[Any]]:
    """Campaigns, the newest first, with people by arm, messages sent and coupons redeemed."""

    def people(arm: Arm) -> Any:
        own = and_(col(Decision.campaign_id) == col(Campaign.id), col(Decision.arm) == arm)
        return select(func.count()).select_from(Decision).where(own).scalar_subquery()

    rule = func.concat("campaign:", col(Campaign.id))
    message, coupon = OutboxMessage, Coupon
    sent = select(func.count()).where(col(message.rule) == rule, col(message.status) == MessageStatus.SENT)
    redeemed = select(func.count(distinct(col(Redemption.coupon_id)))).where(
        col(coupon.offer_id) == col(Campaign.offer_id)
    )
    redeemed = redeemed.join(Coupon, col(coupon.id) == col(Redemption.coupon_id)).where(col(coupon.rule) == rule)
    statement = select(
        Campaign,
        people(Arm.TREATED).label("treated"),
        people(Arm.HELD_OUT).label("held_out"),
        sent.scalar_subquery().label("sent"),
        redeemed.scalar_subquery().label("redeemed"),
    )
    return list(session.execute(statement.order_by(col(Campaign.id).desc()).limit(limit)))


def count_coupons(session: Session, campaign_id: int) -> dict[CouponStatus, tuple[int, int]]:
    """A campaign's coupons and their face value, by status."""
    own = col(Coupon.rule) == rule_of(campaign_id), col(Coupon.offer_id) == col(Campaign.offer_id)
    statement = select(col(Coupon.status), func.count(), func.sum(col(Coupon.value_fen))).select_from(Coupon)
    statement = statement.join(Campaign, col(Campaign.id) == campaign_id).where(*own).group_by(col(Coupon.status))
    return {row[0]: (int(row[1]), int(row[2])) for row in session.execute(statement)}


def _moved(session: Session, campaign_id: int, among: tuple[CampaignStatus, ...], **values: Any) -> bool:
    statement = update(Campaign).where(col(Campaign.id) == campaign_id, col(Campaign.status).in_(among))
    return int(session.execute(statement.values(**values), execution_options=_QUIET).rowcount) == 1  # type: ignore[attr-defined]
