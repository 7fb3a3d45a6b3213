"""The tiers as they stand: the rules in force, who is on which tier, and who is within reach of the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.documents.rules import RuleDocument
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.store.queries import ladder as queries

NEAR_EDGES = (100_00, 200_00, 300_00, 500_00)
DROP_DAYS = 30


@dataclass(frozen=True)
class Step:
    """One tier: its people, their net spend in the window (fen), how many lose it within ``DROP_DAYS``, how many are held on it.

    ``within_reach[n]``: people of the tier below who miss at most ``NEAR_EDGES[n]`` to it (and more than the edge before).
    """

    code: str
    people: int
    spend_fen: int
    dropping: int
    held: int
    within_reach: tuple[int, ...]


@dataclass(frozen=True)
class Dropping:
    """Who loses a tier when, if nothing more is bought, and what is missing to keep it (None: that way is closed)."""

    member_id: int
    tier: str
    drops_to: str
    drops_at: datetime
    keep: tuple[int | None, int | None, int | None]
    grace: bool


@dataclass(frozen=True)
class Near:
    """Who misses little to the next tier (fen, orders)."""

    member_id: int
    tier: str
    next_tier: str
    missing_fen: int
    missing_orders: int | None


@dataclass(frozen=True)
class LadderView:
    """The rules in force and their steps, lowest first."""

    document: RuleDocument
    version_id: int
    steps: tuple[Step, ...]

    @property
    def members(self) -> int:
        """Everybody with a tier."""
        return sum(step.people for step in self.steps)


def read_ladder(desk: Desk, *, now: datetime) -> LadderView:
    """The live ladder with its people."""
    document, version_id = read_live(desk, now=now)
    with desk.db.read() as session:
        counts = {row.tier: row for row in queries.count_tiers(session, now, now + timedelta(days=DROP_DAYS))}
        near = {(row.next_tier, row.band): int(row.people) for row in queries.count_missing(session, NEAR_EDGES)}
    steps = []
    for code in document.codes:
        row = counts.get(code)
        reach = tuple(near.get((code, band), 0) for band in range(len(NEAR_EDGES)))
        numbers = (int(row.people), int(row.spend_fen), int(row.dropping), int(row.held)) if row else (0, 0, 0, 0)
        steps.append(Step(code, *numbers, reach))
    return LadderView(document, version_id, tuple(steps))


def list_dropping(desk: Desk, *, now: datetime, days: int = DROP_DAYS, most: int = 200) -> list[Dropping]:
    """Who loses a tier within so many days, the soonest first."""
    with desk.db.read() as session:
        rows = queries.list_dropping(session, now, now + timedelta(days=days), most)
    return [
        Dropping(
            int(row.member_id),
            row.tier,
            row.drops_to,
            row.drops_at,
            (row.keep_fen, row.keep_orders, row.keep_growth),
            bool(row.grace),
        )
        for row in rows
    ]


def list_near(desk: Desk, *, most_fen: int = NEAR_EDGES[0], most: int = 200) -> list[Near]:
    """Who misses at most so much money to the next tier, the nearest first."""
    with desk.db.read() as session:
        rows = queries.list_near(session, most_fen, most)
    return [Near(int(row.member_id), row.tier, row.next_tier, row.missing_fen, row.missing_orders) for row in rows]


def count_progress(desk: Desk) -> dict[tuple[str, int], int]:
    """People by (next tier, tenth of the way by money)."""
    with desk.db.read() as session:
        return {(row.next_tier, min(int(row.place), 9)): int(row.people) for row in queries.count_progress(session)}
