"""When somebody buys and in which price band, counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

BANDS = (0, 50_00, 100_00, 200_00, 500_00)  # from so many fen a piece on; the last has no end
HOURS = 3  # hours in one cell of the day
FEWEST = 3  # orders; of fewer no habit is told


@dataclass(frozen=True)
class Habits:
    """Orders by weekday (Monday first, 7) and by part of the day (8 parts of three hours), pieces by price band."""

    orders: int
    weekdays: tuple[int, ...]
    parts: tuple[int, ...]
    bands: tuple[int, ...]

    @property
    def told(self) -> bool:
        """Whether there is enough to speak of a habit."""
        return self.orders >= FEWEST

    @property
    def weekday(self) -> int:
        """The weekday with most orders (0: Monday)."""
        return int(np.argmax(self.weekdays))

    @property
    def part(self) -> int:
        """The part of the day with most orders."""
        return int(np.argmax(self.parts))

    @property
    def band(self) -> int | None:
        """The band with most pieces; none without goods."""
        return int(np.argmax(self.bands)) if any(self.bands) else None


def find_habits(days: Ints, hours: Ints, pieces: Sequence[tuple[int, int]]) -> Habits:
    """From the shop days and the shop's hours (0-23) of n paid orders, and (fen a piece, pieces) of their lines."""
    weekdays = np.bincount((days + 3) % 7, minlength=7)  # day 0 was a Thursday
    parts = np.bincount(hours // HOURS, minlength=24 // HOURS)
    bands = np.zeros(len(BANDS), dtype=np.int64)
    for fen, quantity in pieces:
        bands[np.searchsorted(BANDS, fen, side="right") - 1] += quantity
    return Habits(len(days), tuple(map(int, weekdays)), tuple(map(int, parts)), tuple(map(int, bands)))
