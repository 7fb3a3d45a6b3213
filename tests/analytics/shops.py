"""Simulated shops with a known truth: many who buy nothing, a few who spend a lot, habits that last."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Shop:
    """Margin (fen) and orders of each member after the launch, margin before it, arms, and the true mean effect."""

    margin: npt.NDArray[np.float64]
    orders: npt.NDArray[np.int64]
    before: npt.NDArray[np.float64]
    treated: npt.NDArray[np.bool_]
    true_effect: float


def simulate(rng: np.random.Generator, n: int, hold_out: float, lift: float = 0.0, rate: float = 0.12) -> Shop:
    """A shop in which ``lift`` of the members place one more order when treated; gamma habits, log-normal baskets."""
    habit = rng.gamma(0.5, 2 * rate, n)
    baskets = np.exp(rng.normal(8, 0.8, (3, n)))
    before = rng.poisson(habit * 8) * baskets[0]
    orders_without = rng.poisson(habit)
    extra = rng.random(n) < lift
    without = orders_without * baskets[1]
    treated = rng.permutation(n) >= round(n * hold_out)
    margin = without + np.where(treated & extra, baskets[2], 0)
    return Shop(margin, orders_without + (treated & extra), before, treated, float(np.mean(extra * baskets[2])))
