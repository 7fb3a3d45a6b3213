"""What prices are made of: goods, what was sold lately, and the coupons that run, by kind of person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, literal, select, update
from sqlmodel import Session, col

from core.documents.enums import CampaignStatus, CouponStatus
from core.store.tables import (
    Campaign,
    Coupon,
    Journey,
    Member,
    MemberPoints,
    MemberProfile,
    MemberTier,
    Offer,
    Order,
    OrderItem,
    Product,
)

CHUNK = 500
NEWCOMER = "newcomer"
_QUIET = {"synchronize_session": False}


def recent_lines(session: Session, since_day: int, most_orders: int) -> list[Row[Any]]:
    """[order_id, product_id, quantity, amount_fen] of the newest paid orders since a shop day; of people who count."""
    newest = (
        select(col(Order.id))
        .outerjoin(Member, col(Member.id) == col(Order.member_id))
        .where(col(Order.shop_day) >= since_day, col(Order.paid_fen) > 0, col(Member.not_counted).is_(None))
        .order_by(col(Order.shop_day).desc(), col(Order.id).desc())
        .limit(most_orders)
        .subquery()
    )
    columns = (
        col(OrderItem.order_id),
        col(OrderItem.product_id),
        col(OrderItem.quantity),
        col(OrderItem.amount_fen),
    )
    statement = select(*columns).join(newest, newest.c.id == col(OrderItem.order_id))
    return list(session.execute(statement.order_by(col(OrderItem.order_id), col(OrderItem.id))))


def list_products(session: Session) -> list[Row[Any]]:
    """[id, platform, product_key, title, category, price_fen, cost_fen] of all products, by id."""
    columns = (
        col(Product.id),
        col(Product.platform),
        col(Product.product_key),
        col(Product.title),
        col(Product.category),
        col(Product.price_fen),
        col(Product.cost_fen),
    )
    return list(session.execute(select(*columns).order_by(col(Product.id))))


def set_product(session: Session, product_id: int, values: Mapping[str, int | str | None]) -> bool:
    """Change a product's price, cost or category; false when there is no such product."""
    statement = update(Product).where(col(Product.id) == product_id).values(**values)
    return int(session.execute(statement, execution_options=_QUIET).rowcount) == 1  # type: ignore[attr-defined]


def _kind() -> Any:
    """A person as the guard sees them: a newcomer without a paid order, else their tier."""
    bought = func.coalesce(col(MemberProfile.orders), 0)
    return case((bought == 0, literal(NEWCOMER)), else_=func.coalesce(col(MemberTier.tier), col(Coupon.tier)))


def running_offers(session: Session, now: datetime) -> list[Row[Any]]:
    """[rule, offer_id, kind, people, value_fen] of coupons in hand that can still be used; kind None: bought, no member."""
    held = (
        select(col(Coupon.rule), col(Coupon.offer_id), col(Coupon.value_fen), _kind().label("kind"))
        .join(Member, and_(col(Member.id) == col(Coupon.member_id), col(Member.not_counted).is_(None)))
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Coupon.member_id))
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Coupon.member_id))
        .where(col(Coupon.status) == CouponStatus.ISSUED, col(Coupon.valid_until) > now)
        .subquery()
    )
    keys = (held.c.rule, held.c.offer_id, held.c.kind)
    sums = func.count().label("people"), func.sum(held.c.value_fen).label("value_fen")
    return list(session.execute(select(*keys, *sums).group_by(*keys).order_by(held.c.offer_id, held.c.rule)))


def offer_documents(session: Session, offer_ids: Sequence[int]) -> dict[int, str]:
    """Offers as they are kept, by id."""
    statement = select(col(Offer.id), col(Offer.document)).where(col(Offer.id).in_(offer_ids))
    return {int(number): text for number, text in session.execute(statement)}


def draft_campaigns(session: Session) -> list[Row[Any]]:
    """[id, document] of the campaigns that are not sent yet."""
    statement = select(col(Campaign.id), col(Campaign.document)).where(col(Campaign.status) == CampaignStatus.DRAFT)
    return list(session.execute(statement.order_by(col(Campaign.id))))


def campaign_documents(session: Session, rules: Sequence[str]) -> dict[str, str]:
    """The documents of the campaigns among some rules (``campaign:ID``), by rule."""
    ids = [int(rule.partition(":")[2]) for rule in rules if rule.startswith("campaign:")]
    statement = select(col(Campaign.id), col(Campaign.document)).where(col(Campaign.id).in_(ids))
    return {f"campaign:{number}": text for number, text in session.execute(statement)}


def enabled_journeys(session: Session) -> list[Row[Any]]:
    """[code, document] of the reminders that are on."""
    statement = select(col(Journey.code), col(Journey.document)).where(col(Journey.enabled))
    return list(session.execute(statement.order_by(col(Journey.code))))


def count_kinds(session: Session, member_ids: Sequence[int]) -> dict[str | None, int]:
    """How many of some people are of each kind, as ``running_offers`` says it."""
    found: dict[str | None, int] = {}
    bought = func.coalesce(col(MemberProfile.orders), 0)
    kind = case((bought == 0, literal(NEWCOMER)), else_=col(MemberTier.tier))
    for start in range(0, len(member_ids), CHUNK):
        people = (
            select(kind.label("kind"))
            .select_from(Member)
            .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Member.id))
            .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
            .where(col(Member.id).in_(member_ids[start : start + CHUNK]))
            .subquery()
        )
        for name, count in session.execute(select(people.c.kind, func.count()).group_by(people.c.kind)):
            found[name] = found.get(name, 0) + int(count)
    return found


def coupons_in_hand(session: Session, member_id: int, now: datetime) -> list[Row[Any]]:
    """[rule, document] of one person's coupons that can be used now, the soonest-ending first."""
    statement = (
        select(col(Coupon.rule), col(Offer.document))
        .join(Offer, col(Offer.id) == col(Coupon.offer_id))
        .where(col(Coupon.member_id) == member_id, col(Coupon.status) == CouponStatus.ISSUED)
        .where(col(Coupon.valid_from) <= now, col(Coupon.valid_until) > now)
    )
    return list(session.execute(statement.order_by(col(Coupon.valid_until), col(Coupon.id))))


def standing(session: Session, member_id: int) -> tuple[str | None, int, int]:
    """One person's tier, paid orders, and points that can be spent."""
    statement = (
        select(
            col(MemberTier.tier),
            func.coalesce(col(MemberProfile.orders), 0),
            func.coalesce(col(MemberPoints.active) - col(MemberPoints.debt), 0),
        )
        .select_from(Member)
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Member.id))
        .outerjoin(MemberPoints, col(MemberPoints.member_id) == col(Member.id))
        .where(col(Member.id) == member_id)
    )
    row = session.execute(statement).first()
    return (None, 0, 0) if row is None else (row[0], int(row[1]), max(int(row[2]), 0))
