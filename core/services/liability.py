"""The liability book of the shop: what the ledger of points says, through the methods of ``core.analytics.liability``."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from core.analytics.liability import LiabilityBook, LookBack, PointLots, PointMoves, look_back, make_book
from core.clock import ShopZone, day_number
from core.rules.facts import NEVER, Ints, as_ints
from core.rules.points import ACCOUNTS, LOT_KINDS, expiry_days
from core.services.desk import Desk
from core.services.programme_review import POINTS_WORDS, Rules, load_rules
from core.services.shop_settings import load_settings
from core.store.queries.facts import Whom, member_range
from core.store.queries.ledgers import POINTS, in_force

_NO_LOT = LOT_KINDS.index("none")
_ISSUED = ACCOUNTS.index("issued")
_HELD = (ACCOUNTS.index("pending"), ACCOUNTS.index("active"))


@dataclass(frozen=True)
class Liability:
    """The book as of a shop day, and what the same method would have said a year ago; ``value_fen`` of a hundred points."""

    book: LiabilityBook
    past: LookBack
    value_fen: int
    until: date

    def as_json(self) -> dict[str, Any]:
        """As the command line answers: points, fen and rates."""
        book, hazard = self.book, self.book.hazard
        ages = zip(hazard.spent.tolist(), hazard.at_risk.tolist(), hazard.rate.tolist(), strict=False)
        names = ("outstanding", "debt", "breakage", "expected", "liability_fen", "face_fen", "ties")
        return {
            "until": self.until.isoformat(),
            "value_fen": self.value_fen,
            **{name: getattr(book, name) for name in names},
            "hazard": {
                "lots": hazard.lots,
                "enough": hazard.enough,
                "ages": [
                    {"month": age, "spent": spent, "at_risk": risk, "rate": round(rate, 6)}
                    for age, (spent, risk, rate) in enumerate(ages)
                ],
            },
            "vintages": [asdict(one) for one in book.vintages],
            "ahead": [asdict(one) for one in book.ahead],
            "months": [asdict(one) for one in book.months],
            "look_back": asdict(self.past),
        }


def read_liability(desk: Desk, *, now: datetime) -> Liability:
    """The book at ``now``, from every posting that is in force."""
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        rules = load_rules(session, zone)
        _, rows = in_force(session, POINTS, Whom(*member_range(session)), POINTS_WORDS)
    day = as_ints(zone.day_numbers(rows["occurred_at"])) if len(rows["occurred_at"]) else as_ints([])
    lot, lots = _lots(rows, day, rules)
    names = np.array(ACCOUNTS)
    moves = PointMoves(day, lot, names[rows["from_account"]], names[rows["to_account"]], rows["amount"])
    points = rules.document(now).points
    value_fen = 0 if points is None else points.value_fen
    until = zone.day(now)
    today = day_number(until)
    return Liability(make_book(moves, lots, today, value_fen), look_back(moves, lots, today), value_fen, until)


def _lots(rows: dict[str, Ints], day: Ints, rules: Rules) -> tuple[Ints, PointLots]:
    """By posting its lot's place (-1: none), and the lots: when they were issued, until when they hold, what is left."""
    kind = rows["lot_kind"]
    names = kind * (np.int64(1) << np.int64(48)) + rows["lot_id"]
    known = kind != _NO_LOT
    _, first, place = np.unique(names[known], return_index=True, return_inverse=True)
    lot = np.full(len(kind), -1, np.int64)
    lot[known] = place
    many = len(first)
    issued = np.full(many, NEVER, np.int64)
    given = known & (rows["from_account"] == _ISSUED)
    np.minimum.at(issued, lot[given], day[given])
    versions = np.searchsorted(np.sort(as_ints(rules.version_ids)), rows["rule_version_id"])
    order = np.argsort(as_ints(rules.version_ids))
    version = order[versions[known][first]] if many else as_ints([])
    remaining = np.zeros(many, np.int64)
    for column, sign in (("to_account", 1), ("from_account", -1)):
        inside = known & np.isin(rows[column], _HELD)
        np.add.at(remaining, lot[inside], sign * rows["amount"][inside])
    return lot, PointLots(issued, _expiry(issued, version, rules), remaining)


def _expiry(issued: Ints, version: Ints, rules: Rules) -> Ints:
    """The day at whose start each lot ends, never before it is active; -1 without an end."""
    points = [rule.document.points for rule in rules.timeline]
    last = expiry_days(points, issued, as_ints(version))
    pending = as_ints([0 if one is None else one.pending_days for one in points])
    ends = np.maximum(last, issued + pending[version]) if len(issued) else last
    return np.where(last == NEVER, -1, ends)
