"""What each condition of a group says in SQL, and the tables it reads of a person: one entry a field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case, false, func, not_, or_, select
from sqlmodel import Session, col

from core.clock import day_of
from core.documents.segment import Leaf
from core.store.queries import segment_deeds as deeds
from core.store.queries.segment_scope import Condition, Day, Scope, bounds, days_ago, days_ahead, in_range
from core.store.tables import Member, MemberOutlook, MemberPoints, MemberProfile, MemberTier

__all__ = ["SOURCES", "Condition", "Day", "Scope", "Source", "condition_of", "last_of_best"]

NEWCOMER_DAYS, LOYAL_BUYING_DAYS = 30, 4  # as core.analytics.lifecycle says; a test holds both to be the same
Say = Callable[[Leaf, Scope], Condition]
_PROFILE, _OUTLOOK, _TIER = (MemberProfile,), (MemberOutlook,), (MemberTier,)


@dataclass(frozen=True)
class Source:
    """One field: its condition, the tables whose row of the person it reads, and whether it only holds where that row is."""

    say: Say
    reads: tuple[Any, ...] = ()
    needs: Callable[[Leaf], bool] = lambda _: False


def condition_of(leaf: Leaf, scope: Scope) -> Condition:
    """The condition of a leaf; NULL where it is about something unknown."""
    return SOURCES[leaf.field].say(leaf, scope)


def _always(leaf: Leaf) -> bool:
    return True


def _more_than_nothing(leaf: Leaf) -> bool:
    return bounds(leaf)[0] > 0


def _is_member(leaf: Leaf, scope: Scope) -> Condition:
    joined = func.coalesce(col(Member.joined_at) <= scope.day.now, false())
    return joined if leaf.value else not_(joined)


def _is_customer(leaf: Leaf, scope: Scope) -> Condition:
    bought = col(MemberProfile.member_id)
    return bought.is_not(None) if leaf.value else bought.is_(None)


def _joined_days(leaf: Leaf, scope: Scope) -> Condition:
    least, most = bounds(leaf)
    joined, day = col(Member.joined_at), scope.day
    earliest = [] if most is None else [joined >= day.start(most)]
    return and_(joined < day.start(least - 1), joined <= day.now, *earliest)


def _birthday_within(leaf: Leaf, scope: Scope) -> Condition:
    first = day_of(scope.day.today)
    assert isinstance(leaf.value, int)
    kept = {
        month * 100 + number
        for ahead in range(min(leaf.value, 366) + 1)
        for month, number in scope.day.birthdays_kept_on(first + timedelta(days=ahead))
    }
    return (col(Member.birth_month) * 100 + col(Member.birth_day)).in_(sorted(kept))


def age_of(scope: Scope) -> Any:
    """Whole years; without a birthday the year alone is counted."""
    today = day_of(scope.day.today)
    birthday = col(Member.birth_month) * 100 + col(Member.birth_day)
    return today.year - col(Member.birth_year) - case((birthday > today.month * 100 + today.day, 1), else_=0)


def _city_level(leaf: Leaf, scope: Scope) -> Condition:
    assert isinstance(leaf.value, tuple)
    cities = [city for level in leaf.value for city in scope.day.cities_of_level(int(level))]
    own = case((col(Member.province).in_(scope.day.municipalities), col(Member.province)))
    return func.coalesce(func.nullif(func.trim(col(Member.city)), ""), own).in_(cities)


def _consent(leaf: Leaf, scope: Scope) -> Condition:
    flag = col(Member.consent_email) if leaf.value == "email" else col(Member.consent_sms)
    return and_(flag.is_(True), col(Member.opted_out).is_(False))


def _contact(leaf: Leaf, scope: Scope) -> Condition:
    return (col(Member.email_cipher) if leaf.value == "email" else col(Member.phone_cipher)).is_not(None)


def _top_spend(leaf: Leaf, scope: Scope) -> Condition:
    """The first so many percent of buyers (rounded up) by net spend; of equal ones the earlier id."""
    assert isinstance(leaf.value, int)
    net, number = scope.last_of_best[leaf.value]
    mine = col(MemberProfile.net_fen)
    return and_(mine >= net, or_(mine > net, col(MemberProfile.member_id) <= number))


def last_of_best(session: Session, share: int) -> tuple[int, int]:
    """(net spend in fen, id) of the last one among the first so many percent of buyers; nobody is before (0, 0) of none."""
    net, number = col(MemberProfile.net_fen), col(MemberProfile.member_id)
    buyers = int(session.execute(select(func.count()).select_from(MemberProfile)).scalar_one())
    seats = (buyers * share + 99) // 100
    if not seats:
        return 0, 0
    last = int(session.execute(select(net).order_by(net.desc()).limit(1).offset(seats - 1)).scalar_one())
    above = int(session.execute(select(func.count()).select_from(MemberProfile).where(net > last)).scalar_one())
    equal = select(number).where(net == last).order_by(number).limit(1).offset(seats - above - 1)
    return last, int(session.execute(equal).scalar_one())


def _lifecycle(leaf: Leaf, scope: Scope) -> Condition:
    """The state as of the last day with orders, from days that do not depend on it (core.analytics.lifecycle)."""
    assert isinstance(leaf.value, tuple)
    today, days = scope.day.known_day, col(MemberProfile.buying_days)
    slipping, dormant, lost = (
        col(MemberOutlook.slipping_day), col(MemberOutlook.dormant_day), col(MemberOutlook.lost_day),
    )  # fmt: skip
    fresh = and_(col(MemberProfile.first_day) > today - NEWCOMER_DAYS, days == 1)
    awake, loyal = slipping > today, days >= LOYAL_BUYING_DAYS
    states = {
        "newcomer": and_(awake, fresh),
        "active": and_(awake, not_(fresh), not_(loyal)),
        "loyal": and_(awake, loyal),
        "slipping": and_(slipping <= today, dormant > today),
        "dormant": and_(dormant <= today, lost > today),
        "lost": lost <= today,
    }
    return or_(*(states[str(state)] for state in leaf.value))


def _points(leaf: Leaf, scope: Scope) -> Condition:
    return in_range(func.coalesce(col(MemberPoints.active) - col(MemberPoints.debt), 0), leaf)


def _points_expiring(leaf: Leaf, scope: Scope) -> Condition:
    assert isinstance(leaf.value, int)
    ends = col(MemberPoints.next_expiry_at)
    return and_(ends > scope.day.now, ends < scope.day.start(-leaf.value - 1), col(MemberPoints.next_expiry_points) > 0)


def _share(part: Any, unit: int) -> Source:
    """A part of the orders, or a sum over them, held against ``unit`` of an order."""

    def say(leaf: Leaf, scope: Scope) -> Condition:
        orders = col(MemberProfile.orders)
        return and_(orders > 0, in_range(part * unit, leaf, orders))

    return Source(say, _PROFILE, _always)


def _flag(column: Any) -> Source:
    return Source(lambda leaf, scope: column.is_(leaf.value), (Member,))


def _one_of(column: Any, table: Any) -> Source:
    return Source(lambda leaf, scope: column.in_(leaf.value), (table,), _always)


def _number(column: Any, table: Any, unit: int = 1) -> Source:
    return Source(lambda leaf, scope: in_range(column, leaf, unit), (table,), _always)


SOURCES: dict[str, Source] = {
    "is_member": Source(_is_member, (Member,)),
    "is_customer": Source(_is_customer, _PROFILE, lambda leaf: bool(leaf.value)),
    "joined_days": Source(_joined_days, (Member,)),
    "province": _one_of(col(Member.province), Member),
    "city": _one_of(col(Member.city), Member),
    "city_level": Source(_city_level, (Member,)),
    "gender": _one_of(col(Member.gender), Member),
    "age": Source(lambda leaf, scope: in_range(age_of(scope), leaf), (Member,)),
    "birthday_month": _one_of(col(Member.birth_month), Member),
    "birthday_within": Source(_birthday_within, (Member,)),
    "source": _one_of(col(Member.source), Member),
    "grade": _one_of(col(Member.grade), Member),
    "paid_plan": Source(deeds.paid_plan),
    "recency_days": Source(
        lambda leaf, scope: days_ago(col(MemberProfile.last_day), leaf, scope.day.today), _PROFILE, _always
    ),
    "first_order_days": Source(
        lambda leaf, scope: days_ago(col(MemberProfile.first_day), leaf, scope.day.today), _PROFILE, _always
    ),
    "orders": Source(deeds.orders, _PROFILE, _more_than_nothing),
    "spend_fen": Source(deeds.spend, _PROFILE, _more_than_nothing),
    "aov_fen": _share(col(MemberProfile.net_fen), 1),
    "top_spend_share": Source(_top_spend, _PROFILE, _always),
    "bought": Source(deeds.bought),
    "month_start_pct": _share(col(MemberProfile.month_start_orders), 100),
    "lifecycle": Source(_lifecycle, (MemberProfile, MemberOutlook), _always),
    "rhythm_days": _number(col(MemberOutlook.rhythm_days), MemberOutlook),
    "next_purchase_days": Source(
        lambda leaf, scope: days_ahead(col(MemberOutlook.next_day), leaf, scope.day.today), _OUTLOOK, _always
    ),
    "alive_pct": _number(col(MemberOutlook.alive_bp), MemberOutlook, 100),
    "value_fen": _number(col(MemberOutlook.value_fen), MemberOutlook),
    "rfm_group": _one_of(col(MemberOutlook.rfm_group), MemberOutlook),
    "r_score": _number(col(MemberOutlook.r_score), MemberOutlook),
    "f_score": _number(col(MemberOutlook.f_score), MemberOutlook),
    "m_score": _number(col(MemberOutlook.m_score), MemberOutlook),
    "tier": _one_of(col(MemberTier.tier), MemberTier),
    "missing_to_next": _number(col(MemberTier.missing_fen), MemberTier),
    "missing_orders": _number(col(MemberTier.missing_orders), MemberTier),
    "missing_growth": _number(col(MemberTier.missing_growth), MemberTier),
    "growth": _number(col(MemberTier.window_growth), MemberTier),
    "points": Source(_points, (MemberPoints,), _more_than_nothing),
    "points_expiring_days": Source(_points_expiring, (MemberPoints,), _always),
    "coupon": Source(deeds.coupon),
    "coupon_pct": Source(deeds.coupon_pct, _PROFILE, _always),
    "messages": Source(deeds.messages),
    "campaign": Source(deeds.campaign),
    "consent": Source(_consent, (Member,)),
    "contact": Source(_contact, (Member,)),
    "opted_out": _flag(col(Member.opted_out)),
    "personalised": _flag(col(Member.personalised)),
    "interaction": Source(deeds.interaction),
    "stars": Source(deeds.stars),
    "tag": Source(deeds.tag),
    "custom": Source(deeds.custom),
    "list": Source(deeds.listed),
}
