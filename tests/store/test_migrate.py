"""The store's schema is what the tables say, on both databases."""

import re
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.documents.enums import OrderStatus
from core.store import migrate
from core.store.database import Database
from core.store.migrate import current, head, schema_differences, upgrade
from core.store.tables import ImportBatch, Order, Refund
from core.store.triggers import existing_triggers, trigger_names

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
NEWEST = head()


def test_a_migrated_store_has_the_schema_and_triggers_of_the_code(db: Database) -> None:
    with db.writer.connect() as connection:
        assert schema_differences(connection) == []
        assert existing_triggers(connection) == trigger_names()


def test_a_missing_index_and_a_missing_trigger_are_seen(db: Database) -> None:
    with db.writer.begin() as connection:
        connection.execute(text("DROP INDEX ix_member_search"))
        table = "" if db.is_sqlite else " ON refund"
        connection.execute(text(f"DROP TRIGGER tr_refund_no_update{table}"))
    with db.writer.connect() as connection:
        assert any("ix_member_search" in difference for difference in schema_differences(connection))
        assert trigger_names() - existing_triggers(connection) == {"tr_refund_no_update"}


def test_migrating_twice_changes_nothing(db: Database) -> None:
    upgrade(db)
    with db.writer.connect() as connection:
        assert schema_differences(connection) == []
        assert connection.execute(text("SELECT count(*) FROM setting")).scalar_one() == 0  # nothing to review


def test_a_dropped_check_is_seen(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    with db.writer.begin() as connection:
        made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'refund'")).scalar_one()
        assert "ck_refund_amount" in made
        connection.execute(text("DROP TABLE refund"))
        connection.execute(text(re.sub(r",\s*CONSTRAINT ck_refund_amount CHECK \(amount_fen > 0\)", "", made)))
    with db.writer.connect() as connection:
        assert "refund: check ck_refund_amount" in schema_differences(connection)


ADDED = '''"""Add a column."""
from alembic import op
import sqlalchemy as sa

revision = "9999"
down_revision = "NEWEST"


def upgrade() -> None:
    with op.batch_alter_table("refund", recreate="always") as batch:
        batch.add_column(sa.Column("why", sa.String(32)))
'''


@pytest.fixture
def next_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A product with one migration more, which rebuilds a ledger."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_more.py").write_text(ADDED.replace("NEWEST", NEWEST), "utf-8")
    monkeypatch.setattr(migrate, "FOLDER", folder)


def _fill(db: Database) -> None:
    with db.write() as session:
        batch = {"kind": "orders", "file_name": "f", "file_hash": "h", "preset": "p", "platform": "shop", "actor": "t"}
        session.add(ImportBatch(recorded_at=NOW, **batch))
        session.flush()
        session.add(Order(platform="shop", order_no="1", status=OrderStatus.FINISHED, batch_id=1, recorded_at=NOW))
        session.flush()
        session.add(Refund(order_id=1, amount_fen=77, occurred_at=NOW, recorded_at=NOW))


def test_an_old_store_with_data_is_migrated_keeps_everything_and_has_its_triggers(
    db: Database, next_schema: None
) -> None:
    _fill(db)
    upgrade(db)
    assert current(db) == head() == "9999"
    with db.read() as session:
        assert session.execute(text("SELECT amount_fen, why FROM refund")).one() == (77, None)
        assert session.execute(text("SELECT value FROM setting WHERE key = 'tiers_owed'")).scalar_one() == "[0]"
        assert existing_triggers(session.connection()) == trigger_names()
        assert any("why" in difference for difference in schema_differences(session.connection()))
    with pytest.raises(DatabaseError, match="append-only"), db.write() as session:
        session.execute(text("DELETE FROM refund"))


def test_before_a_migration_the_file_is_copied_as_it_was(sqlite_url: str, next_schema: None) -> None:
    db = Database(sqlite_url)
    _fill(db)
    upgrade(db)
    upgrade(db)
    assert db.path is not None
    (copy,) = (db.path.parent / "backups").iterdir()
    assert copy.name.startswith(f"shop-before-{NEWEST}-")
    before = Database(f"sqlite:///{copy}")
    with before.read() as session:
        assert session.execute(text("SELECT * FROM refund")).keys().__contains__("why") is False
        assert session.execute(text("SELECT amount_fen FROM refund")).scalar_one() == 77


def test_a_store_at_the_newest_schema_is_not_copied(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    upgrade(db)
    assert db.path is not None
    assert not (db.path.parent / "backups").exists()


def test_two_starts_at_once_make_one_schema(db: Database, next_schema: None) -> None:
    faults: list[BaseException] = []
    others = [Database(db.url) for _ in range(3)]

    def start(other: Database) -> None:
        try:
            upgrade(other)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=start, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()  # nobody keeps the lock after its migration
    assert faults == []
    assert current(db) == "9999"
    for other in others:
        other.close()


def test_opening_does_not_wait_for_a_long_write(sqlite_url: str) -> None:
    db, other = Database(sqlite_url), Database(sqlite_url)
    with db.write() as session:
        session.execute(text("DELETE FROM setting"))
        upgrade(other)
