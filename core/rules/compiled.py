"""numba's compiler for the kernels, with a cache folder for each state of their sources.

numba looks only at the file of the function that it loads from its cache: after an upgrade an old kernel would go on running with
the old code of what it calls in another file. So the folder carries a hash of all kernel sources; older folders are left to fall away.
"""

import os
from functools import partial
from hashlib import sha256
from pathlib import Path

import numba
from numba.core import config

__all__ = ["njit"]

# The kernels hold no Python object, so two threads may walk at once: the time machine's two sides do.
njit = partial(numba.njit, nogil=True)

_HERE = Path(__file__).parent
_SOURCES = ("compiled.py", "facts.py", "earning.py", "tier_machine.py", "tier_walk.py", "points_walk.py")


def cache_folder() -> Path:
    """Where the compiled kernels of exactly these sources are kept: beside them, or in the user's cache where that is closed."""
    digest = sha256(b"".join((_HERE / name).read_bytes() for name in _SOURCES)).hexdigest()[:16]
    beside = _HERE / "__pycache__"
    home = beside if os.access(beside if beside.exists() else _HERE, os.W_OK) else Path.home() / ".cache" / "memberdesk"
    chosen = config.CACHE_DIR  # type: ignore[attr-defined]
    return Path(chosen or home) / f"kernels-{digest}"


config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
