"""What a programme gives and costs, month by month, summed over the blocks of members that a simulation walks."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np
from sqlmodel import Session

from core.clock import ShopZone, day_of, to_micros
from core.rules.benefit_costs import benefit_costs
from core.rules.derivation import Derivation
from core.rules.facts import Facts, Ints, RuleInForce, as_ints
from core.rules.months import Months
from core.rules.points import ACCOUNTS
from core.store.queries import simulation as queries

ISSUED, SPENT = ACCOUNTS.index("issued"), ACCOUNTS.index("spent")


@dataclass(frozen=True)
class SimulatedMonth:
    """One month: points, and what the programme cost (fen); ``margin_fen`` is what is left after all of it."""

    month: str
    points_issued: int
    points_spent: int
    benefit_cost_fen: int
    coupon_cost_fen: int
    points_cost_fen: int
    margin_fen: int

    def as_json(self) -> dict[str, object]:
        """As the command line answers."""
        return asdict(self)


@dataclass(frozen=True)
class Shop:
    """What is the same whatever the rules: the months, gross margin and redeemed coupons by month (fen)."""

    months: Months
    gross_fen: Ints
    coupons_fen: Ints


class Sums:
    """Sums of one side by month; points cost is kept in hundredths of a fen until the end."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._issued, self._spent, self._benefits, self._value = (
            np.zeros(shop.months.count, np.int64) for _ in range(4)
        )

    def add(
        self, facts: Facts, derived: Derivation, timeline: tuple[RuleInForce, ...], births: Ints, zone: ShopZone
    ) -> None:
        """Count one block of members."""
        months, rows = self._shop.months, derived.points.postings
        points = [rule.document.points for rule in timeline]
        value = as_ints([0 if one is None else one.value_fen for one in points])
        issued = rows.from_account == ISSUED
        spent = as_ints((rows.to_account == SPENT).astype(np.int64) - (rows.from_account == SPENT)) * rows.amount
        self._issued += months.sums(rows.at[issued], rows.amount[issued])
        self._spent += months.sums(rows.at, spent)
        self._value += months.sums(rows.at, spent * value[rows.version])
        self._benefits += benefit_costs(facts, derived.tiers, timeline, births, months, zone)

    def lines(self) -> list[SimulatedMonth]:
        """The months, oldest first."""
        cost = self._value // 100
        margin = self._shop.gross_fen - self._shop.coupons_fen - cost - self._benefits
        columns = (self._issued, self._spent, self._benefits, self._shop.coupons_fen, cost, margin)
        rows = zip(self._shop.months.labels, *(column.tolist() for column in columns), strict=True)
        return [SimulatedMonth(*row) for row in rows]


def load_shop(session: Session, zone: ShopZone, margin_bp: int, start: date | None, now: datetime) -> Shop:
    """Months from ``start`` (None: from the first paid order) to now, with what the shop earned and gave away in each."""
    first = queries.first_paid_day(session)
    began = start or (zone.day(now) if first is None else day_of(first))
    months = Months.between(min(began, zone.day(now)), zone.day(now), zone)
    day, net = queries.net_by_day(session)
    known_day, kept, cost = queries.known_by_day(session)
    gross = _by_month(months, zone, day, net * margin_bp // 10_000)
    gross += _by_month(months, zone, known_day, kept - cost - kept * margin_bp // 10_000)
    at, discount = queries.redemptions(session)
    return Shop(months, gross, months.sums(at, discount))


def _by_month(months: Months, zone: ShopZone, days: Ints, fen: Ints) -> Ints:
    starts = as_ints([to_micros(zone.start(day_of(number))) for number in days.tolist()])
    return months.sums(starts, fen)
