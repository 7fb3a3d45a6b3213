"""One worker at a time on a store: who does not get the lock stands by. A kill gives it back."""

import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from core.store.database import Database

WORKER_LOCK = 618_003


@contextmanager
def worker_lock(db: Database) -> Iterator[bool]:
    """Whether this process is the worker of the store for the length of the block; never waits."""
    if db.path is not None:
        descriptor = os.open(f"{db.path}.worker.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _try_file(descriptor)
        finally:
            os.close(descriptor)
        return
    with db.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        key = {"lock": WORKER_LOCK, "schema": zlib.crc32(str(schema).encode()) - 2**31}
        mine = bool(connection.execute(text("SELECT pg_try_advisory_lock(:lock, :schema)"), key).scalar_one())
        try:
            yield mine
        finally:
            if mine:
                connection.execute(text("SELECT pg_advisory_unlock(:lock, :schema)"), key)


def _try_file(descriptor: int) -> bool:
    """Take the exclusive lock of an open file if nobody has it; it ends when the descriptor is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
