"""Figures by day or by stretch of days, for trends."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

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
    "tier": ("t.tier", " LEFT JOIN member_tier t ON t.member_id = m.id"),
}
_NOBODY = 0  # in the place of the buyer of an order without one
_DROPPED = -1


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


def month_buyers(session: Session) -> dict[int, int]:
    """Buyers by month (year * 12 + month - 1), from the kept cohort table."""
    rows = session.execute(text("SELECT cohort + step, sum(buyers) FROM cohort_cell GROUP BY cohort + step"))
    return {int(month): int(buyers) for month, buyers in rows}


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


class Grouping(NamedTuple):
    """Everybody's group: its place among ``names`` by member id; without a group, and for an order without a buyer, None."""

    names: tuple[str | None, ...]
    place: Ints


def read_grouping(session: Session, by: str) -> Grouping:
    """The people who count by source, province or tier."""
    column, joined = _GROUPS[by]
    rows = session.execute(
        text(
            f"SELECT coalesce({column}, ''), string_agg(CAST(m.id AS TEXT), ',') FROM member m{joined}"
            f" WHERE m.not_counted IS NULL GROUP BY coalesce({column}, '')"
        )
    ).all()
    members = {str(name): np.fromstring(ids, np.int64, sep=",") for name, ids in rows}
    names: tuple[str | None, ...] = (None, *sorted(name for name in members if name))
    place = np.full(max((int(ids.max()) for ids in members.values()), default=_NOBODY) + 1, _DROPPED, np.int64)
    for name, ids in members.items():
        place[ids] = names.index(name or None)
    place[_NOBODY] = 0
    return Grouping(names, place)


def group_sums(
    session: Session, grouping: Grouping, first: int, end: int
) -> list[tuple[str | None, int, int, int, int]]:
    """By group, of the shop days ``[first, end)``: orders, buyers, sales and refunds (fen); groups without any left out."""
    row = session.execute(
        text(
            "SELECT string_agg(CAST(coalesce(o.member_id, 0) AS TEXT), ','), string_agg(CAST(o.paid_fen AS TEXT), ','),"
            f" string_agg(CAST(o.refund_fen AS TEXT), ',') FROM shop_order o WHERE {PAID} AND o.shop_day >= :first AND o.shop_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    who, paid, back = (np.fromstring(column or "", np.int64, sep=",") for column in row)
    counted = (who < len(grouping.place)) & (grouping.place[np.minimum(who, len(grouping.place) - 1)] != _DROPPED)
    who, paid, back = who[counted], paid[counted], back[counted]
    groups, buyers, many = grouping.place[who], np.unique(who), len(grouping.names)
    columns = [np.zeros(many, np.int64) for _ in range(4)]
    for column, places, values in (
        (columns[0], groups, 1),
        (columns[1], grouping.place[buyers[buyers != _NOBODY]], 1),
        (columns[2], groups, paid),
        (columns[3], groups, back),
    ):
        np.add.at(column, places, values)
    orders, people, sales, refunds = (column.tolist() for column in columns)
    return [(name, orders[k], people[k], sales[k], refunds[k]) for k, name in enumerate(grouping.names) if orders[k]]


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
