"""P7: the cohort table and the trend of 24 months as a page reads them, beside full SQL over the orders; and the rebuild.

Before anything is timed, the kept cells must be those of the SQL, and every month's orders, buyers and sales too.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date

from core.analytics.periods import Every, Period, buckets
from core.errors import Refusal
from core.services.bench_replay import _peak_mb
from core.services.bench_store import ORDERS_EACH, bench_store
from core.services.cohorts import KEY, read_cohorts, refresh_cohorts
from core.services.desk import Desk
from core.services.numbers import day_range
from core.services.trends import Kpi, read_trend_of
from core.store.queries import cohorts, profiles
from core.store.queries.trends import month_sums_sql
from core.store.tables import Setting

MONTHS = Period(date(2024, 7, 1), date(2026, 7, 1))
READS = 20  # one page read is too short to be timed alone
SHOWN = (Kpi.ORDERS, Kpi.BUYERS, Kpi.SALES)


@dataclass(frozen=True)
class TrendFigures:
    """Medians over the rounds; ``ratio`` is the SQL's seconds over those of both page reads together."""

    name: str
    members: int
    orders: int
    rounds: int
    equal: bool
    cells: int
    cohort_read_ms: float
    trend_read_ms: float
    cohort_sql_seconds: float
    trend_sql_seconds: float
    rebuild_seconds: float
    ratio: float
    ratios: tuple[float, ...]
    peak_mb: int | None

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        return asdict(self)


def bench_trends(members: int, rounds: int, seed: int, progress: Callable[[float], None]) -> TrendFigures:
    """Time both sides turn and turn about; refuses (``bench_unequal``) when they differ in anything."""
    with bench_store(members, seed=seed) as desk:
        with desk.db.write() as session:
            profiles.rebuild_profiles(session)
            profiles.rebuild_days(session)
        cells = refresh_cohorts(desk)
        if not _agrees(desk):
            raise Refusal("bench_unequal")
        times: dict[str, list[float]] = {}
        for turn in range(rounds):
            for name, work in _WORK.items():
                times.setdefault(name, []).append(work(desk))
            progress((turn + 1) / rounds)
    ratios = [
        (full + months) / (kept + trend)
        for full, months, kept, trend in zip(
            times["cohort_sql"], times["trend_sql"], times["cohort_read"], times["trend_read"], strict=True
        )
    ]
    middle = {name: statistics.median(found) for name, found in times.items()}
    return TrendFigures(
        name="P7",
        members=members,
        orders=members * ORDERS_EACH,
        rounds=rounds,
        equal=True,
        cells=cells,
        cohort_read_ms=round(middle["cohort_read"] * 1e3, 2),
        trend_read_ms=round(middle["trend_read"] * 1e3, 2),
        cohort_sql_seconds=round(middle["cohort_sql"], 3),
        trend_sql_seconds=round(middle["trend_sql"], 3),
        rebuild_seconds=round(middle["rebuild"], 3),
        ratio=round(statistics.median(ratios), 1),
        ratios=tuple(round(ratio, 1) for ratio in ratios),
        peak_mb=_peak_mb(),
    )


def _agrees(desk: Desk) -> bool:
    """Whether what is kept is what the orders say, cell by cell and month by month."""
    months = _month_days()
    with desk.db.read() as session:
        said = month_sums_sql(session, months)
        same = cohorts.read_cells(session) == cohorts.cohort_sql(session)
    series = [[figure.part for _, figure in read_trend_of(desk, kpi, MONTHS, Every.MONTH).steps] for kpi in SHOWN]
    return same and said == list(zip(*series, strict=True))


def _month_days() -> list[tuple[int, int]]:
    return [day_range(Period(step.start, step.end)) for step in buckets(MONTHS, Every.MONTH)]


def _cohort_sql(desk: Desk) -> float:
    with desk.db.read() as session:
        return _seconds(lambda: cohorts.cohort_sql(session))


def _trend_sql(desk: Desk) -> float:
    months = _month_days()
    with desk.db.read() as session:
        return _seconds(lambda: month_sums_sql(session, months))


def _cohort_read(desk: Desk) -> float:
    return _seconds(lambda: [read_cohorts(desk) for _ in range(READS)]) / READS


def _trend_read(desk: Desk) -> float:
    """One number with both its comparisons."""
    return _seconds(lambda: [read_trend_of(desk, Kpi.SALES, MONTHS, Every.MONTH) for _ in range(READS)]) / READS


def _rebuild(desk: Desk) -> float:
    """The whole table, written too: the stamp is taken off it first."""
    with desk.db.write() as session:
        session.merge(Setting(key=KEY, value=json.dumps({"stamp": []})))
    return _seconds(lambda: refresh_cohorts(desk))


_WORK: dict[str, Callable[[Desk], float]] = {
    "cohort_read": _cohort_read,
    "cohort_sql": _cohort_sql,
    "trend_read": _trend_read,
    "trend_sql": _trend_sql,
    "rebuild": _rebuild,
}


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
