"""Long work beside the page: it runs once in its own thread, whatever is clicked meanwhile, and the page shows how far it is.

Streamlit stops a script at the next click. Work that must not be stopped half-way therefore never runs in the script.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import streamlit as st

Report = Callable[[float], None]
LOOK_SECONDS = 0.4
_KEPT = 64
_lock = threading.Lock()
_jobs: dict[str, "Job"] = {}


class Job:
    """One piece of work: ``share`` done (0..1) of ``size`` rows, and in the end a result or what went wrong."""

    def __init__(self, work: Callable[[Report], Any], size: int) -> None:
        self.share = 0.0
        self.size = size
        self._began = time.monotonic()
        self._result: Any = None
        self._fault: Exception | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._ended.is_set()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._began

    @property
    def result(self) -> Any:
        """What the work returned; what it raised is raised here, inside the page's error boundary."""
        if self._fault is not None:
            raise self._fault
        return self._result

    def begin(self) -> None:
        """Start, and wait a moment: short work is done before the page is drawn."""
        self._thread.start()
        self._ended.wait(LOOK_SECONDS)

    def _run(self, work: Callable[[Report], Any]) -> None:
        try:
            self._result = work(self._report)
        except Exception as fault:  # handed to the page, which says it or logs it
            self._fault = fault
        finally:
            self._ended.set()

    def _report(self, share: float) -> None:
        self.share = max(self.share, min(share, 1.0))


def start(key: str, work: Callable[[Report], Any], size: int = 0) -> Job:
    """Start work under a key of its own; a second start of the same key is the first. ``work`` must not call st.*."""
    with _lock:
        known = _jobs.get(key)
        if known is not None:
            return known
        job = _jobs[key] = Job(work, size)
        over = [name for name, one in _jobs.items() if one.done][: max(len(_jobs) - _KEPT, 0)]
        for name in over:
            del _jobs[name]
    job.begin()
    return job


def find(key: str | None) -> Job | None:
    """The work under a key, running or done."""
    return _jobs.get(key) if key else None


def forget(key: str) -> None:
    """Let go of what a finished job returned."""
    job = _jobs.get(key)
    if job is not None and job.done:
        _jobs.pop(key, None)


def watch(job: Job, words: Callable[[Job], str]) -> None:
    """Show the bar of a running job; the whole page runs again when it has ended."""

    @st.fragment(run_every=LOOK_SECONDS)
    def bar() -> None:
        if job.done:
            st.rerun(scope="app")
        st.progress(job.share, text=words(job))

    if not job.done:
        bar()
