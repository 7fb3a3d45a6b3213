"""What can be measured, by the name of its row in the performance table."""

from collections.abc import Callable, Mapping
from typing import Protocol

from core.errors import Refusal
from core.services.bench_lifetime import bench_lifetime
from core.services.bench_people import bench_profiles, bench_ranks
from core.services.bench_replay import bench_replay
from core.services.bench_trends import bench_trends


class Figures(Protocol):
    """What a bench found out."""

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""


Bench = Callable[[int, int, int, Callable[[float], None]], Figures]
BENCHES: Mapping[str, Bench] = {
    "P2": bench_ranks,
    "P3": bench_profiles,
    "P7": bench_trends,
    "P8": bench_lifetime,
    "P9": bench_replay,
}


def run_bench(
    name: str, *, members: int, rounds: int, seed: int, progress: Callable[[float], None] | None = None
) -> Figures:
    """Measure; refuses ``bench_unknown``."""
    bench = BENCHES.get(name.upper())
    if bench is None:
        raise Refusal("bench_unknown", name=name, known=", ".join(BENCHES))
    return bench(members, rounds, seed, progress or (lambda share: None))
