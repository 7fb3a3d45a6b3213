"""Whether everybody's outlook is what their profile and the parameters in force say."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from sqlmodel import Session

from core.services.outlook import CHUNK, days_of
from core.services.rhythm import ShopRhythm, load_rhythm
from core.store.queries import outlook as queries

Ints = npt.NDArray[np.int64]


def outlook_differences(session: Session, owed: Collection[int]) -> int:
    """Customers whose outlook is missing, of nobody, older than the parameters, or other than these say; ``owed`` are left out."""
    ids = (queries.customer_span(session), queries.outlook_span(session))
    spans = [span for span in ids if span is not None]
    if not spans:
        return 0
    known = load_rhythm(session)
    waiting = np.array(sorted(owed), dtype=np.int64)
    low, high = min(one[0] for one in spans), max(one[1] for one in spans)
    return sum(
        _different(session, known, start, min(start + CHUNK - 1, high), waiting)
        for start in range(low, high + 1, CHUNK)
    )


def _different(session: Session, known: ShopRhythm | None, low: int, high: int, waiting: Ints) -> int:
    kept = queries.outlook_rows(session, low, high)
    kept = kept[~np.isin(kept[:, 0], waiting)]
    if known is None or known.rhythm is None:
        return len(kept)
    profiles, last = queries.read_profiles(session, low, high)
    member, bought, first, until, *_ = profiles.T
    told = np.stack([member, *days_of(known.rhythm, bought, first, until, last)], axis=1)
    told = told[~np.isin(member, waiting)]
    both = np.isin(told[:, 0], kept[:, 0])
    right = kept[np.isin(kept[:, 0], told[:, 0])]
    wrong = (told[both] != right[:, :6]).any(axis=1) | (right[:, 6] < known.as_of_day)
    return int(np.count_nonzero(wrong)) + int(np.count_nonzero(~both)) + len(kept) - len(right)
