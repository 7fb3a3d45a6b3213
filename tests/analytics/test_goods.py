"""Goods: near ones by hand, planted pairs found and noise not, recall that is honest when there is nothing to learn."""

import numpy as np
import numpy.typing as npt
import pytest

from core.analytics.affinity import CHANCE, nearest, recall_at
from core.analytics.lift import pairs_together
from core.analytics.likes import age_band, likes, side_of
from core.analytics.next_category import came_curve, cycles, follows

Ints = npt.NDArray[np.int64]


def _baskets(seed: int, planted: float, baskets: int = 6_000, goods: int = 40) -> tuple[Ints, Ints]:
    """Baskets of very different sizes of goods of very different popularity; a part of those with 0 also hold 1."""
    rng = np.random.default_rng(seed)
    popular = np.sort(rng.dirichlet(np.ones(goods) * 2))
    size = 1 + rng.geometric(0.45, baskets) + 10 * (rng.random(baskets) < 0.1)
    basket = np.repeat(np.arange(baskets), size)
    product = rng.choice(goods, len(basket), p=popular) + 100
    told = np.unique(np.stack((basket, product)), axis=1)
    zero = np.unique(told[0][told[1] == 120])
    with_it = zero[rng.random(len(zero)) < planted]
    return np.append(told[0], with_it), np.append(told[1], np.full(len(with_it), 103))


def test_the_cosine_of_a_hand_table() -> None:
    # 1 2: people a b; 1: a b c; 2: a b d; 3: c d; so cos(1, 2) = 2/3, cos(1, 3) = 1/sqrt(6)
    bought = {1: "abc", 2: "abd", 3: "cd"}
    person = np.array([ord(one) for people in bought.values() for one in people], np.int64)
    product = np.repeat(np.array([1, 2, 3]), [3, 3, 2])
    near = nearest(np.tile(person, 2), np.tile(product, 2), least_buyers=2)  # the same purchase twice counts once
    found = {(a, b): (rank, both, score) for a, b, rank, both, score in zip(*vars(near).values(), strict=True)}
    assert found[1, 2] == (1, 2, pytest.approx(2 / 3 * 2 / (2 + CHANCE)))
    assert found[1, 3] == (2, 1, pytest.approx(1 / np.sqrt(6) / (1 + CHANCE)))
    assert found[3, 1][2] == found[1, 3][2] and len(found) == 6


def test_a_product_with_too_few_buyers_is_near_to_nothing() -> None:
    near = nearest(np.array([1, 1, 2, 2, 3, 3]), np.array([1, 2, 1, 2, 1, 9]), least_buyers=2)
    assert set(near.product.tolist()) == {1, 2} and set(near.other.tolist()) == {1, 2}
    empty = nearest(np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert len(empty.product) == 0


def test_a_planted_pair_is_found_and_it_alone() -> None:
    basket, product = _baskets(1, planted=0.3)
    found = pairs_together(basket, product, baskets=6_000)
    assert [(one.a, one.b) for one in found] == [(103, 120)]
    (pair,) = found
    assert pair.lift > 1 and pair.times > 1.5 and pair.low < pair.times and pair.p_value < 0.001
    assert pair.confidence_ba == pair.both / pair.n_b == pytest.approx(pair.lift * pair.n_a / 6_000)
    assert pair.conviction_ba == pytest.approx((1 - pair.n_a / 6_000) / (1 - pair.confidence_ba))


def test_noise_is_no_pair_however_full_the_baskets_are() -> None:
    named = [len(pairs_together(*_baskets(seed, planted=0), baskets=6_000)) for seed in range(20)]
    assert sum(many > 0 for many in named) <= 3  # 5 % of 20 families, by chance up to three


def _histories(seed: int, planted: bool) -> tuple[Ints, Ints, Ints]:
    """800 people, 12 purchases each over 300 days; with ``planted`` each keeps to five neighbouring goods of fifty."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(800), 12)
    popular = rng.dirichlet(np.ones(50))
    own = (person % 10) * 5 + rng.integers(0, 5, len(person))
    product = np.where(planted & (rng.random(len(person)) < 0.8), own, rng.choice(50, len(person), p=popular))
    return person, product, rng.integers(0, 300, len(person))


def test_recommended_goods_beat_what_sells_most_where_there_is_taste() -> None:
    person, product, day = _histories(3, planted=True)
    for recall in recall_at(person, product, day, cut=240):
        assert (
            recall is not None
            and recall.people > 300
            and recall.recommended > recall.popular + 0.2
            and recall.verdict == "better"
        )


def test_recall_says_so_when_there_is_nothing_to_learn() -> None:
    person, product, day = _histories(4, planted=False)
    new, everything = recall_at(person, product, day, cut=240)
    assert new is not None and everything is not None
    assert new.verdict != "better" and everything.verdict != "better"
    assert recall_at(person, product, day, cut=0) == (None, None)


def test_what_is_held_out_is_never_learnt_from() -> None:
    person, product, day = _histories(5, planted=True)
    later = np.where(day >= 240, (product + 25) % 50, product)  # from the cut on everybody buys what others did
    new, _ = recall_at(person, later, day, cut=240)
    assert new is not None and new.recommended < 0.25


def test_what_follows_is_held_against_the_base_rate() -> None:
    # 100 people: first 0, then half of them 1 and half 0; then everybody 2
    person = np.repeat(np.arange(100), 3)
    day = np.tile([1, 20, 50], 100)
    category = np.array([(0, one % 2, 2) for one in range(100)], np.int64).ravel()
    found = {(row.category, row.then): row for row in follows(person, day, category, ["a", "b", "c"])}
    assert found["a", "b"].cases == 150 and found["a", "b"].share == pytest.approx(50 / 150)
    assert found["a", "b"].base == pytest.approx(50 / 200) and found["b", "c"].share == 1 and found["b", "c"].sure
    assert not [row for row in found if row[0] == "c"]  # nothing follows the last


def test_few_cases_are_no_share() -> None:
    person = np.repeat(np.arange(29), 2)
    assert follows(person, np.tile([1, 2], 29), np.zeros(58, np.int64), ["a"]) == []
    (cycle,) = cycles(person, np.tile([1, 2], 29), np.zeros(58, np.int64), ["a"], until=9)
    assert (cycle.gaps, cycle.people, cycle.median_days) == (29, 29, None)


def test_a_silence_that_lasts_counts_as_not_yet() -> None:
    # back after 10, 20, 30 days; one has waited 15 days, one 25: 1/5, then 1/3 of 4/5, then all
    days, back = came_curve(np.array([10, 20, 30, 15, 25]), np.array([True, True, True, False, False]))
    assert days.tolist() == [10, 20, 30] and back.tolist() == pytest.approx([0.2, 1 - 0.8 * 2 / 3, 1.0])


def test_the_cycle_is_of_those_who_come_back() -> None:
    # 60 people buy every 30 days four times and go; then a year passes: of 240 purchases 180 were followed
    person, day = np.repeat(np.arange(60), 4), np.tile([0, 30, 60, 90], 60)
    (cycle,) = cycles(person, day, np.zeros(240, np.int64), ["a"], until=800)
    assert (cycle.early_days, cycle.median_days, cycle.late_days) == (30, 30, 30)
    assert cycle.again == pytest.approx(0.75) and (cycle.buyers, cycle.people, cycle.gaps) == (60, 60, 180)


def test_a_taste_is_named_and_an_even_hand_is_not() -> None:
    person = np.arange(1_000)
    category = np.where(person < 400, 0, 1)
    women = np.where((person < 300) | ((person >= 400) & (person % 2 == 0)), "female", "male")
    known = {
        "gender": side_of(list(women), ["female", "male"]),
        "age": side_of(["30-34", "35-39"] * 500, ["30-34", "35-39"]),
    }
    found = {(row.category, row.side, row.value): row for row in likes(person, category, ["milk", "toys"], known)}
    milk = found["milk", "gender", "female"]
    assert (milk.people, milk.buyers, milk.whole, milk.everybody) == (300, 400, 600, 1_000)
    assert milk.sure and milk.index == pytest.approx(1.25)
    assert not found["milk", "age", "30-34"].sure
    assert [age_band(born, 2026) for born in (2002, 2001, 1986, 1850, None)] == ["0-24", "25-29", "40-", None, None]
