"""A year's value in its factors: the parts add up, and the factor that was turned is the one named."""

import numpy as np
import pytest

from core.analytics.value_factors import Year, compare_years, spread


def _year(orders: list[int], each_fen: list[int], margin: float) -> Year:
    net = np.array(orders) * np.array(each_fen)
    return Year(np.array(orders), net, (net * margin).astype(np.int64))


def test_the_three_parts_add_up_to_the_change() -> None:
    before = _year([1, 4, 0, 2], [100_00, 80_00, 0, 300_00], 0.4)
    last = _year([3, 2, 5, 0], [120_00, 95_00, 40_00, 0], 0.35)
    found = compare_years(before, last)
    assert sum(found.parts) == pytest.approx(found.last.value_fen - found.before.value_fen)
    assert (found.came, found.gone) == (1, 1)
    assert found.last.value_fen == pytest.approx(
        found.last.frequency * found.last.order_fen * found.last.margin, rel=1e-9
    )


@pytest.mark.parametrize(
    ("factor", "last"),
    [
        ("frequency", _year([6], [100_00], 0.4)),
        ("order", _year([3], [200_00], 0.4)),
        ("margin", _year([3], [100_00], 0.8)),
    ],
)
def test_the_factor_that_was_turned_is_named(factor: str, last: Year) -> None:
    before = _year([3], [100_00], 0.4)
    up, down = compare_years(before, last), compare_years(last, before)
    assert [one.factor for one in up.moved if one.up] == [factor] and up.still == 0
    assert [one.factor for one in down.moved if one.down] == [factor]
    assert sum(one.up_fen for one in up.moved) == last.margin_fen.sum() - before.margin_fen.sum()


def test_a_value_that_hardly_changed_has_not_moved() -> None:
    assert compare_years(_year([3], [100_00], 0.4), _year([3], [103_00], 0.4)).still == 1


def test_half_of_the_value_is_counted_from_the_top() -> None:
    found = spread(np.array([50, 30, 10, 5, 5]))
    assert found is not None and (found.half_people, found.half_fen, found.value_fen) == (1, 50, 100)
    assert dict(found.curve)[20] == 0.5 and spread(np.zeros(3, np.int64)) is None
