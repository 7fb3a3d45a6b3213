"""A run of calendar months of the shop, and where instants fall in it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from core.clock import ShopZone, to_micros
from core.rules.facts import Ints, as_ints


@dataclass(frozen=True)
class Months:
    """``count`` months from ``first`` on (months since the year 0)."""

    first: int
    count: int
    zone: ShopZone

    @classmethod
    def between(cls, first: date, last: date, zone: ShopZone) -> "Months":
        """The months of both days and all between."""
        low, high = (day.year * 12 + day.month - 1 for day in (first, last))
        return cls(low, max(high - low + 1, 1), zone)

    @property
    def labels(self) -> list[str]:
        """``2026-03``."""
        return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in self._numbers.tolist()]

    @property
    def of_year(self) -> Ints:
        """The calendar month of each, 1 to 12."""
        return as_ints(self._numbers % 12 + 1)

    @property
    def years(self) -> Ints:
        """The calendar year of each."""
        return as_ints(self._numbers // 12)

    @property
    def _numbers(self) -> Ints:
        return as_ints(np.arange(self.first, self.first + self.count))

    @cached_property
    def starts(self) -> Ints:
        """The instants at which they begin, and the one at which the last has ended."""
        days = [date(n // 12, n % 12 + 1, 1) for n in range(self.first, self.first + self.count + 1)]
        return as_ints([to_micros(self.zone.start(day)) for day in days])

    def place(self, at: Ints) -> Ints:
        """The place of the month of each instant; -1 before the first, ``count`` after the last."""
        return as_ints(np.searchsorted(self.starts, at, side="right") - 1)

    def sums(self, at: Ints, amount: Ints) -> Ints:
        """Exact sums by month; what lies outside is left out."""
        place = self.place(at)
        inside = (place >= 0) & (place < self.count)
        found = np.zeros(self.count, np.int64)
        np.add.at(found, place[inside], amount[inside])
        return found
