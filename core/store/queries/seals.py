"""Seals over the ledgers: each operation's new rows under one hash with the seal before, so that a changed row shows (I5)."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session, col, select

from core.store.tables import LedgerSeal

GENESIS = "0" * 64
PAGE = 100_000
_NUMBER, _WORD = "<i8", "S16"
# What is sealed of each ledger, in this order for good; instants and missing numbers (-1) as integers.
SEALED: dict[str, list[tuple[str, str]]] = {
    "growth_entry": [
        ("id", _NUMBER),
        ("member_id", _NUMBER),
        ("fact_kind", _WORD),
        ("fact_id", _NUMBER),
        ("occurred_at", _NUMBER),
        ("amount", _NUMBER),
        ("rule_version_id", _NUMBER),
        ("recorded_at", _NUMBER),
        ("corrects_id", _NUMBER),
    ],
    "points_entry": [
        ("id", _NUMBER),
        ("member_id", _NUMBER),
        ("lot_kind", _WORD),
        ("lot_id", _NUMBER),
        ("from_account", _WORD),
        ("to_account", _WORD),
        ("amount", _NUMBER),
        ("occurred_at", _NUMBER),
        ("cause_kind", _WORD),
        ("cause_id", _NUMBER),
        ("rule_version_id", _NUMBER),
        ("recorded_at", _NUMBER),
        ("corrects_id", _NUMBER),
    ],
}
Rows = npt.NDArray[np.void]


def seal_rows(session: Session, ledger: str, columns: Mapping[str, npt.NDArray[Any]], now: datetime) -> None:
    """Seal rows that were just appended, in id order; the caller keeps other writers of the ledger away."""
    rows = np.zeros(len(columns["id"]), dtype=SEALED[ledger])
    for name, kind in SEALED[ledger]:
        rows[name] = columns[name].astype(kind)
    statement = select(LedgerSeal.digest).where(LedgerSeal.ledger == ledger)
    previous = session.exec(statement.order_by(col(LedgerSeal.id).desc()).limit(1)).first()
    session.add(
        LedgerSeal(
            ledger=ledger,
            first_id=int(rows["id"][0]),
            last_id=int(rows["id"][-1]),
            rows=len(rows),
            digest=digest(previous or GENESIS, rows),
            recorded_at=now,
        )
    )
    session.flush()


def digest(previous: str, rows: Rows) -> str:
    """SHA-256 over the previous seal and the packed rows."""
    return hashlib.sha256(previous.encode() + rows.tobytes()).hexdigest()


def broken_seals(session: Session) -> int:
    """Seals that do not fit their rows or the seal before, and rows without a seal."""
    return sum(_broken(session, ledger) for ledger in SEALED)


def _broken(session: Session, ledger: str) -> int:
    seals = session.exec(select(LedgerSeal).where(LedgerSeal.ledger == ledger).order_by(col(LedgerSeal.id))).all()
    previous, broken, sealed = GENESIS, 0, 0
    for seal in seals:
        state, count = hashlib.sha256(previous.encode()), 0
        for rows in _rows(session, ledger, seal.first_id, seal.last_id):
            state.update(rows.tobytes())
            count += len(rows)
        broken += state.hexdigest() != seal.digest or count != seal.rows
        previous, sealed = seal.digest, sealed + count
    stored = int(session.execute(text(f"SELECT count(*) FROM {ledger}")).scalar_one())
    return broken + abs(stored - sealed)


def _rows(session: Session, ledger: str, first: int, last: int) -> Iterator[Rows]:
    """The rows of a range of ids, in id order, a page at a time."""
    names = [f"coalesce({name}, -1)" if name == "corrects_id" else name for name, _ in SEALED[ledger]]
    statement = text(
        f"SELECT {', '.join(names)} FROM {ledger} WHERE id BETWEEN :first AND :last ORDER BY id LIMIT {PAGE}"
    )
    while True:
        found = session.execute(statement, {"first": first, "last": last})
        rows = np.array(found.cursor.fetchall(), dtype=SEALED[ledger])  # type: ignore[attr-defined]
        found.close()
        yield rows
        if len(rows) < PAGE:
            return
        first = int(rows["id"][-1]) + 1
