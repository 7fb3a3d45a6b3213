"""The worker child: a real process, a real pipe."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from core.http.worker_child import worker_child

# Writes its pid, then lives until its standard input ends.
CHILD = """
import os, sys
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
sys.stdin.read()
open(sys.argv[2], "w").write("ended")
"""
SERVER = """
import asyncio, sys
from core.http.worker_child import worker_child
async def main():
    async with worker_child(sys.argv[1:]):
        await asyncio.sleep(60)
asyncio.run(main())
"""


def _wait_for(path: Path, lines: int = 1, seconds: float = 8) -> list[str]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = path.read_text().split() if path.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{path.name} was not written in {seconds} s")


def test_the_worker_ends_cleanly_with_the_server(tmp_path: Path) -> None:
    pids, ended = tmp_path / "pids", tmp_path / "ended"

    async def serve() -> None:
        async with worker_child([sys.executable, "-c", CHILD, str(pids), str(ended)]):
            await asyncio.to_thread(_wait_for, pids)

    asyncio.run(serve())
    assert ended.read_text() == "ended"


def test_the_worker_ends_when_the_server_is_killed(tmp_path: Path) -> None:
    pids, ended = tmp_path / "pids", tmp_path / "ended"
    server = subprocess.Popen([sys.executable, "-c", SERVER, sys.executable, "-c", CHILD, str(pids), str(ended)])
    _wait_for(pids)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    assert _wait_for(ended) == ["ended"]


def test_a_fallen_worker_is_started_again(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    fall = "import os,sys; open(sys.argv[1],'a').write(f'{os.getpid()}\\n')"

    async def serve() -> None:
        async with worker_child([sys.executable, "-c", fall, str(pids)], first_pause=0.01):
            await asyncio.to_thread(_wait_for, pids, 2)

    asyncio.run(serve())
    assert len(set(pids.read_text().split())) >= 2
