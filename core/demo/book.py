"""The order book while the shop is being made: visits with their lines, times and coupons."""

from dataclasses import dataclass, replace

import numpy as np

from core.clock import MICROSECONDS
from core.demo.baskets import Lines
from core.demo.seasons import Calendar
from core.demo.shop import Bools, Ints
from core.demo.visits import Visits

NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Book:
    """Visits and their lines; per visit: created and paid (``NEVER`` where abandoned), gross, discount and coupon code."""

    visits: Visits
    lines: Lines
    created: Ints
    paid: Ints
    gross: Ints
    discount: Ints
    codes: dict[int, str]

    def followed_by(self, more: "Book") -> "Book":
        """This book and then that one, whose visits get the next rows."""
        count = len(self.visits)
        pairs = {name: (getattr(self, name), getattr(more, name)) for name in ("created", "paid", "gross", "discount")}
        return Book(
            visits=self.visits.followed_by(more.visits),
            lines=self.lines.followed_by(more.lines, count),
            codes=self.codes | {row + count: code for row, code in more.codes.items()},
            **{name: np.concatenate(pair) for name, pair in pairs.items()},
        )

    def with_coupons(self, rows: Ints, codes: list[str], face_fen: int) -> "Book":
        """The book with a coupon used on each of ``rows``."""
        discount = self.discount.copy()
        discount[rows] = face_fen
        return replace(self, discount=discount, codes=self.codes | dict(zip(rows.tolist(), codes, strict=True)))

    def paid_within(self, start: int, end: int) -> Bools:
        """True where a visit was paid in ``[start, end)``."""
        return (self.paid >= start) & (self.paid < end)


def open_book(rng: np.random.Generator, days: Calendar, visits: Visits, lines: Lines, until: int) -> Book:
    """The book of visits: paid a few minutes after they were made, all before ``until``."""
    count = len(visits)
    created = np.minimum(
        days.starts[visits.day] + visits.second * MICROSECONDS + rng.integers(0, MICROSECONDS, count), until - 2
    )
    # Exports have whole seconds, and a file must bring back the very same instants.
    created -= created % MICROSECONDS
    delay = (5 + rng.exponential(150.0, count)).astype(np.int64) * MICROSECONDS
    paid = np.minimum(created + delay, until - MICROSECONDS)
    return Book(
        visits=visits,
        lines=lines,
        created=created,
        paid=np.where(visits.unpaid, NEVER, paid),
        gross=lines.totals(count),
        discount=np.zeros(count, dtype=np.int64),
        codes={},
    )
