"""The ledgers of growth and points: what is in force, what is appended, and the sums that pages read.

Rows go in and out as int64 columns by name; a column of words holds the place of the word in its vocabulary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlmodel import Session, col, select

from core.clock import to_micros
from core.store.bulk import bulk_insert, reserve_ids
from core.store.queries.facts import Whom, index_of, read_columns
from core.store.queries.seals import seal_rows
from core.store.tables import GrowthEntry, MemberPoints, PointsEntry

Ints = npt.NDArray[np.int64]
Words = Mapping[str, Sequence[str]]
POINTS_COLUMNS = (
    "member_id",
    "pending",
    "active",
    "debt",
    "spent",
    "expired",
    "next_expiry_at",
    "next_expiry_points",
    "evaluated_at",
)


@dataclass(frozen=True)
class Ledger:
    """An append-only table: its columns but id, recorded_at and corrects_id, and how a row is taken back."""

    table: type[GrowthEntry] | type[PointsEntry]
    columns: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)

    def taken_back(self, rows: Mapping[str, Ints]) -> dict[str, Ints]:
        """The rows that undo ``rows``: growth with the opposite sign, points the other way."""
        if self is GROWTH:
            return {**rows, "amount": -rows["amount"]}
        return {**rows, "from_account": rows["to_account"], "to_account": rows["from_account"]}


GROWTH = Ledger(
    GrowthEntry, ("member_id", "occurred_at", "fact_kind", "fact_id", "amount", "rule_version_id"), ("fact_kind",)
)
POINTS = Ledger(
    PointsEntry,
    (
        "member_id",
        "occurred_at",
        "lot_kind",
        "lot_id",
        "from_account",
        "to_account",
        "amount",
        "cause_kind",
        "cause_id",
        "rule_version_id",
    ),
    ("lot_kind", "from_account", "to_account", "cause_kind"),
)


def in_force(session: Session, ledger: Ledger, whom: Whom, words: Words) -> tuple[Ints, dict[str, Ints]]:
    """Ids and columns of the rows that are neither corrected nor correcting, by (member, instant, id)."""
    columns = [index_of(f"e.{n}", words[n]) if n in ledger.words else f"e.{n}" for n in ledger.columns]
    # Not IS NULL: SQLite would take the index of corrects_id, which nearly all rows have in common.
    statement = (
        f"SELECT e.id, {', '.join(columns)} FROM {ledger.name} e WHERE {{whom}} AND coalesce(e.corrects_id, 0) = 0"
        f" AND NOT EXISTS (SELECT 1 FROM {ledger.name} c WHERE c.corrects_id = e.id) ORDER BY e.member_id, e.occurred_at, e.id"
    )
    ids, *found = read_columns(session, whom.clause("e.member_id", statement), len(columns) + 1)
    return ids, dict(zip(ledger.columns, found, strict=True))


def append(
    session: Session,
    ledger: Ledger,
    words: Words,
    *,
    fresh: Mapping[str, Ints],
    stale: Mapping[str, Ints],
    stale_ids: Ints,
    now: datetime,
) -> None:
    """Take ``stale`` rows back, append ``fresh`` ones, seal both."""
    count = len(stale_ids) + len(fresh["member_id"])
    if not count:
        return
    back = ledger.taken_back(stale)
    rows = {name: np.concatenate([back[name], fresh[name]]) for name in ledger.columns}
    corrects = np.concatenate([stale_ids, np.full(count - len(stale_ids), -1, np.int64)])
    ids = reserve_ids(session, ledger.table, count)
    values = {name: _spoken(rows[name], words[name]) if name in ledger.words else rows[name] for name in ledger.columns}
    at = to_micros(now)
    plain = [column.tolist() for column in values.values()]
    corrected = [None if number < 0 else number for number in corrects.tolist()]
    bulk_insert(
        session,
        ledger.table,
        ("id", *ledger.columns, "recorded_at", "corrects_id"),
        zip(ids, *plain, [at] * count, corrected, strict=True),
    )
    sealed = {"id": np.array(ids, np.int64), **values, "recorded_at": np.full(count, at), "corrects_id": corrects}
    seal_rows(session, ledger.name, sealed, now)


def _spoken(places: Ints, words: Sequence[str]) -> npt.NDArray[np.object_]:
    return np.array(words, dtype=object)[places]


def save_points(session: Session, rows: Sequence[tuple[object, ...]], whom: Whom) -> None:
    """Replace the points of some members."""
    session.execute(whom.clause("member_id", "DELETE FROM member_points WHERE {whom}"))
    bulk_insert(session, MemberPoints, POINTS_COLUMNS, rows)


def points_lines(session: Session, member_id: int, limit: int) -> list[PointsEntry]:
    """A member's points in force, newest first."""
    corrected = select(PointsEntry.corrects_id).where(
        PointsEntry.member_id == member_id, col(PointsEntry.corrects_id).is_not(None)
    )
    statement = select(PointsEntry).where(
        PointsEntry.member_id == member_id,
        col(PointsEntry.corrects_id).is_(None),
        col(PointsEntry.id).not_in(corrected),
    )
    newest = statement.order_by(col(PointsEntry.occurred_at).desc(), col(PointsEntry.id).desc())
    return list(session.exec(newest.limit(limit)))
