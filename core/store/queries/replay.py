"""What a replay is held against: stored rows as plain values, and when they were derived."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.facts import Whom, read_columns

Ints = npt.NDArray[np.int64]


def last_review(session: Session) -> int | None:
    """When the last import looked at whoever had joined; without imports the last instant at which anybody was derived.

    Not simply the latter: one member's tier is derived at once when their points move, and tells nothing of the others.
    """
    imported, derived = session.execute(
        text("SELECT (SELECT max(recorded_at) FROM import_batch), (SELECT max(evaluated_at) FROM member_tier)")
    ).one()
    found = derived if imported is None else imported
    return None if found is None else int(found)


def count_due(session: Session) -> int:
    """Members that should have a tier in a store that no import and no review ever touched."""
    return int(
        session.execute(
            text("SELECT count(*) FROM member WHERE joined_at IS NOT NULL AND not_counted IS NULL")
        ).scalar_one()
    )


def evaluations(session: Session, whom: Whom, otherwise: int) -> tuple[Ints, Ints]:
    """Member ids in order, and when each was last derived; ``otherwise`` for who has no tier."""
    statement = (
        f"SELECT m.id, coalesce(t.evaluated_at, {otherwise}) FROM member m LEFT JOIN member_tier t ON t.member_id = m.id"
        " WHERE {whom} ORDER BY m.id"
    )
    ids, at = read_columns(session, whom.clause("m.id", statement), 2)
    return ids, at


def stored_rows(session: Session, table: str, columns: Sequence[str], whom: Whom) -> set[tuple[object, ...]]:
    """Some members' rows of a derived table, as plain values."""
    statement = whom.clause("member_id", f"SELECT {', '.join(columns)} FROM {table} WHERE {{whom}}")
    flags = [place for place, name in enumerate(columns) if name == "grace"]
    rows = (list(row) for row in session.execute(statement))
    return {tuple(bool(v) if place in flags else v for place, v in enumerate(row)) for row in rows}
