"""What a customer is still worth: purchases still to come (BG/NBD) times what one brings (Gamma-Gamma), discounted.

Method. BG/NBD (Fader, Hardie & Lee 2005a, "Counting your customers" the easy way): while a customer is with the shop, purchases
come at a rate of their own (gamma(r, alpha) over the customers), and after each repeat purchase they leave with a chance of their
own (beta(a, b)). Gamma-Gamma (Fader, Hardie & Lee 2005b; Fader & Hardie 2013): what a purchase brings varies around a mean of the
customer's own, gamma with shape p and a rate that is gamma(q, v) over the customers; independent of how often they come.

A purchase is a day with a paid order. x: such days after the first; t_x: days from the first to the last; T: days from the first
to the day the data end. By the model nobody leaves before a first repeat purchase, so the chance to be still with the shop is 1
for everybody with x = 0: their chance to *buy* in a stated time is the figure to read (``chance_to_buy``).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, expit, hyp2f1, roots_legendre

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]

DAYS_A_YEAR = 365.0
STEP_DAYS = 30  # what is expected within one step is discounted as if it came in its middle
FEN = 100.0
_ALIKE = 300.0
_NODES = 64
_NEAR = 1e-4  # around a = 1 the formula is 0/0 with a smooth limit


@dataclass(frozen=True)
class BgNbd:
    """The four parameters; ``alpha`` in the unit of time of the histories (days in the shop, weeks in the CDNOW data)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class GammaGamma:
    """The three parameters; ``v`` in the unit of money of the histories (yuan)."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        """What one purchase brings on average over the customers, in the unit of ``v``."""
        return self.p * self.v / (self.q - 1)


@dataclass(frozen=True)
class Terms:
    """Over how many days value is counted, at what discount a year, and what part of the money is margin (1/10000)."""

    horizon_days: int = 365
    yearly_discount_bp: int = 1_000
    margin_bp: int = 4_000


class Histories(NamedTuple):
    """Customers as columns of one length; ``money``: mean net value of the repeat purchases (yuan), 0 where x = 0."""

    x: Real
    t_x: Real
    T: Real
    money: Real


class Foreseen(NamedTuple):
    """What is foreseen of each customer, in the order given; ``value_fen`` None: no model of the money.

    ``alive_bp``: chance that they are still with the shop; ``expected_milli``: purchases within the horizon, 1/1000;
    ``value_fen``: discounted margin of those; ``buys``: chance of at least one purchase within the horizon (0..1).
    """

    alive_bp: Whole
    expected_milli: Whole
    value_fen: Whole | None
    buys: Real


def histories(
    buying_days: Whole, first_day: Whole, last_day: Whole, net_fen: Whole, first_day_net_fen: Whole, as_of_day: int
) -> Histories:
    """Histories in days and yuan from the columns of the profiles, as known on a shop day; one row a customer."""
    x = np.maximum(np.asarray(buying_days, np.float64) - 1, 0)
    first = np.asarray(first_day, np.float64)
    span = np.where(x > 0, np.asarray(last_day, np.float64) - first, 0.0)
    repeats = np.asarray(net_fen, np.float64) - np.asarray(first_day_net_fen, np.float64)
    money = np.divide(repeats / FEN, x, out=np.zeros_like(x), where=x > 0)
    return Histories(x, span, np.maximum(as_of_day - first, span), money)


def chance_alive(people: Histories, model: BgNbd) -> Real:
    """The chance that each customer has not left (0..1); 1 where x = 0. Shape as given."""
    return np.where(people.x > 0, expit(-_log_odds_left(people, model)), 1.0)


def chance_to_buy(people: Histories, model: BgNbd, days: float) -> Real:
    """The chance of at least one purchase within the next ``days`` (0..1); shape as given."""
    silent = np.exp((model.r + people.x) * -np.log1p(days / (model.alpha + people.T)))
    return np.asarray(chance_alive(people, model) * (1 - silent))


def expected_purchases(people: Histories, model: BgNbd, days: float) -> Real:
    """Purchases expected within the next ``days`` given each history (2005a, equation 10); shape as given."""
    pairs, place = _pairs(people)
    return np.asarray(_if_alive(pairs, model, days)[place] * chance_alive(people, model))


def expected_money(people: Histories, model: GammaGamma) -> Real:
    """What one purchase of each customer is expected to bring (2013, equation 5): own mean and the shop's, weighted."""
    own = people.x * np.maximum(people.money, 0.0)
    return np.asarray(model.p * (model.v + own) / (model.p * people.x + model.q - 1))


def foresee(people: Histories, bgnbd: BgNbd, gamma_gamma: GammaGamma | None, terms: Terms) -> Foreseen:
    """Everything that is foreseen of each customer over the horizon of the terms."""
    pairs, place = _pairs(people)
    alive = chance_alive(people, bgnbd)
    steps = np.linspace(0.0, terms.horizon_days, max(1, round(terms.horizon_days / STEP_DAYS)) + 1)
    upto = np.stack([np.zeros(len(pairs)), *(_if_alive(pairs, bgnbd, step) for step in steps[1:])])
    expected = upto[-1][place] * alive
    value = None
    if gamma_gamma is not None:
        middles = (steps[1:] + steps[:-1]) / 2
        discount = (1 + terms.yearly_discount_bp / 10_000) ** (-middles / DAYS_A_YEAR)
        purchases = (discount @ np.diff(upto, axis=0))[place] * alive
        fen = purchases * expected_money(people, gamma_gamma) * FEN * terms.margin_bp / 10_000
        value = np.rint(fen).astype(np.int64)
    return Foreseen(
        np.rint(alive * 10_000).astype(np.int64),
        np.rint(expected * 1_000).astype(np.int64),
        value,
        chance_to_buy(people, bgnbd, terms.horizon_days),
    )


def _log_odds_left(people: Histories, model: BgNbd) -> Real:
    """Log of the odds that a customer with repeats has left; what it says where x = 0 is not read."""
    shape = np.maximum(model.b + people.x - 1, np.finfo(np.float64).tiny)
    silence = np.log((model.alpha + people.T) / (model.alpha + people.t_x))
    return np.asarray(np.log(model.a / shape) + (model.r + people.x) * silence)


def _pairs(people: Histories) -> tuple[Real, npt.NDArray[np.intp]]:
    """The (x, T) that occur, shape (k, 2), and where each customer's is: what follows depends on nothing else, k is small."""
    order = np.lexsort((people.T, people.x))
    x, age = people.x[order], people.T[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (x[1:] != x[:-1]) | (age[1:] != age[:-1])
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.cumsum(new) - 1
    return np.stack([x[new], age[new]], axis=1), place


def _if_alive(pairs: Real, model: BgNbd, days: float) -> Real:
    """Purchases expected within ``days`` of customers who have not left, for each (x, T).

    The published form multiplies a vanishing power by a 2F1 that overflows for large x; by Euler's transformation both become
    (1 - z)^(a - 1) 2F1(a + b - 1 - r, a - 1; a + b + x - 1; z), which stays near 1. Where a + b is large (everybody leaves with
    much the same chance) the series fails too, and the expectation over that chance is summed up instead.
    """
    if model.a + model.b > _ALIKE:
        return _if_alive_alike(pairs, model, days)
    if abs(model.a - 1) < _NEAR:
        below, above = (BgNbd(model.r, model.alpha, 1 + side * 2 * _NEAR, model.b) for side in (-1, 1))
        return np.asarray((_if_alive(pairs, below, days) + _if_alive(pairs, above, days)) / 2)
    x, age = pairs[:, 0], pairs[:, 1]
    z = days / (model.alpha + age + days)
    top = model.a + model.b + x - 1
    series = hyp2f1(model.a + model.b - 1 - model.r, model.a - 1, top, z)
    found = top / (model.a - 1) * (1 - np.exp((model.a - 1) * np.log1p(-z)) * series)
    return np.asarray(np.maximum(found, 0.0))


def _if_alive_alike(pairs: Real, model: BgNbd, days: float) -> Real:
    """The same by Gauss-Legendre over the quantiles of the chance p to leave, which is beta(a, b + x) of who has not left:
    the mean of (1 - (1 + p t / (alpha + T))^-(r + x)) / p, the rate having been gamma(r + x, alpha + T).
    """
    nodes, weights = roots_legendre(_NODES)
    kinds, place = np.unique(pairs[:, 0], return_inverse=True)
    chance = betaincinv(model.a, model.b + kinds[:, None], (nodes[None, :] + 1) / 2)[place]
    silent = (model.r + pairs[:, :1]) * np.log1p(chance * days / (model.alpha + pairs[:, 1:]))
    return np.asarray(np.einsum("ij,j->i", -np.expm1(-silent) / chance, weights / 2))
