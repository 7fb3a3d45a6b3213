"""Figures by day or by stretch of days, for trends."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.numbers import COUNTED, PAID

Ints = npt.NDArray[np.int64]

QUARTER_HOUR = 900_000_000  # every time zone's days begin on one
_LEDGER = {
    "points_issued": ("from_account", "to_account", "issued"),
    "points_spent": ("to_account", "from_account", "spent"),
}
_GROUPS = {
    "source": ("m.source", ""),
    "province": ("m.province", ""),
    "tier": ("t.tier", " LEFT JOIN member_tier t ON t.member_id = o.member_id"),
}


def day_columns(session: Session, first: int, end: int, names: Sequence[str]) -> dict[str, Ints]:
    """Some columns of the day summaries of ``[first, end)``, every day in its place, a day without orders as zeros."""
    rows = session.execute(
        text(f"SELECT shop_day, {', '.join(names)} FROM day_summary WHERE shop_day >= :first AND shop_day < :end"),
        {"first": first, "end": end},
    )
    found = np.zeros((end - first, len(names)), np.int64)
    table = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, len(names) + 1)
    found[table[:, 0] - first] = table[:, 1:]
    return {name: found[:, place] for place, name in enumerate(names)}


def orders_and_sales(session: Session, first: int, end: int) -> tuple[int, int]:
    """Paid orders and sales (fen) of the shop days ``[first, end)``, from the day summaries."""
    row = session.execute(
        text(
            "SELECT coalesce(sum(orders), 0), coalesce(sum(sales_fen), 0) FROM day_summary"
            " WHERE shop_day >= :first AND shop_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    return int(row[0]), int(row[1])


def buyers_between(session: Session, first: int, end: int) -> int:
    """People with a paid order in the shop days ``[first, end)``."""
    return int(
        session.execute(
            text(
                f"SELECT count(DISTINCT o.member_id) FROM shop_order o WHERE {PAID} AND {COUNTED}"
                " AND o.shop_day >= :first AND o.shop_day < :end"
            ),
            {"first": first, "end": end},
        ).scalar_one()
    )


def month_buyers(session: Session) -> dict[int, int]:
    """Buyers by month (year * 12 + month - 1), from the kept cohort table."""
    rows = session.execute(text("SELECT cohort + step, sum(buyers) FROM cohort_cell GROUP BY cohort + step"))
    return {int(month): int(buyers) for month, buyers in rows}


def repeat_buyers(session: Session, first: int, end: int) -> tuple[int, int]:
    """Buyers of the shop days ``[first, end)`` with two paid orders or more in them, and all buyers."""
    row = session.execute(
        text(
            "SELECT count(CASE WHEN n >= 2 THEN 1 END), count(*) FROM (SELECT count(*) AS n FROM shop_order o"
            f" WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND o.shop_day >= :first AND o.shop_day < :end"
            " GROUP BY o.member_id) b"
        ),
        {"first": first, "end": end},
    ).one()
    return int(row[0]), int(row[1])


def joined_between(session: Session, first: int, end: int) -> int:
    """Members who joined in ``[first, end)`` (µs)."""
    statement = text(
        "SELECT count(*) FROM member WHERE joined_at >= :first AND joined_at < :end AND not_counted IS NULL"
    )
    return int(session.execute(statement, {"first": first, "end": end}).scalar_one())


def redeemed_times(session: Session, first: int, end: int) -> tuple[Ints, Ints]:
    """Quarter-hours (their number since 1970) in ``[first, end)`` (µs) with coupons redeemed, and how many."""
    return _by_quarter(
        session,
        "SELECT occurred_at / :quarter, count(*) FROM redemption WHERE occurred_at >= :first AND occurred_at < :end GROUP BY 1",
        first,
        end,
    )


def points_times(session: Session, name: str, first: int, end: int) -> tuple[Ints, Ints]:
    """Quarter-hours in which points were issued or spent (``name``), less what was taken back, and how many."""
    there, back, account = _LEDGER[name]
    return _by_quarter(
        session,
        f"SELECT occurred_at / :quarter, sum(CASE WHEN {there} = '{account}' THEN amount ELSE -amount END) FROM points_entry"
        f" WHERE ({there} = '{account}' OR {back} = '{account}') AND occurred_at >= :first AND occurred_at < :end GROUP BY 1",
        first,
        end,
    )


def _by_quarter(session: Session, statement: str, first: int, end: int) -> tuple[Ints, Ints]:
    rows = session.execute(text(statement), {"quarter": QUARTER_HOUR, "first": first, "end": end}).all()
    table = np.array([(int(when), int(many)) for when, many in rows], np.int64).reshape(len(rows), 2)
    return table[:, 0], table[:, 1]


def group_sums(session: Session, by: str, first: int, end: int) -> list[tuple[str | None, int, int, int, int]]:
    """By source, province or tier, of the shop days ``[first, end)``: orders, buyers, sales and refunds (fen)."""
    column, joined = _GROUPS[by]
    rows = session.execute(
        text(
            f"SELECT {column}, count(*), count(DISTINCT o.member_id), sum(o.paid_fen), sum(o.refund_fen)"
            f" FROM shop_order o LEFT JOIN member m ON m.id = o.member_id{joined} WHERE {PAID} AND m.not_counted IS NULL"
            f" AND o.shop_day >= :first AND o.shop_day < :end GROUP BY {column}"
        ),
        {"first": first, "end": end},
    )
    return [(name or None, *(int(value) for value in rest)) for name, *rest in rows]  # type: ignore[misc]


def group_newcomers(session: Session, by: str, first: int, end: int) -> list[tuple[str | None, int]]:
    """By source, province or tier: customers whose first paid order is in the shop days ``[first, end)``."""
    column, joined = _GROUPS[by]
    rows = session.execute(
        text(
            f"SELECT {column}, count(*) FROM member_profile o JOIN member m ON m.id = o.member_id{joined}"
            f" WHERE o.first_day >= :first AND o.first_day < :end GROUP BY {column}"
        ),
        {"first": first, "end": end},
    )
    return [(name or None, int(many)) for name, many in rows]


def month_sums_sql(session: Session, months: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Orders, buyers and sales (fen) of stretches of days ``[first, end)`` from the orders alone, in one statement."""
    cases = " ".join(f"WHEN o.shop_day < {end:d} THEN {place:d}" for place, (_, end) in enumerate(months))
    rows = session.execute(
        text(
            f"SELECT CASE {cases} END AS month, count(*), count(DISTINCT o.member_id), sum(o.paid_fen) FROM shop_order o"
            f" WHERE {PAID} AND (o.member_id IS NULL OR {COUNTED}) AND o.shop_day >= :first AND o.shop_day < :end GROUP BY month"
        ),
        {"first": months[0][0], "end": months[-1][1]},
    )
    found = {int(month): (int(orders), int(buyers), int(sales)) for month, orders, buyers, sales in rows}
    return [found.get(place, (0, 0, 0)) for place in range(len(months))]
