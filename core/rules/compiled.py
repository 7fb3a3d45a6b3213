"""numba's compiler for the kernels, with a cache folder for each state of their sources.

numba looks only at the file of the function that it loads from its cache: after an upgrade an old kernel would go on running with
the old code of what it calls in another file. So the folder carries a hash of all kernel sources; older folders are left to fall away.
"""

import os
from hashlib import sha256
from pathlib import Path

from numba import njit
from numba.core import config

__all__ = ["njit"]

_HERE = Path(__file__).parent
_SOURCES = ("facts.py", "earning.py", "tier_machine.py", "tier_walk.py", "points_walk.py")


def cache_folder() -> Path:
    """Where the compiled kernels of exactly these sources are kept: beside them, or in the user's cache where that is closed."""
    digest = sha256(b"".join((_HERE / name).read_bytes() for name in _SOURCES)).hexdigest()[:16]
    beside = _HERE / "__pycache__"
    home = beside if os.access(beside if beside.exists() else _HERE, os.W_OK) else Path.home() / ".cache" / "memberdesk"
    chosen = config.CACHE_DIR  # type: ignore[attr-defined]
    return Path(chosen or home) / f"kernels-{digest}"


config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
