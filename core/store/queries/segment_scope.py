"""What a condition of a group stands on in SQL: today, the person it is about, and the few shapes that many conditions share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from core.clock import ShopZone, day_number, day_of
from core.documents.segment import Leaf

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Day:
    """What "today" means for a group: the instant, its shop day, which birthdays are kept on a date, how large cities are.

    ``cities_of_level``: every spelling of a level's cities; ``municipalities``: provinces that are their own city.
    ``known``: the last shop day whose orders the store knows, where that is before today.
    """

    now: datetime
    zone: ShopZone
    birthdays_kept_on: Callable[[date], Sequence[tuple[int, int]]]
    cities_of_level: Callable[[int], Sequence[str]]
    municipalities: Sequence[str]
    known: int | None = None

    @property
    def today(self) -> int:
        """The shop-day number of now."""
        return day_number(self.zone.day(self.now))

    @property
    def known_day(self) -> int:
        """The day up to which silences count: ``known``, the last one with orders, else today."""
        return self.today if self.known is None else self.known

    def start(self, days_ago: int) -> datetime:
        """The instant at which the shop day so many days ago (negative: ahead) began, between the years 1900 and 2200."""
        first, last = day_number(date(1900, 1, 1)), day_number(date(2200, 1, 1))
        return self.zone.start(day_of(min(max(self.today - days_ago, first), last)))


@dataclass(frozen=True)
class Scope:
    """A day, the column with the id of the person that a condition is about, and where the best buyers end by their share."""

    day: Day
    person: ColumnElement[int]
    last_of_best: Mapping[int, tuple[int, int]]


class ascii_lower(GenericFunction[str]):
    """Lower case of A to Z only: the same on both databases, whatever their language."""

    inherit_cache = True


@compiles(ascii_lower)
def _lower(element: ascii_lower, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(ascii_lower, "postgresql")
def _lower_on_postgres(element: ascii_lower, compiler: Any, **options: Any) -> str:
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "C")'


def bounds(leaf: Leaf) -> tuple[int, int | None]:
    """The least and the most number that a leaf takes; no most where there is none."""
    value = leaf.value
    if isinstance(value, tuple):
        return int(value[0]), int(value[1])
    assert isinstance(value, int)
    return (value, None) if leaf.op == "ge" else (0, value)


def in_range(what: Any, leaf: Leaf, unit: Any = 1) -> Condition:
    """A number within the leaf's bounds, each times ``unit``."""
    if isinstance(leaf.value, tuple):
        return and_(what >= leaf.value[0] * unit, what <= leaf.value[1] * unit)
    condition: Condition = what >= leaf.value * unit if leaf.op == "ge" else what <= leaf.value * unit
    return condition


def days_ago(day_column: Any, leaf: Leaf, today: int) -> Condition:
    """A shop day so many days before today: bounds on the column itself, so that its index serves."""
    least, most = bounds(leaf)
    return and_(day_column <= today - least, *([] if most is None else [day_column >= today - most]))


def days_ahead(day_column: Any, leaf: Leaf, today: int) -> Condition:
    """A shop day so many days after today; what is over is none."""
    least, most = bounds(leaf)
    return and_(day_column >= today + least, *([] if most is None else [day_column <= today + most]))


def happened(instant: Any, leaf: Leaf, day: Day) -> list[Condition]:
    """An instant not after now, and within the leaf's days where it names some."""
    return [instant <= day.now, *([] if leaf.days is None else [instant >= day.start(leaf.days - 1)])]


def often(rows: Select[Any], member: Any, leaf: Leaf, scope: Scope, number: Any = None) -> Condition:
    """How many rows a person has lies within the leaf's bounds; who has none has 0 of them, and no row to be found by."""
    count = func.count() if number is None else number
    least, most = bounds(leaf)
    grouped = rows.group_by(member)
    if least > 0:
        return scope.person.in_(grouped.having(count >= least, *([] if most is None else [count <= most])))
    return true() if most is None else scope.person.not_in(grouped.having(count > most))
