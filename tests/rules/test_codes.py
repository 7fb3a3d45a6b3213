"""Coupon codes: unguessable, even, and every single slip is seen."""

import math
import random
from collections import Counter

import pytest

from core.errors import Refusal
from core.rules.codes import (
    ALPHABET,
    LENGTH,
    RANDOM_SYMBOLS,
    find_codes,
    is_valid,
    new_codes,
    normalise,
    read_code,
    show_code,
)


def test_a_code_holds_at_least_64_random_bits() -> None:
    assert len(set(ALPHABET)) == 31
    assert not set("01ILO") & set(ALPHABET)
    assert RANDOM_SYMBOLS * math.log2(len(ALPHABET)) > 69


def test_every_new_code_is_valid_and_none_comes_twice() -> None:
    codes = new_codes(100_000)
    assert len(set(codes)) == 100_000
    assert all(len(code) == LENGTH for code in codes)
    assert all(is_valid(code) for code in codes[:2_000])


@pytest.mark.parametrize("count", [0, 1, 7])
def test_as_many_codes_come_as_were_asked_for(count: int) -> None:
    assert len(new_codes(count)) == count


def test_symbols_are_evenly_distributed_at_every_place() -> None:
    codes = new_codes(62_000, draw=random.Random(20_260_101).randbytes)
    for place in range(LENGTH):
        seen = Counter(code[place] for code in codes)
        chi_square = sum((seen[symbol] - 2_000) ** 2 / 2_000 for symbol in ALPHABET)
        # 30 degrees of freedom: above 66 with probability 1e-4. Bytes modulo 31 without rejection reach about 200.
        assert chi_square < 66, f"place {place}"


def test_a_byte_that_would_favour_the_first_symbols_is_thrown_away() -> None:
    unfair = iter([bytes([248, 255] * 100), bytes([30] * 1_000)])
    assert new_codes(1, draw=lambda _: next(unfair))[0][:RANDOM_SYMBOLS] == "Z" * RANDOM_SYMBOLS


def test_every_single_wrong_symbol_is_caught() -> None:
    for code in new_codes(20):
        for place in range(LENGTH):
            for symbol in ALPHABET:
                wrong = code[:place] + symbol + code[place + 1 :]
                assert is_valid(wrong) == (wrong == code)


def test_every_swap_of_two_symbols_is_caught_at_every_place() -> None:
    base = new_codes(1)[0]
    for left in range(LENGTH):
        for right in range(left + 1, LENGTH):
            for first in ALPHABET:
                for second in ALPHABET:
                    swapped = list(base)
                    swapped[left], swapped[right] = first, second
                    # One more place is mended so that the code before the swap is right.
                    free = next(place for place in range(LENGTH) if place not in (left, right))
                    right_one = _mended(swapped, free)
                    swapped[free] = right_one[free]
                    swapped[left], swapped[right] = second, first
                    assert is_valid("".join(swapped)) == (first == second)


def _mended(symbols: list[str], free: int) -> str:
    """The one valid code with any symbol at ``free``; the weights are written out here a second time."""
    weights = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1]
    rest = sum(weight * ALPHABET.index(symbol) for weight, symbol in zip(weights, symbols, strict=True))
    rest -= weights[free] * ALPHABET.index(symbols[free])
    value = -rest * pow(weights[free], -1, 31) % 31
    return "".join([*symbols[:free], ALPHABET[value], *symbols[free + 1 :]])


CODE = new_codes(1, draw=random.Random(1).randbytes)[0]
SHOWN = show_code(CODE)


@pytest.mark.parametrize(
    ("_case", "typed"),
    [
        ("as shown", SHOWN),
        ("lower case", SHOWN.lower()),
        ("blanks", f"  {CODE[:5]} {CODE[5:10]}\u3000{CODE[10:]}\n"),
        ("full width", "".join(chr(ord(sign) + 0xFEE0) for sign in SHOWN)),
        ("full width lower case", "".join(chr(ord(sign) + 0xFEE0) for sign in SHOWN.lower())),
        ("long dashes", SHOWN.replace("-", "—")),
    ],
)
def test_what_a_person_types_is_forgiven(_case: str, typed: str) -> None:
    assert normalise(typed) == CODE
    assert read_code(typed) == CODE


@pytest.mark.parametrize(
    ("_case", "typed", "refusal"),
    [
        ("Cyrillic", "\u0410" + CODE[1:], "code_lookalike"),
        ("long s is not S", "\u017f" + CODE[1:], "code_lookalike"),
        ("mathematical letter", "\U0001d400" + CODE[1:], "code_lookalike"),
        ("Arabic digit", "\u0663" + CODE[1:], "code_lookalike"),
        ("zero width", CODE + "\u200b", "code_lookalike"),
        ("letter O", "O" + CODE[1:], "code_symbol"),
        ("zero", "0" + CODE[1:], "code_symbol"),
        ("too short", CODE[:-1], "code_length"),
        ("too long", CODE + "2", "code_length"),
        ("nothing", "", "code_length"),
        ("a slip", CODE[:-1] + ("2" if CODE[-1] != "2" else "3"), "code_check"),
    ],
)
def test_what_cannot_be_a_code_is_refused(_case: str, typed: str, refusal: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_code(typed)
    assert refused.value.code == refusal


def test_a_code_of_another_shape_is_not_valid() -> None:
    assert not is_valid(SHOWN)
    assert not is_valid(CODE.lower())
    assert not is_valid("")


OTHER = new_codes(1, draw=random.Random(2).randbytes)[0]


@pytest.mark.parametrize(
    ("_case", "memo", "found"),
    [
        ("alone", CODE, [CODE]),
        ("touching Chinese", f"用券{SHOWN}谢谢", [CODE]),
        ("lower case", f"code: {CODE.lower()}.", [CODE]),
        ("full width", "券码" + "".join(chr(ord(sign) + 0xFEE0) for sign in SHOWN), [CODE]),
        ("after a word of five letters", f"HAPPY {CODE[:5]} {CODE[5:10]} {CODE[10:]}", [CODE]),
        ("twice and another", f"{SHOWN} {CODE}，{OTHER}", [CODE, OTHER]),
        ("a slip", f"{CODE[:-1]}{'2' if CODE[-1] != '2' else '3'}", []),
        ("inside a longer number", f"9{CODE}", []),
        ("before more letters", f"{CODE}9", []),
        ("no code", "请发顺丰，电话13800001234", []),
        ("empty", "", []),
    ],
)
def test_codes_are_found_in_a_memo(_case: str, memo: str, found: list[str]) -> None:
    assert find_codes(memo) == found
