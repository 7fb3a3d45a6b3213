"""P10: every page of the menu run again over a demo shop, beside an empty page of the same process.

The core knows no screen: ``python -m pages.ui.bench_pages`` measures in a process of its own and answers with one JSON object.
"""

import json
import os
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any

from core.config import ROOT
from core.errors import Refusal
from core.services.bench_bed import Bed
from core.services.bench_row import Progress, Row, Target, short

PAGE_MS, PAGE_KB, FIRST_SECONDS = 150, 60, 2.5
FROM_MEMBERS = 100_000


def bench_pages(bed: Bed, rounds: int, progress: Progress) -> Row:
    """``seconds``: the slowest page; ``ratio``: how many empty pages the median page takes (below 1 it would be free)."""
    found = _measure(bed, rounds)
    pages: list[dict[str, Any]] = found["pages"]
    slowest = max(pages, key=lambda page: page["ms"])
    heaviest = max(pages, key=lambda page: page["kb"])
    progress(1.0)
    each = tuple(short(page["empty_ms"] / page["wall_ms"]) for page in pages)
    targets = (
        Target("slowest_ms", slowest["ms"], PAGE_MS),
        Target("heaviest_kb", heaviest["kb"], PAGE_KB),
        Target("first_seconds", found["first_seconds"], FIRST_SECONDS),
    )
    return Row(
        name="P10",
        members=bed.members,
        orders=found["orders"],
        rounds=rounds,
        seconds=short(slowest["wall_ms"] / 1e3),
        cpu_seconds=short(slowest["cpu_ms"] / 1e3),
        other="empty_page",
        other_seconds=short(statistics.median(page["empty_ms"] for page in pages) / 1e3),
        ratio=statistics.median(each),
        ratios=each,
        peak_mb=found["peak_mb"],
        targets=targets if bed.members >= FROM_MEMBERS else (),
        details={
            "slowest": slowest["page"],
            "heaviest": heaviest["page"],
            "first_seconds": found["first_seconds"],
            "pages": pages,
        },
    )


def _measure(bed: Bed, rounds: int) -> dict[str, Any]:
    """Build the demo shop in a folder of its own and run its pages; refuses ``bench_pages`` with what the process said last."""
    numbers = ["--members", str(bed.members), "--rounds", str(rounds), "--seed", str(bed.seed)]
    with TemporaryDirectory(prefix="memberdesk-bench-") as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMBERDESK_")}
        ran = subprocess.run(  # noqa: S603 - our own interpreter and numbers
            [sys.executable, "-m", "pages.ui.bench_pages", *numbers],
            cwd=ROOT,
            env={**kept, "MEMBERDESK_DATA_DIR": folder, "MEMBERDESK_WORKER": "external"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if ran.returncode:
        raise Refusal("bench_pages", said=(ran.stderr.strip().splitlines() or ["-"])[-1])
    answer: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answer
