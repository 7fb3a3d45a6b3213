"""What a campaign changed: all who were assigned against all who were left out (intent to treat), with a 95 % interval.

Numbers here are estimates (float), in the unit of the outcome. What cannot be measured says so in ``Effect.unmeasured``
and holds None: no NaN or infinity ever leaves this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm, t

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CONFIDENCE = 0.95
PERMUTE_BELOW = 200  # cases (outcome not zero) in an arm; rarer, skewed money also gets a permutation p-value
SMALL_ARM = 250  # people; below, HC3 replaces HC2
MANY_PEOPLE = 100_000  # from here on fewer reshuffles, or a page would wait ten seconds
PEOPLE_A_SLOPE = 50  # in the smaller arm, for each coefficient; below, adjusting widens the interval
_Z = float(norm.ppf((1 + CONFIDENCE) / 2))


class Unmeasured(StrEnum):
    """Why there is no estimate."""

    NOBODY_TREATED = "nobody_treated"
    NOBODY_LEFT_OUT = "nobody_left_out"
    TOO_FEW = "too_few"
    NO_SPREAD = "no_spread"


class Method(StrEnum):
    """How the interval was made."""

    NEWCOMBE = "newcombe"
    UNADJUSTED = "unadjusted"
    ADJUSTED_HC2 = "adjusted_hc2"
    ADJUSTED_HC3 = "adjusted_hc3"


@dataclass(frozen=True)
class Effect:
    """Treated minus left out. The five estimates are all finite, or all None with the reason in ``unmeasured``.

    ``unadjusted`` is the plain difference of the means, printed beside; ``width_gain`` the share of the interval's
    width that the adjustment saved (0 without one). ``cases_*`` count outcomes that are not zero.
    """

    n_treated: int
    n_control: int
    mean_treated: float | None
    mean_control: float | None
    cases_treated: int
    cases_control: int
    method: Method
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    unadjusted: float | None = None
    width_gain: float = 0.0
    permuted: bool = False
    unmeasured: Unmeasured | None = None


@dataclass(frozen=True)
class _Arm:
    """One arm's mean at the average covariate, the variance of that mean, its degrees of freedom and residuals."""

    mean: float
    variance: float
    freedom: int
    residuals: Floats


def mean_difference(outcome: Floats, treated: Flags, covariate: Floats | None = None, seed: int = 0) -> Effect:
    """The effect on a mean (orders, spend, margin): outcome (n), treated (n), covariate (n) or (n, k) from before.

    Lin (2013), Ann. Appl. Stat. 7(1): regression in each arm on the centred covariates (= fully interacted), HC2
    variance, HC3 when an arm has under 250 people, Welch's degrees of freedom; Deng et al. (2013) call it CUPED. The
    interval is corrected for skewness by Hall's transformation (Hall 1992, JRSS B 54; two samples: Zhou & Dinh 2005,
    Biostatistics 6): with a few big spenders in a small left-out group the plain one claims a gain three times too
    often. An arm in which every outcome is the same borrows the other's spread. With under 200 cases in an arm the
    p-value is by permutation.
    """
    outcome, treated = np.asarray(outcome, np.float64), np.asarray(treated, np.bool_)
    if not np.isfinite(outcome).all() or (covariate is not None and not np.isfinite(covariate).all()):
        raise ValueError("outcomes and covariates must be finite numbers")
    sides = (outcome[treated], outcome[~treated])
    plain = _described(sides)
    if plain.unmeasured:
        return plain
    exponent = 2 if min(len(side) for side in sides) >= SMALL_ARM else 3
    unadjusted = _contrast(plain, (_arm(sides[0], None, exponent), _arm(sides[1], None, exponent)))
    centred = _centred(covariate, treated)
    found = unadjusted
    if centred is not None:
        arms = (_arm(sides[0], centred[treated], exponent), _arm(sides[1], centred[~treated], exponent))
        method = Method.ADJUSTED_HC2 if exponent == 2 else Method.ADJUSTED_HC3
        found = _compared(replace(_contrast(plain, arms), method=method), unadjusted)
    if min(found.cases_treated, found.cases_control) < PERMUTE_BELOW:
        rounds = 1_999 if len(outcome) < MANY_PEOPLE else 499
        found = replace(found, p_value=permutation_p(outcome, treated, centred, rounds, seed), permuted=True)
    return found


def share_difference(successes_treated: int, n_treated: int, successes_control: int, n_control: int) -> Effect:
    """The effect on a share (bought, redeemed), as fractions: Newcombe's hybrid score interval.

    Newcombe (1998), Statist. Med. 17, 873-890, method 10 (Wilson limits of each share, squared and added). The p-value
    is the level at which that interval touches zero, so the two never disagree. Needs one person in each arm.
    """
    if not (0 <= successes_treated <= n_treated and 0 <= successes_control <= n_control):
        raise ValueError("successes lie between 0 and the arm's size")
    counted = Effect(
        n_treated,
        n_control,
        successes_treated / n_treated if n_treated else None,
        successes_control / n_control if n_control else None,
        successes_treated,
        successes_control,
        Method.NEWCOMBE,
        unmeasured=_empty(n_treated, n_control),
    )
    if counted.mean_treated is None or counted.mean_control is None:
        return counted
    shares = (counted.mean_treated, n_treated, counted.mean_control, n_control)
    difference = counted.mean_treated - counted.mean_control
    low, high = _newcombe(*shares, _Z)
    edge = 0 if difference > 0 else 1
    p_value = 1.0
    if difference != 0:
        p_value = 2 * float(norm.sf(brentq(lambda z: _newcombe(*shares, z)[edge], 0.0, 1_000.0)))
    return replace(counted, difference=difference, low=low, high=high, p_value=p_value, unadjusted=difference)


def permutation_p(
    outcome: Floats, treated: Flags, covariate: Floats | None = None, rounds: int = 1_999, seed: int = 0
) -> float:
    """Two-sided p-value of "no effect on anybody" by reshuffling the arms: twice the smaller tail, never zero.

    Ernst (2004), Statistical Science 19(4). With a covariate, its residuals are shuffled. outcome, treated (n); seeded.
    """
    values = np.asarray(outcome, np.float64) - np.mean(outcome)
    if covariate is not None:
        design = np.reshape(covariate, (len(values), -1)) - np.mean(np.reshape(covariate, (len(values), -1)), axis=0)
        values = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    minority = treated if 2 * np.sum(treated) <= len(values) else ~np.asarray(treated)
    size = int(np.sum(minority))
    rng = np.random.default_rng(seed)
    draws = (rng.choice(len(values), size, replace=False, shuffle=False) for _ in range(rounds))
    shuffled = np.array([values[drawn].sum() for drawn in draws])
    seen = values[minority].sum()
    slack = 1e-9 * float(np.abs(values).sum())  # equal sums differ in the last bits
    tail = min(int(np.sum(shuffled >= seen - slack)), int(np.sum(shuffled <= seen + slack)))
    return min(1.0, 2 * (tail + 1) / (rounds + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values of several arms against one left-out group, in order. Holm (1979), Scand. J. Statist. 6."""
    adjusted, floor = [0.0] * len(p_values), 0.0
    for done, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        floor = max(floor, min(1.0, p_values[index] * (len(p_values) - done)))
        adjusted[index] = floor
    return adjusted


def _empty(n_treated: int, n_control: int) -> Unmeasured | None:
    if n_treated == 0:
        return Unmeasured.NOBODY_TREATED
    return Unmeasured.NOBODY_LEFT_OUT if n_control == 0 else None


def _described(sides: tuple[Floats, Floats]) -> Effect:
    """Sizes, means and cases of both arms, and why not more if so."""
    sizes = [len(side) for side in sides]
    unmeasured = _empty(len(sides[0]), len(sides[1]))
    if unmeasured is None and min(sizes) < 2:
        unmeasured = Unmeasured.TOO_FEW
    if unmeasured is None and all(np.ptp(side) == 0 for side in sides):
        unmeasured = Unmeasured.NO_SPREAD
    treated, control = sides
    return Effect(
        len(treated),
        len(control),
        float(np.mean(treated)) if len(treated) else None,
        float(np.mean(control)) if len(control) else None,
        int(np.count_nonzero(treated)),
        int(np.count_nonzero(control)),
        Method.UNADJUSTED,
        unmeasured=unmeasured,
    )


def _centred(covariate: Floats | None, treated: Flags) -> Floats | None:
    """Covariates (n, k) about their mean, without those that do not vary; None when the arms are too small for them."""
    if covariate is None:
        return None
    columns = np.reshape(np.asarray(covariate, np.float64), (len(treated), -1))
    columns = columns - columns.mean(axis=0)
    scale = columns.std(axis=0)
    columns = columns[:, scale > 0] / scale[scale > 0]
    width = columns.shape[1]
    if width == 0 or min(int(np.sum(treated)), int(np.sum(~treated))) < PEOPLE_A_SLOPE * (width + 1):
        return None
    ranks = [np.linalg.matrix_rank(side - side.mean(axis=0)) for side in (columns[treated], columns[~treated])]
    return columns if min(ranks) == width else None


def _arm(values: Floats, centred: Floats | None, exponent: int) -> _Arm:
    """The intercept of one arm's regression and its HC2 (exponent 2) or HC3 (3) variance."""
    columns = [np.ones(len(values))] if centred is None else [np.ones(len(values)), *centred.T]
    design = np.column_stack(columns)
    inverse = np.linalg.inv(design.T @ design)
    slopes = inverse @ design.T @ values
    residuals = values - design @ slopes
    leverage = np.minimum(np.einsum("ij,jk,ik->i", design, inverse, design), 1 - 1e-6)
    weights = (inverse[0] @ design.T) ** 2
    variance = float(np.sum(weights * residuals**2 / (1 - leverage) ** (exponent - 1)))
    return _Arm(float(slopes[0]), variance, len(values) - design.shape[1], residuals)


def _contrast(described: Effect, arms: tuple[_Arm, _Arm]) -> Effect:
    """Difference of two arms with its interval and p-value; no spread left in either: unmeasured."""
    sizes, variances = [len(arm.residuals) for arm in arms], [arm.variance for arm in arms]
    for one, other in ((0, 1), (1, 0)):
        if variances[one] < 1e-12 * variances[other]:
            variances[one] = variances[other] * sizes[other] / sizes[one]
    total, difference = sum(variances), arms[0].mean - arms[1].mean
    if total <= 0:
        return replace(described, unmeasured=Unmeasured.NO_SPREAD)
    error, skew = sqrt(total), _skewness(arms[0].residuals, arms[1].residuals)
    freedom = total**2 / sum(v**2 / arm.freedom for v, arm in zip(variances, arms, strict=True))
    reach = float(t.ppf((1 + CONFIDENCE) / 2, freedom))
    low, high = (difference - error * _unskewed(skew, side) for side in (reach, -reach))
    ratio = difference / error
    score = ratio + skew * (ratio**2 / 3 + 1 / 6) + skew**2 * ratio**3 / 27
    p_value = min(1.0, 2 * float(t.sf(abs(score), freedom)))
    return replace(described, difference=difference, low=low, high=high, p_value=p_value, unadjusted=difference)


def _skewness(treated: Floats, control: Floats) -> float:
    """Skewness of the difference of the means, moments pooled over both arms' residuals; at most 3 either way."""
    pooled = np.concatenate((treated, control))
    spread = float(np.mean(pooled**2)) * (1 / len(treated) + 1 / len(control))
    third = float(np.mean(pooled**3)) * (1 / len(treated) ** 2 - 1 / len(control) ** 2)
    return float(np.clip(third / spread**1.5, -3.0, 3.0))


def _unskewed(skew: float, quantile: float) -> float:
    """Hall's inverse cubic transformation of a quantile."""
    if abs(skew) < 1e-6:
        return quantile
    return 3 / skew * (float(np.cbrt(1 + skew * (quantile - skew / 6))) - 1)


def _compared(adjusted: Effect, plain: Effect) -> Effect:
    """The adjusted effect with the plain difference and the width saved; the plain one if it is unmeasured."""
    if adjusted.low is None or adjusted.high is None or plain.low is None or plain.high is None:
        return plain
    gain = 1 - (adjusted.high - adjusted.low) / (plain.high - plain.low)
    return replace(adjusted, unadjusted=plain.difference, width_gain=gain)


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    middle, half = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _newcombe(one: float, n_one: int, other: float, n_other: int, z: float) -> tuple[float, float]:
    low_one, high_one = _wilson(one, n_one, z)
    low_other, high_other = _wilson(other, n_other, z)
    difference = one - other
    low = difference - sqrt((one - low_one) ** 2 + (high_other - other) ** 2)
    return low, difference + sqrt((high_one - one) ** 2 + (other - low_other) ** 2)
