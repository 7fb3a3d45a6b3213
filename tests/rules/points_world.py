"""Small worlds of members with points: builders of facts and rules, and the oracle beside the kernel."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.clock import ShopZone, to_micros
from core.documents.earning import EARNING_KINDS, Earning, Points
from core.documents.rules import RuleDocument, Tier
from core.rules.facts import POINTS_KINDS, Actions, Facts, Orders, PointsFacts, Refunds, RuleInForce, as_ints
from core.rules.points import ACCOUNTS, CAUSE_KINDS, LOT_KINDS, PointsWalk, walk_with_tiers
from tests.rules.points_oracle import Bought, Done, Moved, Oracle

SHANGHAI = ShopZone()
CODES = ("low", "high")
NOW = datetime(2024, 7, 1, 4, tzinfo=UTC)


def micros(text: str, zone: ShopZone = SHANGHAI) -> int:
    """Epoch microseconds of a wall-clock time of the shop."""
    return to_micros(zone.from_wall(datetime.fromisoformat(text)))


def rules(points: Points | None, counts_from: str = "paid") -> RuleDocument:
    tiers = tuple(
        Tier(code=code, name_zh=code, name_en=code, min_spend_fen=spend, min_orders=0 if spend == 0 else None)
        for code, spend in zip(CODES, (0, 100_00), strict=True)
    )
    return RuleDocument(tiers=tiers, points=points, spend_counts_from=counts_from)


def plain(**changes: Any) -> Points:
    """One point a yuan, active at once, for ever; what a test is about is said in it."""
    base: dict[str, Any] = {"earnings": (Earning(kind="spend", rate=100),), "pending_days": 0, "expiry": "never"}
    return Points(**{**base, **changes})


@dataclass
class Person:
    """One member's facts; ``joined`` -1 is nobody's member."""

    joined: int = 0
    bought: list[Bought] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)


def facts_of(people: list[Person]) -> tuple[Facts, list[int]]:
    """The columns of some people and the tier held before each order (-1 none)."""
    orders = [(m, o) for m, person in enumerate(people) for o in person.bought]
    orders.sort(key=lambda row: (row[0], row[1].paid_at, row[1].id))
    refunds = [(index, *row) for index, (_, order) in enumerate(orders) for row in order.refunds]
    refunds.sort(key=lambda row: (row[0], row[2], row[1]))
    done = sorted(
        ((m, d) for m, p in enumerate(people) for d in p.done), key=lambda row: (row[0], row[1].at, row[1].id)
    )
    moved = sorted(
        ((m, f) for m, p in enumerate(people) for f in p.moved), key=lambda row: (row[0], row[1].at, row[1].id)
    )
    facts = Facts(
        joined=as_ints([person.joined for person in people]),
        orders=Orders(
            as_ints([m for m, _ in orders]),
            *(as_ints([getattr(o, name) for _, o in orders]) for name in ("id", "paid_at", "paid_fen", "finished_at")),
        ),
        refunds=Refunds(*(as_ints([row[place] for row in refunds]) for place in range(4))),
        actions=Actions(
            as_ints([m for m, _ in done]),
            as_ints([d.id for _, d in done]),
            as_ints([EARNING_KINDS.index(d.kind) for _, d in done]),
            as_ints([d.at for _, d in done]),
        ),
        points=PointsFacts(
            as_ints([m for m, _ in moved]),
            as_ints([f.id for _, f in moved]),
            as_ints([POINTS_KINDS.index(f.kind) for _, f in moved]),
            *(as_ints([getattr(f, name) for _, f in moved]) for name in ("points", "at", "refers")),
        ),
        tier_codes=CODES,
    )
    return facts, [-1 if order.tier is None else CODES.index(order.tier) for _, order in orders]


def walk(
    people: list[Person],
    timeline: list[RuleInForce],
    now: datetime = NOW,
    zone: ShopZone = SHANGHAI,
    capped: bool = False,
) -> PointsWalk:
    """The kernel's answer."""
    facts, tiers = facts_of(people)
    return walk_with_tiers(facts, timeline, zone, now, as_ints(tiers), CODES, cap_spends=capped)


def walk_one(person: Person, points: Points | None, now: datetime = NOW) -> PointsWalk:
    """One person under one version."""
    return walk([person], [RuleInForce(rules(points))], now)


def oracle(
    person: Person, timeline: list[RuleInForce], now: datetime = NOW, zone: ShopZone = SHANGHAI, capped: bool = False
) -> Oracle:
    """The definition's answer."""
    return Oracle(person.joined, timeline, zone, now, capped).run(person.bought, person.done, person.moved)


def postings(walked: PointsWalk, member: int = 0) -> list[tuple[int, str, int, str, str, int, str, int]]:
    """The postings of one member in words: at, lot, from, to, amount, cause."""
    rows = zip(*(column.tolist() for column in walked.postings), strict=True)
    return [
        (at, LOT_KINDS[lot], lot_id, ACCOUNTS[source], ACCOUNTS[target], amount, CAUSE_KINDS[cause], cause_id)
        for whose, at, lot, lot_id, source, target, amount, cause, cause_id, _ in rows
        if whose == member
    ]


def state(walked: PointsWalk, member: int = 0) -> dict[str, int]:
    """The balances of one member by name."""
    return {name: int(column[member]) for name, column in walked.state._asdict().items()}


def lots(walked: PointsWalk) -> list[dict[str, int]]:
    """The lots as dictionaries."""
    rows = zip(*(column.tolist() for column in walked.lots), strict=True)
    return [dict(zip(walked.lots._fields, row, strict=True)) for row in rows]
