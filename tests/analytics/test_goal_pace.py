"""A goal's arithmetic by hand: pace, what is needed, where it ends, what moved a rate."""

import pytest

from core.analytics.goal_pace import (
    Pace,
    foresee_rate,
    foresee_sum,
    judge_pace,
    people_needed,
    should_be,
    split_rate,
)


def test_a_rate_walks_from_its_baseline_and_a_sum_from_nothing() -> None:
    assert should_be(3000, 3500, 0.5, is_rate=True) == 3250
    assert should_be(3000, 3500, 0.5, is_rate=False) == 1750
    assert should_be(3000, 3500, 1.7, is_rate=True) == 3500


@pytest.mark.parametrize(
    ("current", "should", "cases", "pace"),
    [
        (3500, 3250, 100, Pace.REACHED),
        (3300, 3250, 100, Pace.AHEAD),
        (3230, 3250, 100, Pace.ON_PACE),  # a twentieth of the 500 to go is 25
        (3220, 3250, 100, Pace.BEHIND),
        (3500, 3250, 29, Pace.TOO_FEW),
    ],
)
def test_the_pace_is_judged_by_the_way_there(current: int, should: int, cases: int, pace: Pace) -> None:
    assert judge_pace(current, should, 3500, 3000, cases=cases) is pace


def test_the_people_still_needed_bring_the_rate_to_the_target_and_one_fewer_does_not() -> None:
    needed = people_needed(3500, 2489, 700)
    assert needed == 172
    assert (700 + needed) / 2489 >= 0.35 > (700 + needed - 1) / 2489


def test_a_rate_that_rises_evenly_goes_on_and_one_too_young_is_not_foreseen() -> None:
    even = foresee_rate([3000 + 10 * step for step in range(8)], 3)
    assert even is not None
    assert (even.low, even.middle, even.high) == (3100, 3100, 3100)
    assert foresee_rate([3000, 3010, 3020, 3030, 3040, 3050], 3) is None
    restless = foresee_rate([3000, 3100, 2990, 3120, 3000, 3110, 3010], 3)
    assert restless is not None
    assert restless.low < restless.middle < restless.high


def test_a_sum_ends_at_last_years_course_times_the_ratio_so_far() -> None:
    weeks, like = [120] * 8, [100] * 8
    found = foresee_sum(1_000, weeks, like, 500)
    assert found is not None
    assert (found.low, found.middle, found.high) == (1_600, 1_600, 1_600)
    assert foresee_sum(1_000, weeks[:5], like[:5], 500) is None
    uneven = foresee_sum(1_000, [60, 180] * 4, like, 500)
    assert uneven is not None
    assert 1_000 <= uneven.low < 1_600 < uneven.high


def test_what_the_groups_added_sums_to_the_whole_change() -> None:
    before = [("new", 800, 160), ("returning", 200, 120)]
    after = [("new", 700, 175), ("returning", 300, 171)]
    parts = split_rate(before, after)
    assert sum(part.moved for part in parts) == round((346 / 1000 - 280 / 1000) * 10_000)
    assert all(part.moved > 0 for part in parts)
    # The returning come back less (57 % against 60 %), yet there are more of them.
    only_share = split_rate([("a", 50, 25), ("b", 50, 0)], [("a", 100, 50), ("b", 0, 0)])
    assert sum(part.moved for part in only_share) == 2_500
