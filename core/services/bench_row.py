"""What a measurement finds, in one shape for all rows, and how it is taken: sides turn and turn about, medians of the rounds."""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Refusal

Progress = Callable[[float], None]
MILLION = 1_000_000


@dataclass(frozen=True)
class Spent:
    """Seconds of the wall's clock and of the processor; on a machine that others use too, the second says what the work costs."""

    wall: float
    cpu: float

    @property
    def least(self) -> float:
        """What it takes on a machine of its own, as far as this one can tell."""
        return min(self.wall, self.cpu) if self.cpu else self.wall


@dataclass(frozen=True)
class Target:
    """One demand on what was found; ``least``: at least so much, otherwise at most."""

    what: str
    found: float
    limit: float
    least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the demand is met."""
        return self.found >= self.limit if self.least else self.found <= self.limit

    @property
    def words(self) -> str:
        """Such as ``ratio >= 20``."""
        return f"{self.what} {'>=' if self.least else '<='} {self.limit:g}"

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        return {
            "what": self.what,
            "found": self.found,
            "limit": self.limit,
            "least": self.least,
            "reached": self.reached,
        }


@dataclass(frozen=True)
class Row:
    """Medians over the rounds; ``ratio`` is the other side's seconds over ours. Both sides were equal, or there is no row.

    ``cpu_seconds``: ours again, of the processor. A target that only holds for larger shops is not among ``targets``.
    """

    name: str
    members: int
    orders: int
    rounds: int
    seconds: float
    cpu_seconds: float
    other: str | None
    other_seconds: float | None
    ratio: float | None
    ratios: tuple[float, ...]
    peak_mb: int | None
    targets: tuple[Target, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether all that is asked at this size is met; None where nothing is."""
        return all(target.reached for target in self.targets) if self.targets else None

    @property
    def least(self) -> float:
        """Our seconds on a machine of its own, as far as this one can tell."""
        return min(self.seconds, self.cpu_seconds) if self.cpu_seconds else self.seconds

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        plain = {name: value for name, value in vars(self).items() if name not in ("targets", "details")}
        targets = [target.as_json() for target in self.targets]
        return {**plain, "equal": True, "reached": self.reached, "targets": targets, "details": dict(self.details)}


def clock(work: Callable[[], object]) -> Spent:
    """What a piece of work takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def turn_about(
    rounds: int, sides: Mapping[str, Callable[[], object]], progress: Progress = lambda share: None
) -> dict[str, list[Spent]]:
    """What each side took in each round: A, B, A, B, ..."""
    found: dict[str, list[Spent]] = {name: [] for name in sides}
    for turn in range(rounds):
        for name, side in sides.items():
            found[name].append(clock(side))
        progress((turn + 1) / rounds)
    return found


def middle(spent: list[Spent], *, cpu: bool = False) -> float:
    """The median of some rounds."""
    return statistics.median(one.cpu if cpu else one.wall for one in spent)


def least(spent: list[Spent]) -> float:
    """The median of what the rounds would take on a machine of its own."""
    return statistics.median(one.least for one in spent)


def ratios(ours: list[Spent], others: list[Spent]) -> tuple[float, ...]:
    """The other side's seconds over ours, round by round; what other work on the machine took from either is left out."""
    return tuple(short(other.least / our.least) for our, other in zip(ours, others, strict=True))


def short(value: float) -> float:
    """Three digits that count."""
    return float(f"{value:.3g}")


def beside(
    name: str,
    other: str,
    ours: list[Spent],
    others: list[Spent],
    *,
    members: int,
    orders: int,
    targets: tuple[Target, ...] = (),
    **details: Any,
) -> Row:
    """The row of two sides that were timed turn and turn about."""
    each = ratios(ours, others)
    return Row(
        name=name,
        members=members,
        orders=orders,
        rounds=len(ours),
        seconds=short(middle(ours)),
        cpu_seconds=short(middle(ours, cpu=True)),
        other=other,
        other_seconds=short(middle(others)),
        ratio=statistics.median(each),
        ratios=each,
        peak_mb=peak_mb(),
        targets=targets,
        details=details,
    )


def must_equal(same: bool) -> None:
    """Refuse (``bench_unequal``) to time what does not agree."""
    if not same:
        raise Refusal("bench_unequal")


def forget_peak() -> None:
    """Begin a new peak of memory, where the system can (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return


def peak_mb() -> int | None:
    """The most memory that this process held since ``forget_peak`` (elsewhere ever); Windows does not tell."""
    if sys.platform == "win32":
        return None
    status = Path("/proc/self/status")
    if status.is_file():
        held = [line.split()[1] for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM")]
        if held:
            return round(int(held[0]) / 1024)
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1024 * 1024 if sys.platform == "darwin" else 1024))
