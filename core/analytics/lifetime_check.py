"""Held out: a model learnt up to a day, beside what the same customers did afterwards.

Method. The model is fitted on the calibration period alone; each of its customers gets the purchases that it expects in the days
after, and those are summed by how often they had come before (0, 1 ... 7 and more repeat purchases; Fader, Hardie & Lee 2005a,
figure 6). The miss of the total says whether the level is right, the miss by class (sum of the absolute differences over what
happened) whether the right people are expected. Good: total within 10 % and classes within 20 %. Rough: within 25 % and 40 %.
Else poor. Below 100 purchases after the calibration there is nothing to judge by.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.analytics.lifetime import BgNbd, Histories, Whole, chance_to_buy, expected_purchases

CLASSES = 8  # 0, 1 ... 6, and 7 or more repeat purchases
PURCHASES_FROM = 100
DOUBTED_BELOW = 0.2
GOOD = (0.10, 0.20)
ROUGH = (0.25, 0.40)


class Verdict(StrEnum):
    """How far what was expected can be trusted."""

    GOOD = "good"
    ROUGH = "rough"
    POOR = "poor"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Class:
    """The customers with this many repeat purchases in the calibration (the last: or more), and their purchases after it."""

    frequency: int
    members: int
    actual: int
    expected: float


@dataclass(frozen=True)
class HoldOut:
    """Expected beside actual purchases of the ``days`` after the calibration.

    ``doubted``: customers whose chance to come was below ``DOUBTED_BELOW``; ``doubted_came`` of them did, the model expected
    ``doubted_expected``.
    """

    days: int
    customers: int
    actual: int
    expected: float
    classes: tuple[Class, ...]
    doubted: int
    doubted_came: int
    doubted_expected: float

    @property
    def miss(self) -> float | None:
        """Expected over actual, less one; None where nothing was bought."""
        return self.expected / self.actual - 1 if self.actual else None

    @property
    def class_miss(self) -> float | None:
        """The absolute differences of the classes over what happened."""
        return sum(abs(one.expected - one.actual) for one in self.classes) / self.actual if self.actual else None

    @property
    def verdict(self) -> Verdict:
        """How far the model can be trusted with this shop."""
        miss, class_miss = self.miss, self.class_miss
        if miss is None or class_miss is None or self.actual < PURCHASES_FROM:
            return Verdict.TOO_FEW
        for verdict, (most, most_by_class) in ((Verdict.GOOD, GOOD), (Verdict.ROUGH, ROUGH)):
            if abs(miss) <= most and class_miss <= most_by_class:
                return verdict
        return Verdict.POOR


def hold_out(people: Histories, model: BgNbd, purchases: Whole, days: int) -> HoldOut:
    """Judge a model fitted on ``people`` by the purchase days of each in the ``days`` after; ``purchases`` has their shape."""
    expected = expected_purchases(people, model, days)
    kind = np.minimum(people.x, CLASSES - 1).astype(np.int64)
    members = np.bincount(kind, minlength=CLASSES)
    actual = np.bincount(kind, purchases, CLASSES)
    hoped = np.bincount(kind, expected, CLASSES)
    chance = chance_to_buy(people, model, days)
    doubted = chance < DOUBTED_BELOW
    return HoldOut(
        days=days,
        customers=len(people.x),
        actual=int(purchases.sum()),
        expected=float(expected.sum()),
        classes=tuple(
            Class(place, int(members[place]), int(actual[place]), float(hoped[place])) for place in range(CLASSES)
        ),
        doubted=int(np.count_nonzero(doubted)),
        doubted_came=int(np.count_nonzero(purchases[doubted])),
        doubted_expected=float(chance[doubted].sum()),
    )
