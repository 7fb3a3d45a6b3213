"""Files that the owner dropped on the screen: kept under random names until they are imported, a day at most."""

import os
import secrets
import time
from pathlib import Path

from core.config import config

KEPT_SECONDS = 24 * 60 * 60


def upload_folder() -> Path:
    """The folder of uploaded files, readable by this user only."""
    folder = config().data_dir / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep_upload(content: bytes | memoryview) -> Path:
    """Write an upload to a file of its own; the name it came with is never a path. Older ones are swept."""
    folder = upload_folder()
    _sweep(folder)
    path = folder / secrets.token_hex(16)
    # It holds buyers' names and phones.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return path


def _sweep(folder: Path) -> None:
    """Delete what nobody imported for a day, by the machine's clock."""
    oldest = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
