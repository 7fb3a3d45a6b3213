"""History cannot be rewritten, not even by our own SQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Enum, Table, text
from sqlalchemy.exc import DatabaseError

from core.documents.enums import VersionStatus
from core.store.database import Database
from core.store.tables import RuleVersion, metadata
from core.store.triggers import APPEND_ONLY
from core.store.types import UtcDateTime

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


# Values that a CHECK asks for; all else is filled in by type.
GIVEN: dict[str, dict[str, Any]] = {
    "coupon": {"valid_until": NOW + timedelta(days=1)},
    "goodwill": {"kind": "points"},
    "plan_purchase": {"ends_at": NOW + timedelta(days=1)},
    "points_entry": {"to_account": "pending"},
    "points_fact": {"kind": "grant"},
    "stored_transaction": {"kind": "topup"},
}


@pytest.fixture
def ledgers(db: Database) -> Database:
    """One row in every ledger, and in what it refers to."""
    wanted = set(APPEND_ONLY)
    for table in reversed(metadata.sorted_tables):
        if table.name in wanted:
            wanted |= {
                key.column.table.name for column in table.c if not column.nullable for key in column.foreign_keys
            }
    with db.write() as session:
        for table in metadata.sorted_tables:
            if table.name in wanted:
                session.execute(table.insert().values(_plain_row(table)))
    return db


def _plain_row(table: Table) -> dict[str, Any]:
    """A value for every column that must have one: 1, a moment, the first of a vocabulary, a letter."""
    values: dict[str, Any] = {}
    for column in table.c:
        if column.nullable or column.server_default is not None or (column.primary_key and not column.foreign_keys):
            continue
        if isinstance(column.type, UtcDateTime):
            values[column.name] = NOW
        elif isinstance(column.type, Enum):
            values[column.name] = column.type.enums[0]
        else:
            values[column.name] = {int: 1, bool: False, bytes: b"x"}.get(column.type.python_type, "x")
    return values | GIVEN.get(table.name, {})


@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_a_ledger_refuses_to_be_rewritten(act: str, ledgers: Database) -> None:
    for table in APPEND_ONLY:
        with pytest.raises(DatabaseError, match=f"{table} is append-only"), ledgers.write() as session:
            session.execute(text(act.format(table)))
        with ledgers.read() as session:
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


@pytest.fixture
def versions(db: Database) -> Database:
    """A published version (1) and a draft (2)."""
    common = {"document": "{}", "document_hash": "h", "author": "a", "created_at": NOW}
    with db.write() as session:
        session.add(RuleVersion(status=VersionStatus.PUBLISHED, **common))
        session.flush()
        session.add(RuleVersion(status=VersionStatus.DRAFT, **common))
    return db


def test_a_published_rule_version_cannot_be_edited(versions: Database) -> None:
    for change in ("document = '{} '", "document_hash = 'x'", "author = 'x'", "status = 'draft'", "effective_from = 1"):
        with pytest.raises(DatabaseError, match="append-only"), versions.write() as session:
            session.execute(text(f"UPDATE rule_version SET {change} WHERE id = 1"))


def test_a_published_rule_version_cannot_be_deleted_and_a_draft_can_be_edited_and_deleted(versions: Database) -> None:
    with pytest.raises(DatabaseError, match="append-only"), versions.write() as session:
        session.execute(text("DELETE FROM rule_version WHERE id = 1"))
    with versions.write() as session:
        session.execute(text("UPDATE rule_version SET document = 'x', status = 'published' WHERE id = 2"))
    with pytest.raises(DatabaseError, match="append-only"), versions.write() as session:
        session.execute(text("UPDATE rule_version SET document = 'y' WHERE id = 2"))


def test_a_published_rule_version_may_retire(versions: Database) -> None:
    with versions.write() as session:
        session.execute(text("UPDATE rule_version SET status = 'retired' WHERE id = 1"))
