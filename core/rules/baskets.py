"""Typical baskets of a shop, from its own orders: what sells best, the middle basket of each category, pairs, near thresholds."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from core.rules.deductions import BasketLine

Why = Literal["alone", "category", "pair", "threshold"]

MOST_ALONE = 100
MOST_PAIRS = 12
MOST_THRESHOLDS = 8
LEAST_PAIR = 2
# "Near" a threshold: within a tenth of it.
NEAR_BP = 1_000
# Baskets with more lines say nothing that a smaller one does not, and cost time.
MOST_LINES = 5


@dataclass(frozen=True)
class Goods:
    """One product as a price sees it; ``assumed``: its cost is not known and follows from the usual margin."""

    id: int
    title: str
    category: str | None
    price_fen: int
    cost_fen: int
    assumed: bool = False

    def line(self, quantity: int = 1) -> BasketLine:
        """So many pieces of it."""
        return BasketLine(self.title, self.category, self.price_fen, quantity, self.cost_fen)


@dataclass(frozen=True)
class TypicalBasket:
    """A basket that ``orders`` orders are like; ``products`` and ``lines`` stand in the same order."""

    why: Why
    products: tuple[int, ...]
    lines: tuple[BasketLine, ...]
    orders: int
    threshold_fen: int = 0

    @property
    def list_fen(self) -> int:
        """All of it at the list price."""
        return sum(line.amount_fen for line in self.lines)


_Order = tuple[tuple[int, int], ...]


def typical_baskets(
    sold: Sequence[tuple[int, int, int]], goods: Mapping[int, Goods], thresholds: Sequence[int]
) -> list[TypicalBasket]:
    """Baskets from sold lines (order, product, pieces); lines of products not in ``goods`` are left out. None comes twice."""
    by_order: dict[int, Counter[int]] = defaultdict(Counter)
    for order, product, pieces in sold:
        if product in goods and pieces > 0:
            by_order[order][product] += pieces
    orders = [tuple(sorted(counts.items())) for counts in by_order.values()]
    found = [*_alone(orders, goods), *_pairs(orders, goods)]
    small = [order for order in orders if len(order) <= MOST_LINES]
    found += [*_categories(small, goods), *_near(small, goods, thresholds)]
    kept: dict[_Order, TypicalBasket] = {}
    for basket in found:
        lines = zip(basket.products, basket.lines, strict=True)
        kept.setdefault(tuple((product, line.quantity) for product, line in lines), basket)
    return list(kept.values())


def _basket(why: Why, order: _Order, goods: Mapping[int, Goods], count: int, threshold: int = 0) -> TypicalBasket:
    lines = tuple(goods[product].line(pieces) for product, pieces in order)
    return TypicalBasket(why, tuple(product for product, _ in order), lines, count, threshold)


def _total(order: _Order, goods: Mapping[int, Goods]) -> int:
    return sum(goods[product].price_fen * pieces for product, pieces in order)


def _alone(orders: Sequence[_Order], goods: Mapping[int, Goods]) -> list[TypicalBasket]:
    """One piece of each of the products that are in most orders."""
    counts = Counter(product for order in orders for product, _ in order)
    best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ALONE]
    return [_basket("alone", ((product, 1),), goods, count) for product, count in best]


def _pairs(orders: Sequence[_Order], goods: Mapping[int, Goods]) -> list[TypicalBasket]:
    """One piece each of the two products that are most often in one order."""
    counts = Counter(pair for order in orders for pair in combinations([product for product, _ in order], 2))
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_PAIRS]
    return [
        _basket("pair", ((first, 1), (second, 1)), goods, count)
        for (first, second), count in best
        if count >= LEAST_PAIR
    ]


def _categories(orders: Sequence[_Order], goods: Mapping[int, Goods]) -> list[TypicalBasket]:
    """The middle order, by list price, of those that mostly hold one category."""
    by_category: dict[str, list[tuple[int, _Order]]] = defaultdict(list)
    for order in orders:
        main = max(order, key=lambda line: (goods[line[0]].price_fen * line[1], -line[0]))[0]
        category = goods[main].category
        if category is not None:
            by_category[category].append((_total(order, goods), order))
    found = []
    for _, ranked in sorted(by_category.items()):
        ranked.sort()
        found.append(_basket("category", ranked[(len(ranked) - 1) // 2][1], goods, len(ranked)))
    return found


def _near(orders: Sequence[_Order], goods: Mapping[int, Goods], thresholds: Sequence[int]) -> list[TypicalBasket]:
    """Of each threshold the order that just reaches it, and the one that just misses it."""
    ranked = sorted((_total(order, goods), order) for order in orders)
    found = []
    for threshold in sorted({one for one in thresholds if one > 0})[:MOST_THRESHOLDS]:
        least, most = (threshold * (10_000 + sign * NEAR_BP) // 10_000 for sign in (-1, 1))
        under = [order for total, order in ranked if least <= total < threshold]
        over = [order for total, order in ranked if threshold <= total <= most]
        for order, count in ((under[-1:], len(under)), (over[:1], len(over))):
            found += [_basket("threshold", one, goods, count, threshold) for one in order]
    return found
