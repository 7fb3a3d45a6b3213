"""Effects tell the truth: intervals cover, false alarms are rare, odd input has an explicit answer."""

from dataclasses import astuple

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

from core.analytics import effects
from core.analytics.effects import Effect, Method, Unmeasured, holm, mean_difference, permutation_p, share_difference
from tests.analytics.shops import Shop, simulate

# Newcombe (1998), Statist. Med. 17, table II, method 10 (to four places).
NEWCOMBE = [
    ("a 56/70 48/80", (56, 70, 48, 80), (0.0524, 0.3339)),
    ("b 9/10 3/10", (9, 10, 3, 10), (0.1705, 0.8090)),
    ("c 6/7 2/7", (6, 7, 2, 7), (0.0582, 0.8062)),
    ("d 5/56 0/29", (5, 56, 0, 29), (-0.0381, 0.1926)),
    ("e 0/10 0/20", (0, 10, 0, 20), (-0.1611, 0.2775)),
    ("f 0/10 0/10", (0, 10, 0, 10), (-0.2775, 0.2775)),
    ("g 10/10 0/20", (10, 10, 0, 20), (0.6791, 1.0)),
    ("h 10/10 0/10", (10, 10, 0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("_case", "counts", "limits"), NEWCOMBE, ids=[case[0] for case in NEWCOMBE])
def test_the_share_interval_is_the_one_of_newcombes_paper(_case: str, counts: tuple[int, ...], limits: tuple) -> None:
    effect = share_difference(*counts)
    assert (round(effect.low, 4), round(effect.high, 4)) == limits


def test_the_share_p_value_and_the_interval_never_disagree() -> None:
    rng = np.random.default_rng(1)
    for _ in range(500):
        n_t, n_c = rng.integers(1, 400, 2).tolist()
        effect = share_difference(int(rng.integers(0, n_t + 1)), n_t, int(rng.integers(0, n_c + 1)), n_c)
        assert (effect.p_value < 0.05) == (effect.low > 0 or effect.high < 0)


@pytest.mark.parametrize(("n_t", "n_c", "rate"), [(850, 150, 0.03), (85, 15, 0.2), (40, 40, 0.02), (2_000, 350, 0.1)])
def test_the_share_interval_covers_also_at_small_numbers_and_no_events(n_t: int, n_c: int, rate: float) -> None:
    rng = np.random.default_rng(2)
    bought = zip(rng.binomial(n_t, rate, 1_000).tolist(), rng.binomial(n_c, rate, 1_000).tolist(), strict=True)
    found = [share_difference(t, n_t, c, n_c) for t, c in bought]
    assert np.mean([effect.low <= 0 <= effect.high for effect in found]) > 0.935


def _coverage(n: int, hold_out: float, lift: float, shops: int = 500) -> tuple[float, float, float]:
    """Shares of simulated shops whose interval covers, lies too high, and the mean width gained."""
    rng = np.random.default_rng(11)
    covered, above, gains = 0, 0, []
    for _ in range(shops):
        shop = simulate(rng, n, hold_out, lift=lift)
        effect = mean_difference(shop.margin, shop.treated, shop.before)
        covered += effect.low <= shop.true_effect <= effect.high
        above += effect.low > shop.true_effect
        gains.append(effect.width_gain)
    return covered / shops, above / shops, float(np.mean(gains))


@pytest.mark.parametrize(("n", "hold_out", "lift"), [(3_000, 0.5, 0.0), (3_000, 0.15, 0.0), (2_000, 0.3, 0.03)])
def test_the_mean_interval_covers_93_to_97_percent_of_skewed_shops(
    n: int, hold_out: float, lift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        effects, "PERMUTE_BELOW", 0
    )  # the interval does not depend on the reshuffling, which takes long
    covered, above, gain = _coverage(n, hold_out, lift)
    print(f"n={n} hold-out={hold_out} lift={lift}: covers {covered:.3f}, too high {above:.3f}, width gain {gain:.3f}")
    assert 0.93 <= covered <= 0.97
    assert above <= 0.035
    assert gain > 0


def test_without_the_skewness_correction_a_small_left_out_group_claims_gains_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(effects, "PERMUTE_BELOW", 0)
    monkeypatch.setattr(effects, "_unskewed", lambda _skew, quantile: quantile)
    _, above, _ = _coverage(2_000, 0.15, 0.0, shops=300)
    assert above > 0.04


@pytest.mark.parametrize(("n", "variance"), [(600, "HC2"), (400, "HC3")])
def test_the_adjusted_difference_is_lins_regression_of_statsmodels(
    n: int, variance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "_unskewed", lambda _skew, quantile: quantile)
    rng = np.random.default_rng(3)
    x = np.exp(rng.normal(0, 1.6, (n, 2)))  # a few heavy buyers, so that the kinds of variance differ
    treated = np.arange(n) < n / 2
    outcome = x[:, 0] * rng.normal(1, 1, n) + rng.normal(0, 1, n)
    centred, arm = x - x.mean(axis=0), treated.astype(float)
    design = np.column_stack((np.ones(n), arm, centred, centred * arm[:, None]))
    errors = {kind: sm.OLS(outcome, design).fit(cov_type=kind).bse[1] for kind in ("HC1", "HC2", "HC3")}
    effect = mean_difference(outcome, treated, x)
    assert effect.method == f"adjusted_{variance.lower()}"
    assert effect.difference == pytest.approx(sm.OLS(outcome, design).fit().params[1])
    error = (effect.high - effect.low) / 2 / 1.97
    assert min(errors, key=lambda kind: abs(errors[kind] - error)) == variance
    assert error == pytest.approx(errors[variance], rel=0.02)


def test_the_plain_difference_stands_beside_the_adjusted_one() -> None:
    shop = simulate(np.random.default_rng(4), 2_000, 0.3)
    effect = mean_difference(shop.margin, shop.treated, shop.before)
    plain = shop.margin[shop.treated].mean() - shop.margin[~shop.treated].mean()
    assert effect.unadjusted == pytest.approx(plain)
    assert effect.difference != pytest.approx(plain)


def test_a_strong_covariate_narrows_the_interval() -> None:
    rng = np.random.default_rng(5)
    before = rng.gamma(1, 100, 4_000)
    outcome = before + rng.normal(0, 30, 4_000)
    effect = mean_difference(outcome, rng.random(4_000) < 0.8, before)
    assert effect.width_gain > 0.6


def test_an_effect_on_redeemers_only_is_reported_diluted_over_all_assigned() -> None:
    rng = np.random.default_rng(6)
    treated = rng.random(20_000) < 0.5
    redeems = rng.random(20_000) < 0.1
    outcome = rng.normal(100, 10, 20_000) + np.where(treated & redeems, 50, 0)
    effect = mean_difference(outcome, treated)
    assert effect.low < 5 < effect.high < 10


def test_rare_money_gets_a_permutation_p_value_with_few_false_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    real = effects.permutation_p
    monkeypatch.setattr(effects, "permutation_p", lambda y, t, x, _rounds, seed: real(y, t, x, 99, seed))
    rng = np.random.default_rng(70)
    found = []
    for seed in range(1_000):
        shop = simulate(rng, 400, 0.15)
        found.append(mean_difference(shop.margin, shop.treated, shop.before, seed=seed))
    assert all(effect.permuted for effect in found)
    assert np.mean([effect.p_value <= 0.05 for effect in found]) <= 0.06


def test_the_permutation_p_value_is_the_exact_one_on_a_tiny_table() -> None:
    # 3 of 6 treated with the three highest values: one of 20 splits in each tail.
    outcome, treated = np.array([4.0, 5, 6, 1, 2, 3]), np.array([True, True, True, False, False, False])
    assert permutation_p(outcome, treated, rounds=20_000) == pytest.approx(2 / 20, abs=0.01)


def test_the_same_seed_gives_the_same_p_value() -> None:
    shop = simulate(np.random.default_rng(8), 500, 0.2)
    assert permutation_p(shop.margin, shop.treated, seed=5) == permutation_p(shop.margin, shop.treated, seed=5)


def test_holm_is_the_one_of_statsmodels_in_the_order_given() -> None:
    p_values = [0.04, 0.001, 0.03, 0.9, 0.02]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert holm([]) == []


SOME, NONE = np.array([0.0, 5, 0, 7]), np.array([])
DEGENERATE = [
    ("nobody treated", NONE, SOME, Unmeasured.NOBODY_TREATED),
    ("nobody left out", SOME, NONE, Unmeasured.NOBODY_LEFT_OUT),
    ("nobody at all", NONE, NONE, Unmeasured.NOBODY_TREATED),
    ("one left out", SOME, SOME[:1], Unmeasured.TOO_FEW),
    ("nobody bought", np.zeros(50), np.zeros(50), Unmeasured.NO_SPREAD),
    ("everyone the same", np.full(50, 3.0), np.full(50, 2.0), Unmeasured.NO_SPREAD),
]


@pytest.mark.parametrize(("_case", "treated", "control", "why"), DEGENERATE, ids=[case[0] for case in DEGENERATE])
def test_what_cannot_be_measured_says_why(
    _case: str, treated: np.ndarray, control: np.ndarray, why: Unmeasured
) -> None:
    arms = np.repeat([True, False], [len(treated), len(control)])
    effect = mean_difference(np.concatenate((treated, control)), arms, np.zeros(len(arms)))
    assert effect.unmeasured is why
    assert effect.difference is effect.low is effect.high is effect.p_value is None


def test_an_arm_without_buyers_borrows_the_spread_of_the_other() -> None:
    treated = np.repeat([True, False], [1_000, 20])
    outcome = np.zeros(1_020)
    outcome[:30] = 5_000
    effect = mean_difference(outcome, treated)
    assert effect.low < 0 < effect.high
    assert effect.p_value > 0.05


@pytest.mark.parametrize("covariate", [np.zeros(300), np.ones((300, 2)), np.tile(np.arange(300.0), (2, 1)).T])
def test_a_covariate_that_tells_nothing_falls_back_to_the_plain_difference(covariate: np.ndarray) -> None:
    rng = np.random.default_rng(9)
    effect = mean_difference(rng.normal(size=300), rng.random(300) < 0.5, covariate)
    assert effect.method is Method.UNADJUSTED
    assert effect.width_gain == 0


def test_no_nan_or_infinity_leaves_however_odd_the_arms() -> None:
    rng = np.random.default_rng(10)
    for _ in range(80):
        n = int(rng.integers(0, 12))
        outcome = rng.choice([0.0, 0.0, 1.0, 1e9], n)
        _assert_finite(mean_difference(outcome, rng.random(n) < 0.5, rng.choice([0.0, 2.0], n)))
        n_t, n_c = rng.integers(0, 4, 2).tolist()
        _assert_finite(share_difference(int(rng.integers(0, n_t + 1)), n_t, int(rng.integers(0, n_c + 1)), n_c))


def test_a_number_that_is_none_is_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="finite"):
        mean_difference(np.array([1.0, np.nan]), np.array([True, False]))
    with pytest.raises(ValueError, match="successes"):
        share_difference(5, 4, 0, 10)


def _assert_finite(effect: Effect) -> None:
    assert all(np.isfinite(value) for value in astuple(effect) if isinstance(value, float))
    assert (effect.difference is None) == (effect.unmeasured is not None)


def test_the_simulated_shops_are_what_they_claim() -> None:
    shop: Shop = simulate(np.random.default_rng(12), 5_000, 0.2, lift=0.05)
    assert 0.8 < np.mean(shop.margin == 0) < 0.95
    assert abs(shop.treated.mean() - 0.8) < 0.001
