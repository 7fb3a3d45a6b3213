"""Profiles and day summaries: derived from the facts, rebuilt for what an import touched or from nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, text
from sqlmodel import Session

from core.clock import from_micros

# Staff, tests, resellers, the blacklist (B12): no profile, no part in any day's sums.
OUT = "(SELECT id FROM member WHERE not_counted IS NOT NULL)"
# Days from 1900-03-01 on: counted from the first of March, of which the months' lengths repeat; no calendar in either database.
MONTH_START = "(5 * (((4 * (o.shop_day + 671) + 3) % 1461) / 4) + 2) % 153 < 50"
_DAY_AT_MOST = 25 * 3_600_000_000  # µs: the longest day of a zone that changes its clock
_LAST_ORDER = "(SELECT max(l.id) FROM shop_order l WHERE l.member_id = o.member_id AND l.paid_at = max(o.paid_at) AND l.paid_fen > 0)"
_CATEGORY_OF = (
    "SELECT g.category FROM {orders} JOIN product g ON g.id = i.product_id WHERE {which} AND g.category IS NOT NULL"
    " ORDER BY {newest} i.amount_fen DESC, i.id LIMIT 1"
)
# The last order nearly always has a category; only for who has none in it the orders before are gone through.
_LAST_CATEGORY = _CATEGORY_OF.format(orders="order_item i", which=f"i.order_id = {_LAST_ORDER}", newest="")
_ANY_CATEGORY = _CATEGORY_OF.format(
    orders="shop_order l JOIN order_item i ON i.order_id = l.id",
    which="l.member_id = o.member_id AND l.paid_at IS NOT NULL AND l.paid_fen > 0",
    newest="l.paid_at DESC, l.id DESC,",
)
_PROFILE = (
    "INSERT INTO member_profile (member_id, orders, buying_days, quantity, paid_fen, refund_fen, net_fen, first_paid_at,"
    " last_paid_at, first_day, last_day, last_order_id, first_day_net_fen, month_start_orders, last_category)"
    " SELECT o.member_id, count(*), count(DISTINCT o.shop_day), sum(o.quantity), sum(o.paid_fen), sum(o.refund_fen),"
    " sum(o.paid_fen) - sum(o.refund_fen), min(o.paid_at), max(o.paid_at), min(o.shop_day), max(o.shop_day),"
    f" {_LAST_ORDER},"
    " (SELECT sum(f.paid_fen - f.refund_fen) FROM shop_order f WHERE f.member_id = o.member_id AND f.paid_fen > 0"
    f"  AND f.paid_at < min(o.paid_at) + {_DAY_AT_MOST} AND f.shop_day = min(o.shop_day)),"
    f" sum(CASE WHEN {MONTH_START} THEN 1 ELSE 0 END), coalesce(({_LAST_CATEGORY}), ({_ANY_CATEGORY}))"
    " FROM shop_order o WHERE {whom} AND o.paid_at IS NOT NULL AND o.paid_fen > 0"
    f" AND o.member_id NOT IN {OUT}"
    " GROUP BY o.member_id"
)
_DAY = (
    "INSERT INTO day_summary (shop_day, orders, buyers, new_buyers, sales_fen, refund_fen, member_orders, member_buyers,"
    " member_sales_fen)"
    " SELECT o.shop_day, count(*), count(DISTINCT o.member_id),"
    " count(DISTINCT CASE WHEN p.first_day = o.shop_day THEN o.member_id END), sum(o.paid_fen), sum(o.refund_fen),"
    " sum(CASE WHEN m.joined_at <= o.paid_at THEN 1 ELSE 0 END),"
    " count(DISTINCT CASE WHEN m.joined_at <= o.paid_at THEN o.member_id END),"
    " sum(CASE WHEN m.joined_at <= o.paid_at THEN o.paid_fen ELSE 0 END)"
    " FROM shop_order o LEFT JOIN member_profile p ON p.member_id = o.member_id LEFT JOIN member m ON m.id = o.member_id"
    " WHERE o.shop_day IS NOT NULL AND o.paid_fen > 0 AND m.not_counted IS NULL {which} GROUP BY o.shop_day"
)
_TOUCHED = "(SELECT t.member_id FROM shop_order t WHERE t.batch_id = :batch_id AND t.member_id IS NOT NULL)"


def refresh_profiles(session: Session, batch_id: int) -> None:
    """Rebuild the profiles of everybody with an order in a batch."""
    names = {"batch_id": batch_id}
    session.execute(text(f"DELETE FROM member_profile WHERE member_id IN {_TOUCHED}"), names)
    session.execute(text(_PROFILE.format(whom=f"o.member_id IN {_TOUCHED}")), names)


def rebuild_profiles(session: Session) -> None:
    """Rebuild all profiles from the facts."""
    session.execute(text("DELETE FROM member_profile"))
    session.execute(text(_PROFILE.format(whom="o.member_id IS NOT NULL")))


def refresh_people(session: Session, members: Sequence[int]) -> set[int]:
    """Rebuild the profiles of some people; the days on which they bought, whose summaries are old now."""
    days: set[int] = set()
    among: BindParameter[list[int]] = bindparam("ids", expanding=True)
    for start in range(0, len(members), 5_000):
        names = {"ids": list(members[start : start + 5_000])}
        session.execute(text("DELETE FROM member_profile WHERE member_id IN :ids").bindparams(among), names)
        session.execute(text(_PROFILE.format(whom="o.member_id IN :ids")).bindparams(among), names)
        bought = text("SELECT DISTINCT shop_day FROM shop_order WHERE shop_day IS NOT NULL AND member_id IN :ids")
        days |= {int(row[0]) for row in session.execute(bought.bindparams(among), names)}
    return days


def buyers_of(session: Session, products: Sequence[int]) -> list[int]:
    """Whoever has an order of one of these goods: their profiles say which category they bought last."""
    found = text(
        "SELECT DISTINCT o.member_id FROM order_item i JOIN shop_order o ON o.id = i.order_id"
        " WHERE i.product_id IN :ids AND o.member_id IS NOT NULL"
    ).bindparams(bindparam("ids", expanding=True))
    numbers = list(products)
    chunks = (numbers[start : start + 5_000] for start in range(0, len(numbers), 5_000))
    return sorted({int(row[0]) for some in chunks for row in session.execute(found, {"ids": some})})


def touched_days(session: Session, batch_id: int) -> set[int]:
    """The shop days of a batch's orders and of all orders of its people."""
    found = session.execute(
        text(
            "SELECT DISTINCT shop_day FROM shop_order WHERE shop_day IS NOT NULL"
            f" AND (batch_id = :batch_id OR member_id IN {_TOUCHED})"
        ),
        {"batch_id": batch_id},
    )
    return {int(row[0]) for row in found}


def refresh_days(session: Session, days: Iterable[int]) -> None:
    """Rebuild the summaries of some shop days."""
    numbers = sorted(set(days))
    for start in range(0, len(numbers), 5_000):
        names = {"days": numbers[start : start + 5_000]}
        session.execute(
            text("DELETE FROM day_summary WHERE shop_day IN :days").bindparams(bindparam("days", expanding=True)), names
        )
        session.execute(
            text(_DAY.format(which="AND o.shop_day IN :days")).bindparams(bindparam("days", expanding=True)), names
        )


def rebuild_days(session: Session) -> None:
    """Rebuild all day summaries from the facts."""
    session.execute(text("DELETE FROM day_summary"))
    session.execute(text(_DAY.format(which="")))


def join_from_first_order(session: Session, batch_id: int | None) -> int:
    """Everyone is a member from the first paid order on; returns how many joined. ``batch_id`` limits it to a batch's people."""
    whom = f"AND id IN {_TOUCHED}" if batch_id is not None else ""
    names = {} if batch_id is None else {"batch_id": batch_id}
    first = "(SELECT p.first_paid_at FROM member_profile p WHERE p.member_id = member.id)"
    joined = session.execute(
        text(f"SELECT count(*) FROM member WHERE joined_at IS NULL AND left_at IS NULL AND {first} IS NOT NULL {whom}"),
        names,
    ).scalar_one()
    session.execute(
        text(
            f"UPDATE member SET joined_at = {first}, joined_by = 'first_order' WHERE (joined_by IS NULL OR joined_by = 'first_order')"
            f" AND not_counted IS NULL AND joined_at IS DISTINCT FROM {first} {whom}"
        ),
        names,
    )
    return int(joined)


def leave_first_order_rule(session: Session) -> int:
    """A file has brought joined dates: whoever only counted by their first order is a customer again."""
    statement = text("UPDATE member SET joined_at = NULL, joined_by = NULL WHERE joined_by = 'first_order'")
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def count_people(session: Session) -> int:
    """How many people the store knows."""
    return int(session.execute(text("SELECT count(*) FROM member")).scalar_one())


def count_joined(session: Session) -> tuple[int, int, int]:
    """Members now, members if everybody with a paid order were one, and those whom a file or the owner made one."""
    row = session.execute(
        text(
            "SELECT sum(CASE WHEN joined_at IS NOT NULL THEN 1 ELSE 0 END),"
            " sum(CASE WHEN m.left_at IS NULL AND (p.member_id IS NOT NULL OR m.joined_by <> 'first_order') THEN 1 ELSE 0 END),"
            " sum(CASE WHEN m.joined_at IS NOT NULL AND m.joined_by <> 'first_order' THEN 1 ELSE 0 END)"
            " FROM member m LEFT JOIN member_profile p ON p.member_id = m.id WHERE m.not_counted IS NULL"
        )
    ).one()
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)


def first_paid_at(session: Session, member_id: int) -> datetime | None:
    """When a person first paid; none for who never did."""
    # From the orders, not the profile: who is not counted has none.
    statement = text(
        "SELECT min(paid_at) FROM shop_order WHERE member_id = :id AND paid_at IS NOT NULL AND paid_fen > 0"
    )
    found = session.execute(statement, {"id": member_id}).scalar_one()
    return None if found is None else from_micros(found)
