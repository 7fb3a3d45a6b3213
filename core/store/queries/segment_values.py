"""What is known of one person on the subject of each condition: the number or word that was held against the rule."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from core.clock import day_number
from core.documents.segment import Leaf
from core.documents.segment_fields import LIFECYCLE
from core.store.queries import segment_deeds as deeds
from core.store.queries.segment_leaves import Day, Scope, age_of, condition_of
from core.store.queries.segment_scope import happened
from core.store.tables import (
    Coupon,
    CustomField,
    CustomValue,
    Interaction,
    Member,
    MemberOutlook,
    MemberPoints,
    MemberProfile,
    MemberTier,
    Order,
    OutboxMessage,
)

Find = Callable[[Leaf, Scope], Any]


def known_value(session: Session, leaf: Leaf, day: Day, member_id: int) -> int | str | None:
    """The value of a leaf's field for one person; None where nothing is known, or where yes or no is all there is to know."""
    find, number = _VALUES.get(leaf.field), cast("ColumnElement[int]", col(Member.id))
    if find is None:
        return None
    statement = (
        select(find(leaf, Scope(day, number, {})))
        .select_from(Member)
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Member.id))
        .outerjoin(MemberOutlook, col(MemberOutlook.member_id) == col(Member.id))
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .outerjoin(MemberPoints, col(MemberPoints.member_id) == col(Member.id))
        .where(col(Member.id) == member_id)
    )
    value = session.execute(statement).scalar_one_or_none()
    if isinstance(value, datetime):
        return abs(day.today - day_number(day.zone.day(value)))
    return value if value is None or isinstance(value, str) else int(value)


def _of(column: Any) -> Find:
    return lambda leaf, scope: column


def _since(column: Any) -> Find:
    return lambda leaf, scope: scope.day.today - column


def _count(rows: Any) -> Any:
    return rows.scalar_subquery()


def _bought(leaf: Leaf, scope: Scope) -> Any:
    own = deeds.buying_orders(leaf, scope).where(col(Order.member_id) == scope.person)
    return _count(own.with_only_columns(func.count(col(Order.id).distinct())))


def _messages(leaf: Leaf, scope: Scope) -> Any:
    sent = select(func.count()).where(col(OutboxMessage.member_id) == scope.person)
    return _count(sent.where(*happened(col(OutboxMessage.sent_at), leaf, scope.day)))


def _interactions(leaf: Leaf, scope: Scope) -> Any:
    did = select(func.count()).where(col(Interaction.member_id) == scope.person, col(Interaction.kind) == leaf.value)
    return _count(did.where(*happened(col(Interaction.occurred_at), leaf, scope.day)))


def _stars(leaf: Leaf, scope: Scope) -> Any:
    given = select(func.min(col(Interaction.stars))).where(col(Interaction.member_id) == scope.person)
    return _count(
        given.where(col(Interaction.kind) == "review", *happened(col(Interaction.occurred_at), leaf, scope.day))
    )


def _coupon_pct(leaf: Leaf, scope: Scope) -> Any:
    used = select(func.count()).where(col(Coupon.member_id) == scope.person, col(Coupon.status) == "redeemed")
    return _count(used) * 100 // func.nullif(col(MemberProfile.orders), 0)


def _custom(column: Any) -> Find:
    def find(leaf: Leaf, scope: Scope) -> Any:
        held = select(column).join(CustomField, col(CustomField.id) == col(CustomValue.field_id))
        return _count(held.where(col(CustomField.code) == leaf.key, col(CustomValue.member_id) == scope.person))

    return find


def _custom_either(leaf: Leaf, scope: Scope) -> Any:
    value = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
    return _custom(col(CustomValue.text if isinstance(value, str) else CustomValue.number))(leaf, scope)


def _lifecycle(leaf: Leaf, scope: Scope) -> Any:
    states = ((condition_of(Leaf("lifecycle", "in", (state,)), scope), state) for state in LIFECYCLE)
    return case(*states)


def _birthday(leaf: Leaf, scope: Scope) -> Any:
    return col(Member.birth_month) * 100 + col(Member.birth_day)


_VALUES: dict[str, Find] = {
    "recency_days": _since(col(MemberProfile.last_day)),
    "first_order_days": _since(col(MemberProfile.first_day)),
    "orders": deeds.orders_of,
    "spend_fen": deeds.spend_of,
    "aov_fen": _of(col(MemberProfile.net_fen) // func.nullif(col(MemberProfile.orders), 0)),
    "top_spend_share": _of(col(MemberProfile.net_fen)),
    "month_start_pct": _of(col(MemberProfile.month_start_orders) * 100 // func.nullif(col(MemberProfile.orders), 0)),
    "bought": _bought,
    "lifecycle": _lifecycle,
    "joined_days": _of(col(Member.joined_at)),
    "points_expiring_days": _of(col(MemberPoints.next_expiry_at)),
    "rhythm_days": _of(col(MemberOutlook.rhythm_days)),
    "next_purchase_days": lambda leaf, scope: col(MemberOutlook.next_day) - scope.day.today,
    "alive_pct": _of(col(MemberOutlook.alive_bp) // 100),
    "value_fen": _of(col(MemberOutlook.value_fen)),
    "rfm_group": _of(col(MemberOutlook.rfm_group)),
    "r_score": _of(col(MemberOutlook.r_score)),
    "f_score": _of(col(MemberOutlook.f_score)),
    "m_score": _of(col(MemberOutlook.m_score)),
    "tier": _of(col(MemberTier.tier)),
    "missing_to_next": _of(col(MemberTier.missing_fen)),
    "missing_orders": _of(col(MemberTier.missing_orders)),
    "missing_growth": _of(col(MemberTier.missing_growth)),
    "growth": _of(col(MemberTier.window_growth)),
    "points": _of(func.coalesce(col(MemberPoints.active) - col(MemberPoints.debt), 0)),
    "province": _of(col(Member.province)),
    "city": _of(col(Member.city)),
    "city_level": _of(func.coalesce(func.nullif(func.trim(col(Member.city)), ""), col(Member.province))),
    "gender": _of(col(Member.gender)),
    "age": lambda leaf, scope: age_of(scope),
    "birthday_month": _of(col(Member.birth_month)),
    "birthday_within": _birthday,
    "source": _of(col(Member.source)),
    "grade": _of(col(Member.grade)),
    "coupon_pct": _coupon_pct,
    "messages": _messages,
    "interaction": _interactions,
    "stars": _stars,
    "custom": _custom_either,
}
