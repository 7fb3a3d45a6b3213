"""Money is whole fen: no amount is rounded in silence, and parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refusal
from core.money import as_yuan, from_widget, share_of, split, yuan

FEN = st.integers(-99_999_999_999, 99_999_999_999)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        ("-3.40", -340),
        ("0.01", 1),
        ("0.29", 29),
        ("999999999.99", 99_999_999_999),
    ],
)
def test_a_plain_amount_is_read_exactly(text: str, fen: int) -> None:
    assert yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.234",
        "1e3",
        "NaN",
        "inf",
        "1,234",
        "1_000",
        "+5",
        " 5",
        "5 ",
        "5.",
        ".5",
        "１２",
        "1234567890",
        "²",
        "5\n",
    ],
)
def test_anything_else_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        yuan(text)
    assert refused.value.code == "amount_format"


@given(FEN)
def test_yuan_and_back_is_the_same_amount(fen: int) -> None:
    assert yuan(format(as_yuan(fen), "f")) == fen


@given(st.integers(-99_999_999, 99_999_999))
def test_a_number_widget_gives_back_the_amount_it_showed(fen: int) -> None:
    assert from_widget(float(as_yuan(fen))) == fen


@given(FEN, st.lists(st.integers(0, 10**9), max_size=12))
def test_parts_sum_to_the_whole_and_are_less_than_one_fen_off(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    if not weights:
        assert parts == []
        return
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        if whole:
            assert abs(part * whole - total * weight) < whole
            assert weight or not part
        else:
            assert abs(part * len(weights) - total) < len(weights)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_no_refund_part_is_above_its_amount(refund: int, amounts: list[int]) -> None:
    refund = min(refund, sum(amounts))
    assert sum(amounts) == 0 or all(b <= a for b, a in zip(split(refund, amounts), amounts, strict=True))


def test_ties_go_to_the_earlier_part() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]


@given(FEN, st.integers(0, 20_000))
def test_a_share_is_the_nearest_fen_with_halves_away_from_zero(amount: int, rate: int) -> None:
    exact = Decimal(amount) * rate / 10_000
    found = share_of(amount, rate)
    assert abs(found - exact) <= Decimal("0.5")
    assert abs(found) >= abs(exact) or abs(found - exact) < Decimal("0.5")
    assert share_of(-amount, rate) == -found
