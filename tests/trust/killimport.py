"""kill -9 of an import at random moments: nothing of the file is in, or all of it, and the next import works.

A committed merge whose tiers were not reviewed yet counts as all of it; the next import must catch up with the tiers.
``python -m tests.trust killimport [KILLS] [ROWS] [SEED]``.
"""

import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from core.services.desk import Desk, open_desk
from core.services.verify import verify_store
from tests.trust.bigfile import NOW, write_list
from tests.trust.process import environment, inside, start
from tests.trust.process import run as run_process

FACTS = ("shop_order", "order_item", "refund", "product", "member", "member_identity", "member_profile", "import_batch")
DAY_OF_STAGES = 86_400 * 1_000_000 << 10
PATIENCE_SECONDS = 60.0
Counts = dict[str, int]


@dataclass
class Figures:
    """What a run found. ``nothing`` and ``everything``: kills after which none or all of the file was in.

    ``tiers_late``: kills after the merge and before the tiers; ``tiers_missing``: people still without one after the next import.
    """

    kills: int
    rows: int
    seed: int
    nothing: int = 0
    everything: int = 0
    half: int = 0
    violations: int = 0
    tiers_late: int = 0
    tiers_missing: int = 0
    left_behind: int = 0
    left_after_a_day: int = 0
    moments: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether a promise was broken."""
        return bool(self.half or self.violations or self.tiers_missing or self.left_after_a_day)


def run(kills: str = "20", rows: str = "20000", seed: str = "7") -> dict[str, object]:
    """The long form."""
    with tempfile.TemporaryDirectory() as folder:
        figures = kill_import(Path(folder), int(kills), int(rows), int(seed))
    return asdict(figures) | {"broken": figures.broken}


def kill_import(folder: Path, kills: int, rows: int, seed: int) -> Figures:
    """Import a first file, then kill the import of a second that changes the half of it and brings as much anew."""
    started = time.monotonic()
    rng, figures = random.Random(seed), Figures(kills, rows, seed)
    data = folder / "data"
    first, second = folder / "first.csv", folder / "second.csv"
    write_list(first, rows // 2)
    write_list(second, rows, later=True)
    run_process(data, NOW, "-m", "core", "import", "orders", first, "--json").json()
    base = folder / "base"
    shutil.copytree(data, base)
    before = _look(data)[0]
    window = _until_staged(data, second, None)
    after = _look(data)[0]
    assert after["shop_order"] == rows and before["shop_order"] == rows // 2
    _copy(base, data)
    for _ in range(kills):
        figures.moments.append(round(_until_staged(data, second, rng.uniform(0.0, window)), 3))
        counts, violations, stages, behind = _look(data)
        figures.violations += violations
        figures.left_behind += stages > 0
        if counts == before:
            figures.nothing += 1
        else:
            figures.half += counts != after
            figures.everything += counts == after
            figures.tiers_late += behind > 0
            again = run_process(data, NOW, "-m", "core", "import", "orders", second, "--json").json()
            figures.tiers_missing += _look(data)[3] + (again["unchanged"] != rows)
            _copy(base, data)
    with _desk(data) as desk, desk.db.write() as session:
        for name in ("staged_order", "staged_item"):
            session.execute(text(f"UPDATE {name} SET batch_id = batch_id - :age"), {"age": 2 * DAY_OF_STAGES})
    run_process(data, NOW, "-m", "core", "import", "orders", second, "--json").json()
    counts, violations, figures.left_after_a_day, _ = _look(data)
    figures.half += counts != after
    figures.violations += violations
    figures.seconds = round(time.monotonic() - started, 1)
    return figures


def _until_staged(data: Path, path: Path, wait: float | None) -> float:
    """Import ``path``; kill it ``wait`` seconds after its first rows were staged, or never. Returns the seconds from there to its end."""
    with _desk(data) as desk:
        known = _stages(desk)
        process = start(data, NOW, "-m", "core", "import", "orders", path, "--json", stdout=subprocess.DEVNULL)
        ends = time.monotonic() + PATIENCE_SECONDS
        while _stages(desk) <= known and process.poll() is None and time.monotonic() < ends:
            time.sleep(0.005)
        staged = time.monotonic()
        if wait is None:
            assert process.wait(PATIENCE_SECONDS) == 0
        else:
            try:
                process.wait(wait)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return time.monotonic() - staged


def _stages(desk: Desk) -> int:
    with desk.db.read() as session:
        return _count(session, "SELECT coalesce(max(batch_id), 0) FROM staged_order")


def _look(data: Path) -> tuple[Counts, int, int, int]:
    """Rows of the facts, violations, staged rows left, members whose tier was not reviewed since their last order came in."""
    with _desk(data) as desk:
        violations = verify_store(desk).violations
        with desk.db.read() as session:
            counts = {name: _count(session, f"SELECT count(*) FROM {name}") for name in FACTS}
            counts |= {"paid": _count(session, "SELECT sum(paid_fen) FROM shop_order")}
            stages = _count(session, "SELECT (SELECT count(*) FROM staged_order) + (SELECT count(*) FROM staged_item)")
            behind = _count(
                session,
                "SELECT count(*) FROM member m JOIN member_profile p ON p.member_id = m.id"
                " LEFT JOIN member_tier t ON t.member_id = m.id WHERE m.joined_at IS NOT NULL AND t.member_id IS NULL",
            )
    return counts, violations, stages, behind


def _count(session: Session, statement: str) -> int:
    return int(session.execute(text(statement)).scalar_one())


@contextmanager
def _desk(data: Path) -> Iterator[Desk]:
    with inside(environment(data, NOW)):
        desk = open_desk()
        try:
            yield desk
        finally:
            desk.close()


def _copy(base: Path, data: Path) -> None:
    """Put the store back as it was before the second file."""
    shutil.rmtree(data)
    shutil.copytree(base, data)
