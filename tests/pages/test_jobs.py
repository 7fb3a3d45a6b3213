"""Long work beside the page."""

import threading
import time

import pytest

from core.errors import Refusal
from pages.ui import jobs


def _done(job: jobs.Job) -> jobs.Job:
    ends = time.monotonic() + 10
    while not job.done:
        assert time.monotonic() < ends
        time.sleep(0.01)
    return job


def test_short_work_is_done_when_start_returns() -> None:
    assert jobs.start("short", lambda report: 7).done
    assert jobs.start("short", lambda report: 8).result == 7, "the same key is the same work"


def test_two_starts_at_once_are_one() -> None:
    ran: list[int] = []
    gate = threading.Event()

    def work(report: jobs.Report) -> None:
        ran.append(1)
        gate.wait(5)

    clicks = [threading.Thread(target=jobs.start, args=("twice", work)) for _ in range(8)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    gate.set()
    found = jobs.find("twice")
    assert found is not None and _done(found) and ran == [1]


def test_work_is_not_done_before_it_ends_and_its_share_only_grows() -> None:
    gate, told = threading.Event(), threading.Event()

    def work(report: jobs.Report) -> str:
        for share in (0.5, 0.25, 7.0) if gate.is_set() else (0.5, 0.25):
            report(share)
        told.set()
        gate.wait(5)
        return "end"

    job = jobs.start("slow", work, size=10)
    told.wait(5)
    assert not job.done and job.share == 0.5 and job.size == 10
    gate.set()
    assert _done(job).result == "end"


def test_what_went_wrong_is_raised_where_the_page_can_say_it() -> None:
    def work(report: jobs.Report) -> None:
        raise Refusal("file_empty")

    job = jobs.start("wrong", work)
    with pytest.raises(Refusal, match="file_empty"):
        _ = _done(job).result


def test_forgotten_work_can_be_started_again() -> None:
    jobs.start("again", lambda report: 1)
    jobs.forget("again")
    assert jobs.find("again") is None and jobs.find(None) is None
    assert jobs.start("again", lambda report: 2).result == 2


def test_what_many_jobs_returned_is_not_kept_for_ever() -> None:
    for number in range(jobs._KEPT + 20):
        jobs.start(f"many:{number}", lambda report: None)
    assert len(jobs._jobs) <= jobs._KEPT + 1
    assert jobs.find(f"many:{jobs._KEPT + 19}") is not None
