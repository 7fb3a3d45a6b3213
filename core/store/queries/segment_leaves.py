"""What each condition of a group says in SQL: one function a field, over member, profile, tier and what they point at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import col

from core.clock import ShopZone, day_number, day_of
from core.documents.enums import Arm
from core.documents.segment import Leaf
from core.store.tables import Decision, Member, MemberProfile, MemberTag, MemberTier, Order, OrderItem, Product

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Day:
    """What "today" means for a group: the instant, its shop day, and which birthdays are kept on a date."""

    now: datetime
    zone: ShopZone
    birthdays_kept_on: Callable[[date], Sequence[tuple[int, int]]]

    @property
    def today(self) -> int:
        """The shop-day number of now."""
        return day_number(self.zone.day(self.now))

    def start(self, days_ago: int) -> datetime:
        """The instant at which the shop day so many days ago began; the beginning of time where there is none."""
        return self.zone.start(day_of(max(self.today - days_ago, day_number(date(1900, 1, 1)))))


class ascii_lower(GenericFunction[str]):
    """Lower case of A to Z only: the same on both databases, whatever their language."""

    inherit_cache = True


@compiles(ascii_lower)
def _lower(element: ascii_lower, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(ascii_lower, "postgresql")
def _lower_on_postgres(element: ascii_lower, compiler: Any, **options: Any) -> str:
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "C")'


def _range(what: Any, leaf: Leaf) -> Condition:
    """A number within the leaf's bounds."""
    if isinstance(leaf.value, tuple):
        condition: Condition = what.between(leaf.value[0], leaf.value[1])
    else:
        condition = what >= leaf.value if leaf.op == "ge" else what <= leaf.value
    return condition


def _days_ago(day_column: Any, leaf: Leaf, today: int) -> Condition:
    """A shop day so many days before today: bounds on the column itself, so that its index serves."""
    least, most = _bounds(leaf)
    bounds = [day_column <= today - least] + ([] if most is None else [day_column >= today - most])
    return and_(*bounds)


def _bounds(leaf: Leaf) -> tuple[int, int | None]:
    if isinstance(leaf.value, tuple):
        return int(leaf.value[0]), int(leaf.value[1])
    value = leaf.value
    assert isinstance(value, int)
    return (value, None) if leaf.op == "ge" else (0, value)


def _is_member(leaf: Leaf, day: Day) -> Condition:
    joined = func.coalesce(col(Member.joined_at) <= day.now, false())
    return joined if leaf.value else not_(joined)


def _is_customer(leaf: Leaf, day: Day) -> Condition:
    bought = col(MemberProfile.member_id)
    return bought.is_not(None) if leaf.value else bought.is_(None)


def _joined_days(leaf: Leaf, day: Day) -> Condition:
    least, most = _bounds(leaf)
    joined = col(Member.joined_at)
    bounds = [joined < day.start(least - 1)] + ([] if most is None else [joined >= day.start(most)])
    return and_(joined <= day.now, *bounds)


def _paid_since(day: Day, days: int) -> list[Condition]:
    return [col(Order.shop_day) > day.today - days, col(Order.shop_day) <= day.today, col(Order.paid_fen) > 0]


def _summed(leaf: Leaf, day: Day, ever: Any, within: ColumnElement[Any]) -> Condition:
    """A sum over paid orders; ``within`` is summed only for those whose orders lie on both sides of the window's edge."""
    if leaf.days is None:
        return _range(func.coalesce(ever, 0), leaf)
    first, last = col(MemberProfile.first_day), col(MemberProfile.last_day)
    summed = (
        select(within).where(col(Order.member_id) == col(Member.id), *_paid_since(day, leaf.days)).scalar_subquery()
    )
    edge = day.today - leaf.days
    none, all_of_them = or_(last.is_(None), last <= edge), and_(first > edge, last <= day.today)
    return _range(case((none, 0), (all_of_them, ever), else_=summed), leaf)


def _orders(leaf: Leaf, day: Day) -> Condition:
    return _summed(leaf, day, col(MemberProfile.orders), func.count())


def _spend(leaf: Leaf, day: Day) -> Condition:
    net = func.coalesce(func.sum(col(Order.paid_fen) - col(Order.refund_fen)), 0)
    return _summed(leaf, day, col(MemberProfile.net_fen), net)


def _bought(leaf: Leaf, day: Day) -> Condition:
    text = str(leaf.value)
    if leaf.op == "category":
        wanted: Condition = col(Product.category) == text
    else:
        lowered = "".join(sign.lower() if sign.isascii() else sign for sign in text)
        title = ascii_lower(col(Product.title)).contains(lowered, autoescape=True)
        wanted = or_(title, col(Product.product_key) == text)
    products = select(col(Product.id)).where(wanted)
    times = leaf.at_least or 1
    buyers = (
        select(col(Order.member_id))
        .join(OrderItem, col(OrderItem.order_id) == col(Order.id))
        .where(col(OrderItem.product_id).in_(products), col(Order.member_id).is_not(None), col(Order.paid_fen) > 0)
        .where(col(Order.shop_day) <= day.today)
    )
    if leaf.days is not None:
        buyers = buyers.where(col(Order.shop_day) > day.today - leaf.days)
    if times > 1:
        buyers = buyers.group_by(col(Order.member_id)).having(func.count(col(Order.id).distinct()) >= times)
    return col(Member.id).in_(buyers)


def _birthday_within(leaf: Leaf, day: Day) -> Condition:
    first = day_of(day.today)
    assert isinstance(leaf.value, int)
    kept = {
        month * 100 + number
        for ahead in range(min(leaf.value, 366) + 1)
        for month, number in day.birthdays_kept_on(first + timedelta(days=ahead))
    }
    return (col(Member.birth_month) * 100 + col(Member.birth_day)).in_(sorted(kept))


def _consent(leaf: Leaf, day: Day) -> Condition:
    flag = col(Member.consent_email) if leaf.value == "email" else col(Member.consent_sms)
    return and_(flag.is_(True), col(Member.opted_out).is_(False))


def _contact(leaf: Leaf, day: Day) -> Condition:
    return (col(Member.email_cipher) if leaf.value == "email" else col(Member.phone_cipher)).is_not(None)


def _top_spend(leaf: Leaf, day: Day) -> Condition:
    """The first so many percent of buyers (rounded up) by net spend; of equal ones the earlier id."""
    ranked = select(
        col(MemberProfile.member_id).label("id"),
        func.row_number()
        .over(order_by=(col(MemberProfile.net_fen).desc(), col(MemberProfile.member_id)))
        .label("place"),
    ).subquery()
    seats = select(func.count() * leaf.value + 99).select_from(MemberProfile).scalar_subquery()
    return col(Member.id).in_(select(ranked.c.id).where(ranked.c.place * 100 <= seats))


def _tag(leaf: Leaf, day: Day) -> Condition:
    return col(Member.id).in_(select(col(MemberTag.member_id)).where(col(MemberTag.tag) == leaf.value))


def _campaign(leaf: Leaf, day: Day) -> Condition:
    arm = Arm.TREATED if leaf.op == "treated" else Arm.HELD_OUT
    decided = select(col(Decision.member_id)).where(col(Decision.campaign_id) == leaf.value, col(Decision.arm) == arm)
    return col(Member.id).in_(decided)


def _choice(column: Any) -> Callable[[Leaf, Day], Condition]:
    def condition(leaf: Leaf, day: Day) -> Condition:
        assert isinstance(leaf.value, tuple)
        return col(column).in_(leaf.value)

    return condition


CONDITIONS: dict[str, Callable[[Leaf, Day], Condition]] = {
    "is_member": _is_member,
    "is_customer": _is_customer,
    "tier": _choice(MemberTier.tier),
    "recency_days": lambda leaf, day: _days_ago(col(MemberProfile.last_day), leaf, day.today),
    "orders": _orders,
    "spend_fen": _spend,
    "first_order_days": lambda leaf, day: _days_ago(col(MemberProfile.first_day), leaf, day.today),
    "joined_days": _joined_days,
    "bought": _bought,
    "tag": _tag,
    "province": _choice(Member.province),
    "city": _choice(Member.city),
    "gender": _choice(Member.gender),
    "source": _choice(Member.source),
    "grade": _choice(Member.grade),
    "birthday_month": _choice(Member.birth_month),
    "birthday_within": _birthday_within,
    "consent": _consent,
    "contact": _contact,
    "missing_to_next": lambda leaf, day: _range(col(MemberTier.missing_fen), leaf),
    "top_spend_share": _top_spend,
    "campaign": _campaign,
}
