"""What was redeemed lately, for the page where coupons are redeemed."""

from dataclasses import dataclass
from datetime import datetime

from core.documents.offer import Offer
from core.services.desk import Desk
from core.store.queries import redemptions as queries

LISTED = 50


@dataclass(frozen=True)
class RedemptionLine:
    """One use of a coupon; names are clear here, the page masks them. ``source`` is desk or import."""

    id: int
    occurred_at: datetime
    code: str | None
    member_id: int
    name: str | None
    nickname: str | None
    offer: Offer
    tier: str | None
    order_no: str | None
    discount_fen: int
    source: str


@dataclass(frozen=True)
class Redemptions:
    """The last uses, and those since the start of the shop's day: how many, and how much they took off."""

    lines: list[RedemptionLine]
    today: int
    today_fen: int


def list_redemptions(desk: Desk, *, now: datetime, limit: int = LISTED) -> Redemptions:
    """The last redemptions and today's sum."""
    zone = desk.zone
    with desk.db.read() as session:
        today, fen = queries.count_redemptions(session, zone.start(zone.day(now)))
        rows = queries.list_redemptions(session, limit)
    lines = [
        RedemptionLine(
            id=row.id,
            occurred_at=row.occurred_at,
            code=row.code,
            member_id=row.member_id,
            name=row.name,
            nickname=row.nickname,
            offer=Offer.read(row.offer),
            tier=row.tier,
            order_no=row.order_no,
            discount_fen=row.discount_fen,
            source=row.source,
        )
        for row in rows
    ]
    return Redemptions(lines, today, fen)
