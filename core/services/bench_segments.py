"""P5: a group of four conditions counted, beside pandas that finds the same people in the tables; both name the same ids."""

import statistics
from functools import partial

import pandas as pd

from core.clock import day_number
from core.documents.segment import Node, parse_segment
from core.services.actor import Actor
from core.services.bench_bed import Bed
from core.services.bench_row import (
    MILLION,
    Progress,
    Row,
    Target,
    beside,
    least,
    must_equal,
    ratios,
    short,
    turn_about,
)
from core.services.bench_store import NOW
from core.services.desk import Desk
from core.services.segments import count_segment, find_members
from core.store.queries import bench_tiers as queries

WHERE, FROM_ORDERS, FROM_FEN, WITHIN_DAYS = ("浙江省", "广东省"), 5, 500_00, 90


def four_conditions() -> Node:
    """Two provinces, five orders and 500 yuan in all, and an order in the last 90 days."""
    return parse_segment(
        {
            "all": [
                {"field": "province", "op": "in", "value": list(WHERE)},
                {"field": "orders", "op": "ge", "value": FROM_ORDERS},
                {"field": "spend_fen", "op": "ge", "value": FROM_FEN},
                {"field": "recency_days", "op": "le", "value": WITHIN_DAYS},
            ]
        }
    )


def bench_segments(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time both, turn and turn about; refuses (``bench_unequal``) when they find other people."""
    desk, tree = bed.with_profiles(), four_conditions()
    with desk.db.read() as session:
        people = find_members(session, desk, tree, now=NOW)
    must_equal(people == _pandas(desk) and _count(desk, tree) == len(people))
    times = turn_about(rounds, {"ours": partial(_count, desk, tree), "pandas": partial(_pandas, desk)}, progress)
    ratio, seconds = statistics.median(ratios(times["ours"], times["pandas"])), short(least(times["ours"]))
    share = (Target("ratio", ratio, 100, least=True),) if bed.members >= MILLION else ()
    return beside(
        "P5",
        "pandas",
        times["ours"],
        times["pandas"],
        members=bed.members,
        orders=bed.orders,
        targets=(*share, Target("seconds", seconds, 0.1)),
        people=len(people),
    )


def _count(desk: Desk, tree: Node) -> int:
    return count_segment(desk, Actor.owner(), tree, now=NOW).members


def _pandas(desk: Desk) -> list[int]:
    """The ids, ascending, from the tables of people and orders."""
    with desk.db.read() as session:
        people = pd.read_sql(queries.MEMBERS, session.connection())
        orders = pd.read_sql(queries.PAID_ORDERS, session.connection())
    today = day_number(desk.zone.day(NOW))
    orders["net"] = orders["paid_fen"] - orders["refund_fen"]
    sums = orders.groupby("member_id").agg(orders=("net", "size"), net=("net", "sum"), last=("shop_day", "max"))
    found = people[people["province"].isin(WHERE)].join(sums, on="id", how="inner")
    held = (found["orders"] >= FROM_ORDERS) & (found["net"] >= FROM_FEN) & (today - found["last"] <= WITHIN_DAYS)
    return sorted(found.loc[held, "id"].tolist())
