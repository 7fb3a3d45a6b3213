"""The worker: ``python scheduler.py [--once] [--json] [--parent-fd N]``. A clock that calls one service; all else is in the store."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from core.clock import DEFAULT_ZONE, real_now
from core.errors import Refusal
from core.i18n import translate
from core.services.desk import open_desk
from core.services.warm_up import warm_kernels
from core.services.worker import TickResult, tick

EVERY_SECONDS = 15
TURN_SECONDS = 30.0
log = logging.getLogger("memberdesk.worker")


def run_round(stop: threading.Event) -> TickResult:
    """Rounds on the active store until nothing more is due; the store is opened anew, so that a switch is followed."""
    total = TickResult()
    desk = open_desk()
    try:
        while not stop.is_set():
            total.add(tick(desk, desk.now(), should_stop=stop.is_set))
            if not total.unfinished:
                break
    finally:
        desk.close()
    if total.changed or total.stopped:
        log.info("round store=%s %s stopped=%s", desk.store, json.dumps(total.as_json()), total.stopped)
    return total


def run_once(stop: threading.Event) -> TickResult:
    """One round for the command line; waits a little for another worker's turn, then refuses (``worker_busy``)."""
    ends = time.monotonic() + TURN_SECONDS
    while (result := run_round(stop)).standby:
        if time.monotonic() > ends:
            raise Refusal("worker_busy")
        time.sleep(0.2)
    return result


def run_always(stop: threading.Event, parent_fd: int | None, every: float) -> None:
    """A round every so many seconds until a signal comes or the parent's pipe closes; the running round ends its group first."""
    scheduler = BackgroundScheduler(timezone=DEFAULT_ZONE)
    scheduler.add_job(
        run_round,
        "interval",
        args=[stop],
        seconds=every,
        next_run_time=real_now(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    if parent_fd is not None:
        threading.Thread(target=_watch_parent, args=(parent_fd, stop), daemon=True).start()
    threading.Thread(target=warm_kernels, daemon=True).start()
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)


def _watch_parent(descriptor: int, stop: threading.Event) -> None:
    """Nothing is ever written to the pipe: when the read comes back, the parent is gone."""
    while os.read(descriptor, 1024):
        pass
    stop.set()


def main() -> int:
    """0 done, 1 refused (``CODE: sentence`` on stderr), 2 usage."""
    parser = argparse.ArgumentParser(description="MemberDesk worker")
    parser.add_argument("--once", action="store_true", help="one round, then end")
    parser.add_argument("--json", action="store_true", help="with --once: the result as one JSON object")
    parser.add_argument("--parent-fd", type=int, help="end when this pipe closes")
    parser.add_argument("--every", type=float, default=EVERY_SECONDS, help="seconds between rounds")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for noisy in ("apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        if not options.once:
            run_always(stop, options.parent_fd, options.every)
            return 0
        result = run_once(stop)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.code}: {translate('en', f'error.{refusal.code}', **refusal.params)}\n")
        return 1
    if options.json:
        sys.stdout.write(json.dumps(result.as_json(), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(" ".join(f"{name}={value}" for name, value in result.as_json().items()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
