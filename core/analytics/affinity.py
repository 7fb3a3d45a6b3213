"""Which goods the same people buy, and what somebody may want next; measured against what simply sells most.

Item-item cosine on binary purchases: Sarwar, Karypis, Konstan & Riedl (2001), WWW 10; top-K neighbours, the damping of
popular goods, the neighbours of each product made to add up to one: Deshpande & Karypis (2004), ACM TOIS 22(1). People,
products and days come as integer columns, one row a purchase.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from core.analytics.distinct import distinct, places
from core.documents.goods import Recall

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEIGHBOURS = 20  # kept of each product
LEAST_BUYERS = 5  # of a product; with fewer, anything that they also bought looks near
MOST_PRODUCTS = 5_000  # the most bought ones: time and memory grow with the square
CHANCE = 5.0  # people: a pair seen by so many counts half, so that two or three who agree are no proof
HALF_LIFE_DAYS = 90.0  # a purchase of so long ago weighs half in what somebody may want now
MOST_ASKED = 10_000  # people whose held-out purchases are looked at
_CELLS = 4_000_000  # of a dense block while counting


@dataclass(frozen=True)
class Neighbours:
    """The nearest products of each: columns sorted by (product, rank); ``both`` people bought both."""

    product: Ints
    other: Ints
    rank: Ints
    both: Ints
    score: Floats


@dataclass(frozen=True)
class _Goods:
    """Distinct purchases as a matrix people x products, and what its rows and columns stand for."""

    people: Ints
    products: Ints
    bought: csr_array

    @property
    def buyers(self) -> Ints:
        """People by product."""
        return np.bincount(self.bought.indices, minlength=len(self.products)).astype(np.int64)


def nearest(person: Ints, product: Ints, *, keep: int = NEIGHBOURS, least_buyers: int = LEAST_BUYERS) -> Neighbours:
    """The ``keep`` nearest products of each one with enough buyers.

    score(i, j) = both / sqrt(n_i n_j) * both / (both + CHANCE): the cosine of who bought i and who bought j, in which a
    popular j must be bought together more often to count as near, shrunk where few people say so.
    """
    return _nearest(_matrix(person, product, least_buyers), keep)


def _nearest(goods: _Goods, keep: int) -> Neighbours:
    buyers, by_product = goods.buyers.astype(np.float64), goods.bought.T.tocsr()
    count = len(goods.products)
    parts: list[tuple[Ints, Ints, Ints, Ints, Floats]] = []
    step = max(1, _CELLS // max(count, 1))
    for start in range(0, count, step):
        block = (by_product[start : start + step] @ goods.bought).toarray().astype(np.float64)
        parts.append(_nearest_of(block, start, buyers, keep))
    if not parts:
        none = np.zeros(0, np.int64)
        return Neighbours(none, none, none, none, np.zeros(0))
    row, other, rank, both, score = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Neighbours(goods.products[row], goods.products[other], rank, both, score)


def _nearest_of(both: Floats, start: int, buyers: Floats, keep: int) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    rows = np.arange(len(both))
    both[rows, rows + start] = 0.0
    score = damped(both, buyers[start : start + len(both), None], buyers[None, :])
    keep = min(keep, score.shape[1])
    found = np.argpartition(-score, keep - 1, axis=1)[:, :keep]
    found = np.sort(found, axis=1)  # of equal ones the first product
    order = np.argsort(-np.take_along_axis(score, found, 1), axis=1, kind="stable")
    found = np.take_along_axis(found, order, 1)
    scores = np.take_along_axis(score, found, 1)
    row, rank = np.repeat(rows, keep), np.tile(np.arange(1, keep + 1), len(rows))
    seen = scores.ravel() > 0
    together = np.take_along_axis(both, found, 1).ravel().astype(np.int64)
    return (row + start)[seen], found.ravel()[seen].astype(np.int64), rank[seen], together[seen], scores.ravel()[seen]


def damped(both: Floats, n_one: Floats, n_other: Floats) -> Floats:
    """The damped cosine of two products from the people who bought both, the one and the other."""
    return np.asarray(both / np.sqrt(n_one * n_other) * (both / (both + CHANCE)), np.float64)


def recency_weights(days_ago: Ints) -> Floats:
    """How much purchases of so many days ago say about today."""
    return np.asarray(0.5 ** (np.maximum(days_ago, 0) / HALF_LIFE_DAYS), np.float64)


def recall_at(
    person: Ints, product: Ints, day: Ints, *, cut: int, first: int = 10
) -> tuple[Recall | None, Recall | None]:
    """Learn from the purchases before day ``cut``, then compare the first ten with what the same people bought from it on.

    Twice: only goods that were new to the person, on both sides; and all goods, where what somebody bought counts as its
    own nearest. The other side is what sold most lately, by purchases or by people, whichever does better. None when
    nobody can be asked.
    """
    known = day < cut
    goods = _matrix(person[known], product[known], LEAST_BUYERS)
    if not len(goods.products):
        return None, None
    near = _nearest(goods, NEIGHBOURS)
    weights = _weights(goods, person[known], product[known], cut - day[known])
    new, everything = (
        _compared(
            goods, weights, _similar(goods, near, again), _wanted(goods, person[~known], product[~known], again), first
        )
        for again in (False, True)
    )
    return new, everything


def _compared(goods: _Goods, weights: csr_array, similar: csr_array, later: csr_array, first: int) -> Recall | None:
    again = bool(similar.diagonal().any())
    asked = np.flatnonzero(np.diff(later.indptr))
    asked = asked[:: max(1, -(-len(asked) // MOST_ASKED))]
    if not len(asked):
        return None
    step = max(1, _CELLS // len(goods.products))
    popular = [_column_sums(weights), _column_sums(weights.minimum(1.0))]
    parts = []
    for start in range(0, len(asked), step):
        rows = asked[start : start + step]
        wanted = later[rows].toarray() > 0
        barred = np.zeros(wanted.shape, bool) if again else goods.bought[rows].toarray() > 0
        # What nobody near bought follows in the order of what sells most, for both sides alike.
        scores = (weights[rows] @ similar).toarray() + 1e-9 * popular[0] / popular[0].max()
        parts.append([_hits(np.where(barred, -1.0, one), wanted, first) for one in (scores, *popular)])
    ours, *others = np.concatenate(parts, axis=1)
    theirs = max(others, key=np.mean)
    error = float(np.std(ours - theirs)) / len(asked) ** 0.5
    return Recall(len(asked), float(ours.mean()), float(theirs.mean()), error)


def _column_sums(weights: csr_array) -> Floats:
    return np.asarray(weights.sum(axis=0), np.float64)[None, :]


def _hits(scores: Floats, wanted: npt.NDArray[np.bool_], first: int) -> Floats:
    """By person the share of what they wanted that is among their first."""
    first = min(first, scores.shape[1])
    chosen = np.argpartition(-scores, first - 1, axis=1)[:, :first]
    found = (np.take_along_axis(wanted, chosen, 1) & (np.take_along_axis(scores, chosen, 1) >= 0)).sum(axis=1)
    return np.asarray(found / wanted.sum(axis=1), np.float64)


def _matrix(person: Ints, product: Ints, least_buyers: int) -> _Goods:
    """Distinct purchases of the products with enough buyers, the most bought ones."""
    products, column = places(product)
    people, row = places(person)
    pairs = distinct(row * max(len(products), 1) + column)
    row, column = np.divmod(pairs, max(len(products), 1))
    buyers = np.bincount(column, minlength=len(products))
    kept = np.flatnonzero(buyers >= least_buyers)
    if len(kept) > MOST_PRODUCTS:
        kept = np.sort(kept[np.argsort(-buyers[kept], kind="stable")[:MOST_PRODUCTS]])
    place = np.full(len(products), -1, np.int64)
    place[kept] = np.arange(len(kept))
    there = place[column] >= 0
    shape = (len(people), len(kept))
    ones = np.ones(int(there.sum()), np.float32)
    return _Goods(people, products[kept], csr_array((ones, (row[there], place[column[there]])), shape=shape))


def _located(values: Ints, known: Ints) -> Ints:
    """The place of each value among sorted known ones; -1 where it is not."""
    place = np.minimum(np.searchsorted(known, values), max(len(known) - 1, 0))
    return np.where(known[place] == values, place, -1) if len(known) else np.full(len(values), -1)


def _wanted(goods: _Goods, person: Ints, product: Ints, again: bool) -> csr_array:
    """What the known people bought later of the known goods; without ``again`` less what they had bought before."""
    row, column = _located(person, goods.people), _located(product, goods.products)
    there = (row >= 0) & (column >= 0)
    pairs = distinct(row[there] * len(goods.products) + column[there])
    if not again:
        rows, columns = goods.bought.nonzero()
        pairs = np.setdiff1d(pairs, rows.astype(np.int64) * len(goods.products) + columns, assume_unique=True)
    row, column = np.divmod(pairs, len(goods.products))
    return csr_array((np.ones(len(pairs), np.float32), (row, column)), shape=goods.bought.shape)


def _weights(goods: _Goods, person: Ints, product: Ints, days_ago: Ints) -> csr_array:
    """How much each person bought of each product, by the weight of each purchase."""
    row, column = _located(person, goods.people), _located(product, goods.products)
    there = column >= 0
    pairs, inverse = places(row[there] * len(goods.products) + column[there])
    weight = np.bincount(inverse, recency_weights(days_ago[there]), len(pairs))
    row, column = np.divmod(pairs, len(goods.products))
    return csr_array((weight, (row, column)), shape=goods.bought.shape)


def _similar(goods: _Goods, near: Neighbours, again: bool) -> csr_array:
    """Products x products, the neighbours of each adding up to one; with ``again`` each counts as much as they all for itself."""
    count = len(goods.products)
    row, column = _located(near.product, goods.products), _located(near.other, goods.products)
    whole = np.bincount(row, near.score, count)
    score = near.score / whole[row]
    if again:
        own = np.arange(count)
        row, column, score = np.concatenate((row, own)), np.concatenate((column, own)), np.append(score, np.ones(count))
    return csr_array((score, (row, column)), shape=(count, count))
