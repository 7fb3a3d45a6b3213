"""Purchase histories: of everybody as the profiles know them, or cut at a day, and what people brought in two years."""

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.facts import read_columns
from core.store.queries.numbers import COUNTED, PAID

Ints = npt.NDArray[np.int64]

_NET = "o.paid_fen - o.refund_fen"
# Below no chance at all: who bought once is a band of their own (core.analytics.lifetime says why).
ONCE = -1


def read_histories(session: Session) -> list[Ints]:
    """By customer: buying days, first day, last day, net spend, net spend of the first day."""
    statement = "SELECT buying_days, first_day, last_day, net_fen, first_day_net_fen FROM member_profile"
    return read_columns(session, text(statement), 5)


def read_cut(session: Session, until: int, end: int) -> list[Ints]:
    """The same five of who had bought by the day ``until``, as known then, and their buying days after it up to ``end``."""
    statement = text(
        "SELECT count(DISTINCT CASE WHEN o.shop_day <= :until THEN o.shop_day END), p.first_day,"
        " max(CASE WHEN o.shop_day <= :until THEN o.shop_day END),"
        f" sum(CASE WHEN o.shop_day <= :until THEN {_NET} ELSE 0 END), p.first_day_net_fen,"
        " count(DISTINCT CASE WHEN o.shop_day > :until THEN o.shop_day END)"
        f" FROM member_profile p JOIN shop_order o ON o.member_id = p.member_id WHERE {PAID}"
        " AND p.first_day <= :until AND o.shop_day <= :end GROUP BY p.member_id"
    )
    return read_columns(session, statement.bindparams(until=until, end=end), 6)


def read_years(session: Session, before: int, last: int, end: int) -> list[Ints]:
    """By buyer of the days ``[before, end)``, by id: orders and net spend before the day ``last``, the same from it on."""
    statement = text(
        "SELECT o.member_id, count(CASE WHEN o.shop_day < :last THEN 1 END),"
        f" sum(CASE WHEN o.shop_day < :last THEN {_NET} ELSE 0 END),"
        " count(CASE WHEN o.shop_day >= :last THEN 1 END),"
        f" sum(CASE WHEN o.shop_day >= :last THEN {_NET} ELSE 0 END)"
        f" FROM shop_order o WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED}"
        " AND o.shop_day >= :before AND o.shop_day < :end GROUP BY o.member_id ORDER BY o.member_id"
    )
    return read_columns(session, statement.bindparams(before=before, last=last, end=end), 5)


def read_known_costs(session: Session, before: int, last: int, end: int) -> list[Ints]:
    """Of lines whose product has a cost, by buyer: kept revenue and cost before the day ``last``, the same from it on."""
    kept, cost = "i.amount_fen - i.refund_fen", "i.quantity * c.cost_fen"
    parts = ", ".join(
        f"sum(CASE WHEN o.shop_day {way} :last THEN {what} ELSE 0 END)" for way in ("<", ">=") for what in (kept, cost)
    )
    statement = text(
        f"SELECT o.member_id, {parts} FROM product c JOIN order_item i ON i.product_id = c.id"
        " JOIN shop_order o ON o.id = i.order_id WHERE c.cost_fen IS NOT NULL AND i.amount_fen > i.refund_fen"
        f" AND {PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND o.shop_day >= :before AND o.shop_day < :end"
        " GROUP BY o.member_id ORDER BY o.member_id"
    )
    return read_columns(session, statement.bindparams(before=before, last=last, end=end), 5)


def alive_bands(session: Session, borders_bp: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """People and value (fen) by band of the chance to be still with the shop: (index of its lower border, people, value).

    Who has one order only is the band ``ONCE``.
    """
    cases = " ".join(
        f"WHEN k.alive_bp >= {border} THEN {place}" for place, border in reversed([*enumerate(borders_bp)])
    )
    rows = session.execute(
        text(
            f"SELECT CASE WHEN p.orders < 2 THEN {ONCE} {cases} END AS band, count(*), coalesce(sum(k.value_fen), 0)"
            " FROM member_outlook k JOIN member_profile p ON p.member_id = k.member_id"
            " WHERE k.alive_bp IS NOT NULL GROUP BY band ORDER BY band"
        )
    ).all()
    return [(int(band), int(people), int(value)) for band, people, value in rows]


def count_worth(session: Session, least_fen: int) -> int:
    """How many people are expected to bring so much or more."""
    statement = text("SELECT count(*) FROM member_outlook WHERE value_fen >= :least")
    return int(session.execute(statement, {"least": least_fen}).scalar_one())
