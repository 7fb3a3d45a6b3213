"""What a campaign of this size can see, before it is sent: two-sided 5 %, power 80 %."""

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm

SIGNIFICANCE = 0.05
POWER = 0.80
MOST_MEMBERS = 100_000_000  # beyond any shop: the answer is None
_SEEN = float(norm.ppf(1 - SIGNIFICANCE / 2))
_SURE = float(norm.ppf(POWER))

Floats = npt.NDArray[np.float64]


def smallest_visible_share(base_rate: float, n_treated: int, n_control: int) -> float | None:
    """The smallest rise of a share (fraction, 0.02 = 2 more in 100) that would show in 80 % of such campaigns.

    ``base_rate`` is the share without the campaign. None when an arm is empty or not even a rise to 100 % would show.
    """
    _check_rate(base_rate)
    if min(n_treated, n_control) < 1:
        return None
    most = 1 - base_rate
    if _surplus(base_rate, most, n_treated, n_control) < 0:
        return None
    return float(brentq(lambda rise: _surplus(base_rate, rise, n_treated, n_control), most * 1e-9, most))


def smallest_visible_mean(variance: float, n_treated: int, n_control: int) -> float | None:
    """The smallest difference of a mean, in the outcome's unit, that would show in 80 % of such campaigns.

    ``variance`` is that of the outcome after adjustment (``adjusted_variance``). None when an arm is empty.
    """
    if min(n_treated, n_control) < 1:
        return None
    return (_SEEN + _SURE) * sqrt(variance * (1 / n_treated + 1 / n_control))


def members_needed_share(base_rate: float, rise: float, hold_out_share: float) -> int | None:
    """The audience (both arms together) in which a rise of a share would show. None when none is large enough."""
    _check_rate(base_rate)
    _check_split(hold_out_share)
    if rise <= 0 or base_rate + rise > 1:
        return None

    def surplus(members: float) -> float:
        return _surplus(base_rate, rise, members * (1 - hold_out_share), members * hold_out_share)

    if surplus(MOST_MEMBERS) < 0:
        return None
    return ceil(float(brentq(surplus, 1e-6, MOST_MEMBERS, rtol=1e-12)))


def members_needed_mean(variance: float, difference: float, hold_out_share: float) -> int | None:
    """The audience (both arms together) in which a difference of a mean would show. None when none is large enough."""
    _check_split(hold_out_share)
    if difference == 0:
        return None
    inverse = 1 / (1 - hold_out_share) + 1 / hold_out_share
    members = ceil(((_SEEN + _SURE) / difference) ** 2 * variance * inverse)
    return members if members <= MOST_MEMBERS else None


def adjusted_variance(outcome: Floats, covariate: Floats | None = None) -> float:
    """The variance left in an outcome (n) after a linear fit on covariates (n) or (n, k) from the period before.

    Taken from an earlier stretch of the same length. Needs two values or more, else ValueError.
    """
    values = np.asarray(outcome, np.float64)
    if len(values) < 2:
        raise ValueError("a variance needs two values")
    values = values - values.mean()
    if covariate is None:
        return float(values @ values) / (len(values) - 1)
    columns = np.reshape(np.asarray(covariate, np.float64), (len(values), -1))
    columns = columns - columns.mean(axis=0)
    slopes, _, rank, _ = np.linalg.lstsq(columns, values, rcond=None)
    rest = values - columns @ slopes
    return float(rest @ rest) / max(len(values) - 1 - int(rank), 1)


def _surplus(base: float, rise: float, n_treated: float, n_control: float) -> float:
    """How far a rise exceeds what would just show (negative: it would not), pooled under no effect, apart under it."""
    lifted = base + rise
    pooled = (lifted * n_treated + base * n_control) / (n_treated + n_control)
    without = sqrt(pooled * (1 - pooled) * (1 / n_treated + 1 / n_control))
    with_it = sqrt(max(0.0, lifted * (1 - lifted) / n_treated + base * (1 - base) / n_control))
    return rise - _SEEN * without - _SURE * with_it


def _check_rate(rate: float) -> None:
    if not 0 <= rate < 1:
        raise ValueError("a base rate is at least 0 and below 1")


def _check_split(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError("a hold-out share lies between 0 and 1, both excluded")
