"""What a campaign can see: held against simulation."""

import numpy as np
import pytest

from core.analytics.effects import mean_difference, share_difference
from core.analytics.power import (
    adjusted_variance,
    members_needed_mean,
    members_needed_share,
    smallest_visible_mean,
    smallest_visible_share,
)


@pytest.mark.parametrize(("rate", "n_t", "n_c"), [(0.08, 1_500, 1_500), (0.15, 2_550, 450), (0.3, 400, 400)])
def test_the_smallest_visible_share_shows_in_four_of_five_campaigns(rate: float, n_t: int, n_c: int) -> None:
    rise = smallest_visible_share(rate, n_t, n_c)
    rng = np.random.default_rng(1)
    bought = zip(rng.binomial(n_t, rate + rise, 3_000).tolist(), rng.binomial(n_c, rate, 3_000).tolist(), strict=True)
    seen = np.mean([share_difference(t, n_t, c, n_c).low > 0 for t, c in bought])
    assert 0.77 <= seen <= 0.83


def test_the_smallest_visible_mean_shows_in_four_of_five_campaigns() -> None:
    rng = np.random.default_rng(2)
    n_t, n_c = 800, 400
    treated = np.arange(n_t + n_c) < n_t
    before = rng.gamma(1, 50, n_t + n_c)
    variance = adjusted_variance(before + rng.normal(0, 40, len(before)), before)
    rise = smallest_visible_mean(variance, n_t, n_c)
    seen = []
    for _ in range(1_200):
        arms = rng.permutation(treated)
        effect = mean_difference(before + rng.normal(0, 40, len(before)) + rise * arms, arms, before)
        seen.append(effect.low > 0)
    assert 0.77 <= np.mean(seen) <= 0.83


def test_people_needed_and_smallest_visible_share_are_each_others_inverse() -> None:
    members = members_needed_share(0.08, 0.02, 0.15)
    assert smallest_visible_share(0.08, round(members * 0.85), round(members * 0.15)) == pytest.approx(0.02, rel=0.01)


def test_people_needed_and_smallest_visible_mean_are_each_others_inverse() -> None:
    members = members_needed_mean(900.0, 2.0, 0.15)
    assert smallest_visible_mean(900.0, round(members * 0.85), round(members * 0.15)) == pytest.approx(2.0, rel=0.01)


def test_a_textbook_case_needs_the_textbook_number() -> None:
    # 10 % against 15 %, equal arms: 686 an arm (Fleiss, without continuity correction).
    assert members_needed_share(0.10, 0.05, 0.5) == pytest.approx(2 * 686, abs=4)


@pytest.mark.parametrize(("n_t", "n_c"), [(0, 10), (10, 0), (1, 1)])
def test_an_audience_too_small_for_any_effect_has_no_smallest_one(n_t: int, n_c: int) -> None:
    assert smallest_visible_share(0.1, n_t, n_c) is None


def test_no_effect_and_an_impossible_one_need_no_number_of_people() -> None:
    assert members_needed_share(0.1, 0.0, 0.15) is None
    assert members_needed_share(0.6, 0.5, 0.15) is None
    assert members_needed_mean(100.0, 0.0, 0.15) is None
    assert members_needed_mean(1e12, 0.001, 0.15) is None


def test_a_shop_in_which_nobody_buys_unasked_still_gets_an_answer() -> None:
    assert 0 < smallest_visible_share(0.0, 850, 150) < 0.1


def test_adjusting_takes_out_what_the_time_before_explains() -> None:
    rng = np.random.default_rng(3)
    before = rng.normal(0, 3, 10_000)
    outcome = before + rng.normal(0, 1, 10_000)
    assert adjusted_variance(outcome) == pytest.approx(10, rel=0.05)
    assert adjusted_variance(outcome, before) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_an_impossible_base_rate_is_a_bug(rate: float) -> None:
    with pytest.raises(ValueError, match="base rate"):
        smallest_visible_share(rate, 100, 100)
