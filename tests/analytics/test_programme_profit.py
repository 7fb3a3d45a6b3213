"""What is proven is added up with its doubt; what it cost to run comes off."""

from core.analytics.programme_profit import Costs, RunningCosts, Shown, add_up, near_threshold, running_cost


def test_comparisons_add_up_with_the_root_of_the_summed_squares() -> None:
    found = add_up([Shown(1000, 700, 1300, 0, 0.0), Shown(-200, -600, 200, 0, 0.0)], RunningCosts())
    assert (found.margin, found.net, found.comparisons) == (800, 800, 2)
    assert (found.low, found.high) == (300, 1300)  # 3-4-5: reaches of 300 and 400


def test_running_costs_move_the_whole_interval() -> None:
    costs = RunningCosts(commission_bp=500, shipping_fen=800, insurance_fen=50)
    assert running_cost(100_000, 3.0, costs) == 5_000 + 2_550
    found = add_up([Shown(10_000, 8_000, 12_000, 100_000, 3.0)], costs)
    assert (found.net, found.low, found.high) == (2_450, 450, 4_450)


def test_nothing_compared_is_nothing_proven() -> None:
    found = add_up([], RunningCosts(commission_bp=500))
    assert (found.comparisons, found.net, found.low, found.high) == (0, 0, 0, 0)
    assert (Costs(1, 2, 3, 4, 5, 6) + Costs(benefits=1)).total == 22


def test_people_near_a_threshold_are_compared_only_when_there_are_enough() -> None:
    few = near_threshold([1] * 29, [0] * 50)
    assert (few.enough, few.difference, few.low) == (False, None, None)
    found = near_threshold([500] * 30 + [0] * 10, [100] * 10 + [0] * 30)
    assert (found.difference, found.over_fen, found.under_fen) == (50.0, 15_000, 1_000)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 50 < found.high
