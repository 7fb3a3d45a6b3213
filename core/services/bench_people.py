"""P2: everybody's ranks by recency, frequency and money; P3: everybody's profile from nothing, and after ten thousand new orders.

P2 runs beside the same SQL kept from its index, and beside pandas that reads the orders and groups them. P3's refresh runs beside
its own rebuild. Before anything is timed all sides must give the same ranks, and the refreshed profiles be those of a rebuild.
"""

import statistics
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.analytics.rfm import Rfm, score
from core.clock import day_number
from core.services.bench_bed import Bed
from core.services.bench_row import (
    MILLION,
    Progress,
    Row,
    Target,
    beside,
    clock,
    middle,
    must_equal,
    ratios,
    short,
    turn_about,
)
from core.services.bench_store import DAYS, NOW, add_bench_orders
from core.services.desk import Desk
from core.store.queries import bench_people as queries
from core.store.queries import profiles
from core.store.queries.numbers import order_bands

TODAY = day_number(NOW.date())
FIRST = TODAY - DAYS - 1
NEW_ORDERS = 10_000
FROM_MEMBERS = 100_000


def bench_ranks(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time the three sides, turn and turn about; refuses (``bench_unequal``) when they rank anybody differently."""
    sides = {name: partial(_read, bed.desk, side) for name, side in _SIDES.items()}
    found = [side() for side in sides.values()]
    must_equal(all(_alike(found[0], other) for other in found[1:]))
    times = turn_about(rounds, sides, progress)
    ratio = statistics.median(ratios(times["ours"], times["pandas"]))
    limit = 7 if bed.members >= MILLION else 5
    return beside(
        "P2",
        "pandas",
        times["ours"],
        times["pandas"],
        members=bed.members,
        orders=bed.orders,
        targets=(Target("ratio", ratio, limit, least=True),) if bed.members >= FROM_MEMBERS else (),
        without_index_seconds=short(middle(times["without_index"])),
        index_ratio=statistics.median(ratios(times["ours"], times["without_index"])),
    )


def _read(desk: Desk, side: Callable[[Session], Rfm]) -> Rfm:
    with desk.db.read() as session:
        return side(session)


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


_SIDES: dict[str, Callable[[Session], Rfm]] = {"ours": _ours, "without_index": _without_index, "pandas": _pandas}


def bench_profiles(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time refresh and rebuild, each round with another ten thousand orders; refuses (``bench_unequal``)."""
    desk = bed.with_profiles()
    refreshes, rebuilds = [], []
    for turn in range(rounds):
        batch = add_bench_orders(desk, bed.members, NEW_ORDERS, seed=bed.seed + turn + 1)
        refreshes.append(clock(partial(_refresh, desk, batch)))
        kept = _profiles(desk)
        rebuilds.append(clock(partial(_rebuild, desk)))
        must_equal(_profiles(desk) == kept)
        progress((turn + 1) / rounds)
    share = short(1 / statistics.median(ratios(refreshes, rebuilds)))
    return beside(
        "P3",
        "rebuild",
        refreshes,
        rebuilds,
        members=bed.members,
        orders=bed.orders,
        targets=(Target("share", share, 0.02),) if bed.members >= MILLION else (),
        new_orders=NEW_ORDERS,
        share=share,
    )


def _refresh(desk: Desk, batch: int) -> None:
    with desk.db.write() as session:
        profiles.refresh_profiles(session, batch)


def _rebuild(desk: Desk) -> None:
    with desk.db.write() as session:
        profiles.rebuild_profiles(session)


def _profiles(desk: Desk) -> tuple[int, ...]:
    with desk.db.read() as session:
        return queries.profile_sums(session)
