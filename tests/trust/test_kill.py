"""The short form of ``python -m tests.trust kill``."""

from pathlib import Path

from core.services.outbox import GROUP
from tests.trust.kill import kill_worker


def test_a_worker_killed_while_sending_sends_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    figures = kill_worker(tmp_path / "shop", 200, 1)
    assert figures.arrived_twice == 0
    assert figures.lost == 0
    assert max(figures.unknown_by_kill) <= GROUP
    assert figures.unknown == sum(figures.unknown_by_kill)
