"""The rows of the performance table that can be measured here, and how some of them are run over one store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Refusal
from core.services.bench_answers import bench_answers
from core.services.bench_bed import Bed, bench_bed
from core.services.bench_lifetime import bench_lifetime
from core.services.bench_pages import bench_pages
from core.services.bench_people import bench_profiles, bench_ranks
from core.services.bench_replay import bench_replay
from core.services.bench_row import Progress, Row, forget_peak, short
from core.services.bench_segments import bench_segments
from core.services.bench_tiers import bench_tiers
from core.services.bench_trends import bench_trends

Bench = Callable[[Bed, int, Progress], Row]
# In the order in which they run: those on the store first, and last of them the one that adds orders to it.
BENCHES: Mapping[str, Bench] = {
    "P2": bench_ranks,
    "P4": bench_tiers,
    "P5": bench_segments,
    "P7": bench_trends,
    "B1M": bench_answers,
    "P3": bench_profiles,
    "P8": bench_lifetime,
    "P9": bench_replay,
    "P10": bench_pages,
}
SMALLEST = 10_000
STEEP = 15.0  # what ten times the people may cost before it is named


@dataclass(frozen=True)
class Step:
    """What ten times the people cost in one row: ``factor`` is the seconds at ``members`` over those at a tenth of them."""

    name: str
    members: int
    factor: float

    @property
    def steep(self) -> bool:
        """Whether it is a finding to explain."""
        return self.factor > STEEP

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        return {"name": self.name, "members": self.members, "factor": self.factor, "steep": self.steep}


def run_benches(
    names: Sequence[str],
    *,
    members: int,
    rounds: int,
    seed: int,
    progress: Progress | None = None,
    path: Path | None = None,
) -> Iterator[Row]:
    """Measure row after row over one store, all rows without ``names``; refuses ``bench_unknown`` before anything is built.

    ``path``: a file in which the store stays, and from which it is taken when it is there.
    """
    chosen = known_names(names)
    report = progress or (lambda share: None)
    with bench_bed(members, seed=seed, path=path) as bed:
        for place, name in enumerate(chosen):
            forget_peak()
            yield BENCHES[name](bed, rounds, lambda share, done=place: report((done + share) / len(chosen)))  # type: ignore[misc]


def known_names(names: Sequence[str]) -> list[str]:
    """The names of rows in the order in which they run; refuses ``bench_unknown``."""
    asked = {name.upper() for name in names} or set(BENCHES)
    for name in sorted(asked - set(BENCHES)):
        raise Refusal("bench_unknown", name=name, known=", ".join(BENCHES))
    return [name for name in BENCHES if name in asked]


def sizes_up_to(members: int) -> list[int]:
    """Tenfold sizes ending at ``members``, from ten thousand on; at least two."""
    sizes = [members]
    while sizes[0] // 10 >= SMALLEST or len(sizes) < 2:
        sizes.insert(0, sizes[0] // 10)
    return sizes


def growth(rows: Sequence[Row]) -> list[Step]:
    """The factor of each row from every size to the one ten times as large."""
    known = {(row.name, row.members): row for row in rows}
    found = []
    for (name, members), row in known.items():
        smaller = known.get((name, members // 10))
        if smaller is not None and smaller.least:
            found.append(Step(name, members, short(row.least / smaller.least)))
    return found
