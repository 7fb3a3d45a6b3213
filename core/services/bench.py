"""What can be measured, by the name of its row in the performance table."""

from collections.abc import Callable, Mapping

from core.errors import Refusal
from core.services.bench_replay import ReplayFigures, bench_replay

Bench = Callable[[int, int, int, Callable[[float], None]], ReplayFigures]
BENCHES: Mapping[str, Bench] = {"P9": bench_replay}


def run_bench(
    name: str, *, members: int, rounds: int, seed: int, progress: Callable[[float], None] | None = None
) -> ReplayFigures:
    """Measure; refuses ``bench_unknown``."""
    bench = BENCHES.get(name.upper())
    if bench is None:
        raise Refusal("bench_unknown", name=name, known=", ".join(BENCHES))
    return bench(members, rounds, seed, progress or (lambda share: None))
