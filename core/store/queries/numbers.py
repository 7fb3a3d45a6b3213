"""Counts and sums for pages and reports; every one has one meaning (docs/rules.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, text
from sqlmodel import Session

from core.store.bulk import whole_rows
from core.store.queries.profiles import OUT

# Whom the figures are about: everybody but those marked as not to count (B12). For statements in which ``o`` has a buyer.
COUNTED = f"o.member_id NOT IN {OUT}"
SEASON = 90  # days
PAID = "o.paid_at IS NOT NULL AND o.paid_fen > 0"


@dataclass(frozen=True)
class Sums:
    """One period's paid orders summed up."""

    orders: int
    buyers: int
    new_buyers: int
    sales_fen: int
    refund_fen: int
    member_orders: int
    member_buyers: int
    member_sales_fen: int


NOTHING = Sums(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Headcount:
    """Everybody: stored, ever a paid order, joined, and both."""

    people: int
    customers: int
    members: int
    joined_customers: int


def headcount(session: Session, now: int) -> Headcount:
    """People, customers and members as of ``now`` (µs)."""
    row = session.execute(
        text(
            "SELECT count(*), count(p.member_id), count(CASE WHEN m.joined_at <= :now THEN 1 END),"
            " count(CASE WHEN m.joined_at <= :now THEN p.member_id END)"
            " FROM member m LEFT JOIN member_profile p ON p.member_id = m.id WHERE m.not_counted IS NULL"
        ),
        {"now": now},
    ).one()
    return Headcount(*(int(value) for value in row))


def summed_days(session: Session, first: int, end: int, *, buyers: int, member_buyers: int) -> Sums:
    """The day summaries of ``[first, end)`` added up, with its people, who are no sum of days."""
    row = session.execute(
        text(
            "SELECT coalesce(sum(orders), 0), coalesce(sum(new_buyers), 0), coalesce(sum(sales_fen), 0),"
            " coalesce(sum(refund_fen), 0), coalesce(sum(member_orders), 0), coalesce(sum(member_sales_fen), 0)"
            " FROM day_summary WHERE shop_day >= :first AND shop_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    orders, new_buyers, sales, refunds, member_orders, member_sales = (int(value) for value in row)
    return Sums(orders, buyers, new_buyers, sales, refunds, member_orders, member_buyers, member_sales)


def period_sums(session: Session, first: int, end: int) -> Sums:
    """The sums of the shop days ``[first, end)``, its people counted from the orders."""
    people = session.execute(
        text(
            "SELECT count(DISTINCT o.member_id), count(DISTINCT CASE WHEN m.joined_at <= o.paid_at THEN o.member_id END)"
            f" FROM shop_order o LEFT JOIN member m ON m.id = o.member_id WHERE {PAID} AND m.not_counted IS NULL"
            " AND o.shop_day >= :first AND o.shop_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    return summed_days(session, first, end, buyers=int(people[0]), member_buyers=int(people[1]))


def day_rows(session: Session, first: int, end: int) -> list[tuple[int, Sums]]:
    """The sums of each shop day in ``[first, end)`` that has any."""
    rows = session.execute(
        text(
            "SELECT shop_day, orders, buyers, new_buyers, sales_fen, refund_fen, member_orders, member_buyers, member_sales_fen"
            " FROM day_summary WHERE shop_day >= :first AND shop_day < :end ORDER BY shop_day"
        ),
        {"first": first, "end": end},
    )
    return [(int(day), Sums(*(int(value) for value in rest))) for day, *rest in rows]


def buyer_orders(session: Session, first: int, end: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """By buyer of the shop days ``[first, end)``: paid orders and net spend in fen, two int64 arrays."""
    rows = session.execute(
        text(
            f"SELECT count(*), sum(o.paid_fen) - sum(o.refund_fen) FROM shop_order o WHERE {PAID} AND o.member_id IS NOT NULL"
            f" AND {COUNTED} AND o.shop_day >= :first AND o.shop_day < :end GROUP BY o.member_id"
        ),
        {"first": first, "end": end},
    ).all()
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(len(rows), 2)
    return table[:, 0], table[:, 1]


def repurchase_rate(session: Session, first: int, end: int) -> float | None:
    """Of the buyers of the shop days ``[first, end)`` the share with two or more paid orders in them; None without any."""
    row = session.execute(
        text(
            "SELECT count(*), count(CASE WHEN n >= 2 THEN 1 END) FROM (SELECT count(*) AS n FROM shop_order o"
            f" WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND o.shop_day >= :first AND o.shop_day < :end"
            " GROUP BY o.member_id) b"
        ),
        {"first": first, "end": end},
    ).one()
    return int(row[1]) / int(row[0]) if row[0] else None


def second_orders(session: Session, first: int, end: int) -> tuple[int, int]:
    """Of the members whose first paid order is in ``[first, end)``: how many, and how many ever bought again."""
    row = session.execute(
        text(
            "SELECT count(*), count(CASE WHEN p.orders > 1 THEN 1 END) FROM member_profile p JOIN member m ON m.id = p.member_id"
            " WHERE m.joined_at IS NOT NULL AND p.first_day >= :first AND p.first_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    return int(row[0]), int(row[1])


def data_span(session: Session) -> tuple[int, int] | None:
    """First and last shop day with a paid order; none in an empty store."""
    row = session.execute(text("SELECT min(shop_day), max(shop_day) FROM day_summary")).one()
    return None if row[0] is None else (int(row[0]), int(row[1]))


def known_day(session: Session, today: int) -> int:
    """Up to which shop day a silence counts: the last one with orders, never after today.

    A shop that has not imported for a week did not lose its customers of every day.
    """
    span = data_span(session)
    return today if span is None else min(today, span[1])


def tier_mix(session: Session, first: int, end: int) -> dict[str, tuple[int, int]]:
    """By tier code: members, and their sales of the shop days ``[first, end)`` in fen."""
    members = session.execute(text("SELECT tier, count(*) FROM member_tier GROUP BY tier")).all()
    sales = session.execute(
        text(
            f"SELECT t.tier, sum(o.paid_fen) FROM shop_order o JOIN member_tier t ON t.member_id = o.member_id WHERE {PAID}"
            " AND o.shop_day >= :first AND o.shop_day < :end GROUP BY t.tier"
        ),
        {"first": first, "end": end},
    ).all()
    spent = {str(tier): int(total) for tier, total in sales}
    return {str(tier): (int(count), spent.get(str(tier), 0)) for tier, count in members}


def order_bands(
    session: Session, first: int, end: int, members: Sequence[int] | None = None
) -> tuple[npt.NDArray[np.int64], ...]:
    """By customer (of ``members``) with a paid order in ``[first, end)``: member id, last shop day, paid orders, net spend (fen)."""
    among = "" if members is None else " AND o.member_id IN :ids"
    # The sign keeps SQLite from the index of days: beyond a season the orders are sooner read by person than sorted.
    day = "o.shop_day" if end - first <= SEASON else "+o.shop_day"
    statement = text(
        "SELECT o.member_id, max(o.shop_day), count(*), sum(o.paid_fen) - sum(o.refund_fen) FROM shop_order o"
        f" WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND {day} >= :first AND {day} < :end{among}"
        " GROUP BY o.member_id ORDER BY o.member_id"
    )
    names: dict[str, Any] = {"first": first, "end": end}
    if members is not None:
        statement, names["ids"] = statement.bindparams(bindparam("ids", expanding=True)), list(members)
    table = whole_rows(session.execute(statement, names), 4)
    return tuple(np.ascontiguousarray(table[:, index]) for index in range(4))
