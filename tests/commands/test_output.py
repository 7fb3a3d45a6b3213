"""Numbers and tables for the terminal."""

import pytest

from core.commands.output import money, percent, table, width


@pytest.mark.parametrize(
    ("_case", "fen", "text"),
    [
        ("none", None, "-"),
        ("zero", 0, "¥0"),
        ("whole", 128_000, "¥1,280"),
        ("fen", 5, "¥0.05"),
        ("loss", -150, "-¥1.50"),
    ],
)
def test_money_has_its_sign_before_the_yuan(_case: str, fen: int | None, text: str) -> None:
    assert money(fen) == text


def test_a_rate_that_is_not_known_is_a_dash() -> None:
    assert (percent(None), percent(0.1234)) == ("-", "12.3%")


def test_columns_are_even_with_chinese_and_numbers_stand_to_the_right() -> None:
    lines = list(table(("等级", "n", "date"), [("普通会员", 1_234, "2026-01-01"), ("VIP", None, "x")]))
    assert lines == ["等级          n  date", "普通会员  1,234  2026-01-01", "VIP           -  x"]
    assert width("会a") == 3
