"""Terms of a paid plan on the calendar, and what a refund gives back: pure days and fen.

Months are counted as 民法典 201-202 does: the day of purchase is not counted, the term ends with the day of the same number, and
where the month has no such day with its last one. 31 January + 1 month: to the end of 28 February; 29 February + 12 months: to the
end of 28 February. Renewals are counted from the first day of an unbroken row of terms, so that a short month costs nobody days
for ever: 31 January, renewed once, ends on 31 March.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.errors import Refusal


@dataclass(frozen=True)
class Term:
    """Counted from the day after ``base`` to the end of ``last``; ``follows``: it renews a term that was running."""

    base: date
    last: date
    follows: bool = False

    @property
    def days(self) -> int:
        """How many days were paid for."""
        return (self.last - self.base).days


@dataclass(frozen=True)
class Held:
    """A term that somebody has: the day before its first counted one, its last day, its months, the instants of both ends."""

    base: date
    last: date
    months: int
    starts_at: datetime
    ends_at: datetime


def add_months(day: date, months: int) -> date:
    """The day of the same number so many months later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_term(held: Sequence[Held], bought: datetime, day: date, months: int) -> Term:
    """The term of a purchase on a shop ``day``: after the row of terms that runs then, else from that day on."""
    row: list[Held] = []
    for term in sorted(held, key=lambda one: (one.starts_at, one.ends_at)):
        if row and term.base == row[-1].last:
            row.append(term)
        elif row and row[-1].ends_at > bought:
            break  # a later term that does not join on
        else:
            row = [term]
    if not row or row[-1].ends_at <= bought or row[0].starts_at > bought:
        return Term(day, add_months(day, months))
    anchor, before = row[0].base, sum(term.months for term in row)
    return Term(row[-1].last, add_months(anchor, before + months), follows=True)


def days_left(term: Term, today: date) -> int:
    """The whole days after today that were paid for; all of them until the day of purchase is over."""
    return min(max((term.last - today).days, 0), term.days)


def refund_fen(paid_fen: int, term: Term, today: date, *, pro_rata: bool = True) -> int:
    """What goes back for the days left: ``paid * left // days``, all of it before the term is counted.

    Refuses ``plan_over`` (no day is left) and ``plan_no_refund`` (the plan gives nothing back once it runs).
    """
    left = days_left(term, today)
    if left == 0:
        raise Refusal("plan_over")
    if left < term.days and not pro_rata:
        raise Refusal("plan_no_refund")
    return paid_fen * left // term.days
