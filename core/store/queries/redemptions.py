"""Coupons that were used, the last first."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from core.store.tables import Coupon, Member, Offer, Redemption


def list_redemptions(session: Session, limit: int) -> list[Row[Any]]:
    """The last redemptions with coupon, offer and owner."""
    statement = (
        select(
            col(Redemption.id), col(Redemption.occurred_at), col(Redemption.order_no), col(Redemption.discount_fen),
            col(Redemption.source), col(Redemption.actor), col(Coupon.code), col(Coupon.tier), col(Coupon.member_id),
            col(Member.name), col(Member.nickname), col(Offer.document).label("offer"),
        )
        .join(Coupon, col(Coupon.id) == col(Redemption.coupon_id))
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .join(Offer, col(Offer.id) == col(Coupon.offer_id))
        .order_by(col(Redemption.occurred_at).desc(), col(Redemption.id).desc())
        .limit(limit)
    )  # fmt: skip
    return list(session.execute(statement))


def count_redemptions(session: Session, since: datetime) -> tuple[int, int]:
    """How many coupons were used since an instant, and what they took off (fen)."""
    statement = select(func.count(), func.coalesce(func.sum(col(Redemption.discount_fen)), 0))
    count, fen = session.execute(statement.where(col(Redemption.occurred_at) >= since)).one()
    return int(count), int(fen)
