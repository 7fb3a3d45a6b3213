"""One member's points by the definition alone: lot objects in lists, every instant looked at, nothing fast."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from core.clock import ShopZone, from_micros, to_micros
from core.documents.earning import Points
from core.rules.facts import RuleInForce


@dataclass
class Bought:
    """A paid order; ``refunds`` are (id, at, fen), instants are epoch microseconds, ``tier`` the one held before."""

    id: int
    paid_at: int
    paid_fen: int
    finished_at: int = -1
    tier: str | None = None
    refunds: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class Done:
    """An interaction."""

    id: int
    at: int
    kind: str


@dataclass
class Moved:
    """A points fact."""

    id: int
    kind: str
    points: int
    at: int
    refers: int = -1


@dataclass
class Lot:
    kind: str
    id: int
    at: int
    active_at: int
    expires_at: int | None
    age: int
    pending: int = 0
    active: int = 0
    expired: int = 0
    repaid: int = 0


@dataclass
class Entry:
    at: int
    kind: str
    id: int
    version: int
    day: date
    paid: int = 0
    pct: int = 100
    refunded: int = 0
    all_refunds: int = 0
    units: int = 0
    lot: Lot | None = None


def start_of(zone: ShopZone, day: date) -> int:
    return to_micros(zone.start(day))


def day_multiplier(points: Points, day: date) -> int:
    found = [100]
    for one in points.days:
        by_month = one.day_of_month is not None and one.day_of_month == day.day
        by_week = one.weekday is not None and one.weekday == day.isoweekday()
        by_dates = one.starts is not None and one.starts <= day.isoformat() <= str(one.ends)
        if by_month or by_week or by_dates:
            found.append(one.pct)
    return max(found)


class Oracle:
    """The whole life of one member's points; ``postings`` are (at, lot kind, lot id, from, to, amount, cause kind, id)."""

    def __init__(self, joined: int, timeline: list[RuleInForce], zone: ShopZone, now: datetime, capped: bool) -> None:
        self.joined, self.timeline, self.zone, self.now, self.capped = joined, timeline, zone, to_micros(now), capped
        self.postings: list[tuple[int, str, int, str, str, int, str, int]] = []
        self.lots: list[Lot] = []
        self.entries: list[Entry] = []
        self.debt = self.spent = self.expired = self.shortfall = 0
        self.takes: dict[int, list[tuple[Lot | None, int]]] = {}
        self.at, self.cause = 0, ("", 0)

    def version_at(self, at: int) -> int:
        found = 0
        for index, rule in enumerate(self.timeline):
            if rule.starts is not None and to_micros(rule.starts) <= at:
                found = index
        return found

    def points(self, version: int) -> Points | None:
        return self.timeline[version].document.points

    def day(self, at: int) -> date:
        return self.zone.day(from_micros(at))

    def make_lot(self, kind: str, id: int, at: int, version: int, wait: bool) -> Lot:
        points, day = self.points(version), self.day(at)
        active_at, expires = at, None
        if points is not None:
            if wait and points.pending_days:
                active_at = start_of(self.zone, day + timedelta(days=points.pending_days))
            if points.expiry == "days":
                expires = start_of(self.zone, day + timedelta(days=points.valid_days))
            if points.expiry == "year_end":
                expires = start_of(self.zone, date(day.year + points.valid_years + 1, 1, 1))
        if expires is not None:
            expires = max(expires, active_at)
        lot = Lot(kind, id, at, active_at, expires, len(self.lots))
        self.lots.append(lot)
        return lot

    def post(self, lot: Lot | None, source: str, target: str, amount: int) -> None:
        if amount <= 0:
            return
        kind, id = (lot.kind, lot.id) if lot else ("none", 0)
        self.postings.append(
            (self.at, kind, id, source, target, amount, *(self.cause if self.cause[0] else (kind, id)))
        )
        for account, change in ((source, -amount), (target, amount)):
            if lot and account in ("pending", "active", "expired"):
                setattr(lot, account, getattr(lot, account) + change)
            if account == "debt":
                self.debt -= change
                if lot:
                    lot.repaid += change
            if account == "spent":
                self.spent += change
            if account == "expired":
                self.expired += change

    def became_active(self, lot: Lot) -> None:
        if self.debt > 0:
            self.post(lot, "active", "debt", min(self.debt, lot.active))
        if lot.expires_at is not None and lot.expires_at <= self.at:
            self.post(lot, "active", "expired", lot.active)

    def issue(self, lot: Lot, units: int) -> None:
        if units > 0 and lot.active_at > self.at:
            self.post(lot, "issued", "pending", units)
        elif units > 0:
            self.post(lot, "issued", "active", units)
            self.became_active(lot)

    def spendable(self) -> list[Lot]:
        return sorted(
            (lot for lot in self.lots if lot.active > 0),
            key=lambda lot: (lot.expires_at is None, lot.expires_at or 0, lot.at, lot.age),
        )

    def debit(self, amount: int, target: str) -> list[tuple[Lot | None, int]]:
        taken: list[tuple[Lot | None, int]] = []
        for lot in self.spendable():
            part = min(amount, lot.active)
            if part:
                self.post(lot, "active", target, part)
                taken.append((lot, part))
                amount -= part
        return [*taken, (None, amount)]

    def take_back(self, lot: Lot | None, units: int) -> None:
        if lot is not None:
            for account in ("pending", "active", "expired"):
                part = min(units, getattr(lot, account))
                self.post(lot, account, "reversed", part)
                units -= part
        rest = self.debit(units, "reversed")[-1][1]
        self.post(None, "debt", "reversed", rest)

    def fold(self) -> list[int]:
        """Units of every entry with what was refunded so far taken off."""
        by_day: dict[tuple[str, date], int] = {}
        for_good: dict[str, int] = {}
        found = []
        for entry in self.entries:
            points, units = self.points(entry.version), 0
            for earning in sorted(points.earnings if points else (), key=lambda one: one.kind == "spend"):
                if earning.kind != entry.kind and not (earning.kind == "spend" and entry.kind == "order"):
                    continue
                if entry.kind == "order" and entry.refunded >= entry.paid:
                    continue
                worth = earning.rate
                if earning.kind == "spend":
                    worth = (entry.paid - min(entry.refunded, entry.paid)) * earning.rate * entry.pct // 1_000_000
                elif entry.kind == "order":
                    worth = earning.rate * entry.pct // 100
                key = (earning.kind, entry.day)
                if earning.per_day is not None:
                    worth = min(worth, earning.per_day - by_day.get(key, 0))
                if earning.lifetime is not None:
                    worth = min(worth, earning.lifetime - for_good.get(earning.kind, 0))
                worth = max(worth, 0)
                by_day[key] = by_day.get(key, 0) + worth
                for_good[earning.kind] = for_good.get(earning.kind, 0) + worth
                units += worth
            found.append(units)
        return found

    def lay_out(self, bought: list[Bought], done: list[Done]) -> list[tuple[int, int, Entry, int]]:
        """The entries, and the refunds as (at, id, entry, fen)."""
        refunds = []
        for order in bought:
            version = self.version_at(order.paid_at)
            document = self.timeline[version].document
            at = order.paid_at
            if document.spend_counts_from == "finished":
                if order.finished_at < 0:
                    continue
                at = max(order.finished_at, order.paid_at)
            if at > self.now or order.paid_at < self.joined:
                continue
            entry = Entry(at, "order", order.id, version, self.day(at), order.paid_fen)
            if document.points is not None:
                tier_pct = document.points.tier_pct.get(order.tier or document.codes[0], 100)
                entry.pct = tier_pct * day_multiplier(document.points, self.day(order.paid_at)) // 100
            self.entries.append(entry)
            refunds += [(max(when, at), id, entry, fen) for id, when, fen in order.refunds if max(when, at) <= self.now]
        for action in done:
            if self.joined <= action.at <= self.now:
                version = self.version_at(action.at)
                self.entries.append(Entry(action.at, action.kind, action.id, version, self.day(action.at)))
        from core.documents.earning import EARNING_KINDS

        self.entries.sort(key=lambda entry: (entry.at, EARNING_KINDS.index(entry.kind), entry.id))
        for entry in self.entries:
            kind = "order" if entry.kind == "order" else "interaction"
            entry.lot = self.make_lot(kind, entry.id, entry.at, entry.version, wait=True)
        return sorted(refunds, key=lambda row: row[:2])

    def run(self, bought: list[Bought], done: list[Done], moved: list[Moved]) -> "Oracle":
        if self.joined < 0 or self.joined > self.now:
            return self
        refunds = self.lay_out(bought, done)
        for entry, units in zip(self.entries, self.fold(), strict=True):
            entry.units = units
        moved = sorted((move for move in moved if move.at <= self.now), key=lambda move: (move.at, move.id))
        grants = {
            move.id: self.make_lot("points_fact", move.id, move.at, self.version_at(move.at), wait=False)
            for move in moved
            if move.kind == "grant"
        }
        instants = {entry.at for entry in self.entries} | {row[0] for row in refunds} | {move.at for move in moved}
        for lot in self.lots:
            instants |= {at for at in (lot.active_at, lot.expires_at) if at is not None and at <= self.now}
        for at in sorted(instants):
            self.at = at
            self.pass_time()
            for entry in self.entries:
                if entry.at == at and entry.lot:
                    self.cause = (entry.lot.kind, entry.lot.id)
                    self.issue(entry.lot, entry.units)
            for kind in ("grant", "refund", "take", "spend", "give_back"):
                if kind == "refund":
                    for row in refunds:
                        if row[0] == at:
                            self.refund(*row)
                for move in moved:
                    if move.at == at and move.kind == kind:
                        self.cause = ("points_fact", move.id)
                        self.move(move, grants)
        return self

    def pass_time(self) -> None:
        self.cause = ("", 0)
        by_age = sorted(self.lots, key=lambda lot: (lot.at, lot.age))
        for lot in by_age:
            if lot.expires_at is not None and lot.expires_at <= self.at:
                self.post(lot, "active", "expired", lot.active)
        for lot in by_age:
            if lot.active_at <= self.at and lot.pending:
                self.post(lot, "pending", "active", lot.pending)
                self.became_active(lot)

    def refund(self, at: int, id: int, entry: Entry, fen: int) -> None:
        self.cause = ("refund", id)
        entry.refunded += fen
        after = self.fold()
        counted = [(entry, units) for entry, units in zip(self.entries, after, strict=True) if entry.at <= at]
        for other, units in counted:
            assert other.lot
            self.issue(other.lot, units - other.units)
        for other, units in counted:
            if units < other.units:
                self.take_back(other.lot, other.units - units)
        for other, units in zip(self.entries, after, strict=True):
            other.units = units

    def move(self, move: Moved, grants: dict[int, Lot]) -> None:
        if move.kind == "grant":
            self.issue(grants[move.id], move.points)
        elif move.kind == "take":
            self.take_back(None, move.points)
        elif move.kind == "spend":
            taken = self.debit(move.points, "spent")
            rest = taken.pop()[1]
            if self.capped:
                self.shortfall += rest
                rest = 0
            self.post(None, "debt", "spent", rest)
            self.takes[move.id] = [(None, rest), *taken]
        else:
            self.give_back(self.takes.pop(move.refers, []))

    def give_back(self, taken: list[tuple[Lot | None, int]]) -> None:
        for lot, part in taken:
            if lot is None:
                self.post(None, "spent", "debt", part)
                by_expiry = sorted(
                    self.lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or 0, lot.at, lot.age)
                )
                for paid in by_expiry:
                    if self.debt < 0 and paid.repaid > 0:
                        self.post(paid, "debt", "active", min(-self.debt, paid.repaid))
                        self.became_active(paid)
            else:
                self.post(lot, "spent", "active", part)
                self.became_active(lot)

    def state(self) -> dict[str, int]:
        """The balances as they stand, with the next expiry."""
        ends = [lot.expires_at for lot in self.lots if lot.active and lot.expires_at is not None]
        return {
            "pending": sum(lot.pending for lot in self.lots),
            "active": sum(lot.active for lot in self.lots),
            "debt": self.debt,
            "spent": self.spent,
            "expired": self.expired,
            "next_expiry_at": min(ends, default=-1),
            "next_expiry_points": sum(lot.active for lot in self.lots if ends and lot.expires_at == min(ends)),
        }
