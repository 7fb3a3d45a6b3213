"""What the tier kernel reads and what it leaves behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import TextClause, bindparam, text
from sqlmodel import Session, col, select

from core.clock import to_micros
from core.documents.enums import Area, VersionStatus
from core.store.bulk import bulk_insert
from core.store.tables import MemberTier, Revision, RuleVersion, TierChange

Ints = npt.NDArray[np.int64]
Change = tuple[int, int, str | None, str, str, int, int, int]
CHANGE_COLUMNS = (
    "member_id",
    "changed_at",
    "from_tier",
    "to_tier",
    "reason",
    "window_spend_fen",
    "window_orders",
    "rule_version_id",
)
TIER_COLUMNS = (
    "member_id",
    "tier",
    "since",
    "window_spend_fen",
    "window_orders",
    "next_tier",
    "missing_fen",
    "missing_orders",
    "drops_at",
    "drops_to",
    "rule_version_id",
    "evaluated_at",
)


@dataclass(frozen=True)
class TierFacts:
    """Members in id order with their joined instants (µs, -1 = not a member) and their paid orders as sorted columns."""

    ids: Ints
    joined: Ints
    member: Ints
    order_id: Ints
    paid_at: Ints
    paid_fen: Ints
    refund_fen: Ints
    refund_at: Ints
    finished_at: Ints


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


def _columns(rows: Sequence[Sequence[int]], width: int) -> list[Ints]:
    # Values one by one: numpy asks a row object for a dozen names before it believes that it is a sequence (10x slower).
    flat = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * width)
    table = flat.reshape(len(rows), width)
    return [np.ascontiguousarray(table[:, index]) for index in range(width)]


def load_facts(session: Session, whom: Whom) -> TierFacts:
    """The facts of some members; ``member`` is the index in ``ids``."""
    people = session.execute(
        whom.clause(
            "id",
            "SELECT id, CASE WHEN not_counted IS NULL THEN coalesce(joined_at, -1) ELSE -1 END FROM member"
            " WHERE {whom} ORDER BY id",
        )
    ).all()
    orders = session.execute(
        whom.clause(
            "member_id",
            "SELECT member_id, id, paid_at, paid_fen, refund_fen, coalesce(refunded_at, -1), coalesce(completed_at, -1)"
            " FROM shop_order WHERE {whom} AND paid_at IS NOT NULL AND paid_fen > 0 ORDER BY member_id, paid_at, id",
        )
    ).all()
    ids, joined = _columns(people, 2)
    member, *rest = _columns(orders, 7)
    return TierFacts(ids, joined, np.searchsorted(ids, member), *rest)


def order_names(session: Session, order_ids: Sequence[int]) -> dict[int, str]:
    """``platform:order number`` by order id."""
    statement = text("SELECT id, platform, order_no FROM shop_order WHERE id IN :ids")
    rows = session.execute(statement.bindparams(bindparam("ids", list(order_ids), expanding=True)))
    return {int(number): f"{platform}:{order_no}" for number, platform, order_no in rows}


def member_range(session: Session) -> tuple[int, int]:
    """The lowest and highest member id; (0, -1) when there is nobody."""
    low, high = session.execute(text("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM member")).one()
    return int(low), int(high)


def batch_members(session: Session, batch_id: int) -> list[int]:
    """Who has an order in a batch, in id order."""
    found = session.execute(
        text(
            "SELECT DISTINCT member_id FROM shop_order WHERE batch_id = :batch AND member_id IS NOT NULL ORDER BY member_id"
        ),
        {"batch": batch_id},
    )
    return [int(row[0]) for row in found]


def published_versions(session: Session) -> list[RuleVersion]:
    """The published versions in the order in which they take effect."""
    statement = select(RuleVersion).where(RuleVersion.status == VersionStatus.PUBLISHED)
    return sorted(session.exec(statement), key=lambda v: (v.effective_from is not None, v.effective_from, v.id))


def written(session: Session) -> dict[str, int]:
    """How often what tiers follow from was written: orders, members, rules."""
    areas = (Area.ORDERS, Area.MEMBERS, Area.RULES)
    return {row.area.value: row.number for row in session.exec(select(Revision).where(col(Revision.area).in_(areas)))}


def current_changes(session: Session, whom: Whom) -> dict[Change, int]:
    """The tier changes in force of some members, by content, with their row ids."""
    statement = f"SELECT id, {', '.join(CHANGE_COLUMNS)} FROM tier_change WHERE superseded_at IS NULL AND {{whom}}"
    rows = session.execute(whom.clause("member_id", statement))
    return {(r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8]): r[0] for r in rows}


def save_tiers(session: Session, rows: Sequence[tuple[object, ...]], whom: Whom) -> None:
    """Replace the tiers of some members."""
    session.execute(whom.clause("member_id", "DELETE FROM member_tier WHERE {whom}"))
    bulk_insert(session, MemberTier, TIER_COLUMNS, rows)


def save_changes(session: Session, added: Sequence[Change], superseded: Sequence[int], now: datetime) -> None:
    """Supersede what no longer follows from the facts, append what does."""
    at = to_micros(now)
    retire = text("UPDATE tier_change SET superseded_at = :at WHERE id IN :ids").bindparams(
        bindparam("ids", expanding=True)
    )
    for start in range(0, len(superseded), 5_000):
        session.execute(retire, {"at": at, "ids": list(superseded[start : start + 5_000])})
    bulk_insert(session, TierChange, (*CHANGE_COLUMNS, "recorded_at"), ((*change, at) for change in added))


def changes_of(session: Session, member_id: int) -> list[TierChange]:
    """One member's tier history in force, oldest first."""
    statement = select(TierChange).where(TierChange.member_id == member_id, col(TierChange.superseded_at).is_(None))
    return list(session.exec(statement.order_by(col(TierChange.changed_at), col(TierChange.id))))
