"""The worker as a child of the server: started with it, started again if it falls, ended with it.

The child reads the pipe of its standard input, on which nothing is ever written: when the server is gone, even by
kill -9, the system closes the pipe and the child sees the end of the file. That holds on every system, unlike signals.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from core.config import ROOT

log = logging.getLogger("memberdesk.worker_child")

COMMAND = (sys.executable, str(ROOT / "scheduler.py"), "--parent-fd", "0")
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
GRACE_SECONDS = 10.0


@asynccontextmanager
async def worker_child(
    command: Sequence[str] = COMMAND, first_pause: float = FIRST_PAUSE_SECONDS
) -> AsyncIterator[None]:
    """Keep ``command`` running for the length of the block, then let it end what it does (10 s at most)."""
    keeper = asyncio.create_task(_keep_running(command, first_pause))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


async def _keep_running(command: Sequence[str], pause: float) -> None:
    """Start ``command`` again whenever it ends, each time after a longer pause; end it when cancelled."""
    while True:
        child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, cwd=ROOT)
        log.info("worker started pid=%s", child.pid)
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await _end(child)
            raise
        log.error("worker ended by itself code=%s, next start in %s s", code, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Close the pipe, wait for the child to finish its message, kill it only when it does not."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), GRACE_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()
