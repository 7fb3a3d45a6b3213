"""How often a person buys, what their silence means, and the six states of a customer that follow from it.

Model. A person's gaps between purchase days are gamma distributed with shape k (the regularity, one for the shop: 1 is
haphazard, more is regular; Platzer & Reutterer 2016) and a rate of their own; the rates of the people who buy a category
are gamma distributed with shape k w and rate w m: w gaps of m days (gamma-Poisson; Fader & Hardie 2009). Of a person only
x = purchase days - 1 gaps and their sum, the span in days, are needed. Then the person's usual gap is

    rhythm = (w m + span) / (w + x),

their own gaps averaged with w gaps of the category; and the chance that they, still buying here, are silent for longer than s is

    I(B / (B + s); A, k)   with A = k (w + x), B = w m + span, I the regularised incomplete beta function

(for k = 1 Lomax's (B / (B + s)) ** A). Where that chance falls below 30 %, 10 % and 3 %, the person counts as slipping,
dormant, lost; never before a silence of 7, 30 and 90 days: who came every other day is missed after a week, and is not gone
after ten days.

Fit: k, w and m by maximum likelihood of the spans of the people with a repeat; then w and m anew for each category with enough
of them, at the shop's k. Gaps that have not ended are not in it, so long rhythms are somewhat underrated in a young shop:
how many came back after all is counted and shown beside the states.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaincinv, digamma, gammaln

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STATES = ("newcomer", "active", "loyal", "slipping", "dormant", "lost")
SLIPPING, DORMANT, LOST = 0.30, 0.10, 0.03
NEW_DAYS = 30
LOYAL_FROM = 4  # purchase days
FEWEST = 30  # people with a repeat, of a category as of the shop
LEAST_SILENCE = (7, 30, 90)  # days: nobody is called slipping, dormant, lost sooner, however often they used to come
LONGEST = 1_095  # days: a silence of three years is the end, whatever the rhythm
MOST_FITTED = 50_000  # people; more do not change the third digit
# What a shop's data cannot tell apart (everybody with as many orders) stays near k = 1 and w = 2; it weighs as one person.
_USUAL_WEIGHT, _LOOSE = 2.0, 0.5
_LOW, _HIGH = np.log([0.2, 0.2, 0.5]), np.log([20.0, 200.0, 50_000.0])  # of k, the gamma's shape k w and its rate w m


@dataclass(frozen=True)
class Prior:
    """What is usual before a person has shown their own: ``weight`` gaps of ``mean_days``; learnt from ``people``."""

    weight: float
    mean_days: float
    people: int


@dataclass(frozen=True)
class Rhythm:
    """The shop's fitted rhythm; ``categories`` holds those with enough people, all others follow ``shop``."""

    regularity: float
    shop: Prior
    categories: Mapping[str, Prior]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        found = {name: asdict(prior) for name, prior in self.categories.items()}
        return {"regularity": self.regularity, "shop": asdict(self.shop), "categories": found}

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> "Rhythm":
        """From what ``as_json`` wrote."""
        categories = {name: Prior(**prior) for name, prior in found["categories"].items()}
        return cls(found["regularity"], Prior(**found["shop"]), categories)


class Days(NamedTuple):
    """Of each person: the usual gap, and the shop days that follow from it. All int64, shape (n)."""

    rhythm_days: Ints
    next_day: Ints
    slipping_day: Ints
    dormant_day: Ints
    lost_day: Ints


def fit_rhythm(repeats: Ints, span_days: Ints, category: Ints, names: Sequence[str]) -> Rhythm | None:
    """The shop's rhythm from repeats x, spans (days) and the category as an index of ``names`` (-1: none); all shape (n).

    None with fewer than ``FEWEST`` people with a repeat.
    """
    again = np.flatnonzero(repeats > 0)
    if len(again) < FEWEST:
        return None
    taken = again[:: -(-len(again) // MOST_FITTED)]
    x, span, of = repeats[taken], np.maximum(span_days[taken], 1), category[taken]
    mean = float(span.sum() / x.sum())
    k, shape, rate = _fit(x, span, np.log([1.0, 2.0, 2.0 * mean]), fixed=False)
    shop = _prior(k, shape, rate, len(again))
    people = np.bincount(category[again] + 1, minlength=len(names) + 1)[1:]
    categories = {}
    for number, name in enumerate(names):
        mine = of == number
        if people[number] >= FEWEST and mine.any():
            own = _fit(x[mine], span[mine], np.log([k, shape, rate]), fixed=True)
            categories[name] = _prior(*own, int(people[number]))
    return Rhythm(round(k, 4), shop, categories)


def _prior(k: float, shape: float, rate: float, people: int) -> Prior:
    weight = shape / k
    return Prior(round(weight, 4), round(rate / weight, 3), people)


def _fit(x: Ints, span: Ints, start: Floats, *, fixed: bool) -> tuple[float, float, float]:
    """k, shape and rate of the greatest likelihood (k stays where it is when ``fixed``); equal pairs are counted once."""
    pairs, count = np.unique(np.stack([x, span]), axis=1, return_counts=True)
    times, days = pairs.astype(np.float64)
    log_days = np.log(days)

    def loss(logs: Floats) -> tuple[float, Floats]:
        k, shape, rate = np.exp(logs)
        own, log_sum, both = k * times, np.log(rate + days), shape + k * times
        value = gammaln(both) - gammaln(shape) - gammaln(own) + shape * logs[2] + (own - 1) * log_days - both * log_sum
        of_k = times * (digamma(both) - digamma(own) + log_days - log_sum)
        of_shape = digamma(both) - digamma(shape) + logs[2] - log_sum
        of_rate = shape / rate - both / (rate + days)
        slope = np.array([count @ of_k * k, count @ of_shape * shape, count @ of_rate * rate])
        off = np.array([logs[0], logs[1] - logs[0] - np.log(_USUAL_WEIGHT)]) / _LOOSE
        slope -= np.array([off[0] - off[1], off[1], 0.0]) / _LOOSE
        slope[0] *= not fixed
        return -(float(count @ value) - 0.5 * float(off @ off)) / total, -slope / total

    total = float(count.sum())
    bounds = list(zip(_LOW, _HIGH, strict=True))
    found = minimize(loss, np.clip(start, _LOW, _HIGH), jac=True, method="L-BFGS-B", bounds=bounds)
    k, shape, rate = np.exp(found.x)
    return float(k), float(shape), float(rate)


def foresee(
    rhythm: Rhythm, repeats: Ints, span_days: Ints, last_day: Ints, category: Ints, names: Sequence[str]
) -> Days:
    """The days of people (n) from their repeats, spans, last purchase days and categories (as for ``fit_rhythm``).

    A state begins on the first shop day on which so long a silence is rarer than its threshold, and is not shorter than its least.
    """
    priors = [rhythm.categories.get(name, rhythm.shop) for name in names] + [rhythm.shop]  # the last for -1
    weights, means = np.array([one.weight for one in priors]), np.array([one.mean_days for one in priors])
    weight, mean = weights[category], means[category]
    whole = weight * mean + span_days
    usual = np.clip(np.rint(whole / (weight + repeats)), 1, LONGEST).astype(np.int64)
    ends = [
        last_day + np.maximum(_silence(rhythm.regularity, weights, repeats, category, whole, chance), least)
        for chance, least in zip((SLIPPING, DORMANT, LOST), LEAST_SILENCE, strict=True)
    ]
    return Days(usual, last_day + usual, *ends)


def _silence(k: float, weights: Floats, repeats: Ints, category: Ints, whole: Floats, chance: float) -> Ints:
    """Days of silence from which on it is rarer than ``chance``; the quantile is looked up once for each (category, x)."""
    most = int(repeats.max(initial=0)) + 1
    place = (category % len(weights)) * most + repeats
    seen = np.zeros(len(weights) * most, dtype=bool)
    seen[place] = True
    cells = np.flatnonzero(seen)
    odds = np.zeros(len(seen))
    below = betaincinv(k * (weights[cells // most] + cells % most), k, chance)
    odds[cells] = (1 - below) / np.maximum(below, 1e-12)
    return np.asarray(np.minimum(np.floor(whole * odds[place]), LONGEST - 1) + 1, dtype=np.int64)


def states(day: int, first_day: Ints, buying_days: Ints, days: Days) -> npt.NDArray[np.int8]:
    """The state of each person on a shop day, as an index of ``STATES``."""
    found = np.where(buying_days >= LOYAL_FROM, 2, 1).astype(np.int8)
    found[(day - first_day < NEW_DAYS) & (buying_days == 1)] = 0
    for number, begins in enumerate((days.slipping_day, days.dormant_day, days.lost_day), 3):
        found[day >= begins] = number
    return found


@dataclass(frozen=True)
class Return:
    """Of the people that were in a state, how many have bought since."""

    state: str
    people: int
    came_back: int


def returns(found: npt.NDArray[np.int8], bought_since: npt.NDArray[np.bool_]) -> tuple[Return, ...]:
    """People (n) by the state they were in, and of them those who bought since."""
    people = np.bincount(found, minlength=len(STATES))
    back = np.bincount(found[bought_since], minlength=len(STATES))
    return tuple(Return(name, int(people[n]), int(back[n])) for n, name in enumerate(STATES))
