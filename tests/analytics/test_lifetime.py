"""BG/NBD and Gamma-Gamma: the published estimates, the package ``lifetimes`` on other data, planted truth, and what is refused."""

import csv
from dataclasses import astuple, replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from core.analytics.lifetime import (
    BgNbd,
    GammaGamma,
    Histories,
    Terms,
    chance_alive,
    chance_to_buy,
    expected_money,
    expected_purchases,
    foresee,
    histories,
)
from core.analytics.lifetime_check import Verdict, hold_out
from core.analytics.lifetime_fit import Fit, NoFit, Reason, bgnbd_log_likelihood, fit_bgnbd, fit_gamma_gamma, too_thin
from core.services.bench import run_benches
from core.services.bench_lifetime import MONEY, PURCHASES, make_customers

CDNOW = "cdnow_customers_summary_with_transactions.csv"
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.fixture(scope="module")
def cdnow() -> Histories:
    """The 2,357 customers of the papers, in weeks and dollars, out of the package that carries them."""
    path = metadata.distribution("lifetimes").locate_file(f"lifetimes/datasets/{CDNOW}")
    with Path(str(path)).open(encoding="utf-8") as file:
        rows = [[float(row[name]) for name in ("x", "t_x", "T", "zbar")] for row in csv.DictReader(file)]
    return Histories(*np.array(rows).T)


@pytest.fixture(scope="module")
def invented() -> Histories:
    return make_customers(20_000, seed=7)


def test_the_published_estimates_come_out_of_the_published_data(cdnow: Histories) -> None:
    found = fit_bgnbd(cdnow)
    assert isinstance(found, Fit) and found.customers == 2_357
    assert np.round(astuple(found.model), 3).tolist() == list(astuple(PUBLISHED))
    assert round(found.log_likelihood, 1) == -9582.4
    assert bgnbd_log_likelihood(cdnow, found.model) == pytest.approx(found.log_likelihood)


def test_the_published_money_comes_out_too(cdnow: Histories) -> None:
    found = fit_gamma_gamma(cdnow)
    assert isinstance(found, Fit) and found.customers == 946
    assert (round(found.model.p, 2), round(found.model.q, 2)) == (6.25, 3.74)
    assert found.model.v == pytest.approx(15.44, abs=0.01)
    assert found.model.mean == pytest.approx(35.2, abs=0.1)


def test_parameters_and_forecasts_are_those_of_lifetimes_to_one_in_a_thousand() -> None:
    (found,) = run_benches(["P8"], members=3_000, rounds=1, seed=5)
    assert found.details["difference"] <= 1e-3


def test_what_was_planted_is_found(invented: Histories) -> None:
    bought, spent = fit_bgnbd(invented), fit_gamma_gamma(invented)
    assert isinstance(bought, Fit) and isinstance(spent, Fit)
    assert astuple(bought.model) == pytest.approx(astuple(PURCHASES), rel=0.15)
    assert astuple(spent.model) == pytest.approx(astuple(MONEY), rel=0.1)


def test_expected_purchases_are_what_such_customers_do() -> None:
    """Customers made by the model live on for a year: by number of earlier purchases they come as often as was said."""
    rng = np.random.default_rng(11)
    many, first, days = 60_000, 180.0, 365.0
    rate = rng.gamma(PURCHASES.r, 1 / PURCHASES.alpha, many)
    leaves = rng.beta(PURCHASES.a, PURCHASES.b, many)
    x, last, after, at, there = np.zeros(many), np.zeros(many), np.zeros(many), np.zeros(many), np.arange(many)
    while len(there):
        at[there] += rng.exponential(1 / rate[there])
        there = there[at[there] < first + days]
        early = there[at[there] < first]
        x[early] += 1
        last[early] = at[early]
        after[there[at[there] >= first]] += 1
        there = there[rng.random(len(there)) > leaves[there]]
    people = Histories(x, last, np.full(many, first), np.zeros(many))
    said = expected_purchases(people, PURCHASES, days)
    chance = chance_to_buy(people, PURCHASES, days)
    for group in (x == 0, x == 1, x == 2, (x > 2) & (x < 6), x >= 6):
        assert said[group].mean() == pytest.approx(after[group].mean(), rel=0.06)
        assert chance[group].mean() == pytest.approx((after[group] > 0).mean(), rel=0.06)


def test_who_bought_once_cannot_have_left_by_the_model_but_need_not_buy() -> None:
    once = Histories(*(np.array([value]) for value in (0.0, 0.0, 700.0, 0.0)))
    assert chance_alive(once, PURCHASES).tolist() == [1.0]
    assert chance_to_buy(once, PURCHASES, 365)[0] < 0.3


@pytest.mark.parametrize(
    ("_case", "model"),
    [
        ("a = 1, where the formula is 0/0", BgNbd(0.8, 100.0, 1.0, 3.0)),
        ("everybody leaves alike", BgNbd(0.8, 100.0, 40.0, 261.0)),
        ("hardly anybody leaves", BgNbd(0.8, 100.0, 0.01, 5.0)),
    ],
)
def test_forecasts_are_smooth_where_the_formula_is_not(_case: str, model: BgNbd) -> None:
    people = Histories(np.array([0.0, 3, 400]), np.array([0.0, 300, 700]), np.array([1.0, 400, 730]), np.zeros(3))
    found = expected_purchases(people, model, 365)
    beside = [expected_purchases(people, replace(model, a=model.a * (1 + way)), 365) for way in (-1e-3, 1e-3)]
    assert np.isfinite(found).all() and (found > 0).all()
    assert found == pytest.approx(np.mean(beside, axis=0), rel=1e-4)


def test_value_is_discounted_margin_of_what_is_expected() -> None:
    people = make_customers(50, seed=1)
    plain = foresee(people, PURCHASES, MONEY, Terms(365, 0, 10_000))
    usual = foresee(people, PURCHASES, MONEY, Terms(365, 1_000, 4_000))
    whole = expected_purchases(people, PURCHASES, 365) * expected_money(people, MONEY) * 100
    assert plain.value_fen is not None and usual.value_fen is not None
    assert plain.value_fen == pytest.approx(whole, abs=0.51)
    assert (usual.value_fen < 0.4 * whole).all() and (usual.value_fen > 0.4 * whole / 1.1 - 1).all()
    assert foresee(people, PURCHASES, None, Terms()).value_fen is None


def test_histories_follow_the_definitions() -> None:
    columns = ([3, 1], [100, 120], [160, 120], [900_00, 50_00], [300_00, 50_00])
    found = histories(*(np.array(column) for column in columns), as_of_day=190)
    assert [column.tolist() for column in found] == [[2, 0], [60, 0], [90, 70], [300.0, 0]]


@pytest.mark.parametrize(
    ("reason", "people"),
    [
        (Reason.FEW_CUSTOMERS, make_customers(150, 1)),
        (Reason.FEW_REPEATERS, make_customers(300, 1)._replace(x=np.zeros(300))),
        (Reason.SHORT_HISTORY, make_customers(2_000, 1, days=60)),
    ],
)
def test_thin_data_are_refused_with_what_is_missing(reason: Reason, people: Histories) -> None:
    found = too_thin(people)
    assert found is not None and found.reason is reason and found.have is not None and found.needed is not None
    assert found.have < found.needed


def test_customers_of_whom_nobody_ever_leaves_run_to_a_bound() -> None:
    rng = np.random.default_rng(3)
    x = rng.poisson(20, 400).astype(np.float64) + 1
    people = Histories(x, np.full(400, 400.0), np.full(400, 400.0), np.full(400, 10.0))
    assert fit_bgnbd(people) == NoFit(Reason.AT_BOUND)


def test_a_forecast_of_the_planted_model_is_called_good_and_one_of_another_poor(invented: Histories) -> None:
    days = 200
    rng = np.random.default_rng(2)
    after = rng.poisson(expected_purchases(invented, PURCHASES, days))
    good = hold_out(invented, PURCHASES, after, days)
    assert good.verdict is Verdict.GOOD and good.actual == after.sum()
    assert sum(one.members for one in good.classes) == 20_000 and good.doubted_came <= good.doubted
    wrong = hold_out(invented, replace(PURCHASES, r=2.5), after, days)
    assert wrong.verdict is Verdict.POOR and wrong.expected > 1.25 * wrong.actual
    assert hold_out(invented, PURCHASES, np.zeros(20_000, np.int64), days).verdict is Verdict.TOO_FEW


def test_a_richer_past_never_lowers_what_a_purchase_is_expected_to_bring() -> None:
    model = GammaGamma(6.0, 4.0, 300.0)
    people = Histories(np.full(3, 5.0), np.full(3, 100.0), np.full(3, 200.0), np.array([-5.0, 100.0, 900.0]))
    found = expected_money(people, model)
    assert (np.diff(found) > 0).all() and 100 < found[1] < model.mean
