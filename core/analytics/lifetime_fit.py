"""Maximum likelihood for the BG/NBD and Gamma-Gamma models; a fit, or why there is none.

Customers with the same (x, t_x, T) are one row with a weight, the gamma functions are read from tables by x, the gradients are
analytic, and Newton steps are made on the logarithms of the parameters. Several starts are tried on at most 4,000 evenly drawn
customers, the best is finished on all of them until the slope vanishes; a search that does not get there, or
leans on a bound, is no fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi

from core.analytics.lifetime import BgNbd, GammaGamma, Histories, Real

CUSTOMERS_FROM = 200
REPEATERS_FROM = 50
DAYS_FROM = 90
SAMPLE = 4_000
FLAT = 3e-7  # slope of the mean log-likelihood at which a search has arrived
NEWTON_STEPS = 50
# In days and yuan. Where everybody leaves with much the same chance a and b grow together and nothing changes any more: the
# slope vanishes long before the upper end.
LOG_LEAST, LOG_MOST = np.log(1e-4), np.log(1e7)
_STEP = 1e-5

M = TypeVar("M", BgNbd, GammaGamma)
Slope = Callable[[Real], tuple[float, Real]]


class Reason(StrEnum):
    """Why there is no model."""

    FEW_CUSTOMERS = "few_customers"
    FEW_REPEATERS = "few_repeaters"
    SHORT_HISTORY = "short_history"
    NOT_CONVERGED = "not_converged"
    AT_BOUND = "at_bound"


@dataclass(frozen=True)
class Fit(Generic[M]):
    """A model that was found, of how many customers, and the log-likelihood of their histories."""

    model: M
    customers: int
    log_likelihood: float


@dataclass(frozen=True)
class NoFit:
    """Why there is none; where the data are too thin, what there is and from how many on it would be tried."""

    reason: Reason
    have: int | None = None
    needed: int | None = None


class Rows(NamedTuple):
    """Distinct histories, by x; ``people``: how many customers have each."""

    x: Real
    t_x: Real
    T: Real
    people: Real


def too_thin(people: Histories) -> NoFit | None:
    """Whether there is too little to learn from; times in days."""
    asked = (
        (Reason.FEW_CUSTOMERS, len(people.x), CUSTOMERS_FROM),
        (Reason.FEW_REPEATERS, int(np.count_nonzero(people.x > 0)), REPEATERS_FROM),
        (Reason.SHORT_HISTORY, int(people.T.max(initial=0)), DAYS_FROM),
    )
    return next((NoFit(reason, have, needed) for reason, have, needed in asked if have < needed), None)


def compress(people: Histories) -> Rows:
    """The distinct (x, t_x, T), ordered by x first."""
    columns = (people.x, people.t_x, people.T)
    wide = int(people.T.max(initial=0)) + 1
    if wide < 2**20 and people.x.max(initial=0) < 2**20 and all((column % 1 == 0).all() for column in columns):
        # Whole days: one sort of whole numbers instead of three of columns.
        count, last, whole = (column.astype(np.int64) for column in columns)
        key, many = np.unique((count * wide + last) * wide + whole, return_counts=True)
        pair, age = np.divmod(key, wide)
        x, seen = np.divmod(pair, wide)
        return _rows(x, seen, age, many)
    found, many = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    return _rows(*found.T, many)


def fit_bgnbd(people: Histories) -> Fit[BgNbd] | NoFit:
    """The BG/NBD model of customers (any unit of time); the caller asks ``too_thin`` first."""
    rows = compress(people)
    usual = max(float(np.average(rows.T, weights=rows.people)), 1e-3)
    starts = [np.log([r, share * usual, a, b]) for r, share, a, b in _BGNBD_STARTS]
    found = _search(_bgnbd_slope(_thinned(rows)), _bgnbd_slope(rows), starts)
    if isinstance(found, NoFit):
        return found
    point, mean = found
    return Fit(BgNbd(*np.exp(point).tolist()), len(people.x), -mean * float(rows.people.sum()))


def fit_gamma_gamma(people: Histories) -> Fit[GammaGamma] | NoFit:
    """The Gamma-Gamma model of the customers with repeat purchases that brought money (any unit of money)."""
    paid = (people.x > 0) & (people.money > 0)
    x, money = people.x[paid], people.money[paid]
    if len(x) < REPEATERS_FROM:
        return NoFit(Reason.FEW_REPEATERS, len(x), REPEATERS_FROM)
    usual = float(money.mean())
    starts = [np.log([p, q, usual * share]) for p, q, share in _MONEY_STARTS]
    few = slice(None, None, -(-len(x) // SAMPLE))
    found = _search(_money_slope(x[few], money[few]), _money_slope(x, money), starts)
    if isinstance(found, NoFit):
        return found
    point, mean = found
    model = GammaGamma(*np.exp(point).tolist())
    # With q <= 1 the mean over the customers does not exist: a few of them are the whole sum.
    return NoFit(Reason.AT_BOUND) if model.q <= 1 else Fit(model, len(x), -mean * len(x))


def bgnbd_log_likelihood(people: Histories, model: BgNbd) -> float:
    """The log-likelihood of histories (2005a, equation 6)."""
    mean, _ = _bgnbd_slope(compress(people))(np.log([model.r, model.alpha, model.a, model.b]))
    return -mean * len(people.x)


_BGNBD_STARTS = ((0.3, 0.2, 0.8, 2.5), (1.0, 0.3, 0.3, 3.0), (1.5, 1.0, 1.0, 8.0), (0.5, 0.05, 0.2, 0.8))
_MONEY_STARTS = ((6.0, 4.0, 0.4), (2.0, 3.0, 1.0), (20.0, 10.0, 0.5))


def _rows(*columns: npt.NDArray[Any]) -> Rows:
    return Rows(*(column.astype(np.float64) for column in columns))


def _thinned(rows: Rows) -> Rows:
    """At most ``SAMPLE`` evenly drawn customers, of every kind of history as many as there are."""
    upto = np.cumsum(rows.people)
    drawn = np.bincount(np.searchsorted(upto, np.linspace(0, upto[-1], SAMPLE, endpoint=False), side="right"))
    kept = np.flatnonzero(drawn)
    return _rows(*(column[kept] for column in rows[:3]), drawn[kept])


def _search(few: Slope, all_rows: Slope, starts: Sequence[Real]) -> tuple[Real, float] | NoFit:
    """The lowest point from several starts, finished on all rows: (log parameters, minus the mean log-likelihood)."""
    tried = [_walk(few, few, start) for start in starts]
    # What did not arrive may still be the lowest: all rows tell.
    point = min(tried, key=lambda one: one[1])[0]
    point, height, slope = _walk(few, all_rows, point)
    if _at_bound(point):
        return NoFit(Reason.AT_BOUND)
    return (point, height) if np.abs(slope).max() < FLAT else NoFit(Reason.NOT_CONVERGED)


def _walk(few: Slope, all_rows: Slope, point: Real) -> tuple[Real, float, Real]:
    """Newton steps until the slope vanishes, a bound is met or there were enough: where, how high, and the slope there."""
    height, slope = all_rows(point)
    for _ in range(NEWTON_STEPS):
        if np.abs(slope).max() < FLAT or _at_bound(point):
            break
        point, height, slope = _descended(few, all_rows, point, height, slope)
    return point, height, slope


def _at_bound(point: Real) -> bool:
    return bool(np.any(point < LOG_LEAST + 0.01) or np.any(point > LOG_MOST - 0.01))


def _descended(few: Slope, all_rows: Slope, point: Real, height: float, slope: Real) -> tuple[Real, float, Real]:
    """One Newton step: the slope is that of all rows, the curvature (made to bend upward) that of the few, which will do
    to get there and costs next to nothing; shortened until it goes down.
    """
    ways = np.eye(len(point)) * _STEP
    here = few(point)[1]
    bends = np.stack([(few(point + way)[1] - here) / _STEP for way in ways])
    values, axes = np.linalg.eigh((bends + bends.T) / 2)
    step = -axes @ ((axes.T @ slope) / np.maximum(np.abs(values), 1e-9))
    step *= min(1.0, 2.0 / np.abs(step).max())
    for share in (1.0, 0.5, 0.2, 0.05, 0.01):
        there = np.clip(point + share * step, LOG_LEAST, LOG_MOST)
        found = all_rows(there)
        if found[0] <= height:
            break
    return there, *found


def _sum(weight: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
    """The weighted sum; not through BLAS, whose threads cost more than they bring on vectors of this length."""
    return float(np.einsum("i,i->", weight, values))


def _bgnbd_slope(rows: Rows) -> Slope:
    """Minus the mean log-likelihood of the BG/NBD model and its gradient, by the logarithms of (r, alpha, a, b)."""
    kinds, place = np.unique(rows.x, return_inverse=True)
    weight = rows.people / rows.people.sum()
    by_kind = np.bincount(place, weight, len(kinds))
    repeat = slice(int(np.searchsorted(rows.x, 0, side="right")), None)
    count, seen = rows.x[repeat], rows.t_x[repeat]

    def slope(logs: Real) -> tuple[float, Real]:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + kinds) - gammaln(r) + r * logs[1] + gammaln(a + b) - gammaln(a + b + kinds)
        common += gammaln(b + kinds) - gammaln(b)
        age, last = np.log(alpha + rows.T), np.log(alpha + seen)
        shape = np.maximum(b + count - 1, 1e-300)
        stayed = -(r + rows.x) * age
        odds = logs[2] - np.log(shape) + (r + count) * (age[repeat] - last)
        near = np.exp(-np.abs(odds))
        left = np.where(odds > 0, 1.0, near) / (1 + near)
        softly = np.maximum(odds, 0.0) + np.log1p(near)
        height = _sum(by_kind, common) + _sum(weight, stayed) + _sum(weight[repeat], softly)
        gone = weight[repeat] * left
        stays = weight.copy()
        stays[repeat] -= gone
        both, drop = psi(a + b) - psi(a + b + kinds), psi(b + kinds) - psi(b)
        by_r = _sum(by_kind, psi(r + kinds) - psi(r)) + logs[1] - _sum(stays, age) - _sum(gone, last)
        by_alpha = r / alpha - _sum(stays, (r + rows.x) / (alpha + rows.T)) - _sum(gone, (r + count) / (alpha + seen))
        by_a = _sum(by_kind, both) + gone.sum() / a
        by_b = _sum(by_kind, both + drop) - (gone / shape).sum()
        return -float(height), -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])

    return slope


def _money_slope(x: Real, money: Real) -> Slope:
    """Minus the mean log-likelihood of the Gamma-Gamma model and its gradient, by the logarithms of (p, q, v)."""
    many = np.bincount(x.astype(np.int64))
    kinds = np.flatnonzero(many).astype(np.float64)
    by_kind = many[many > 0] / len(x)
    spent, logs_of = x * money, np.log(x * money)
    fixed = float(np.log(money).mean())

    def slope(logs: Real) -> tuple[float, Real]:
        p, q, v = np.exp(logs)
        total = np.log(v + spent)
        shape = p * x + q
        common = gammaln(p * kinds + q) - gammaln(p * kinds) - gammaln(q) + q * logs[2]
        height = _sum(by_kind, common) + p * float((x * logs_of).mean()) - fixed - float((shape * total).mean())
        by_p = _sum(by_kind, kinds * (psi(p * kinds + q) - psi(p * kinds))) + float((x * (logs_of - total)).mean())
        by_q = _sum(by_kind, psi(p * kinds + q) - psi(q)) + logs[2] - float(total.mean())
        by_v = q / v - float((shape / (v + spent)).mean())
        return -float(height), -np.array([by_p * p, by_q * q, by_v * v])

    return slope
