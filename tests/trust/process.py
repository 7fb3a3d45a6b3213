"""The real commands in processes of their own, with what they answered, how long they took and the memory they held."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import ROOT, config


@dataclass(frozen=True)
class Done:
    """A finished process: exit code, what it wrote, seconds on the wall, processor seconds, peak memory in MB."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    processor_seconds: float
    peak_mb: float

    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout of a command that ended well."""
        assert self.code == 0, self.stderr
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found


def start(folder: Path, now: str, *args: object, lang: str = "zh", **streams: Any) -> "subprocess.Popen[bytes]":
    """``python ARGS`` on the store in ``folder`` at business time ``now``."""
    return subprocess.Popen(
        [sys.executable, *map(str, args)], cwd=ROOT, env=environment(folder, now, lang=lang), **streams
    )


def run(folder: Path, now: str, *args: object, lang: str = "zh") -> Done:
    """Run ``python ARGS`` to its end."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = start(folder, now, *args, lang=lang, stdout=out, stderr=err)
        high, ended = 0, 0
        while not ended:
            high = max(high, _high_water(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0 if ended else 0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode())
    kilobytes = high or usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Done(process.returncode, *texts, seconds, usage.ru_utime + usage.ru_stime, kilobytes / 1024)


def _high_water(pid: int) -> int:
    """The peak memory of a running process so far in kB, 0 where the system has no /proc.

    ``ru_maxrss`` would not do: a child begins with its parent's, and the workers of a long test session are large.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def environment(folder: Path, now: str, **more: str) -> dict[str, str]:
    """This process's environment with a data folder, a clock and nothing else of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEMBERDESK_")}
    own = {"DATA_DIR": str(folder), "NOW": now, "WORKER": "external"} | {k.upper(): v for k, v in more.items()}
    return clean | {f"MEMBERDESK_{name}": value for name, value in own.items()}


@contextmanager
def inside(values: Mapping[str, str]) -> Iterator[None]:
    """This process in that environment, for services called directly."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    config.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        config.cache_clear()
