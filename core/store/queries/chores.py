"""What the calendar does to rows by itself: coupons expire, rejected rows are forgotten."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from core.documents.enums import CallEnd, CouponStatus
from core.store.queries.call_list import close_coupons
from core.store.tables import Coupon, ImportReject

CHUNK = 500
WORKER = "worker"  # who did it, as the audit trail and the call list name it
_PLAIN = {"synchronize_session": False}


def expire_coupons(session: Session, now: datetime) -> list[int]:
    """Issued coupons whose time has passed become expired, lines of the call list that tell of them are closed.

    Their ids, ``CHUNK`` at most.
    """
    over = select(col(Coupon.id)).where(col(Coupon.status) == CouponStatus.ISSUED, col(Coupon.valid_until) <= now)
    ids = list(session.execute(over.limit(CHUNK).with_for_update(skip_locked=True)).scalars())
    if not ids:
        return []
    statement = update(Coupon).where(col(Coupon.id).in_(ids), col(Coupon.status) == CouponStatus.ISSUED)
    returning = statement.values(status=CouponStatus.EXPIRED).returning(col(Coupon.id))
    expired = sorted(number for number in session.execute(returning, execution_options=_PLAIN).scalars() if number)
    close_coupons(session, expired, CallEnd.COUPON_OVER, WORKER, now)
    return expired


def forget_rejects(session: Session, now: datetime) -> list[int]:
    """Rejected rows whose time has passed are deleted, with the personal data in them; their ids, ``CHUNK`` at most."""
    over = select(col(ImportReject.id)).where(col(ImportReject.expires_at) <= now)
    ids = list(session.execute(over.order_by(col(ImportReject.id)).limit(CHUNK)).scalars())
    if not ids:
        return []
    gone = delete(ImportReject).where(col(ImportReject.id).in_(ids)).returning(col(ImportReject.id))
    return sorted(number for number in session.execute(gone, execution_options=_PLAIN).scalars() if number)
