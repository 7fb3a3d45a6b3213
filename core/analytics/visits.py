"""People counted over any stretch of days, from all paid orders at once.

Of a person's orders in a stretch the first is the one whose order before lies before the stretch, and the second the one
whose order before lies in it and the one before that does not. So each count is one comparison of whole columns, and
dozens of stretches cost less than asking the store for one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]

DAY_BITS = 17
JOINED = 2  # the person is a member by now
AS_MEMBER = 1  # and was one when the order was paid
_FLAG_BITS = 2
_NONE = 0  # no order is of the first day of 1970
_LATEST = 2**16 - 1


@dataclass(frozen=True)
class Visits:
    """One place an order, by person and time: its shop day, the days of the person's two orders before, and of the first.

    ``packed`` is what it was made of: (person, day, ``JOINED`` and ``AS_MEMBER``) in one number, rising.
    """

    packed: Ints
    day: Days
    before: Days
    before_that: Days
    since: Days

    def people(self, first: int, end: int) -> int:
        """Buyers of the shop days ``[first, end)``."""
        first, end = _bounds(first, end)
        return int(np.count_nonzero((self.day >= first) & (self.day < end) & (self.before < first)))

    def repeats(self, first: int, end: int) -> tuple[int, int]:
        """Buyers of ``[first, end)``, and those with two or more orders in it."""
        low, high = _bounds(first, end)
        again = (self.before >= low) & (self.before_that < low) & (self.day < high)
        return self.people(first, end), int(np.count_nonzero(again))

    def returned(self, first: int, end: int) -> int:
        """Buyers of ``[first, end)`` who had bought before it."""
        first, end = _bounds(first, end)
        inside = (self.day >= first) & (self.day < end) & (self.before < first)
        return int(np.count_nonzero(inside & (self.since < first)))

    def seconds(self, first: int, end: int) -> tuple[int, int]:
        """Members by now whose first order is in ``[first, end)``, and those who ordered again before it ended."""
        first, end = _bounds(first, end)
        began, again = self._firsts
        new = (began >= first) & (began < end)
        return int(np.count_nonzero(new)), int(np.count_nonzero(new & (again < end)))

    @cached_property
    def of_members(self) -> "Visits":
        """The orders of people who were members when they paid; ``since`` is still the person's first of all."""
        among = (self.packed & AS_MEMBER) > 0
        return _visits(self.packed[among], self.since[among])

    @cached_property
    def of_others(self) -> "Visits":
        """The orders of people who had not joined when they paid."""
        among = (self.packed & AS_MEMBER) == 0
        return _visits(self.packed[among], self.since[among])

    @cached_property
    def _firsts(self) -> tuple[Days, Days]:
        """Of each member by now: the first day, and that of the second order (the latest possible day: none)."""
        place = np.flatnonzero((self.before == _NONE) & ((self.packed & JOINED) > 0))
        follows = np.append(self.before[1:] != _NONE, False)[place]
        after = np.append(self.day[1:], np.uint16(_LATEST))[place]
        return self.day[place], np.where(follows, after, np.uint16(_LATEST))


def make_visits(parts: Iterable[Ints]) -> Visits:
    """From packed orders of some people at a time, people and orders rising."""
    return _visits(np.concatenate([np.zeros(0, np.int64), *parts]), None)


def _visits(packed: Ints, since: Days | None) -> Visits:
    person = packed >> (DAY_BITS + _FLAG_BITS)
    day = ((packed >> _FLAG_BITS) & ((1 << DAY_BITS) - 1)).astype(np.uint16)
    before, before_that = (_shifted(person, day, many) for many in (1, 2))
    if since is None:
        starts = np.flatnonzero(before == _NONE)
        since = np.repeat(day[starts], np.diff(np.append(starts, len(day))))
    return Visits(packed, day, before, before_that, since)


def _shifted(person: Ints, day: Days, many: int) -> Days:
    """The day of the person's order ``many`` places before."""
    found = np.full(len(day), _NONE, np.uint16)
    if len(day) > many:
        found[many:] = np.where(person[many:] == person[:-many], day[:-many], np.uint16(_NONE))
    return found


def _bounds(first: int, end: int) -> tuple[int, int]:
    """Within what a day can be, so that no order at all lies before the first."""
    return min(max(first, _NONE + 1), _LATEST), min(max(end, _NONE + 1), _LATEST)
