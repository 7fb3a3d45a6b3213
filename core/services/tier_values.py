"""What a tier's members buy in a usual year, what its benefits are then worth, and whether the shop keeps what it promises."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.clock import day_number
from core.documents.earning import SPEND
from core.documents.rules import RuleDocument
from core.rules.benefits import TypicalYear
from core.rules.tier_gaps import StepUp, compare_tiers
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.store.queries import benefit_review as queries

YEAR_DAYS = 365
FEWEST = 30
WORK_DAYS = 30
OVERLOAD = 2
NEVER_FROM = 3
MUCH = 10  # fewer are done in one go, whatever last month was


@dataclass(frozen=True)
class TierYear:
    """The middle member of a tier over the last 365 days; ``people``: how many that was taken from."""

    year: TypicalYear
    people: int

    @property
    def enough(self) -> bool:
        """Whether there are people enough to speak of a usual year."""
        return self.people >= FEWEST


@dataclass(frozen=True)
class Overpromise:
    """One benefit's work: done in the last 30 days, owed in the next 30, late now.

    ``never``: promised several times and never done; ``too_much``: more than twice what was done last month lies ahead.
    """

    benefit_code: str
    done: int
    ahead: int
    late: int
    never: bool
    too_much: bool


@dataclass(frozen=True)
class Differences:
    """The ladder step by step, and the work that the promises are."""

    document: RuleDocument
    steps: tuple[StepUp, ...]
    years: dict[str, TierYear]
    work: tuple[Overpromise, ...]


def tier_years(desk: Desk, document: RuleDocument, *, now: datetime) -> dict[str, TierYear]:
    """By tier the median orders and net spend of its members who bought in the last 365 days."""
    end = day_number(desk.zone.day(now)) + 1
    by_tier: dict[str, list[tuple[int, int]]] = {}
    with desk.db.read() as session:
        for row in queries.year_sums(session, end - YEAR_DAYS, end):
            by_tier.setdefault(row.tier, []).append((int(row.orders), int(row.net_fen)))
    found = {}
    for code in document.codes:
        sums = np.array(by_tier.get(code, []), dtype=np.int64).reshape(-1, 2)
        orders, spend = (int(middle) for middle in np.median(sums, axis=0)) if len(sums) else (0, 0)
        year = TypicalYear(orders, spend, points_worth(document, spend))
        found[code] = TierYear(year, len(sums))
    return found


def points_worth(document: RuleDocument, spend_fen: int) -> int:
    """What the points of a spend are worth at once, in fen; 0 without points."""
    if document.points is None:
        return 0
    rate = sum(earning.rate for earning in document.points.earnings if earning.kind == SPEND)
    return spend_fen * rate // 10_000 * document.points.value_fen // 100


def read_differences(desk: Desk, *, now: datetime) -> Differences:
    """The steps of the live ladder, and which promises are more than the shop can keep."""
    document, _ = read_live(desk, now=now)
    years = tier_years(desk, document, now=now)
    steps = compare_tiers(document, {code: one.year for code, one in years.items()})
    today = day_number(desk.zone.day(now))
    known = {benefit.code for benefit in document.benefits}
    with desk.db.read() as session:
        rows = [row for row in queries.promised_work(session, today, WORK_DAYS) if row.benefit_code in known]
    work = []
    for row in rows:
        done, ahead, late = int(row.done), int(row.ahead), int(row.late)
        never = int(row.due) >= NEVER_FROM and int(row.kept) == 0
        work.append(Overpromise(row.benefit_code, done, ahead, late, never, ahead >= MUCH and ahead > done * OVERLOAD))
    return Differences(document, tuple(steps), years, tuple(sorted(work, key=lambda one: (-one.late, -one.ahead))))
