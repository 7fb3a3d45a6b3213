"""Money is an integer number of fen (1 yuan = 100 fen); rates are basis points (1 % = 100 bp)."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NewType

from core.errors import Refusal

Fen = NewType("Fen", int)
BasisPoints = NewType("BasisPoints", int)

_YUAN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")


def yuan(text: str) -> Fen:
    """The amount in fen of a plain decimal text in yuan ("12", "12.5", "-3.40").

    Refuses (``amount_format``) three decimals, exponents, grouping, NaN: never rounds.
    """
    if not _YUAN.fullmatch(text):
        raise Refusal("amount_format", value=text)
    return Fen(int(Decimal(text).scaleb(2)))


def from_widget(value: float | int) -> Fen:
    """Fen of a number widget's yuan; the only door from float, through its shortest decimal form."""
    return yuan(format(Decimal(str(value)).quantize(Decimal("0.01")), "f"))


def as_yuan(fen: int) -> Decimal:
    """Exact yuan with two decimals, for export and for number widgets."""
    return Decimal(fen).scaleb(-2)


def share_of(amount: int, rate_bp: int) -> Fen:
    """``amount`` times a rate in basis points, halves rounded away from zero; the one stated rounding."""
    product = abs(amount) * rate_bp
    rounded = (product + 5_000) // 10_000
    return Fen(rounded if amount >= 0 else -rounded)


def split(total: int, weights: Sequence[int]) -> list[Fen]:
    """Split ``total`` in proportion to non-negative ``weights`` so that the parts sum to it exactly.

    Largest remainder; ties go to the earlier part. All weights zero: equal parts.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    sign, amount = (1, total) if total >= 0 else (-1, -total)
    floors = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[: amount - sum(floors)]:
        floors[index] += 1
    return [Fen(sign * part) for part in floors]
