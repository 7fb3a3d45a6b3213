"""What lies in each basket: the need that brought the visit about, and what else the baby's age asks for."""

from dataclasses import dataclass

import numpy as np

from core.demo.catalog import BASKET, CATEGORY_OF, OPTION_COUNT, OPTIONS, PRICE_FEN, PRODUCTS, USUAL_PACKS
from core.demo.seasons import Calendar
from core.demo.shop import Bools, Floats, Ints
from core.demo.visits import Habits, Visits, main_need

_MORE_LINES = np.array([0.70, 0.23, 0.07])
_KEEPS_BRAND = 0.8
_SMALLEST_FEN = 59_00  # below it the shop does not ship for free, so people add another pack


@dataclass(frozen=True)
class Lines:
    """Order lines sorted by visit: visit row, product row, packs, amount in fen before any coupon."""

    visit: Ints
    product: Ints
    packs: Ints
    gross: Ints

    def totals(self, visits: int) -> Ints:
        """The gross amount of each visit."""
        return _sums(self.visit, self.gross, visits)

    def followed_by(self, more: "Lines", visits: int) -> "Lines":
        """These and then those, whose visits come after the first ``visits``."""
        return Lines(
            visit=np.concatenate((self.visit, more.visit + visits)),
            product=np.concatenate((self.product, more.product)),
            packs=np.concatenate((self.packs, more.packs)),
            gross=np.concatenate((self.gross, more.gross)),
        )


def fill_baskets(
    rng: np.random.Generator, days: Calendar, habits: Habits, visits: Visits, at_least_fen: int = _SMALLEST_FEN
) -> Lines:
    """Lines of each visit, each worth ``at_least_fen`` in all: packs of the main product are added until it is."""
    count = len(visits)
    stage, need = main_need(rng, habits, visits)
    extra = rng.choice(3, size=count, p=_MORE_LINES)
    row = np.concatenate((np.arange(count), np.repeat(np.arange(count), extra)))
    category = np.concatenate((need, _other_needs(rng, stage[row[count:]])))
    product = _choose(rng, category, stage[row], habits.taste[visits.who[row]])
    # One line a product: the main line comes first, so np.unique keeps it.
    _, kept = np.unique(row * len(PRODUCTS) + product, return_index=True)
    kept = kept[np.lexsort((kept, row[kept]))]
    row, product = row[kept], product[kept]
    main = np.concatenate(([True], row[1:] != row[:-1])) if row.size else np.zeros(0, dtype=bool)
    packs = _packs(rng, habits.packs[visits.who[row]], product, main, days.peak(visits.day[row]))
    price = np.rint(PRICE_FEN[product] * days.price(visits.day[row])).astype(np.int64)
    missing = at_least_fen - _sums(row, packs * price, count)[row]
    packs = packs + np.where(main & (missing > 0), -(-missing // price), 0)
    return Lines(row, product, packs, packs * price)


def _other_needs(rng: np.random.Generator, stage: Ints) -> Ints:
    """A category for each further line by the basket of its stage."""
    edges = np.cumsum(BASKET, axis=0).T[stage]
    draw = rng.random(stage.size)[:, None] * edges[:, -1:]
    return np.asarray((draw > edges).sum(axis=1), dtype=np.int64)


def _choose(rng: np.random.Generator, category: Ints, stage: Ints, taste: Floats) -> Ints:
    """A product of each category that suits the stage; people mostly keep to what they took before."""
    point = np.where(rng.random(category.size) < _KEEPS_BRAND, taste, rng.random(category.size))
    return OPTIONS[category, stage, (point * OPTION_COUNT[category, stage]).astype(np.int64)]


def _packs(rng: np.random.Generator, habit: Floats, product: Ints, main: Bools, peak: Bools) -> Ints:
    """Packs of each line: the category's usual number by the customer's habit, more on festival days, one of extras."""
    wanted = (
        USUAL_PACKS[CATEGORY_OF[product]] * habit * np.where(peak, 1.35, 1.0) * rng.lognormal(-0.05, 0.3, product.size)
    )
    return np.maximum(1, np.where(main, np.rint(wanted), 1)).astype(np.int64)


def _sums(row: Ints, values: Ints, count: int) -> Ints:
    """Exact integer sums of ``values`` by row."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, row, values)
    return sums
