"""The facts that growth, tiers and points follow from, as sorted int64 columns; instants in microseconds, -1 = none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import TextClause, bindparam, text
from sqlmodel import Session

from core.documents.earning import EARNING_KINDS

Ints = npt.NDArray[np.int64]
_PAID = "o.paid_at IS NOT NULL AND o.paid_fen > 0"


@dataclass(frozen=True)
class Whom:
    """Members to work on: all ids from ``first`` to ``last``, or just ``ids``."""

    first: int = 0
    last: int = -1
    ids: tuple[int, ...] | None = None

    def clause(self, column: str, statement: str) -> TextClause:
        """``statement`` with ``{whom}`` filled in for a column."""
        if self.ids is None:
            return text(statement.format(whom=f"{column} BETWEEN :first AND :last")).bindparams(
                first=self.first, last=self.last
            )
        filled = text(statement.format(whom=f"{column} IN :ids"))
        return filled.bindparams(bindparam("ids", list(self.ids), expanding=True))


def read_columns(session: Session, statement: TextClause, width: int) -> list[Ints]:
    """The whole answer of a statement that selects ``width`` integers, by column."""
    found = session.execute(statement)
    # Past the row objects, and value by value: numpy asks an object for a dozen names before it believes that it is a
    # sequence (10x slower).
    rows: list[tuple[int, ...]] = found.cursor.fetchall()  # type: ignore[attr-defined]
    found.close()
    flat = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * width)
    return [np.ascontiguousarray(column) for column in flat.reshape(len(rows), width).T]


def index_of(column: str, words: Sequence[str]) -> str:
    """SQL for the place of a column's value in a vocabulary of ours, -1 for any other."""
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words))
    return f"CASE {column} {cases} ELSE -1 END"


def read_people(session: Session, whom: Whom) -> list[Ints]:
    """Id and joined instant, by id; who is not to be counted never joined."""
    joined = "CASE WHEN not_counted IS NULL THEN coalesce(joined_at, -1) ELSE -1 END"
    return read_columns(session, whom.clause("id", f"SELECT id, {joined} FROM member WHERE {{whom}} ORDER BY id"), 2)


def read_orders(session: Session, whom: Whom, *, finished: bool) -> list[Ints]:
    """Member, id, paid at, paid fen and finished at of paid orders by (member, paid at, id); ``finished`` only where asked."""
    # Without it the index holds all that is needed.
    last = "coalesce(o.completed_at, -1)" if finished else "-1"
    statement = (
        f"SELECT o.member_id, o.id, o.paid_at, o.paid_fen, {last} FROM shop_order o WHERE {{whom}} AND {_PAID}"
        " ORDER BY o.member_id, o.paid_at, o.id"
    )
    return read_columns(session, whom.clause("o.member_id", statement), 5)


def read_refunds(session: Session, whom: Whom) -> list[Ints]:
    """Order id, id, instant and fen of the refunds of paid orders."""
    statement = (
        "SELECT r.order_id, r.id, r.occurred_at, r.amount_fen FROM refund r JOIN shop_order o ON o.id = r.order_id"
        f" WHERE {{whom}} AND {_PAID}"
    )
    return read_columns(session, whom.clause("o.member_id", statement), 4)


def read_lines(session: Session, whom: Whom) -> list[Ints]:
    """Order id, product id, amount and refund of the lines of paid orders."""
    statement = (
        "SELECT i.order_id, i.product_id, i.amount_fen, i.refund_fen FROM order_item i"
        f" JOIN shop_order o ON o.id = i.order_id WHERE {{whom}} AND {_PAID}"
    )
    return read_columns(session, whom.clause("o.member_id", statement), 4)


def read_categories(session: Session) -> dict[int, str]:
    """The category of every product that has one, by product id."""
    rows = session.execute(text("SELECT id, category FROM product WHERE category IS NOT NULL ORDER BY id"))
    return {int(number): str(category) for number, category in rows}


def read_actions(session: Session, whom: Whom) -> list[Ints]:
    """Member, id, kind (place in ``EARNING_KINDS``) and instant of the interactions of known kinds, by (member, instant, id)."""
    kind = index_of("kind", EARNING_KINDS)
    statement = (
        f"SELECT member_id, id, {kind}, occurred_at FROM interaction WHERE {{whom}} AND {kind} >= 0"
        " ORDER BY member_id, occurred_at, id"
    )
    return read_columns(session, whom.clause("member_id", statement), 4)


def read_overrides(session: Session, whom: Whom, sources: Sequence[str]) -> tuple[list[Ints], list[str]]:
    """Member, id, start, end and source of what overrides tiers, by (member, start, id), and the tier codes ("" = none).

    One that is revoked ends then; one that never held is left out.
    """
    ends = "CASE WHEN revoked_at IS NOT NULL AND (ends_at IS NULL OR revoked_at < ends_at) THEN revoked_at ELSE ends_at END"
    source = index_of("source", sources)
    rows = session.execute(
        whom.clause(
            "member_id",
            f"SELECT member_id, id, starts_at, coalesce({ends}, -1), {source}, coalesce(tier, '') FROM tier_override"
            " WHERE {whom} AND (revoked_at IS NULL OR revoked_at > starts_at) ORDER BY member_id, starts_at, id",
        )
    ).all()
    table = np.array([tuple(row[:5]) for row in rows], np.int64).reshape(len(rows), 5)
    return [np.ascontiguousarray(column) for column in table.T], [str(row[5]) for row in rows]


def read_points_facts(session: Session, whom: Whom, kinds: Sequence[str]) -> list[Ints]:
    """Member, id, kind, points, instant and what it refers to of points that moved without an order."""
    statement = (
        f"SELECT member_id, id, {index_of('kind', kinds)}, points, occurred_at, coalesce(refers_to, -1)"
        " FROM points_fact WHERE {whom} ORDER BY member_id, occurred_at, id"
    )
    return read_columns(session, whom.clause("member_id", statement), 6)


def member_range(session: Session) -> tuple[int, int]:
    """The lowest and highest member id; (0, -1) when there is nobody."""
    low, high = session.execute(text("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM member")).one()
    return int(low), int(high)


def order_names(session: Session, order_ids: Sequence[int]) -> dict[int, str]:
    """``platform:order number`` by order id."""
    statement = text("SELECT id, platform, order_no FROM shop_order WHERE id IN :ids")
    rows = session.execute(statement.bindparams(bindparam("ids", list(order_ids), expanding=True)))
    return {int(number): f"{platform}:{order_no}" for number, platform, order_no in rows}
