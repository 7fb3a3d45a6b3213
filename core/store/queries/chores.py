"""What the calendar does to rows by itself: coupons expire."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from core.documents.enums import CouponStatus
from core.store.tables import Coupon

CHUNK = 500
_PLAIN = {"synchronize_session": False}


def expire_coupons(session: Session, now: datetime) -> list[int]:
    """Issued coupons whose time has passed become expired; their ids, ``CHUNK`` at most."""
    over = select(col(Coupon.id)).where(col(Coupon.status) == CouponStatus.ISSUED, col(Coupon.valid_until) <= now)
    ids = list(session.execute(over.limit(CHUNK).with_for_update(skip_locked=True)).scalars())
    if not ids:
        return []
    statement = update(Coupon).where(col(Coupon.id).in_(ids), col(Coupon.status) == CouponStatus.ISSUED)
    returning = statement.values(status=CouponStatus.EXPIRED).returning(col(Coupon.id))
    return sorted(number for number in session.execute(returning, execution_options=_PLAIN).scalars() if number)
