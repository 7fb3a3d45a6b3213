"""Recency, frequency, money: a table made by hand, ties, thresholds, speed."""

import time

import numpy as np
import pytest

from core.analytics.rfm import GROUPS, RfmGroup, grid, group_codes, group_counts, score

# days since, orders, net fen, R, F, M in thirds, R, F, M in fifths, group in thirds; worked out by hand for 14 buyers.
# Thirds rise with 5 and 10 strictly weaker buyers, fifths with 3, 6, 9 and 12.
HAND = [
    (1, 9, 90_000, 3, 3, 3, 5, 5, 5, RfmGroup.BEST),
    (2, 1, 12_000, 3, 1, 2, 5, 1, 2, RfmGroup.NEWCOMER),
    (5, 4, 50_000, 3, 3, 3, 4, 4, 4, RfmGroup.BEST),
    (8, 1, 3_000, 3, 1, 1, 4, 1, 1, RfmGroup.NEWCOMER),
    (10, 2, 20_000, 2, 2, 2, 3, 3, 4, RfmGroup.LEFT),
    (10, 6, 70_000, 2, 3, 3, 3, 5, 5, RfmGroup.KEEP),
    (30, 1, 5_000, 2, 1, 1, 3, 1, 2, RfmGroup.LEFT),
    (31, 1, 4_000, 2, 1, 1, 3, 1, 1, RfmGroup.LEFT),
    (60, 3, 15_000, 2, 2, 2, 2, 4, 3, RfmGroup.LEFT),
    (90, 2, 9_000, 1, 2, 1, 2, 3, 2, RfmGroup.LEFT),
    (120, 5, 60_000, 1, 3, 3, 2, 4, 4, RfmGroup.KEEP),
    (200, 1, 15_000, 1, 1, 2, 1, 1, 3, RfmGroup.LEFT),
    (300, 2, 18_000, 1, 2, 2, 1, 3, 3, RfmGroup.LEFT),
    (365, 1, 2_000, 1, 1, 1, 1, 1, 1, RfmGroup.LEFT),
]


def columns() -> tuple[np.ndarray, ...]:
    """The hand table's inputs as arrays."""
    return tuple(np.array([row[place] for row in HAND], dtype=np.int64) for place in range(3))


@pytest.mark.parametrize(("bins", "first"), [(3, 3), (5, 6)])
def test_the_hand_table_of_14_buyers_comes_out_in_thirds_and_in_fifths(bins: int, first: int) -> None:
    rfm = score(*columns(), bins=bins)
    assert list(zip(rfm.r.tolist(), rfm.f.tolist(), rfm.m.tolist(), strict=True)) == [
        r[first : first + 3] for r in HAND
    ]


def test_the_hand_table_gets_its_named_groups_and_nobody_is_lost() -> None:
    rfm = score(*columns())
    assert [GROUPS[code] for code in group_codes(rfm)] == [row[-1] for row in HAND]
    counts = {count.group: (count.buyers, count.net_fen) for count in group_counts(rfm, columns()[2])}
    assert counts[RfmGroup.BEST] == (2, 140_000)
    assert counts[RfmGroup.KEEP] == (2, 130_000)
    assert sum(buyers for buyers, _ in counts.values()) == 14


def test_the_grid_counts_people_and_money_by_recency_and_frequency() -> None:
    table = grid(score(*columns()), columns()[2])
    assert table.buyers.tolist() == [[2, 2, 1], [2, 2, 1], [2, 0, 2]]
    assert table.buyers.sum() == 14
    assert table.net_fen[2, 2] == 140_000
    assert table.net_fen.sum() == columns()[2].sum()


@pytest.mark.parametrize(
    ("buyers", "bins"), [(0, 0), (8, 0), (9, 3), (199, 3), (200, 5)], ids=["none", "8", "9", "199", "200"]
)
def test_the_number_of_buyers_decides_between_too_few_thirds_and_fifths(buyers: int, bins: int) -> None:
    values = np.arange(buyers, dtype=np.int64)
    rfm = score(values, values + 1, values)
    assert (rfm.bins, rfm.buyers) == (bins, buyers)
    assert len(group_counts(rfm, values)) == (8 if bins else 0)
    assert grid(rfm, values).buyers.shape == (bins, bins)


def test_who_has_no_paid_order_scores_nothing_and_shifts_nobody() -> None:
    days, orders, net = columns()
    rfm = score(*(np.append(values, extra) for values, extra in ((days, 0), (orders, 0), (net, 0))))
    assert (rfm.r[-1], rfm.f[-1], rfm.m[-1], group_codes(rfm)[-1]) == (0, 0, 0, -1)
    assert (rfm.m[:-1] == score(days, orders, net).m).all()
    assert rfm.buyers == 14


def test_equal_values_share_a_score_and_better_ones_never_score_less() -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(0, 20, 1_000)
    m = score(np.zeros(1_000, np.int64), np.ones(1_000, np.int64), values).m
    order = np.argsort(values, kind="stable")
    assert (np.diff(m[order]) >= 0).all()
    assert all(len(set(m[values == value].tolist())) == 1 for value in range(20))


def test_a_shop_in_which_everyone_is_equal_has_one_score() -> None:
    ones = np.ones(300, dtype=np.int64)
    rfm = score(ones, ones, ones)
    assert set(rfm.r) == set(rfm.f) == set(rfm.m) == {1}


def test_scores_are_one_plus_the_whole_fifths_strictly_weaker() -> None:
    rng = np.random.default_rng(2)
    for n in (200, 201, 347):
        values = rng.integers(-50, 50, n)
        m = score(values, np.ones(n, np.int64), values).m
        assert m.tolist() == [1 + 5 * int((values < value).sum()) // n for value in values]


def test_a_million_buyers_take_about_a_second() -> None:
    rng = np.random.default_rng(3)
    n = 1_000_000
    days, orders, net = rng.integers(0, 700, n), rng.geometric(0.5, n), rng.integers(0, 10**7, n)
    began = time.perf_counter()
    rfm = score(days, orders, net)
    group_counts(rfm, net)
    seconds = time.perf_counter() - began
    print(f"1M buyers scored in {seconds:.2f} s")
    assert seconds < 5  # generous: the machine is shared
