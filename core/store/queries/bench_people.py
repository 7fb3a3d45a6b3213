"""What the benches of everybody's figures hold the real queries against; SQLite only."""

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.bulk import whole_rows
from core.store.queries.numbers import COUNTED, PAID

_WHO = f"{PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND o.shop_day >= :first AND o.shop_day < :end"
ORDERS = text(f"SELECT o.member_id, o.shop_day, o.paid_fen, o.refund_fen FROM shop_order o WHERE {_WHO}")
_HASHED = ("first_day_net_fen", "month_start_orders", "orders", "buying_days", "net_fen", "last_order_id", "first_day")


def bands_without_index(session: Session, first: int, end: int) -> tuple[npt.NDArray[np.int64], ...]:
    """Last shop day, paid orders and net spend (fen) of each buyer, by id, from the table alone."""
    statement = (
        "SELECT max(o.shop_day), count(*), sum(o.paid_fen) - sum(o.refund_fen) FROM shop_order o NOT INDEXED"
        f" WHERE {_WHO} GROUP BY o.member_id ORDER BY o.member_id"
    )
    table = whole_rows(session.execute(text(statement), {"first": first, "end": end}), 3)
    return table[:, 0], table[:, 1], table[:, 2]


def profile_sums(session: Session) -> tuple[int, ...]:
    """Sums that two different sets of profiles do not share: each column weighed by whose it is."""
    weighed = ", ".join(f"sum(({name} * 31 + member_id) % 1000003 * (member_id % 9973 + 1))" for name in _HASHED)
    statement = f"SELECT count(*), {weighed}, sum(length(last_category) * member_id), sum(last_paid_at % 1000003) FROM member_profile"
    return tuple(int(value) for value in session.execute(text(statement)).one())
