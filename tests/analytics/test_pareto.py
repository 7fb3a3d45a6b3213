"""How much a few people bring."""

import numpy as np
import pytest

from core.analytics.pareto import MOST_POINTS, pareto, top_share


def test_the_first_fifth_is_rounded_up_to_a_whole_person() -> None:
    # 6 buyers: ceil(1.2) = 2 people, 60 + 20 of 100.
    assert pareto(np.array([5, 60, 5, 20, 5, 5])).top_20_share == 0.8


def test_ten_equal_buyers_bring_a_fifth_with_a_fifth() -> None:
    found = pareto(np.full(10, 700))
    assert found.top_20_share == 0.2
    assert found.spend_share == pytest.approx(found.buyer_share)


def test_the_curve_runs_from_nothing_to_everything_and_never_bends_up() -> None:
    net = np.random.default_rng(1).lognormal(8, 1.5, 100_000).astype(np.int64)
    found = pareto(net)
    assert len(found.buyer_share) <= MOST_POINTS
    assert (found.buyer_share[0], found.spend_share[0]) == (0, 0)
    assert (found.buyer_share[-1], found.spend_share[-1]) == (1, 1)
    slopes = np.diff(found.spend_share) / np.diff(found.buyer_share)
    assert (np.diff(slopes) <= 1e-9).all()


def test_the_twenty_percent_point_lies_on_the_curve() -> None:
    net = np.random.default_rng(2).integers(1, 10_000, 12_347)
    found = pareto(net)
    at = dict(zip(found.buyer_share, found.spend_share, strict=True))
    assert at[2_470 / 12_347] == found.top_20_share == top_share(net, 20)


def test_a_wholly_refunded_buyer_counts_as_a_buyer() -> None:
    assert pareto(np.array([100, 0, 0, 0, 0, 0])).buyers == 6
    assert pareto(np.array([100, 0, 0, 0, 0, 0])).top_20_share == 1


@pytest.mark.parametrize("net", [[], [0, 0], [-5, 3]], ids=["nobody", "all refunded", "below zero"])
def test_without_money_there_is_no_share_and_no_curve(net: list[int]) -> None:
    found = pareto(np.array(net, dtype=np.int64))
    assert found.top_20_share is None
    assert found.buyer_share == found.spend_share == ()
    assert top_share(np.array(net, dtype=np.int64), 10) is None


def test_other_tops_can_be_asked_for() -> None:
    net = np.arange(1, 101)
    assert top_share(net, 1) == 100 / 5_050
    assert top_share(net, 100) == 1
