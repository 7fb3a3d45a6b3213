"""The audit trail is one chain: whoever changes a byte of it is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from core.store.audit import broken_link, hash_ids, record
from core.store.database import Database
from core.store.triggers import create_triggers

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


def _write(db: Database, entries: int) -> None:
    for number in range(entries):
        with db.write() as session:
            record(
                session,
                "owner",
                "test.done",
                f"thing:{number}",
                now=NOW,
                count=number,
                ids=[number],
                说明="好",
                n=number,
            )


@contextmanager
def _without_triggers(db: Database) -> Iterator[None]:
    """Raw writes on the audit table, as somebody with the file in hand could do them."""
    with db.writer.begin() as connection:
        for act in ("update", "delete"):
            where = "" if db.is_sqlite else " ON audit_entry"
            connection.execute(text(f"DROP TRIGGER tr_audit_entry_no_{act}{where}"))
    yield
    with db.writer.begin() as connection:
        create_triggers(connection)


def test_an_untouched_chain_is_whole(db: Database) -> None:
    with db.read() as session:
        assert broken_link(session) is None
    _write(db, 5)
    with db.read() as session:
        assert broken_link(session) is None


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("actor", "actor = 'Owner'"),
        ("count", "count = count + 1"),
        ("detail", "detail = replace(detail, '好', '坏')"),
        ("instant", "occurred_at = occurred_at + 1"),
        ("subject", "subject = 'thing:9'"),
        ("ids", "ids_hash = NULL"),
    ],
)
def test_one_changed_value_names_its_row(_case: str, change: str, sqlite_url: str) -> None:
    db = Database(sqlite_url)
    _write(db, 5)
    with _without_triggers(db), db.writer.begin() as connection:
        connection.execute(text(f"UPDATE audit_entry SET {change} WHERE id = 3"))
    with db.read() as session:
        assert broken_link(session) == 3


def test_a_removed_row_breaks_the_chain_at_the_next(db: Database) -> None:
    _write(db, 5)
    with _without_triggers(db), db.writer.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE id = 3"))
    with db.read() as session:
        assert broken_link(session) == 4


def test_an_entry_of_a_failed_write_is_not_there(db: Database) -> None:
    with pytest.raises(RuntimeError), db.write() as session:
        record(session, "owner", "test.done", "thing:1", now=NOW)
        raise RuntimeError
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 0


def test_an_instant_told_in_another_zone_is_the_same_entry(db: Database) -> None:
    with db.write() as session:
        record(session, "owner", "test.done", "thing:1", now=NOW.astimezone(timezone(timedelta(hours=8))))
    with db.read() as session:
        assert broken_link(session) is None


def test_a_hash_of_ids_does_not_hang_on_their_order() -> None:
    assert hash_ids([3, 1, 2]) == hash_ids([1, 2, 3]) != hash_ids([1, 2])
