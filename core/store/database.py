"""The one way in and out of a store: ``with db.read() as session`` and ``with db.write(Area.ORDERS) as session``.

A write is one transaction under one blocking lock (SQLite) and bumps the revision of the areas it names as its last
statement. Nothing slow belongs inside. Reads see one snapshot and cannot write.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3
from sqlalchemy import Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from core.documents.enums import Area
from core.errors import Refusal
from core.store.tables import Revision
from core.store.write_lock import write_lock

SAFE_SQLITE = (3, 51, 3)  # before it, a checkpoint during a commit of another connection can corrupt the WAL
BUSY_MILLISECONDS = 10_000
# Readers look into the file through the system's own cache: at a million people a group is counted in half the time. Nothing but
# SQLite, inside its locks, ever shortens a store's file (a restore goes page by page through its backup).
READ_MAPPED_BYTES = 2_000_000_000


def hide_values(fault: BaseException) -> None:
    """Leave of PostgreSQL's error only its first line; the others show the row it is about, names and all."""
    if isinstance(fault, psycopg.Error):
        fault.args = (fault.diag.message_primary or type(fault).__name__,)


def _hide_both(context: ExceptionContext) -> None:
    """SQLAlchemy has already written the driver's words into its own error."""
    hide_values(context.original_exception)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = context.original_exception.args


class Database:
    """A store on SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.is_sqlite = make_url(self.url).get_backend_name() == "sqlite"
        self.path = self._sqlite_path() if self.is_sqlite else None
        self._nesting = threading.local()
        self._writer = self._engine(readonly=False)
        self._reader = self._engine(readonly=True)

    def _sqlite_path(self) -> Path:
        if tuple(int(part) for part in pysqlite3.sqlite_version.split(".")) < SAFE_SQLITE:
            raise Refusal("sqlite_unsafe", version=pysqlite3.sqlite_version)
        name = make_url(self.url).database
        if not name or name == ":memory:":
            raise Refusal("store_in_memory")
        path = Path(name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _engine(self, *, readonly: bool) -> Engine:
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if readonly else {}
            server = create_engine(self.url, pool_pre_ping=True, execution_options=options, hide_parameters=True)
            event.listen(server, "handle_error", _hide_both)
            return server
        connect = {"timeout": BUSY_MILLISECONDS / 1000}
        # Parameters are people's names: without hiding them they stand in every error, and so in the log.
        engine = create_engine(self.url, module=pysqlite3, connect_args=connect, hide_parameters=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "cache_size = -65536",
                "temp_store = MEMORY",
                "secure_delete = FAST",  # what was taken away is overwritten in the pages that are written anyway
                f"query_only = {'ON' if readonly else 'OFF'}",
                f"mmap_size = {READ_MAPPED_BYTES if readonly else 0}",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

        return engine

    @property
    def writer(self) -> Engine:
        """The writing engine, for migrations and backups; everything else goes through ``write()``."""
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot that cannot write."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def write(self, *areas: Area) -> Iterator[Session]:
        """One write transaction; commits at the end, rolls back on any exception, bumps ``areas`` last."""
        with self.exclusive(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session
            session.flush()
            for area in sorted(set(areas)):
                self._bump(session, area)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """The write lock alone; a nested write in the same thread is a bug and says so instead of waiting for ever."""
        if getattr(self._nesting, "held", False):
            raise RuntimeError("a write inside a write of the same thread")
        self._nesting.held = True
        try:
            if self.path is None:
                yield
            else:
                with write_lock(self.path):
                    yield
        finally:
            self._nesting.held = False

    def upsert(self, table: Any) -> Any:
        """The dialect's INSERT that knows ON CONFLICT."""
        return sqlite_insert(table) if self.is_sqlite else postgres_insert(table)

    def _bump(self, session: Session, area: Area) -> None:
        statement = self.upsert(Revision).values(area=area, number=1)
        session.execute(
            statement.on_conflict_do_update(index_elements=["area"], set_={"number": Revision.__table__.c.number + 1})  # type: ignore[attr-defined]
        )

    def checkpoint(self) -> None:
        """Fold SQLite's log back into the file; a no-op on PostgreSQL."""
        if self.is_sqlite:
            with self.exclusive(), self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    def close(self) -> None:
        """Give back all connections."""
        self._reader.dispose()
        self._writer.dispose()
