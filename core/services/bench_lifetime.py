"""P8: both lifetime models fitted and read out, beside the package ``lifetimes`` on the same customers in the same run.

Before anything is timed, both sides' parameters and everything they foresee of every customer must agree to one in a thousand.
Each round times the one side and the other, turn and turn about.
"""

import statistics
import warnings
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from core.analytics.lifetime import (
    BgNbd,
    GammaGamma,
    Histories,
    Real,
    chance_alive,
    expected_money,
    expected_purchases,
)
from core.analytics.lifetime_fit import NoFit, fit_bgnbd, fit_gamma_gamma
from core.errors import Refusal
from core.services.bench_bed import Bed
from core.services.bench_row import Progress, Row, Target, beside, must_equal, ratios, short, turn_about

DAYS = 730
HORIZON = 365
AGREE = 1e-3
FROM_MEMBERS = 100_000
PURCHASES = BgNbd(0.8, 100.0, 0.7, 3.0)
MONEY = GammaGamma(6.0, 4.0, 300.0)


class Answer(NamedTuple):
    """One side's answer: the parameters of both models, and what they foresee of each customer."""

    parameters: Real
    expected: Real
    alive: Real
    money: Real


def bench_lifetime(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time both; refuses ``bench_needs`` without the package, ``bench_unequal`` when they disagree."""
    if find_spec("lifetimes") is None:
        raise Refusal("bench_needs", package="lifetimes")
    people = make_customers(bed.members, bed.seed)
    difference = _difference(ours(people), theirs(people))
    must_equal(difference <= AGREE)
    times = turn_about(rounds, {"ours": lambda: ours(people), "theirs": lambda: theirs(people)}, progress)
    ratio = statistics.median(ratios(times["ours"], times["theirs"]))
    return beside(
        "P8",
        "lifetimes",
        times["ours"],
        times["theirs"],
        members=bed.members,
        orders=int(people.x.sum()) + bed.members,
        targets=(Target("ratio", ratio, 10, least=True),) if bed.members >= FROM_MEMBERS else (),
        difference=short(difference),
    )


def ours(people: Histories) -> Answer:
    """Our fit of both models and what they foresee; refuses ``bench_unequal`` where there is no fit."""
    bought, spent = fit_bgnbd(people), fit_gamma_gamma(people)
    if isinstance(bought, NoFit) or isinstance(spent, NoFit):
        raise Refusal("bench_unequal")
    model, money = bought.model, spent.model
    return Answer(
        np.array([model.r, model.alpha, model.a, model.b, money.p, money.q, money.v]),
        expected_purchases(people, model, HORIZON),
        chance_alive(people, model),
        expected_money(people, money),
    )


def theirs(people: Histories) -> Answer:
    """The same by ``lifetimes``."""
    back = people.x > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what pandas and numpy have announced to drop
        from lifetimes import BetaGeoFitter, GammaGammaFitter

        bought = BetaGeoFitter().fit(people.x, people.t_x, people.T)
        spent = GammaGammaFitter().fit(people.x[back], people.money[back])
        expected = bought.conditional_expected_number_of_purchases_up_to_time(HORIZON, people.x, people.t_x, people.T)
        alive = bought.conditional_probability_alive(people.x, people.t_x, people.T)
        money = spent.conditional_expected_average_profit(people.x, people.money)
    names = ("r", "alpha", "a", "b")
    parameters = [*(bought.params_[name] for name in names), *(spent.params_[name] for name in ("p", "q", "v"))]
    return Answer(*(np.asarray(column, np.float64) for column in (parameters, expected, alive, money)))


def make_customers(members: int, seed: int, days: int = DAYS) -> Histories:
    """Invented customers who do what both models say, known in whole days: first bought evenly over ``days``."""
    rng = np.random.default_rng(seed)
    age = rng.integers(1, days, members).astype(np.float64)
    rate = rng.gamma(PURCHASES.r, 1 / PURCHASES.alpha, members)
    leaves = rng.beta(PURCHASES.a, PURCHASES.b, members)
    count, last, at = np.zeros(members), np.zeros(members), np.zeros(members)
    there = np.arange(members)
    while len(there):
        at[there] += rng.exponential(1 / rate[there])
        there = there[np.ceil(at[there]) <= age[there]]
        count[there] += 1
        last[there] = np.ceil(at[there])
        there = there[rng.random(len(there)) > leaves[there]]
    scale = 1 / rng.gamma(MONEY.q, 1 / MONEY.v, members)
    # The mean of x gamma draws of shape p is one of shape p x over x.
    money = np.divide(
        rng.gamma(np.maximum(MONEY.p * count, 1.0)) * scale, count, out=np.zeros(members), where=count > 0
    )
    return Histories(count, last, age, money)


def _difference(one: Answer, other: Answer) -> float:
    """The largest difference, relative where a value is above 1."""
    gaps = [np.abs(a - b) / np.maximum(np.abs(b), 1.0) for a, b in zip(one[1:], other[1:], strict=True)]
    gaps.append(np.abs(one.parameters / other.parameters - 1))
    return float(max(gap.max() for gap in gaps))
