"""What is bought together more often than by chance: in one order, or by one person over time.

Lift, confidence and conviction: Brin, Motwani, Ullman & Tsur (1997), SIGMOD 26(2). Their chi-square check holds goods
against independence, but full baskets alone make everything look bought together and one-line orders nothing. So a pair is
also held against ``expected``: what the same baskets, as full as they are, would hold if goods were drawn by how often they
are bought: n_a n_b S / (N^2 - sum n_i^2), N = purchases, S = sum over baskets of k (k - 1). The chi-square of both against
it, one-sided, is adjusted over all pairs that could have been named: Holm (1979), Scand. J. Statist. 6.
"""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.stats import norm

from core.analytics.distinct import distinct, places
from core.documents.goods import LEAST_CASES, Pair

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_PRODUCTS = 3_000  # the most bought ones
ALPHA = 0.05
_CELLS = 8_000_000


def pairs_together(basket: Ints, product: Ints, *, baskets: int, most: int = 100) -> list[Pair]:
    """The pairs that chance does not explain, the surest first; one row a product in a basket, ``baskets`` in all.

    A pair is named when ``LEAST_CASES`` baskets hold it, its lift is above 1 and its adjusted p-value below 5 %.
    """
    held, names = _incidence(basket, product)
    count = np.asarray(held.sum(axis=0), np.float64).ravel()
    full = np.asarray(held.sum(axis=1), np.float64).ravel()
    slots, spread = float((full * (full - 1)).sum()), float(count.sum() ** 2 - (count**2).sum())
    # Which pairs are asked about depends on how often each is bought alone, never on how often together.
    asked = np.flatnonzero(count >= LEAST_CASES)
    tests = len(asked) * (len(asked) - 1) // 2
    if not tests or slots <= 0:
        return []
    a, b, both = _seen(held[:, asked])
    a, b = asked[a], asked[b]
    expected = count[a] * count[b] * slots / spread
    adjusted = _holm(norm.sf((both - expected) / np.sqrt(expected)), tests)
    lift = both * baskets / (count[a] * count[b])
    named = (both >= LEAST_CASES) & (lift > 1) & (adjusted < ALPHA) & (both > expected)
    low = (both - 1.96 * np.sqrt(both)) / expected
    order = np.flatnonzero(named)
    order = order[np.argsort(-low[order], kind="stable")][:most]
    return [
        Pair(
            a=int(names[a[i]]),
            b=int(names[b[i]]),
            both=int(both[i]),
            n_a=int(count[a[i]]),
            n_b=int(count[b[i]]),
            baskets=baskets,
            times=float(both[i] / expected[i]),
            low=float(low[i]),
            p_value=float(adjusted[i]),
        )
        for i in order
    ]


def _holm(p_values: Floats, tests: int) -> Floats:
    """Holm's adjusted p-values of the pairs that were seen, among ``tests`` that were asked about.

    Those that were not seen would only come later in the row, so that the adjusted values are, if anything, too large.
    """
    order = np.argsort(p_values, kind="stable")
    raised = np.maximum.accumulate(p_values[order] * (tests - np.arange(len(order))))
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted


def _incidence(basket: Ints, product: Ints) -> tuple[csr_array, Ints]:
    """Baskets x products, 1 where a basket holds a product; and the products, the most bought ones."""
    names, column = places(product)
    _, row = places(basket)
    cells = distinct(row * max(len(names), 1) + column)
    row, column = np.divmod(cells, max(len(names), 1))
    count = np.bincount(column, minlength=len(names))
    kept = np.sort(np.argsort(-count, kind="stable")[:MOST_PRODUCTS])
    place = np.full(len(names), -1, np.int64)
    place[kept] = np.arange(len(kept))
    there = place[column] >= 0
    shape = (int(row.max()) + 1 if len(row) else 0, len(kept))
    ones = np.ones(int(there.sum()), np.float32)
    return csr_array((ones, (row[there], place[column[there]])), shape=shape), names[kept]


def _seen(held: csr_array) -> tuple[Ints, Ints, Floats]:
    """The pairs (a < b) that at least one basket holds, and how many do."""
    by_product = held.T.tocsr()
    count = held.shape[1]
    parts: list[tuple[Ints, Ints, Floats]] = []
    step = max(1, _CELLS // count)
    for start in range(0, count, step):
        block = (by_product[start : start + step] @ held).toarray()
        a, b = np.nonzero(block)
        above = b > a + start
        a, b = a[above], b[above]
        parts.append((a + start, b, block[a, b].astype(np.float64)))
    a, b, both = (np.concatenate(column) for column in zip(*parts, strict=True))
    return a, b, both
