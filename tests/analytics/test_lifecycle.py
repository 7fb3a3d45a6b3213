"""The rhythm of invented people is found again, and a silence is as rare as is said."""

import numpy as np
import pytest

from core.analytics.lifecycle import (
    DORMANT,
    FEWEST,
    LONGEST,
    LOST,
    SLIPPING,
    STATES,
    Days,
    Prior,
    Rhythm,
    fit_rhythm,
    foresee,
    returns,
    states,
)

NAMES = ["奶粉", "童装"]
KNOWN = Rhythm(1.0, Prior(2.0, 40.0, 500), {"奶粉": Prior(4.0, 20.0, 100)})


def _ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _people(n: int, k: float, weight: float, means: tuple[float, float]) -> tuple[np.ndarray, ...]:
    """Repeats, spans, categories, and the gap that comes next."""
    rng = np.random.default_rng(3)
    category = rng.integers(0, 2, n)
    rate = rng.gamma(k * weight, 1.0, n) / (weight * np.array(means)[category])
    x = rng.poisson(3, n)
    span = np.where(x > 0, np.maximum(np.rint(rng.gamma(k * np.maximum(x, 1)) / rate), 1), 0).astype(np.int64)
    return x, span, category, rng.gamma(k, 1.0, n) / rate


def test_the_parameters_that_made_a_shop_are_found_again_and_hold_for_the_next_gap() -> None:
    x, span, category, following = _people(40_000, 1.6, 2.0, (30.0, 60.0))
    found = fit_rhythm(x, span, category, NAMES)
    assert found is not None
    assert found.regularity == pytest.approx(1.6, rel=0.12)  # two categories make the shop look a little less regular
    for name, mean in zip(NAMES, (30.0, 60.0), strict=True):
        assert found.categories[name].mean_days == pytest.approx(mean, rel=0.06)
        assert found.categories[name].weight == pytest.approx(2.0, rel=0.2)
    days = foresee(found, x, span, np.zeros_like(x), category, NAMES)
    for begins, chance in ((days.slipping_day, SLIPPING), (days.dormant_day, DORMANT), (days.lost_day, LOST)):
        assert np.mean(following >= begins) == pytest.approx(chance, abs=0.01)
        assert np.mean(following[x == 0] >= begins[x == 0]) == pytest.approx(chance, abs=0.03)


def test_the_days_of_a_person_are_those_of_lomax_where_gaps_are_haphazard() -> None:
    x, span = _ints(0, 3), _ints(0, 100)
    days = foresee(KNOWN, x, span, _ints(1000, 1000), _ints(-1, 0), NAMES)
    for one, (weight, mean) in enumerate(((2.0, 40.0), (4.0, 20.0))):
        whole, shape = weight * mean + span[one], weight + x[one]
        assert days.rhythm_days[one] == round(whole / shape)
        assert days.next_day[one] == 1000 + days.rhythm_days[one]
        for begins, chance in ((days.slipping_day, SLIPPING), (days.dormant_day, DORMANT), (days.lost_day, LOST)):
            silence = begins[one] - 1000
            assert (whole / (whole + silence)) ** shape < chance <= (whole / (whole + silence - 1)) ** shape


def test_nobody_is_waited_for_longer_than_three_years() -> None:
    days = foresee(KNOWN, _ints(1), _ints(3_000), _ints(0), _ints(-1), NAMES)
    assert (days.rhythm_days[0], days.lost_day[0]) == (1027, LONGEST)


def test_a_shop_with_too_few_repeats_has_no_rhythm_and_a_small_category_follows_the_shop() -> None:
    few = np.ones(FEWEST - 1, dtype=np.int64)
    assert fit_rhythm(few, 30 * few, 0 * few, NAMES) is None
    x, span = np.ones(60, dtype=np.int64), np.arange(10, 70)
    found = fit_rhythm(x, span, (np.arange(60) < 20).astype(np.int64), NAMES)
    assert found is not None and list(found.categories) == ["奶粉"]
    assert Rhythm.read(found.as_json()) == found


STATE_CASES = [
    ("first purchase 29 days ago", 29, 1, "newcomer"),
    ("first purchase 30 days ago", 30, 1, "active"),
    ("second purchase within the month", 5, 2, "active"),
    ("four purchase days", 5, 4, "loyal"),
    ("the last day before slipping", 49, 4, "loyal"),
    ("slipping, however loyal", 50, 9, "slipping"),
    ("dormant", 90, 1, "dormant"),
    ("lost", 150, 9, "lost"),
]


@pytest.mark.parametrize(("_case", "day", "bought", "state"), STATE_CASES)
def test_a_state_follows_from_the_days_and_the_purchases(_case: str, day: int, bought: int, state: str) -> None:
    days = Days(_ints(30), _ints(30), _ints(50), _ints(90), _ints(150))
    assert STATES[states(day, _ints(0), _ints(bought), days)[0]] == state


def test_who_came_back_is_counted_by_what_was_said() -> None:
    told = returns(np.array([5, 5, 0, 3], dtype=np.int8), np.array([True, False, True, False]))
    assert {one.state: (one.people, one.came_back) for one in told if one.people} == {
        "newcomer": (1, 1),
        "slipping": (1, 0),
        "lost": (2, 1),
    }
