"""Tiers at rest: who has which, and how they came to it; the rule versions and who is to be looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from core.clock import to_micros
from core.documents.enums import Area, VersionStatus
from core.store.bulk import bulk_insert
from core.store.queries.facts import Whom, index_of, read_columns
from core.store.tables import MemberTier, Revision, RuleVersion, TierChange

Ints = npt.NDArray[np.int64]
Words = Mapping[str, Sequence[str]]
CHANGE_COLUMNS = (
    "member_id",
    "changed_at",
    "from_tier",
    "to_tier",
    "reason",
    "window_spend_fen",
    "window_orders",
    "window_growth",
    "rule_version_id",
)
SPOKEN = ("from_tier", "to_tier", "reason")
TIER_COLUMNS = (
    "member_id",
    "tier",
    "since",
    "window_spend_fen",
    "window_orders",
    "window_growth",
    "next_tier",
    "missing_fen",
    "missing_orders",
    "missing_growth",
    "drops_at",
    "drops_to",
    "keep_fen",
    "keep_orders",
    "keep_growth",
    "grace",
    "held_by",
    "rule_version_id",
    "evaluated_at",
)

OWED = "tiers_owed"  # the setting that lists the batches whose people wait for their review
EVERYBODY = 0  # in that list this and every number below it: all people, not those of a batch


def batch_members(session: Session, batch_id: int) -> list[int]:
    """Who has an order in a batch, in id order."""
    found = session.execute(
        text(
            "SELECT DISTINCT member_id FROM shop_order WHERE batch_id = :batch AND member_id IS NOT NULL ORDER BY member_id"
        ),
        {"batch": batch_id},
    )
    return [int(row[0]) for row in found]


def joined_meanwhile(session: Session, batch_id: int, now: int) -> list[int]:
    """Who has joined since the import before a batch and has no tier yet: a file may say so up to a day ahead."""
    found = session.execute(
        text(
            "SELECT m.id FROM member m WHERE m.joined_at <= :now AND m.not_counted IS NULL"
            " AND m.joined_at > (SELECT max(recorded_at) FROM import_batch WHERE id < :batch)"
            " AND NOT EXISTS (SELECT 1 FROM member_tier t WHERE t.member_id = m.id)"
        ),
        {"batch": batch_id, "now": now},
    )
    return [int(row[0]) for row in found]


def published_versions(session: Session) -> list[RuleVersion]:
    """The published versions in the order in which they take effect."""
    statement = select(RuleVersion).where(RuleVersion.status == VersionStatus.PUBLISHED)
    return sorted(session.exec(statement), key=lambda v: (v.effective_from is not None, v.effective_from, v.id))


def written(session: Session) -> dict[str, int]:
    """How often what tiers and points follow from was written: orders, members, rules."""
    areas = (Area.ORDERS, Area.MEMBERS, Area.RULES)
    return {row.area.value: row.number for row in session.exec(select(Revision).where(col(Revision.area).in_(areas)))}


def changes_in_force(session: Session, whom: Whom, words: Words) -> tuple[Ints, dict[str, Ints]]:
    """Ids and columns of the tier changes in force, by (member, instant); words as places in their vocabularies."""
    columns = [index_of(name, words[name]) if name in SPOKEN else name for name in CHANGE_COLUMNS]
    statement = (
        f"SELECT id, {', '.join(columns)} FROM tier_change WHERE superseded_at IS NULL AND {{whom}}"
        " ORDER BY member_id, changed_at, id"
    )
    ids, *found = read_columns(session, whom.clause("member_id", statement), len(columns) + 1)
    return ids, dict(zip(CHANGE_COLUMNS, found, strict=True))


def save_changes(
    session: Session, words: Words, *, fresh: Mapping[str, Ints], stale_ids: Sequence[int], now: datetime
) -> None:
    """Supersede what no longer follows from the facts, append what does."""
    at = to_micros(now)
    retire = text("UPDATE tier_change SET superseded_at = :at WHERE id IN :ids").bindparams(
        bindparam("ids", expanding=True)
    )
    for start in range(0, len(stale_ids), 5_000):
        session.execute(retire, {"at": at, "ids": list(stale_ids[start : start + 5_000])})
    values = []
    for name in CHANGE_COLUMNS:
        column = fresh[name].tolist()
        values.append([words[name][place] if place >= 0 else None for place in column] if name in SPOKEN else column)
    rows = zip(*values, [at] * len(values[0]), strict=True)
    bulk_insert(session, TierChange, (*CHANGE_COLUMNS, "recorded_at"), rows)


def save_tiers(session: Session, rows: Sequence[tuple[object, ...]], whom: Whom) -> None:
    """Replace the tiers of some members."""
    session.execute(whom.clause("member_id", "DELETE FROM member_tier WHERE {whom}"))
    bulk_insert(session, MemberTier, TIER_COLUMNS, rows)


def changes_of(session: Session, member_id: int) -> list[TierChange]:
    """One member's tier history in force, oldest first."""
    statement = select(TierChange).where(TierChange.member_id == member_id, col(TierChange.superseded_at).is_(None))
    return list(session.exec(statement.order_by(col(TierChange.changed_at), col(TierChange.id))))
