"""Bring a store to the present schema. A backup is made first; triggers are made again afterwards.

A new migration: change the tables, then ``python -m core.store.migrate "what changed"``.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect, text

from core.store.database import Database
from core.store.queries.tiers import EVERYBODY, OWED
from core.store.tables import metadata
from core.store.triggers import create_triggers

FOLDER = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 618_001
_compared: dict[str, list[str]] = {}


def _alembic(connection: Connection) -> AlembicConfig:
    configuration = AlembicConfig()
    configuration.set_main_option("script_location", str(FOLDER))
    configuration.attributes["connection"] = connection
    return configuration


def head() -> str:
    """The newest revision."""
    configuration = AlembicConfig()
    configuration.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(configuration).get_current_head())


def current(db: Database) -> str | None:
    """The revision a store is at; none for an empty one."""
    with db.read() as session:  # the writer would wait for a merge that holds the store
        return MigrationContext.configure(session.connection()).get_current_revision()


def upgrade(db: Database) -> None:
    """Migrate to the newest revision; does nothing when already there. Safe when two processes start at once."""
    newest = head()
    if current(db) == newest:
        return
    with db.exclusive(), db.writer.connect() as connection:
        if not db.is_sqlite:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": UPGRADE_LOCK})
            _create_schema(connection)
        try:
            at = MigrationContext.configure(connection).get_current_revision()
            connection.commit()
            if at == newest:
                return
            if at is not None and db.path is not None:
                _copy_before(db, at)
            _run(connection, db.is_sqlite, owed=at is not None)
        finally:
            if not db.is_sqlite:  # it belongs to the connection, which goes back to the pool
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": UPGRADE_LOCK})
                connection.commit()


def rebuild(db: Database) -> None:
    """Drop everything in a store and make it empty at the newest revision; only ever done to the demo."""
    with db.exclusive(), db.writer.connect() as connection:
        if db.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        with connection.begin():
            for table in reversed(metadata.sorted_tables):
                connection.execute(text(f'DROP TABLE IF EXISTS "{table.name}"'))
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        _run(connection, db.is_sqlite)


def _run(connection: Connection, is_sqlite: bool, *, owed: bool = False) -> None:
    """``owed``: rows that an older version derived wait for a review, as after an import that was killed."""
    if is_sqlite:  # a batch migration rebuilds tables; the check comes after
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
    try:
        with connection.begin():
            command.upgrade(_alembic(connection), "head")
            create_triggers(connection)
            if owed:
                put = "INSERT INTO setting (key, value) VALUES (:key, :owed) ON CONFLICT (key) DO UPDATE SET value = :owed"
                connection.execute(text(put), {"key": OWED, "owed": f"[{EVERYBODY}]"})
            if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                raise RuntimeError("the migration broke a reference")
    finally:
        if is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]


def _create_schema(connection: Connection) -> None:
    name = connection.execute(text("SELECT split_part(current_setting('search_path'), ',', 1)")).scalar_one()
    if str(name).startswith("memberdesk"):
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{name}"'))


def _copy_before(db: Database, revision: str) -> None:
    """A plain copy of the file as it was, beside the backups."""
    assert db.path is not None
    folder = db.path.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"{db.path.stem}-before-{revision}-{datetime.now(UTC):%Y%m%d%H%M%S}.db"
    with db.writer.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr]


def schema_differences(connection: Connection) -> list[str]:
    """How the store's schema differs from the tables in the code; empty when sound."""
    if connection.dialect.name != "sqlite":
        return _compare(connection)
    # The schema of a file is a text, and what one text says was found out once.
    written = "\n".join(connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).scalars())
    found = _compared.get(written)
    if found is None:
        found = _compare(connection)
        _compared.clear()
        _compared[written] = found
    return list(found)


def _compare(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [str(difference) for difference in compare_metadata(context, metadata)] + _check_differences(connection)


def _check_differences(connection: Connection) -> list[str]:
    """CHECK constraints that are missing or strange by name; alembic does not look at them."""
    stored = inspect(connection)
    known = set(stored.get_table_names())
    found = []
    for table in metadata.sorted_tables:
        if table.name not in known:
            continue
        expected = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
        actual = {check["name"] for check in stored.get_check_constraints(table.name)}
        found += [f"{table.name}: check {name}" for name in sorted(map(str, expected ^ actual))]
    return found


def _write_migration(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/scratch.db")
        with db.writer.connect() as connection:
            if list((FOLDER / "versions").glob("*.py")):
                with connection.begin():
                    command.upgrade(_alembic(connection), "head")
            configuration = _alembic(connection)
            number = len(list((FOLDER / "versions").glob("*.py"))) + 1
            command.revision(configuration, message, autogenerate=True, rev_id=f"{number:04d}")
        db.close()


if __name__ == "__main__":
    _write_migration(sys.argv[1])
