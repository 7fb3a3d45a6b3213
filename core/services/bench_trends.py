"""P7: the cohort table and the trend of 24 months as a page reads them, beside full SQL over the orders; and the rebuild.

Before anything is timed, the kept cells must be those of the SQL, and every month's orders, buyers and sales too.
"""

import json
import statistics
from collections.abc import Callable
from datetime import date
from functools import partial

from core.analytics.periods import Every, Period, buckets
from core.services.bench_bed import Bed
from core.services.bench_row import (
    Progress,
    Row,
    Spent,
    Target,
    least,
    middle,
    must_equal,
    peak_mb,
    ratios,
    short,
    turn_about,
)
from core.services.cohorts import KEY, read_cohorts, refresh_cohorts
from core.services.desk import Desk
from core.services.numbers import day_range
from core.services.trends import Kpi, read_trend_of
from core.store.queries import cohorts
from core.store.queries.trends import month_sums_sql
from core.store.tables import Setting

MONTHS = Period(date(2024, 7, 1), date(2026, 7, 1))
READS = 20  # one page read is too short to be timed alone
SHOWN = (Kpi.ORDERS, Kpi.BUYERS, Kpi.SALES)


def bench_trends(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time both sides turn and turn about; refuses (``bench_unequal``) when they differ in anything."""
    desk = bed.with_profiles()
    cells = refresh_cohorts(desk)
    must_equal(_agrees(desk))
    times = turn_about(rounds, {name: partial(work, desk) for name, work in _WORK.items()}, progress)
    page, full = (_both(times, kind) for kind in ("read", "sql"))
    each = tuple(short(READS * ratio) for ratio in ratios(page, full))
    ratio = statistics.median(each)
    reads = {kind: short(least(times[f"{kind}_read"]) / READS * 1e3) for kind in ("cohort", "trend")}
    rebuild = short(least(times["rebuild"]))
    return Row(
        name="P7",
        members=bed.members,
        orders=bed.orders,
        rounds=rounds,
        seconds=short(middle(page) / READS),
        cpu_seconds=short(middle(page, cpu=True) / READS),
        other="sql",
        other_seconds=short(middle(full)),
        ratio=ratio,
        ratios=each,
        peak_mb=peak_mb(),
        targets=(*(Target(f"{kind}_ms", ms, 5) for kind, ms in reads.items()), Target("rebuild_seconds", rebuild, 1)),
        details={"cells": cells, "rebuild_seconds": rebuild, **{f"{kind}_ms": ms for kind, ms in reads.items()}},
    )


def _both(times: dict[str, list[Spent]], kind: str) -> list[Spent]:
    """Cohorts and trend together, round by round."""
    pairs = zip(times[f"cohort_{kind}"], times[f"trend_{kind}"], strict=True)
    return [Spent(one.wall + other.wall, one.cpu + other.cpu) for one, other in pairs]


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


def _cohort_sql(desk: Desk) -> None:
    with desk.db.read() as session:
        cohorts.cohort_sql(session)


def _trend_sql(desk: Desk) -> None:
    with desk.db.read() as session:
        month_sums_sql(session, _month_days())


def _cohort_read(desk: Desk) -> None:
    for _ in range(READS):
        read_cohorts(desk)


def _trend_read(desk: Desk) -> None:
    """One number with both its comparisons."""
    for _ in range(READS):
        read_trend_of(desk, Kpi.SALES, MONTHS, Every.MONTH)


def _rebuild(desk: Desk) -> None:
    """The whole table, written too: the stamp is taken off it first."""
    with desk.db.write() as session:
        session.merge(Setting(key=KEY, value=json.dumps({"stamp": []})))
    refresh_cohorts(desk)


_WORK: dict[str, Callable[[Desk], None]] = {
    "cohort_read": _cohort_read,
    "cohort_sql": _cohort_sql,
    "trend_read": _trend_read,
    "trend_sql": _trend_sql,
    "rebuild": _rebuild,
}
