"""One writer at a time on a SQLite file: a lock in the process, then a blocking lock on a file beside the database.

Measured (DESIGN 4): without it two writers wait up to 230 ms at p99 on SQLite's own polling; with it 7-15 ms.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_thread_locks: dict[Path, threading.Lock] = {}
_registry_lock = threading.Lock()


def _thread_lock(path: Path) -> threading.Lock:
    with _registry_lock:
        return _thread_locks.setdefault(path, threading.Lock())


def _lock_file(descriptor: int) -> None:
    """Wait for the exclusive lock; it ends when the descriptor is closed, also by a kill."""
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                time.sleep(0.005)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextmanager
def write_lock(database: Path) -> Iterator[None]:
    """Hold the write lock of a SQLite file; not re-entrant (a nested write would wait for itself for ever)."""
    with _thread_lock(database):
        descriptor = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock_file(descriptor)
            yield
        finally:
            os.close(descriptor)
