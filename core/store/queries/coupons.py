"""Offers, coupons and their use. A limit is held by the UPDATE that moves it: rowcount 1, or nothing happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlmodel import Session, col

from core.clock import to_micros
from core.documents.enums import CouponStatus, RedemptionKind
from core.documents.offer import Offer as OfferDocument
from core.store.bulk import bulk_insert
from core.store.tables import Coupon, Member, Offer, Order, Redemption

CHUNK = 500


@dataclass(frozen=True)
class NewCoupon:
    """One coupon to be issued; ``code`` None for a platform coupon."""

    member_id: int
    code: str | None
    value_fen: int
    tier: str | None


def insert_offer(session: Session, document: OfferDocument, now: datetime) -> int:
    """Keep an offer with its limits; returns its id."""
    row = Offer(
        name=document.name,
        document=document.canonical(),
        document_hash=document.digest(),
        total_limit=document.total_limit,
        budget_fen=document.budget_fen,
        created_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def offer_names(session: Session) -> dict[int, str]:
    """The names of all offers by id, the newest first."""
    rows = session.execute(select(col(Offer.id), col(Offer.name)).order_by(col(Offer.id).desc()))
    return {int(number): str(name) for number, name in rows}


def lock_offer(session: Session, offer_id: int) -> Offer | None:
    """The offer, held until the transaction ends, so that nobody else issues from it meanwhile."""
    return session.get(Offer, offer_id, with_for_update=True, populate_existing=True)


def take_from_offer(session: Session, offer_id: int, count: int, liability_fen: int) -> bool:
    """Move the counters if limit and budget allow it; false when they do not."""
    issued, liability = col(Offer.issued) + count, col(Offer.liability_fen) + liability_fen
    statement = (
        update(Offer)
        .where(col(Offer.id) == offer_id)
        .where(or_(col(Offer.total_limit).is_(None), issued <= col(Offer.total_limit)))
        .where(or_(col(Offer.budget_fen).is_(None), liability <= col(Offer.budget_fen)))
        .values(issued=issued, liability_fen=liability)
    )
    return _changed(session, statement) == 1


def held_by(session: Session, offer_id: int, member_ids: Sequence[int]) -> dict[int, int]:
    """How many coupons of an offer each of some people has had; void ones do not count."""
    held: dict[int, int] = {}
    for start in range(0, len(member_ids), CHUNK):
        statement = (
            select(col(Coupon.member_id), func.count())
            .where(col(Coupon.offer_id) == offer_id, col(Coupon.status) != CouponStatus.VOID)
            .where(col(Coupon.member_id).in_(member_ids[start : start + CHUNK]))
            .group_by(col(Coupon.member_id))
        )
        held |= {int(member): int(count) for member, count in session.execute(statement)}
    return held


def insert_coupons(
    session: Session,
    offer_id: int,
    rule: str,
    coupons: Sequence[NewCoupon],
    valid: tuple[datetime, datetime],
    now: datetime,
) -> dict[int, int]:
    """Insert coupons of one locked offer; coupon ids by member."""
    before = session.execute(select(func.max(col(Coupon.id))).where(col(Coupon.offer_id) == offer_id)).scalar() or 0
    start, end, at = to_micros(valid[0]), to_micros(valid[1]), to_micros(now)
    columns = (
        "offer_id",
        "member_id",
        "rule",
        "code",
        "value_fen",
        "tier",
        "status",
        "issued_at",
        "valid_from",
        "valid_until",
    )
    status = CouponStatus.ISSUED.value
    rows = ((offer_id, c.member_id, rule, c.code, c.value_fen, c.tier, status, at, start, end) for c in coupons)
    bulk_insert(session, Coupon, columns, rows)
    fresh = select(col(Coupon.member_id), col(Coupon.id)).where(
        col(Coupon.offer_id) == offer_id, col(Coupon.id) > before
    )
    return {int(member): int(coupon) for member, coupon in session.execute(fresh)}


def void_coupons(session: Session, coupon_ids: Sequence[int]) -> int:
    """Void the unused ones among some coupons and give their limit and budget back; how many."""
    voided = 0
    for start in range(0, len(coupon_ids), CHUNK):
        part = coupon_ids[start : start + CHUNK]
        statement = update(Coupon).where(col(Coupon.id).in_(part), col(Coupon.status) == CouponStatus.ISSUED)
        gone = statement.values(status=CouponStatus.VOID).returning(col(Coupon.offer_id), col(Coupon.value_fen))
        back: dict[int, list[int]] = {}
        for offer_id, value in session.execute(gone, execution_options={"synchronize_session": False}):
            back.setdefault(offer_id, []).append(value)
        for offer_id, values in sorted(back.items()):
            voided += len(values)
            take_from_offer(session, offer_id, -len(values), -sum(values))
    return voided


def lock_coupons(session: Session, codes: Sequence[str]) -> None:
    """Hold coupons until the transaction ends; read them afterwards, so that a use by somebody else is seen."""
    for start in range(0, len(codes), CHUNK):
        held = select(col(Coupon.id)).where(col(Coupon.code).in_(codes[start : start + CHUNK])).order_by(col(Coupon.id))
        session.execute(held.with_for_update())


def read_coupons(session: Session, codes: Sequence[str]) -> dict[str, Row[Any]]:
    """Coupons by their compact codes, with owner, offer and use; codes that are not ours are missing."""
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(codes), CHUNK):
        rows = session.execute(_coupons().where(col(Coupon.code).in_(codes[start : start + CHUNK])))
        found |= {row.code: row for row in rows}
    return found


def _coupons() -> Any:
    return (
        select(
            col(Coupon.id), col(Coupon.code), col(Coupon.member_id), col(Coupon.tier), col(Coupon.value_fen),
            col(Coupon.status), col(Coupon.valid_from), col(Coupon.valid_until), col(Coupon.rule),
            col(Member.nickname), col(Member.name), col(Offer.document).label("offer"),
            col(Redemption.id).label("redemption_id"), col(Redemption.occurred_at).label("used_at"),
            col(Redemption.order_no).label("used_on"), col(Redemption.discount_fen),
        )
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .join(Offer, col(Offer.id) == col(Coupon.offer_id))
        .outerjoin(Redemption, col(Redemption.coupon_id) == col(Coupon.id))
    )  # fmt: skip


def use_coupon(session: Session, coupon_id: int, status: CouponStatus) -> bool:
    """Compare-and-set from ``status`` to redeemed; false when somebody was faster."""
    statement = update(Coupon).where(col(Coupon.id) == coupon_id, col(Coupon.status) == status)
    return _changed(session, statement.values(status=CouponStatus.REDEEMED)) == 1


def insert_redemption(session: Session, **values: Any) -> int:
    """Write the one use of a coupon; returns its id."""
    row = Redemption(kind=RedemptionKind.EXPLICIT, **values)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def find_orders(session: Session, order_no: str) -> list[Row[Any]]:
    """Orders with a number, of whatever platform."""
    columns = (col(Order.id), col(Order.member_id), col(Order.paid_fen), col(Order.paid_at), col(Order.platform))
    return list(
        session.execute(select(*columns).where(col(Order.order_no) == order_no).order_by(col(Order.id)).limit(20))
    )


def orders_with_codes(session: Session, batch_id: int | None) -> list[Row[Any]]:
    """Paid orders that carry some text where a code may stand, oldest first; of one import, or of all."""
    statement = (
        select(
            col(Order.id),
            col(Order.order_no),
            col(Order.member_id),
            col(Order.paid_fen),
            col(Order.paid_at),
            col(Order.coupon_code),
        )
        .where(col(Order.coupon_code).is_not(None), col(Order.paid_at).is_not(None), col(Order.paid_fen) > 0)
        .order_by(col(Order.paid_at), col(Order.id))
    )
    if batch_id is not None:
        statement = statement.where(col(Order.batch_id) == batch_id)
    return list(session.execute(statement))


@dataclass(frozen=True)
class Expiring:
    """Coupons that end soon: how many, and what they are worth at most."""

    coupons: int
    value_fen: int


def sum_expiring(session: Session, now: datetime, until: datetime) -> Expiring:
    """Unused coupons whose time ends in ``(now, until]``."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(col(Coupon.value_fen)), 0)).where(*_ending(now, until))
    ).one()
    return Expiring(int(row[0]), int(row[1]))


def list_expiring(session: Session, now: datetime, until: datetime, limit: int) -> list[Row[Any]]:
    """Unused coupons that end soon, the soonest first, with their owners."""
    statement = _coupons().where(*_ending(now, until))
    return list(session.execute(statement.order_by(col(Coupon.valid_until), col(Coupon.id)).limit(limit)))


def _ending(now: datetime, until: datetime) -> list[Any]:
    return [col(Coupon.status) == CouponStatus.ISSUED, col(Coupon.valid_until) > now, col(Coupon.valid_until) <= until]


def _changed(session: Session, statement: Any) -> int:
    return int(session.execute(statement, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]
