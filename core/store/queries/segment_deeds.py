"""Conditions of a group about what somebody did or got: goods, coupons, messages, deeds, tags, own fields, lists."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import col

from core.documents.enums import Arm, CouponStatus
from core.documents.segment import Leaf
from core.store.queries.segment_scope import Condition, Day, Scope, ascii_lower, bounds, happened, in_range, often
from core.store.tables import (
    Coupon,
    CustomField,
    CustomValue,
    Decision,
    Interaction,
    MemberProfile,
    MemberTag,
    Order,
    OrderItem,
    OutboxMessage,
    PlanPurchase,
    PlanRefund,
    Product,
    Redemption,
    StaticListMember,
)


def _paid_since(day: Day, days: int) -> list[Condition]:
    return [col(Order.shop_day) > day.today - days, col(Order.shop_day) <= day.today, col(Order.paid_fen) > 0]


def ever_or_within(leaf: Leaf, scope: Scope, ever: Any, number: ColumnElement[Any]) -> Condition:
    """A sum within the leaf's bounds. Within some days it is at most what it is ever: most people are judged by that alone."""
    asked = in_range(number, leaf)
    if leaf.days is None:
        return asked
    least, most = bounds(leaf)
    if least > 0:
        return and_(ever >= least, col(MemberProfile.last_day) > scope.day.today - leaf.days, asked)
    return asked if most is None else or_(func.coalesce(ever, 0) <= most, asked)


def orders(leaf: Leaf, scope: Scope) -> Condition:
    """So many paid orders, of the leaf's days."""
    return ever_or_within(leaf, scope, col(MemberProfile.orders), orders_of(leaf, scope))


def spend(leaf: Leaf, scope: Scope) -> Condition:
    """So much net spend in fen, of the leaf's days; no order has less than nothing of it."""
    return ever_or_within(leaf, scope, col(MemberProfile.net_fen), spend_of(leaf, scope))


def summed(leaf: Leaf, scope: Scope, ever: Any, within: ColumnElement[Any]) -> ColumnElement[Any]:
    """A sum over paid orders; ``within`` is summed only for those whose orders lie on both sides of the window's edge."""
    if leaf.days is None:
        return func.coalesce(ever, 0)
    first, last = col(MemberProfile.first_day), col(MemberProfile.last_day)
    those = select(within).where(col(Order.member_id) == scope.person, *_paid_since(scope.day, leaf.days))
    edge = scope.day.today - leaf.days
    none, all_of_them = or_(last.is_(None), last <= edge), and_(first > edge, last <= scope.day.today)
    return case((none, 0), (all_of_them, ever), else_=those.scalar_subquery())


def orders_of(leaf: Leaf, scope: Scope) -> ColumnElement[Any]:
    """How many paid orders, of the leaf's days."""
    return summed(leaf, scope, col(MemberProfile.orders), func.count())


def spend_of(leaf: Leaf, scope: Scope) -> ColumnElement[Any]:
    """Net spend in fen, of the leaf's days."""
    net = func.coalesce(func.sum(col(Order.paid_fen) - col(Order.refund_fen)), 0)
    return summed(leaf, scope, col(MemberProfile.net_fen), net)


def _products(leaf: Leaf) -> Any:
    text = str(leaf.value)
    if leaf.op == "category":
        wanted: Condition = col(Product.category) == text
    else:
        lowered = "".join(sign.lower() if sign.isascii() else sign for sign in text)
        title = ascii_lower(col(Product.title)).contains(lowered, autoescape=True)
        wanted = or_(title, col(Product.product_key) == text)
    return select(col(Product.id)).where(wanted)


def buying_orders(leaf: Leaf, scope: Scope) -> Any:
    """[member_id] of the paid orders with such a product, once a line."""
    lines = (
        select(col(Order.member_id))
        .join(OrderItem, col(OrderItem.order_id) == col(Order.id))
        .where(col(OrderItem.product_id).in_(_products(leaf)), col(Order.member_id).is_not(None))
        .where(col(Order.paid_fen) > 0, col(Order.shop_day) <= scope.day.today)
    )
    return lines if leaf.days is None else lines.where(col(Order.shop_day) > scope.day.today - leaf.days)


def bought(leaf: Leaf, scope: Scope) -> Condition:
    """Paid orders with such a product: at least so many."""
    buyers = buying_orders(leaf, scope)
    if (leaf.at_least or 1) > 1:
        often_enough = func.count(col(Order.id).distinct()) >= leaf.at_least
        buyers = buyers.group_by(col(Order.member_id)).having(often_enough)
    return scope.person.in_(buyers)


def coupon(leaf: Leaf, scope: Scope) -> Condition:
    """Has a coupon that can be used, used one, or let one run out: of one offer or of any (0)."""
    now, until = scope.day.now, col(Coupon.valid_until)
    rows = select(col(Coupon.member_id))
    if leaf.value:
        rows = rows.where(col(Coupon.offer_id) == leaf.value)
    status = col(Coupon.status)
    match leaf.op:
        case "holds":
            rows = rows.where(status == CouponStatus.ISSUED, until > now)
            rows = rows.where(*(happened(col(Coupon.issued_at), leaf, scope.day) if leaf.days else []))
        case "redeemed":
            rows = rows.where(status == CouponStatus.REDEEMED)
            if leaf.days:
                rows = rows.join(Redemption, col(Redemption.coupon_id) == col(Coupon.id))
                rows = rows.where(*happened(col(Redemption.occurred_at), leaf, scope.day))
        case _:
            rows = rows.where(status.in_((CouponStatus.ISSUED, CouponStatus.EXPIRED)))
            rows = rows.where(*happened(until, leaf, scope.day))
    return scope.person.in_(rows)


def coupon_pct(leaf: Leaf, scope: Scope) -> Condition:
    """Coupons used for each hundred orders; nothing for who never ordered."""
    used = (
        select(col(Coupon.member_id))
        .join(MemberProfile, col(MemberProfile.member_id) == col(Coupon.member_id))
        .where(col(Coupon.status) == CouponStatus.REDEEMED)
    )
    orders = func.max(col(MemberProfile.orders))
    scaled = Leaf(leaf.field, leaf.op, leaf.value)
    least = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value if leaf.op == "ge" else 0
    if least:
        return scope.person.in_(
            used.group_by(col(Coupon.member_id)).having(in_range(func.count() * 100, scaled, orders))
        )
    most = leaf.value[1] if isinstance(leaf.value, tuple) else leaf.value if leaf.op == "le" else None
    ordered = col(MemberProfile.orders) > 0
    if most is None:
        return ordered
    over = used.group_by(col(Coupon.member_id)).having(func.count() * 100 > most * orders)
    return and_(ordered, scope.person.not_in(over))


def messages(leaf: Leaf, scope: Scope) -> Condition:
    """How many messages really left for a person."""
    left = happened(col(OutboxMessage.sent_at), leaf, scope.day)  # only what was sent has that instant
    sent = select(col(OutboxMessage.member_id)).where(*left)
    return often(sent, col(OutboxMessage.member_id), leaf, scope)


def interaction(leaf: Leaf, scope: Scope) -> Condition:
    """Did something of a kind, at least so many times."""
    did = select(col(Interaction.member_id)).where(col(Interaction.kind) == leaf.value)
    did = did.where(*happened(col(Interaction.occurred_at), leaf, scope.day))
    if (leaf.at_least or 1) > 1:
        did = did.group_by(col(Interaction.member_id)).having(func.count() >= leaf.at_least)
    return scope.person.in_(did)


def stars(leaf: Leaf, scope: Scope) -> Condition:
    """Gave a review of so many stars or fewer."""
    given = select(col(Interaction.member_id)).where(col(Interaction.kind) == "review")
    given = given.where(col(Interaction.stars) <= leaf.value, *happened(col(Interaction.occurred_at), leaf, scope.day))
    return scope.person.in_(given)


def tag(leaf: Leaf, scope: Scope) -> Condition:
    """Has a tag."""
    return scope.person.in_(select(col(MemberTag.member_id)).where(col(MemberTag.tag) == leaf.value))


def campaign(leaf: Leaf, scope: Scope) -> Condition:
    """Was on one side of a campaign's comparison."""
    arm = Arm.TREATED if leaf.op == "treated" else Arm.HELD_OUT
    decided = select(col(Decision.member_id)).where(col(Decision.campaign_id) == leaf.value, col(Decision.arm) == arm)
    return scope.person.in_(decided)


def listed(leaf: Leaf, scope: Scope) -> Condition:
    """Stands in a list."""
    rows = select(col(StaticListMember.member_id)).where(col(StaticListMember.list_id) == leaf.value)
    return scope.person.in_(rows)


def custom(leaf: Leaf, scope: Scope) -> Condition:
    """What an own field holds of a person; the value is as stored: a text, or a number for every other kind."""
    field = select(col(CustomField.id)).where(col(CustomField.code) == leaf.key).scalar_subquery()
    rows = select(col(CustomValue.member_id)).where(col(CustomValue.field_id) == field)
    text, number, value = col(CustomValue.text), col(CustomValue.number), leaf.value
    if leaf.op == "in":
        assert isinstance(value, tuple)
        rows = rows.where(text.in_(value))
    elif leaf.op == "is":
        rows = rows.where(text == value if isinstance(value, str) else number == int(value))  # type: ignore[arg-type]
    else:
        rows = rows.where(in_range(number, leaf))
    return scope.person.in_(rows)


def paid_plan(leaf: Leaf, scope: Scope) -> Condition:
    """A paid term runs now and was not given back."""
    now = scope.day.now
    back = select(col(PlanRefund.purchase_id)).where(col(PlanRefund.refunded_at) <= now)
    running = select(col(PlanPurchase.member_id)).where(
        col(PlanPurchase.starts_at) <= now, col(PlanPurchase.ends_at) > now, col(PlanPurchase.id).not_in(back)
    )
    return scope.person.in_(running) if leaf.value else scope.person.not_in(running)
