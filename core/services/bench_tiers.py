"""P4: everybody's tier over the last twelve months, beside pandas that sums the window; and the night's delta beside the full review.

Before anything is timed both give everybody the same tier, spend and orders, and after the delta every stored tier is that of the
full review.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd

from core.clock import day_number, to_micros
from core.documents.rules import RuleDocument
from core.rules.facts import Ints, as_ints
from core.rules.tiers import walk_tiers
from core.services.bench_bed import Bed, block_rows, write_block, write_tiers
from core.services.bench_row import (
    MILLION,
    Progress,
    Row,
    Target,
    beside,
    least,
    must_equal,
    short,
    turn_about,
)
from core.services.bench_store import NOW
from core.services.desk import Desk
from core.services.facts import load_facts
from core.services.programme import everybody
from core.services.programme_review import load_rules
from core.store.queries import bench_tiers as queries
from core.store.queries.facts import Whom
from core.store.queries.replay import stored_rows
from core.store.queries.tiers import TIER_COLUMNS

YESTERDAY = NOW - timedelta(days=1)
LISTED = 10_000


def bench_tiers(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time both, turn and turn about; refuses (``bench_unequal``) when anybody's tier differs."""
    desk = bed.desk
    must_equal(all(np.array_equal(one, other) for one, other in zip(_ours(desk), _pandas(desk), strict=True)))
    write_tiers(desk, YESTERDAY)
    due = _due(desk)
    _delta(desk, due)
    must_equal(_delta_is_full(desk))
    sides: dict[str, Callable[[], object]] = {
        "ours": partial(_ours, desk),
        "pandas": partial(_pandas, desk),
        "delta": lambda: _delta(desk, _due(desk)),
    }
    times = turn_about(rounds, sides, progress)
    full, delta = short(least(times["ours"])), short(least(times["delta"]))
    large = bed.members >= MILLION
    return beside(
        "P4",
        "pandas",
        times["ours"],
        times["pandas"],
        members=bed.members,
        orders=bed.orders,
        targets=(Target("seconds", full, 1), Target("delta_seconds", delta, 0.3)) if large else (),
        delta_seconds=delta,
        delta_people=len(due),
    )


def _ours(desk: Desk) -> tuple[Ints, Ints, Ints]:
    """By member: place of the tier, spend and orders of the window, through the whole history of everybody."""
    with desk.db.read() as session:
        rules, blocks = load_rules(session, desk.zone), everybody(session)
        states = []
        for whom in blocks:
            _, facts = load_facts(session, whom, rules.timeline)
            states.append(walk_tiers(facts, rules.timeline, rules.zone, NOW).state)
    tier, spend, orders = (
        np.concatenate([getattr(state, name) for state in states]) for name in ("tier", "spend_fen", "orders")
    )
    return tier, spend, orders


def _pandas(desk: Desk) -> tuple[Ints, Ints, Ints]:
    with desk.db.read() as session:
        document = load_rules(session, desk.zone).document(NOW)
        after = day_number(desk.zone.day(NOW)) - document.window.days
        connection = session.connection()
        window = pd.read_sql(queries.WINDOW_ORDERS, connection, params={"after": after, "now": to_micros(NOW)})
        people = pd.read_sql(queries.MEMBERS, connection)["id"]
    found = window.groupby("member_id")["paid_fen"].agg(["sum", "size"]).reindex(people, fill_value=0)
    spend, orders = as_ints(found["sum"].to_numpy()), as_ints(found["size"].to_numpy())
    return _reached(document, spend, orders), spend, orders


def _reached(document: RuleDocument, spend: Ints, orders: Ints) -> Ints:
    """The place of the highest tier that spend or orders reach."""
    tier = np.zeros(len(spend), np.int64)
    for place, step in enumerate(document.tiers):
        by_spend, by_orders, _ = step.reach
        met = np.zeros(len(spend), bool)
        met |= False if by_spend is None else spend >= by_spend
        met |= False if by_orders is None else orders >= by_orders
        tier[met] = place
    return tier


def _due(desk: Desk) -> list[int]:
    """Whom the night from ``YESTERDAY`` to ``NOW`` can have touched: a window of whole days, no points."""
    with desk.db.read() as session:
        left = day_number(desk.zone.day(NOW)) - load_rules(session, desk.zone).document(NOW).window.days
        return queries.due_members(session, left, to_micros(YESTERDAY), to_micros(NOW))


def _delta(desk: Desk, due: list[int]) -> None:
    with desk.db.read() as session:
        rules = load_rules(session, desk.zone)
    for start in range(0, len(due), LISTED):
        whom = Whom(ids=tuple(due[start : start + LISTED]))
        write_block(desk, rules, whom, NOW)


def _delta_is_full(desk: Desk) -> bool:
    """Whether every stored tier is that of a review of everybody; the instant of the review apart."""
    with desk.db.read() as session:
        rules = load_rules(session, desk.zone)
        for whom in everybody(session):
            rows = block_rows(session, rules, whom, NOW)
            if {row[:-1] for row in rows} != stored_rows(session, "member_tier", TIER_COLUMNS[:-1], whom):
                return False
    return True
