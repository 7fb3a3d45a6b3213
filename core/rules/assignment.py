"""Who is left out of a campaign: a keyed hash of the member, never a coin, so that the answer never changes.

Randomisation by hash as in Kohavi, Tang & Xu (2020), *Trustworthy Online Controlled Experiments*, Cambridge UP, chapter
on randomisation: one salt for each campaign, so that arms of different campaigns are independent of each other.
"""

import hmac
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]

STRATIFY_BELOW = 2_000  # members; from here on chance alone balances the arms well enough
_BITS = 53  # what a float64 holds exactly


def uniform(salt: bytes | str, member_ids: Ids) -> Floats:
    """A number in [0, 1) for each member: the first 53 bits of HMAC-SHA256(salt, decimal member id). Shape as given.

    Depends on salt and member only, never on who else is asked about. Raises ValueError for an empty salt.
    """
    key = salt.encode() if isinstance(salt, str) else salt
    if not key:
        raise ValueError("an assignment needs a salt")
    digest, members = hmac.digest, np.asarray(member_ids, np.int64).tolist()
    heads = b"".join([digest(key, b"%d" % member, "sha256")[:8] for member in members])
    return (np.frombuffer(heads, dtype=">u8") >> np.uint64(64 - _BITS)).astype(np.float64) / float(1 << _BITS)


def assign(salt: bytes | str, member_ids: Ids, hold_out_share: float, strata: Labels | None = None) -> Flags:
    """True for each member to be left out (held out); source: Kohavi, Tang & Xu 2020. Shape as given.

    Plain hash: left out when the member's number is below the share; adding members changes nobody.
    With ``strata`` (one label a member, say tier x recency) and fewer than 2,000 members: in each stratum those with
    the lowest numbers, as many as the stratum's share. For an audience that is frozen at launch only: adding members
    may change others. Every member has exactly the chance ``hold_out_share`` over the salts, either way.
    """
    _check_share(hold_out_share)
    numbers = uniform(salt, member_ids)
    if strata is None or len(numbers) >= STRATIFY_BELOW or len(numbers) == 0:
        return np.asarray(numbers < hold_out_share)
    if len(strata) != len(numbers):
        raise ValueError("one stratum label for each member")
    _, codes = np.unique(strata, return_inverse=True)
    sizes = np.bincount(codes)
    start = uniform(_derived(salt, b"strata"), np.zeros(1, np.int64))[0]
    seats = _seats(sizes, hold_out_share, float(start))
    order = np.lexsort((numbers, codes))
    starts = np.cumsum(sizes) - sizes
    held_out = np.zeros(len(numbers), dtype=np.bool_)
    held_out[order] = np.arange(len(numbers)) - starts[codes[order]] < seats[codes[order]]
    return held_out


def assign_variants(salt: bytes | str, member_ids: Ids, weights: Sequence[int]) -> Ids:
    """The variant (0, 1, ...) of each member, in proportion to whole-number weights. Shape as given.

    Independent of ``assign`` on the same salt, so that the treated are split afresh.
    Raises ValueError for negative weights or none above zero.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("variant weights must be zero or more, at least one above zero")
    edges = np.cumsum(np.asarray(weights, dtype=np.float64)) / sum(weights)
    numbers = uniform(_derived(salt, b"variants"), member_ids)
    return np.asarray(np.searchsorted(edges[:-1], numbers, side="right"), dtype=np.int64)


def standing_hold_out(secret_salt: bytes | str, member_ids: Ids, share: float) -> Flags:
    """True for the small group that marketing never contacts; the salt is the shop's secret. Shape as given."""
    _check_share(share)
    return np.asarray(uniform(_derived(secret_salt, b"standing"), member_ids) < share)


def _seats(sizes: npt.NDArray[np.int64], share: float, start: float) -> npt.NDArray[np.int64]:
    """How many to leave out of each stratum: its share rounded down or up, the total likewise.

    The remainders are handed out by a systematic draw from ``start``. Always handed to the largest, they would fall to
    the same small strata under every salt: their members' chance would not be the stated share.
    """
    marks = np.floor(np.round(np.cumsum(sizes) * share, 9) + start).astype(np.int64)
    return np.diff(marks, prepend=0)


def _derived(salt: bytes | str, purpose: bytes) -> bytes:
    key = salt.encode() if isinstance(salt, str) else salt
    return hmac.digest(key, purpose, "sha256") if key else b""


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError("a hold-out share lies between 0 and 1")
