"""How long first buyers take to buy again: Kaplan & Meier (1958), for some have not had the time yet.

A person is at risk until the second purchase day or the last day that is known (right-censored); who is censored on a day was
at risk on it. The interval is Greenwood's on the log-log scale (Kalbfleisch & Prentice 1980), which stays inside 0..1.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ENOUGH = 30
_Z = 1.959964


@dataclass(frozen=True)
class Share:
    """The share that has bought again by a day, with its 95 % interval and how many were still watched on that day."""

    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True)
class Curve:
    """Shares that have bought again by each day on which somebody did (arrays of one length, days ascending)."""

    people: int
    again: int
    day: Ints
    returned: Floats
    greenwood: Floats
    at_risk: Ints
    longest: int

    def by(self, day: int) -> Share | None:
        """The share by a day; None where nobody was watched that long, or fewer than ``ENOUGH`` people are known."""
        if self.people < ENOUGH or day > self.longest:
            return None
        place = int(np.searchsorted(self.day, day, side="right")) - 1
        if place < 0:
            return Share(0.0, 0.0, 0.0, self.people)
        returned, watched = float(self.returned[place]), int(self.at_risk[place])
        low, high = _interval(1 - returned, float(self.greenwood[place]))
        return Share(returned, low, high, watched)

    def half_of(self, day: int) -> int | None:
        """The day by which half of those who buy again by ``day`` have done so; None when too little is known."""
        whole = self.by(day)
        if whole is None or not whole.share:
            return None
        return int(self.day[int(np.searchsorted(self.returned, whole.share / 2))])

    @property
    def median(self) -> int | None:
        """The day by which half have bought again; None when they never did in what is known."""
        over = np.flatnonzero(self.returned >= 0.5)
        return int(self.day[over[0]]) if len(over) and self.people >= ENOUGH else None


def returned_curve(waited: Ints, again: npt.NDArray[np.bool_], people: Ints) -> Curve:
    """The curve of groups of ``people`` who waited so many days, until they bought ``again`` or until now. Any order."""
    total = int(people.sum())
    longest = int(waited.max()) if len(waited) else -1
    days = np.unique(waited[again])
    order = np.argsort(waited)
    sorted_days, through = waited[order], np.append(0, np.cumsum(people[order]))
    at_risk = total - through[np.searchsorted(sorted_days, days, side="left")]
    events = np.zeros(len(days), np.int64)
    np.add.at(events, np.searchsorted(days, waited[again]), people[again])
    stay = 1 - events / np.maximum(at_risk, 1)
    left = at_risk - events
    terms = np.where(left > 0, events / np.maximum(at_risk * left, 1), 0.0)
    return Curve(total, int(events.sum()), days, 1 - np.cumprod(stay), np.cumsum(terms), at_risk, longest)


def _interval(stayed: float, greenwood: float) -> tuple[float, float]:
    """Of the share that has bought again, from the share that has not."""
    if not 0 < stayed < 1:
        return 1 - stayed, 1 - stayed
    spread = _Z * sqrt(greenwood) / abs(log(stayed))
    centre = log(-log(stayed))
    return 1 - exp(-exp(centre - spread)), 1 - exp(-exp(centre + spread))
