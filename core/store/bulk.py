"""Many rows at once through the driver: executemany on SQLite, COPY on PostgreSQL. 34x faster than ORM objects (measured)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from sqlalchemy import Result, text
from sqlmodel import Session

from core.store.database import hide_values
from core.store.tables import Table


def bulk_insert(session: Session, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert plain driver values (instants as epoch microseconds) in the given column order; no defaults are filled in."""
    name = table.__tablename__
    names = ", ".join(f'"{column}"' for column in columns)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        batch = [tuple(row) for row in rows]
        if batch:
            connection.exec_driver_sql(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', batch)  # noqa: S608 - names of our own tables
        return
    raw: Any = connection.connection.dbapi_connection
    try:
        with raw.cursor() as cursor, cursor.copy(f'COPY "{name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as fault:  # past SQLAlchemy, whose engine hides them otherwise
        hide_values(fault)
        raise


def whole_rows(found: Result[Any], columns: int) -> npt.NDArray[np.int64]:
    """The whole numbers of an answer as an int64 table (rows, ``columns``), past the rows' objects: 4x faster than these."""
    cursor: Any = found.cursor  # type: ignore[attr-defined]
    return np.fromiter(chain.from_iterable(cursor), dtype=np.int64).reshape(-1, columns)


@contextmanager
def without_indexes(session: Session, *tables: type[Table]) -> Iterator[None]:
    """Drop the named indexes of tables of a new SQLite file and make them again at the end: sorted once, not row by row."""
    named = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :name")
    found = [row for table in tables for row in session.execute(named, {"name": table.__tablename__}).all()]
    for name, _ in found:
        session.execute(text(f'DROP INDEX "{name}"'))
    yield
    for _, statement in found:
        session.execute(text(statement))


def reserve_ids(session: Session, table: type[Table], count: int) -> list[int]:
    """``count`` unused row ids of a table, for rows that name each other before they are inserted."""
    name = table.__tablename__
    if session.get_bind().dialect.name == "sqlite":  # the write lock is ours until the end of the transaction
        last = session.execute(text(f'SELECT coalesce(max(id), 0) FROM "{name}"')).scalar_one()  # noqa: S608 - our own table
        return list(range(last + 1, last + 1 + count))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return [int(row[0]) for row in session.execute(sequence, {"name": name, "count": count})]
