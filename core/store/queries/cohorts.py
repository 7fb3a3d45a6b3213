"""The cohort table as it is kept, and the paid orders that it is made of."""

from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.bulk import bulk_insert
from core.store.queries.numbers import COUNTED, PAID
from core.store.queries.profiles import OUT
from core.store.tables import CohortCell

Table = tuple[tuple[int, ...], ...]
Ints = npt.NDArray[np.int64]

# The people of a slice by what it is cut by.
SLICES = {
    "source": "SELECT m.id FROM member m WHERE m.source = :value",
    "province": "SELECT m.id FROM member m WHERE m.province = :value",
    "tier": "SELECT t.member_id FROM member_tier t WHERE t.tier = :value",
}
_DAY_BITS = 17  # shop days until the year 2328


def facts_stamp(session: Session) -> list[int]:
    """What tells one state of the orders from another: sums over the day summaries, which follow every change of them."""
    row = session.execute(
        text(
            "SELECT coalesce(sum(orders), 0), coalesce(sum(buyers), 0), coalesce(sum(new_buyers), 0), coalesce(sum(sales_fen), 0),"
            " coalesce(sum(refund_fen), 0), coalesce(sum(shop_day * orders), 0), coalesce(sum(shop_day * new_buyers), 0),"
            " coalesce(sum(shop_day * buyers), 0), coalesce(max(shop_day), 0) FROM day_summary"
        )
    ).one()
    return [int(value) for value in row]


def read_cells(session: Session) -> Table:
    """The kept cells: cohort, step, buyers, orders, net fen."""
    rows = session.execute(text("SELECT cohort, step, buyers, orders, net_fen FROM cohort_cell ORDER BY cohort, step"))
    return tuple(tuple(int(value) for value in row) for row in rows)


def cell_columns(session: Session) -> Ints:
    """The kept cells as an int64 array of five columns: a page reads them without an object for each."""
    rows = session.execute(text("SELECT cohort, step, buyers, orders, net_fen FROM cohort_cell ORDER BY cohort, step"))
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 5)


def write_cells(session: Session, cells: Table) -> None:
    """Keep other cells in the place of all that are there."""
    session.execute(text("DELETE FROM cohort_cell"))
    bulk_insert(session, CohortCell, ("cohort", "step", "buyers", "orders", "net_fen"), iter(cells))


def buyer_range(session: Session) -> tuple[int, int]:
    """The least and the greatest id of a customer; (0, -1) without any."""
    low, high = session.execute(text("SELECT min(member_id), max(member_id) FROM member_profile")).one()
    return (0, -1) if low is None else (int(low), int(high))


def paid_orders(
    session: Session, low: int, high: int, slice_by: str | None = None, value: str = ""
) -> tuple[Ints, Ints, Ints]:
    """The paid orders of the people ``low..high`` (ids) in order of member and day: member, shop day, net fen (int64).

    The two columns come as one text each: a row in Python costs ten times what its numbers cost.
    """
    among = f" AND o.member_id IN ({SLICES[slice_by]})" if slice_by else ""
    row = session.execute(
        text(
            f"SELECT string_agg(CAST(o.member_id * {1 << _DAY_BITS} + o.shop_day AS TEXT), ','),"
            " string_agg(CAST(o.paid_fen - o.refund_fen AS TEXT), ',') FROM shop_order o"
            f" WHERE {PAID} AND o.member_id BETWEEN :low AND :high{among}"
        ),
        {"low": low, "high": high} | ({"value": value} if slice_by else {}),
    ).one()
    both, net = (np.fromstring(column or "", np.int64, sep=",") for column in row)
    out = [int(number) for (number,) in session.execute(text(f"{OUT[1:-1]} AND id BETWEEN {low:d} AND {high:d}"))]
    if out:
        counted = ~np.isin(both >> _DAY_BITS, out)
        both, net = both[counted], net[counted]
    if not np.all(both[1:] >= both[:-1]):
        order = np.argsort(both, kind="stable")
        both, net = both[order], net[order]
    return both >> _DAY_BITS, both & ((1 << _DAY_BITS) - 1), net


def second_purchases(
    session: Session, first: int, end: int, by: str | None
) -> list[tuple[str | None, int, int | None, int]]:
    """Of the customers first seen in the shop days ``[first, end)``: (group, first day, second buying day or None, people).

    ``by``: source, or category (that of the first order's dearest line).
    """
    group = {None: "''", "source": "m.source", "category": _FIRST_CATEGORY}[by]
    rows = session.execute(
        text(
            "SELECT grouped, first_day, second_day, count(*) FROM ("
            f"SELECT {group} AS grouped, p.first_day, (SELECT min(o.shop_day) FROM shop_order o WHERE o.member_id = p.member_id"
            f" AND {PAID} AND o.shop_day > p.first_day) AS second_day FROM member_profile p JOIN member m ON m.id = p.member_id"
            " WHERE p.first_day >= :first AND p.first_day < :end) seen GROUP BY grouped, first_day, second_day"
        ),
        {"first": first, "end": end},
    )
    return [(who, int(day), None if back is None else int(back), int(many)) for who, day, back, many in rows]


def returned_within(session: Session, first: int, end: int, days: int) -> list[tuple[int, int, int]]:
    """By first day of the customers first seen in ``[first, end)``: (day, people, of them back on another day within ``days``)."""
    rows = session.execute(
        text(
            "SELECT p.first_day, count(*), count(CASE WHEN EXISTS (SELECT 1 FROM shop_order o WHERE o.member_id = p.member_id"
            f" AND {PAID} AND o.shop_day > p.first_day AND o.shop_day <= p.first_day + :days) THEN 1 END)"
            " FROM member_profile p WHERE p.first_day >= :first AND p.first_day < :end GROUP BY p.first_day"
        ),
        {"first": first, "end": end, "days": days},
    )
    return [(int(day), int(many), int(back)) for day, many, back in rows]


_FIRST_CATEGORY = (
    "(SELECT r.category FROM shop_order o JOIN order_item i ON i.order_id = o.id JOIN product r ON r.id = i.product_id"
    f" WHERE o.member_id = p.member_id AND o.paid_at = p.first_paid_at AND {PAID} AND r.category IS NOT NULL"
    " ORDER BY i.amount_fen DESC, i.id LIMIT 1)"
)


def slice_values(session: Session, by: str) -> list[tuple[str, int]]:
    """What a slice can be cut to, the largest first: (value, customers)."""
    column, joined = {
        "source": ("m.source", ""),
        "province": ("m.province", ""),
        "tier": ("t.tier", " JOIN member_tier t ON t.member_id = p.member_id"),
    }[by]
    rows = session.execute(
        text(
            f"SELECT {column}, count(*) FROM member_profile p JOIN member m ON m.id = p.member_id{joined}"
            f" WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC, {column}"
        )
    )
    return [(str(value), int(many)) for value, many in rows]


def cohort_sql(session: Session) -> Table:
    """The whole table by SQL from the orders alone: what the kept one must equal."""
    month = "({0} * 12 + {1} - 1)"
    day = (
        (
            "CAST(strftime('%Y', {0} * 86400, 'unixepoch') AS INTEGER)",
            "CAST(strftime('%m', {0} * 86400, 'unixepoch') AS INTEGER)",
        )
        if session.get_bind().dialect.name == "sqlite"
        else (
            "CAST(EXTRACT(YEAR FROM DATE '1970-01-01' + {0}) AS INTEGER)",
            "CAST(EXTRACT(MONTH FROM DATE '1970-01-01' + {0}) AS INTEGER)",
        )
    )
    said = month.format(*day)
    rows = session.execute(
        text(
            "SELECT cohort, bought - cohort, count(*), sum(n), sum(net) FROM (SELECT b.member_id, f.cohort, b.bought, b.n, b.net FROM ("
            f"SELECT o.member_id, {said.format('o.shop_day')} AS bought, count(*) AS n, sum(o.paid_fen) - sum(o.refund_fen) AS net"
            f" FROM shop_order o WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED} GROUP BY 1, 2) b JOIN ("
            f"SELECT o.member_id, {said.format('min(o.shop_day)')} AS cohort FROM shop_order o"
            f" WHERE {PAID} AND o.member_id IS NOT NULL GROUP BY o.member_id) f ON f.member_id = b.member_id) c"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
    )
    return tuple(tuple(int(value) for value in row) for row in rows)
