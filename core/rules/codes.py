"""Coupon codes: 14 random symbols of a 31-letter alphabet (69 bits) and a check character, shown as XXXXX-XXXXX-XXXXX.

The check character makes the weighted sum of all 15 symbols 0 modulo 31. 31 is prime and the weights differ, so every
single wrong symbol and every swap of two symbols is seen. Against guessing there are the random bits.
"""

import re
import secrets
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.errors import Refusal

# Without 0 O 1 I L, which people mix up when they read a code aloud or copy it by hand.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RANDOM_SYMBOLS = 14
LENGTH = RANDOM_SYMBOLS + 1

_BASE = len(ALPHABET)
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_WEIGHTS: tuple[int, ...] = (*range(2, LENGTH + 1), 1)
_GROUP = 5
# Bytes from here on would favour the first symbols: 248 is the last multiple of 31 in a byte.
_UNBIASED = 256 - 256 % _BASE

# Only what a keyboard or an input method makes of the same letter: str.upper and NFKC let in \u017f (long s),
# \u0131 (dotless i), mathematical letters and other symbols that merely look alike.
_DASHES = "-‐‑‒–—―−－_"
_SPACES = " \t\r\n\u00a0\u3000"
_FOLD = (
    {ord(symbol): ord(symbol) - 32 for symbol in "abcdefghijklmnopqrstuvwxyz"}
    | {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
    | {wide: wide - 0xFEE0 - 32 for wide in range(0xFF41, 0xFF5B)}
    | {ord(dash): ord("-") for dash in _DASHES}
    | {ord(space): ord(" ") for space in _SPACES}
)
_FIVE = f"[{ALPHABET}]{{{_GROUP}}}"
# Most memos hold no five such signs in a row; folding them all would take ten times as long.
_HINT = re.compile("[2-9A-Za-z\uff12-\uff19\uff21-\uff3a\uff41-\uff5a]{5}")
# A look-ahead, so that a word of five letters before a code does not swallow its first two groups.
_IN_MEMO = re.compile(rf"(?<![0-9A-Z])(?=({_FIVE}([- ]?){_FIVE}\2{_FIVE})(?![0-9A-Z]))")


def new_codes(count: int, draw: Callable[[int], bytes] = secrets.token_bytes) -> list[str]:
    """``count`` random codes, compact; ``draw`` gives n random bytes (seeded only by the demo).

    Two equal ones are not ruled out (1e-11 among 100,000): the store's unique key decides.
    """
    needed = count * RANDOM_SYMBOLS
    accepted = np.empty(0, dtype=np.uint8)
    while len(accepted) < needed:
        # A thirtieth is thrown away on average; the rest is fetched at once so that the loop rarely runs twice.
        missing = needed - len(accepted)
        drawn = np.frombuffer(draw(missing + missing // 16 + 64), dtype=np.uint8)
        accepted = np.concatenate([accepted, drawn[drawn < _UNBIASED]])
    symbols = (accepted[:needed] % _BASE).reshape(count, RANDOM_SYMBOLS)
    return _spell(symbols)


def _spell(symbols: npt.NDArray[np.uint8]) -> list[str]:
    """Codes with their check character from symbol values, shape (n, 14)."""
    sums = symbols.astype(np.int64) @ np.array(_WEIGHTS[:RANDOM_SYMBOLS], dtype=np.int64)
    checks = (-sums % _BASE).astype(np.uint8)
    letters = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
    spelled = letters[np.column_stack([symbols, checks])]
    text = spelled.tobytes().decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, len(text), LENGTH)]


def normalise(text: str) -> str:
    """The compact code a person meant: lower case, full width, spaces and dashes are forgiven.

    Refuses ``code_lookalike`` (a foreign letter), ``code_symbol`` (0 O 1 I L and signs), ``code_length``.
    """
    compact = text.translate(_FOLD).replace("-", "").replace(" ", "")
    for symbol in compact:
        if not symbol.isascii():
            raise Refusal("code_lookalike", symbol=symbol)
        if symbol not in _VALUES:
            raise Refusal("code_symbol", symbol=symbol)
    if len(compact) != LENGTH:
        raise Refusal("code_length", length=len(compact), expected=LENGTH)
    return compact


def is_valid(code: str) -> bool:
    """Whether a compact code has the right length, alphabet and check character."""
    if len(code) != LENGTH or any(symbol not in _VALUES for symbol in code):
        return False
    total = sum(weight * _VALUES[symbol] for weight, symbol in zip(_WEIGHTS, code, strict=True))
    return total % _BASE == 0


def read_code(text: str) -> str:
    """The compact code in what a person typed; refuses like ``normalise``, and ``code_check`` for a typing slip."""
    code = normalise(text)
    if not is_valid(code):
        raise Refusal("code_check")
    return code


def show_code(code: str) -> str:
    """A compact code in groups of five, as people read it."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def find_codes(memo: str) -> list[str]:
    """Compact codes with a right check character in an order memo, in order, each once.

    A code stands alone (Chinese may touch it, letters and digits may not), in one piece or in groups of five.
    """
    if not _HINT.search(memo):
        return []
    candidates = (re.sub("[- ]", "", hit.group(1)) for hit in _IN_MEMO.finditer(memo.translate(_FOLD)))
    return list(dict.fromkeys(code for code in candidates if is_valid(code)))
