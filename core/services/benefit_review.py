"""The review of benefits: who could have each, who had it, what it cost, whether it came in time, and what followed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.analytics.benefit_review import DAYS, Advice, Repeat, advise, compare_repeat, median_gap
from core.analytics.periods import Period
from core.clock import ShopZone, day_number, to_micros
from core.documents.benefits import Benefit, Cell
from core.rules.benefits import Strategy, TypicalYear, strategy
from core.services.desk import Desk
from core.services.promises import summarise_promises
from core.services.rule_versions import read_live
from core.store.queries import benefit_review as queries

BIRTHDAY_RULE = "journey:birthday"
YEAR_DAYS = 365


@dataclass(frozen=True)
class BenefitLine:
    """One benefit of one tier over the period.

    ``basis``: where "used" comes from: promises, coupons, orders (it holds with every order; cost is an estimate), or none.
    """

    code: str
    kind: str
    name_zh: str
    name_en: str
    tier: str
    basis: str
    entitled: int
    used: int | None
    usage_rate: float | None
    cost_fen: int
    on_time_rate: float | None
    repeat: Repeat
    advice: Advice
    reason: str

    def name(self, lang: str) -> str:
        """The benefit's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True)
class BenefitReview:
    """All benefits of the rules in force, the shop's purchase cycle, and the promises as they stand."""

    period: Period
    lines: tuple[BenefitLine, ...]
    cycle_days: int | None
    owed: int
    late: int
    done: int


@dataclass(frozen=True)
class _Use:
    """What is known of the use of one benefit by one tier."""

    basis: str
    entitled: int
    used: int | None = None
    rate: float | None = None
    cost_fen: int = 0
    on_time: float | None = None
    chosen: bool = False  # whether using it is the member's own choice


def last_year(desk: Desk, now: datetime) -> Period:
    """The year up to and with today."""
    end = desk.zone.day(now) + timedelta(days=1)
    return Period(end - timedelta(days=YEAR_DAYS), end)


def review_benefits(desk: Desk, period: Period, *, now: datetime) -> BenefitReview:
    """Every benefit of every tier, in the order of the grid, highest tier first."""
    document, _ = read_live(desk, now=now)
    zone = desk.zone
    with desk.db.read() as session:
        found = _Found(session, period, zone, now)
        cycle = median_gap([(int(row.gap), int(row.people)) for row in queries.count_gaps(session)])
        lines = []
        for benefit in document.benefits:
            for tier in reversed(document.codes):
                if tier in benefit.cells:
                    use = found.use(benefit, benefit.cells[tier], tier)
                    repeat = found.repeat(benefit.code, tier) if use.basis == "promises" else Repeat(0, 0)
                    lines.append(_line(benefit, tier, use, repeat, cycle))
    promised = summarise_promises(desk, now=now)
    done = sum(line.used or 0 for line in lines if line.basis == "promises")
    return BenefitReview(period, tuple(lines), cycle, promised.count(), promised.late, done)


def _line(benefit: Benefit, tier: str, use: _Use, repeat: Repeat, cycle: int | None) -> BenefitLine:
    advice, reason = advise(
        strategy(benefit.kind).family,
        entitled=use.entitled,
        usage_rate=use.rate if use.chosen else None,
        cost_fen=use.cost_fen,
        on_time_rate=use.on_time,
        repeat=repeat,
        cycle_days=cycle,
    )
    return BenefitLine(
        code=benefit.code,
        kind=benefit.kind,
        name_zh=benefit.name_zh,
        name_en=benefit.name_en,
        tier=tier,
        basis=use.basis,
        entitled=use.entitled,
        used=use.used,
        usage_rate=use.rate,
        cost_fen=use.cost_fen,
        on_time_rate=use.on_time,
        repeat=repeat,
        advice=advice,
        reason=reason,
    )


class _Found:
    """The sums of a period, read once; the purchases of a tier, read when first asked for."""

    def __init__(self, session: Session, period: Period, zone: ShopZone, now: datetime) -> None:
        self._session, self._zone = session, zone
        self._first, self._end = day_number(period.start), day_number(period.end)
        self._share = (self._end - self._first) / YEAR_DAYS
        self.members = queries.count_counted(session)
        promised = queries.sum_promises(session, self._first, self._end, day_number(zone.day(now)))
        self._promises = {(r.benefit_code, r.tier): r for r in promised}
        first, end = to_micros(zone.start(period.start)), to_micros(zone.start(period.end))
        self._coupons = {r.tier: r for r in queries.sum_coupons(session, BIRTHDAY_RULE, first, end)}
        self._orders = {r.tier: r for r in queries.sum_orders(session, self._first, self._end)}
        self._tiers: dict[str, tuple[Any, Any]] = {}

    def use(self, benefit: Benefit, cell: Cell, tier: str) -> _Use:
        """Who could have it and who had it, from the best source there is."""
        kind = strategy(benefit.kind)
        if kind.owes(benefit, cell):
            return self._promised(benefit, tier)
        if benefit.kind == "birthday_gift":
            return self._couponed(tier)
        if kind.per_order:
            return self._ordered(benefit, cell, kind, tier)
        return _Use("none", self.members.get(tier, 0))

    def repeat(self, code: str, tier: str) -> Repeat:
        """Those who had it in the year up to the end, early enough to have bought again since, against the rest of the tier."""
        if tier not in self._tiers:
            everybody = queries.members_of(self._session, tier)
            everybody[:, 1] = self._zone.day_numbers(everybody[:, 1])
            bought = queries.purchase_days(self._session, tier, self._end - YEAR_DAYS - DAYS, self._end)
            self._tiers[tier] = (everybody, bought)
        users = queries.users_of(self._session, code, tier, self._end - YEAR_DAYS, self._end - DAYS)
        return compare_repeat(users, *self._tiers[tier])

    def _promised(self, benefit: Benefit, tier: str) -> _Use:
        """What is late and still owed counts as not in time."""
        row = self._promises.get((benefit.code, tier))
        if row is None:
            return _Use("promises", self.members.get(tier, 0), 0)
        people, timed = int(row.people), int(row.timed) + int(row.missed)
        on_time = int(row.in_time) / timed if timed else None
        rate, chosen = int(row.users) / people, benefit.mode == "claim"
        return _Use("promises", people, int(row.done), rate, int(row.cost_fen), on_time, chosen)

    def _couponed(self, tier: str) -> _Use:
        row = self._coupons.get(tier)
        if row is None:
            return _Use("coupons", 0, 0)
        return _Use(
            "coupons", int(row.people), int(row.used), int(row.used) / int(row.people), int(row.cost_fen), chosen=True
        )

    def _ordered(self, benefit: Benefit, cell: Cell, kind: Strategy, tier: str) -> _Use:
        """It comes with each order: who bought had it; the cost is what such orders are expected to cost."""
        row, people = self._orders.get(tier), self.members.get(tier, 0)
        if row is None or not people:
            return _Use("orders", people, 0)
        buyers, orders = int(row.buyers), int(row.orders)
        each = TypicalYear(round(orders / buyers / self._share), int(int(row.net_fen) / buyers / self._share))
        cost = int(kind.yearly(benefit, cell, each).cost_fen * buyers * self._share)
        return _Use("orders", people, min(buyers, people), min(buyers / people, 1.0), cost)


def review_json(found: BenefitReview) -> dict[str, Any]:
    """The JSON of ``show benefits``."""
    return {
        "from": found.period.start.isoformat(),
        "to": found.period.end.isoformat(),
        "cycle_days": found.cycle_days,
        "benefits": [
            {
                "code": line.code,
                "kind": line.kind,
                "tier": line.tier,
                "basis": line.basis,
                "entitled": line.entitled,
                "used": line.used,
                "usage_rate": line.usage_rate,
                "cost_fen": line.cost_fen,
                "on_time_rate": line.on_time_rate,
                "repeat_with": line.repeat.with_it,
                "repeat_without": line.repeat.without,
                "repeat_difference": line.repeat.difference,
                "repeat_low": line.repeat.low,
                "repeat_high": line.repeat.high,
                "advice": line.advice.value,
                "reason": line.reason,
            }
            for line in found.lines
        ],
        "promises": {"owed": found.owed, "late": found.late, "done": found.done},
    }
