"""All paid orders of people as packed numbers, and what tells one state of them from another."""

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.cohorts import facts_stamp
from core.store.queries.numbers import PAID

Ints = npt.NDArray[np.int64]


def visits_stamp(session: Session) -> tuple[int, ...]:
    """The revisions of orders and people, and the orders' number and sums, for a store may be made anew in its place."""
    written = session.execute(
        text("SELECT coalesce(sum(number), 0) FROM revision WHERE area IN ('orders', 'members')")
    ).scalar_one()
    newest = session.execute(text("SELECT coalesce(max(id), 0) FROM shop_order")).scalar_one()
    return (int(written), int(newest), *facts_stamp(session))


def packed_orders(session: Session, low: int, high: int, day_bits: int) -> Ints:
    """The paid orders of the people ``low..high`` (ids) who count, rising: person, shop day, two flags, in one number each.

    Flags: 2 has joined, 1 had when the order was paid. They come as one text: a row in Python costs ten times as much.
    """
    column = session.execute(
        text(
            f"SELECT string_agg(CAST((o.member_id * {1 << day_bits} + o.shop_day) * 4 + CASE WHEN m.joined_at IS NULL THEN 0"
            " WHEN m.joined_at <= o.paid_at THEN 3 ELSE 2 END AS TEXT), ',') FROM shop_order o"
            f" JOIN member m ON m.id = o.member_id WHERE {PAID} AND m.not_counted IS NULL AND o.member_id BETWEEN :low AND :high"
        ),
        {"low": low, "high": high},
    ).scalar_one()
    packed = np.fromstring(column or "", np.int64, sep=",")
    return packed if np.all(packed[1:] >= packed[:-1]) else np.sort(packed)
