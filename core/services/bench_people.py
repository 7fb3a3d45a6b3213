"""P2: everybody's ranks by recency, frequency and money; P3: everybody's profile from nothing, and after ten thousand new orders.

P2 runs beside the same SQL kept from its index, and beside pandas that reads the orders and groups them. P3's refresh runs beside
its own rebuild. Before anything is timed all sides must give the same ranks, and the refreshed profiles be those of a rebuild.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.analytics.rfm import Rfm, score
from core.clock import day_number
from core.errors import Refusal
from core.services.bench_replay import _peak_mb
from core.services.bench_store import DAYS, NOW, ORDERS_EACH, add_bench_orders, bench_store
from core.services.desk import Desk
from core.store.queries import bench_people as queries
from core.store.queries import profiles
from core.store.queries.numbers import order_bands

TODAY = day_number(NOW.date())
FIRST = TODAY - DAYS - 1
NEW_ORDERS = 10_000


@dataclass(frozen=True)
class RanksFigures:
    """Medians over the rounds; ``ratio``: pandas' seconds over ours, ``index_ratio``: those of the SQL without its index."""

    name: str
    members: int
    orders: int
    rounds: int
    equal: bool
    seconds: float
    without_index_seconds: float
    pandas_seconds: float
    ratio: float
    index_ratio: float
    ratios: tuple[float, ...]
    peak_mb: int | None

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        return asdict(self)


@dataclass(frozen=True)
class ProfileFigures:
    """Medians over the rounds; ``share``: the refresh's seconds of the rebuild's."""

    name: str
    members: int
    orders: int
    new_orders: int
    rounds: int
    equal: bool
    rebuild_seconds: float
    refresh_seconds: float
    share: float
    ratios: tuple[float, ...]
    peak_mb: int | None

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        return asdict(self)


def bench_ranks(members: int, rounds: int, seed: int, progress: Callable[[float], None]) -> RanksFigures:
    """Time the three sides, turn and turn about; refuses (``bench_unequal``) when they rank anybody differently."""
    sides: tuple[Callable[[Session], Rfm], ...] = (_ours, _without_index, _pandas)
    with bench_store(members, seed=seed) as desk:
        found = [_timed(desk, side)[1] for side in sides]
        if not all(_alike(found[0], other) for other in found[1:]):
            raise Refusal("bench_unequal")
        times: list[list[float]] = []
        for turn in range(rounds):
            times.append([_timed(desk, side)[0] for side in sides])
            progress((turn + 1) / rounds)
    ours, plain, frame = (statistics.median(column) for column in zip(*times, strict=True))
    ratios = [row[2] / row[0] for row in times]
    return RanksFigures(
        name="P2",
        members=members,
        orders=members * ORDERS_EACH,
        rounds=rounds,
        equal=True,
        seconds=round(ours, 3),
        without_index_seconds=round(plain, 3),
        pandas_seconds=round(frame, 3),
        ratio=round(statistics.median(ratios), 1),
        index_ratio=round(statistics.median(row[1] / row[0] for row in times), 1),
        ratios=tuple(round(ratio, 1) for ratio in ratios),
        peak_mb=_peak_mb(),
    )


def _timed(desk: Desk, side: Callable[[Session], Rfm]) -> tuple[float, Rfm]:
    with desk.db.read() as session:
        started = time.perf_counter()
        found = side(session)
        return time.perf_counter() - started, found


def _ours(session: Session) -> Rfm:
    _, last, orders, net = order_bands(session, FIRST, TODAY + 1)
    return score(TODAY - last, orders, net)


def _without_index(session: Session) -> Rfm:
    last, orders, net = queries.bands_without_index(session, FIRST, TODAY + 1)
    return score(TODAY - last, orders, net)


def _pandas(session: Session) -> Rfm:
    frame = pd.read_sql(queries.ORDERS, session.connection(), params={"first": FIRST, "end": TODAY + 1})
    frame["net"] = frame["paid_fen"] - frame["refund_fen"]
    found = frame.groupby("member_id").agg(last=("shop_day", "max"), orders=("net", "size"), net=("net", "sum"))
    return score(*((TODAY - found["last"]).to_numpy(), found["orders"].to_numpy(), found["net"].to_numpy()))


def _alike(one: Rfm, other: Rfm) -> bool:
    return all(np.array_equal(a, b) for a, b in ((one.r, other.r), (one.f, other.f), (one.m, other.m)))


def bench_profiles(members: int, rounds: int, seed: int, progress: Callable[[float], None]) -> ProfileFigures:
    """Time rebuild and refresh, each round with another ten thousand orders; refuses (``bench_unequal``)."""
    times: list[tuple[float, float]] = []
    with bench_store(members, seed=seed) as desk:
        _write(desk, profiles.rebuild_profiles)
        for turn in range(rounds):
            batch = add_bench_orders(desk, members, NEW_ORDERS, seed=seed + turn + 1)
            refresh = _write(desk, lambda session, batch=batch: profiles.refresh_profiles(session, batch))  # type: ignore[misc]
            kept = _profiles(desk)
            times.append((_write(desk, profiles.rebuild_profiles), refresh))
            if _profiles(desk) != kept:
                raise Refusal("bench_unequal")
            progress((turn + 1) / rounds)
    rebuild, refresh = (statistics.median(column) for column in zip(*times, strict=True))
    ratios = [one[1] / one[0] for one in times]
    return ProfileFigures(
        name="P3",
        members=members,
        orders=members * ORDERS_EACH,
        new_orders=NEW_ORDERS,
        rounds=rounds,
        equal=True,
        rebuild_seconds=round(rebuild, 3),
        refresh_seconds=round(refresh, 3),
        share=round(statistics.median(ratios), 4),
        ratios=tuple(round(ratio, 4) for ratio in ratios),
        peak_mb=_peak_mb(),
    )


def _write(desk: Desk, work: Callable[[Session], None]) -> float:
    """Seconds of a write with its commit."""
    started = time.perf_counter()
    with desk.db.write() as session:
        work(session)
    return time.perf_counter() - started


def _profiles(desk: Desk) -> tuple[int, ...]:
    with desk.db.read() as session:
        return queries.profile_sums(session)
