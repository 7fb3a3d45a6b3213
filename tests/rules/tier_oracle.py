"""The tiers again, slow and obvious: one person, one shop day or instant after the other, sums from the definition each time.

Written from the meaning alone; it shares no code with the kernel. ``speak`` gives the history as it was spoken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from core.clock import ShopZone, to_micros
from core.documents.earning import EARNING_KINDS
from core.documents.rules import RuleDocument, Tier
from core.rules.facts import Actions, Facts, Orders, Overrides, Refunds, RuleInForce, as_ints

Sums = tuple[int, int, int]


@dataclass(frozen=True)
class Order:
    """A paid order; ``refunds`` are (instant, fen)."""

    at: datetime
    paid: int
    finished: datetime | None = None
    refunds: tuple[tuple[datetime, int], ...] = ()


@dataclass(frozen=True)
class Action:
    """An interaction."""

    at: datetime
    kind: str


@dataclass(frozen=True)
class Floor:
    """An override: at least this tier (None: the tier held then is not lost)."""

    tier: str | None
    starts: datetime
    ends: datetime | None = None


@dataclass(frozen=True)
class Life:
    """Everything about one person."""

    joined: datetime | None
    orders: tuple[Order, ...] = ()
    actions: tuple[Action, ...] = ()
    floors: tuple[Floor, ...] = ()


@dataclass
class Fact:
    """An order or an interaction in the order in which it counts."""

    at: datetime
    day: date
    rules: RuleDocument
    paid: int
    refunds: list[tuple[datetime, int]]
    kind: str

    def back(self, by: datetime | None) -> int:
        """What was refunded by an instant."""
        return 0 if by is None else min(sum(fen for at, fen in self.refunds if at <= by), self.paid)


@dataclass
class Now:
    """Where the machine stands."""

    tier: str | None = None
    shown: str | None = None
    falls: datetime | None = None
    floors: dict[int, str] = field(default_factory=dict)


class Oracle:
    """One person under a timeline."""

    def __init__(self, life: Life, timeline: list[RuleInForce], zone: ShopZone, now: datetime) -> None:
        self.life, self.timeline, self.zone, self.now = life, timeline, zone, now
        first = timeline[0].starts
        joined = life.joined if life.joined and life.joined <= now else None
        self.joined = max(joined, first) if joined and first else joined
        if self.joined and self.joined > now:
            self.joined = None
        self.facts = self._facts()
        self.nets: dict[datetime | None, list[tuple[date, datetime, int, int]]] = {}

    def _facts(self) -> list[Fact]:
        facts = []
        for order in self.life.orders:
            rules = self.rules(order.at)
            at: datetime | None = order.at
            if rules.spend_counts_from == "finished":
                at = None if order.finished is None else max(order.finished, order.at)
            if at is None or at > self.now:
                continue
            backs = [(max(when, at), fen) for when, fen in order.refunds if when <= self.now]
            facts.append(Fact(at, self.zone.day(at), rules, order.paid, backs, "order"))
        for action in self.life.actions:
            if action.at <= self.now:
                rules = self.rules(action.at)
                facts.append(Fact(action.at, self.zone.day(action.at), rules, 0, [], action.kind))
        return sorted(facts, key=lambda fact: fact.at)

    def rules(self, at: datetime) -> RuleDocument:
        """The rules in force."""
        found = [rule for rule in self.timeline if rule.starts is None or rule.starts <= at]
        return (found or self.timeline[:1])[-1].document

    def growth(self, by: datetime | None) -> list[int]:
        """What each fact earns with what was refunded by an instant taken off."""
        used: dict[object, int] = {}
        earned = []
        for fact in self.facts:
            total = 0
            growth = fact.rules.growth
            gone = fact.kind == "order" and fact.back(by) >= fact.paid
            for kind in ("order", "spend") if fact.kind == "order" else (fact.kind,):
                earning = next((e for e in growth.earnings if e.kind == kind), None) if growth else None
                if earning is None or gone:
                    continue
                units = earning.rate if kind != "spend" else (fact.paid - fact.back(by)) * earning.rate // 10_000
                for cap, scope in ((earning.per_day, (kind, fact.day)), (earning.lifetime, kind)):
                    if cap is not None:
                        units = min(units, max(cap - used.get(scope, 0), 0))
                for scope in ((kind, fact.day), kind):
                    used[scope] = used.get(scope, 0) + units
                total += units
            earned.append(total)
        return earned

    def begins(self, day: date) -> date:
        """The first day of the period of a day."""
        rules_kind = self.kind
        birth = (
            self.zone.day(self.life.joined) if rules_kind == "anniversary" and self.life.joined else date(2000, 1, 1)
        )

        def in_year(year: int) -> date:
            try:
                return birth.replace(year=year)
            except ValueError:
                return date(year, 2, 28)

        return max(first for first in map(in_year, (day.year - 1, day.year)) if first <= day)

    def sums(self, at: datetime, by: datetime | None, rules: RuleDocument, *, last: bool = False) -> Sums:
        """Spend, orders, growth of the window (or of the period before) at an instant, refunds by ``by`` taken off."""
        day = self.zone.day(at)
        self.kind = rules.window.kind
        if rules.window.kind == "rolling":
            if last:
                return 0, 0, 0
            low, high = day - timedelta(days=rules.window.days - 1), day
        else:
            low, high = self.begins(day), day
            if last:
                low, high = self.begins(low - timedelta(days=1)), low - timedelta(days=1)
        spend = orders = growth = 0
        for fact_day, fact_at, net, units in self.brought(by):
            if low <= fact_day <= high and fact_at <= at:
                spend, orders, growth = spend + net, orders + (net > 0), growth + units
        return spend, orders, growth

    def brought(self, by: datetime | None) -> list[tuple[date, datetime, int, int]]:
        """Day, instant, net fen and growth of each fact with what was refunded by an instant taken off."""
        if by not in self.nets:
            pairs = zip(self.facts, self.growth(by), strict=True)
            self.nets[by] = [(fact.day, fact.at, fact.paid - fact.back(by), units) for fact, units in pairs]
        return self.nets[by]

    @staticmethod
    def meets(rules: RuleDocument, asked: tuple[int | None, ...], sums: Sums) -> bool:
        ways = [own >= least for own, least in zip(sums, asked, strict=True) if least is not None]
        return any(ways) if rules.match == "any" else all(ways)

    def top(self, rules: RuleDocument, sums: Sums) -> int:
        """The highest rank reached."""
        return max(
            [0, *(rank for rank, tier in enumerate(rules.tiers) if rank and self.meets(rules, tier.reach, sums))]
        )

    def keeps(self, rules: RuleDocument, rank: int, sums: Sums) -> bool:
        tier: Tier = rules.tiers[rank]
        return rank == 0 or self.meets(rules, tier.keep, sums) or self.top(rules, sums) >= rank

    def moments(self, until: datetime) -> list[datetime]:
        """Every instant at which anything can happen."""
        found = {fact.at for fact in self.facts} | {rule.starts for rule in self.timeline if rule.starts}
        found |= {self.joined} if self.joined else set()
        for floor in self.life.floors:
            found |= {floor.starts} | ({floor.ends} if floor.ends else set())
        starts = [at for at in found if at <= until]
        day, end = (min(self.zone.day(at) for at in starts) if starts else self.zone.day(until)), self.zone.day(until)
        while day <= end:
            found.add(self.zone.start(day))
            day += timedelta(days=1)
        return sorted(at for at in found if at <= until)

    def run(self, by: datetime | None, until: datetime) -> list[tuple[datetime, str | None]]:
        """(instant, shown tier) of every moment, with what was refunded by ``by`` taken off from the start."""
        state, found, before = Now(), [], None
        for at in self.moments(until):
            rules = self.rules(min(at, self.now))
            if self.joined and at >= self.joined:
                self.judge(state, rules, before, at, by)
                self.show(state, rules, at)
            found.append((at, state.shown))
            before = rules
        self.state = state
        return found

    def judge(
        self, state: Now, rules: RuleDocument, before: RuleDocument | None, at: datetime, by: datetime | None
    ) -> None:
        """One look."""
        running, last = self.sums(at, by, rules), self.sums(at, by, rules, last=True)
        both = (running[0] + last[0], running[1] + last[1], running[2] + last[2])
        midnight = self.zone.start(self.zone.day(at)) == at
        periods = rules.window.kind != "rolling"
        self.kind = rules.window.kind
        turned = periods and midnight and self.begins(self.zone.day(at)) == self.zone.day(at)
        best = max(self.top(rules, running), self.top(rules, last))
        new = before is not None and _deciding(before) != _deciding(rules) and state.tier is not None
        if state.tier is None or (new and state.tier not in rules.codes):
            state.tier, state.falls = rules.codes[best], None
            return
        rank = rules.codes.index(state.tier)
        if new:
            state.falls = None
            if best > rank:
                state.tier = rules.codes[best]
            else:
                self.fall(state, rules, both, at)
        elif turned:
            ended = last
            if state.falls == at:
                day = self.begins(self.zone.day(at) - timedelta(days=1))
                older = self.sums(at - timedelta(microseconds=1), by, rules, last=True)
                assert day < self.zone.day(at)
                self.fall(state, rules, (ended[0] + older[0], ended[1] + older[1], ended[2] + older[2]), at)
            rank = rules.codes.index(state.tier)
            if self.top(rules, ended) > rank:
                state.tier, state.falls = rules.codes[self.top(rules, ended)], None
            else:
                self.fall(state, rules, ended, at)
        elif not periods:
            self.fall(state, rules, running, at)
        elif state.falls is not None:
            self.fall(state, rules, both, at)
        rank = rules.codes.index(state.tier)
        if self.top(rules, running) > rank and (rules.upgrade == "at_once" or midnight):
            state.tier, state.falls = rules.codes[self.top(rules, running)], None

    def fall(self, state: Now, rules: RuleDocument, sums: Sums, at: datetime) -> None:
        """Keep, wait, or fall."""
        down = rules.downgrade
        while True:
            rank = rules.codes.index(state.tier or "")
            if down.mode == "never" or self.keeps(rules, rank, sums):
                state.falls = None
                return
            if state.falls is None:
                day = self.zone.day(at)
                whole = day if self.zone.start(day) == at else day + timedelta(days=1)
                state.falls = self.zone.start(whole + timedelta(days=down.grace_days)) if down.grace_days else at
            if state.falls > at:
                return
            lower = [r for r in range(rank) if self.keeps(rules, r, sums)]
            state.tier = rules.codes[rank - 1 if down.mode == "one_step" else lower[-1]]
            state.falls = None
            if rules.window.kind != "rolling":
                return

    def show(self, state: Now, rules: RuleDocument, at: datetime) -> None:
        """The floors."""
        codes = rules.codes
        best = codes.index(state.tier or "")
        marks = []
        for index, floor in enumerate(self.life.floors):
            assert self.joined is not None
            starts = max(floor.starts, self.joined)
            if at < starts or (floor.ends and at >= floor.ends):
                continue
            code = floor.tier or state.floors.get(index)
            if code is None:
                marks.append(index)
            elif code in codes:
                best = max(best, codes.index(code))
        if marks and state.shown in codes:
            best = max(best, codes.index(state.shown or ""))
        state.shown = codes[best]
        for index in marks:
            state.floors[index] = state.shown

    def speak(self) -> list[tuple[datetime, str | None, str]]:
        """The history as it was spoken: (instant, from, to)."""
        backs = sorted({at for fact in self.facts for at, _ in fact.refunds})
        told: str | None = None
        found: list[tuple[datetime, str | None, str]] = []
        for index, by in enumerate([None, *backs]):
            end = backs[index] if index < len(backs) else None
            life = self.run(by, self.now)
            if by is not None:
                held = [shown for at, shown in life if at <= by]
                life = [(by, held[-1] if held else None), *(row for row in life if row[0] > by)]
            for at, shown in life:
                if (end is None or at < end) and shown != told and shown is not None:
                    found.append((at, told, shown))
                    told = shown
        return found

    def booked(self) -> list[tuple[datetime, int, int]]:
        """Growth rows (instant, index of the fact, amount) in time order."""
        if self.joined is None:
            return []
        backs = sorted({at for fact in self.facts for at, _ in fact.refunds})
        rows = []
        for index, by in enumerate([None, *backs]):
            units = self.growth(by)
            was = self.growth(None if index < 2 else backs[index - 2])
            end = backs[index] if index < len(backs) else self.now
            for number, fact in enumerate(self.facts):
                if by is not None and fact.at <= by:
                    rows.append((by, number, units[number] - was[number]))
                elif fact.at <= end:
                    rows.append((fact.at, number, units[number]))
        return [row for row in rows if row[2]]

    def loss(self) -> tuple[datetime, str] | None:
        """When the tier shown now is lost if nothing more happens, looking some years ahead."""
        backs = [at for fact in self.facts for at, _ in fact.refunds]
        by = max(backs) if backs else None
        shown = self.run(by, self.now)[-1:]
        if not shown or shown[0][1] is None:
            return None
        rules = self.rules(self.now)
        own = rules.codes.index(shown[0][1] or "")
        for at, code in self.run(by, self.now + timedelta(days=1_200)):
            if at > self.now and code is not None and rules.codes.index(code) < own:
                return at, code
        return None


def _deciding(rules: RuleDocument) -> object:
    """What of the rules decides tiers."""
    tiers = tuple((tier.code, tier.reach, tier.keep) for tier in rules.tiers)
    return tiers, rules.window, rules.match, rules.upgrade, rules.downgrade.mode, rules.downgrade.grace_days


def facts_of(lives: Sequence[Life]) -> Facts:
    """The same lives as the kernel's columns; ids count from 1 in the order in which things happened."""
    orders = [(member, order) for member, life in enumerate(lives) for order in life.orders]
    actions = [(member, action) for member, life in enumerate(lives) for action in life.actions]
    backs = [(row, *back) for row, (_, order) in enumerate(orders) for back in sorted(order.refunds)]
    codes = tuple(sorted({floor.tier for life in lives for floor in life.floors if floor.tier}))
    floors = [(member, f) for member, life in enumerate(lives) for f in sorted(life.floors, key=lambda f: f.starts)]

    def micros(at: datetime | None) -> int:
        return -1 if at is None else to_micros(at)

    return Facts(
        joined=as_ints([micros(life.joined) for life in lives]),
        orders=Orders(
            as_ints([member for member, _ in orders]),
            as_ints(range(1, len(orders) + 1)),
            as_ints([micros(order.at) for _, order in orders]),
            as_ints([order.paid for _, order in orders]),
            as_ints([micros(order.finished) for _, order in orders]),
        ),
        refunds=Refunds(
            as_ints([row for row, _, _ in backs]),
            as_ints(range(1, len(backs) + 1)),
            as_ints([micros(at) for _, at, _ in backs]),
            as_ints([fen for _, _, fen in backs]),
        ),
        actions=Actions(
            as_ints([member for member, _ in actions]),
            as_ints(range(1, len(actions) + 1)),
            as_ints([EARNING_KINDS.index(action.kind) for _, action in actions]),
            as_ints([micros(action.at) for _, action in actions]),
        ),
        overrides=Overrides(
            as_ints([member for member, _ in floors]),
            as_ints(range(1, len(floors) + 1)),
            as_ints([-1 if floor.tier is None else codes.index(floor.tier) for _, floor in floors]),
            as_ints([micros(floor.starts) for _, floor in floors]),
            as_ints([micros(floor.ends) for _, floor in floors]),
            as_ints([2] * len(floors)),
        ),
        tier_codes=codes,
    )
