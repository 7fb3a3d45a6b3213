"""What each order and interaction earns, growth and points alike: rates, categories, and caps in the order of the facts.

Units of an order = yuan that count x rate x multiplier, rounded down once; an interaction earns its fixed units. A cap takes
what still fits. With what was refunded so far taken off, the same fold says what is earned *as if that had never been spent*:
its difference to the fold before a refund is what the refund takes back, so a full refund leaves nothing behind.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.documents.earning import EARNING_KINDS, SPEND, Earning
from core.rules.compiled import njit
from core.rules.facts import NEVER, ORDER_KIND, Entries, Facts, Ints, as_ints

SPEND_KIND = EARNING_KINDS.index(SPEND)
KINDS = len(EARNING_KINDS)


class Rates(NamedTuple):
    """By version (row) and kind (column): the rate (0 = earns nothing) and the caps (``NEVER`` = none)."""

    rate: Ints
    per_day: Ints
    lifetime: Ints


class Weights(NamedTuple):
    """By entry, fen: what counts of the order by its categories, what of its refunds, and all its refunds as paid."""

    paid: Ints
    back: Ints
    refunded: Ints


def rates_of(versions: Sequence[Sequence[Earning]]) -> Rates:
    """The earnings of each version as columns; of two of a kind the last holds (``rule_faults`` refuses that)."""
    rate = np.zeros((len(versions), KINDS), np.int64)
    per_day, lifetime = np.full_like(rate, NEVER), np.full_like(rate, NEVER)
    for index, earnings in enumerate(versions):
        for earning in earnings:
            kind = EARNING_KINDS.index(earning.kind)
            rate[index, kind] = earning.rate
            per_day[index, kind] = NEVER if earning.per_day is None else earning.per_day
            lifetime[index, kind] = NEVER if earning.lifetime is None else earning.lifetime
    return Rates(rate, per_day, lifetime)


def weigh(facts: Facts, entries: Entries, category_pct: Sequence[Mapping[str, int]]) -> Weights:
    """What counts of each entry under its version's ``category_pct``; goods without a known category count once."""
    paid, orders = entries.paid_fen.copy(), len(facts.orders.id)
    all_back = (
        np.bincount(facts.refunds.order, facts.refunds.fen, orders) if len(facts.refunds.order) else np.zeros(orders)
    )
    refunded = np.where(entries.order < 0, 0, as_ints(np.append(all_back, 0))[entries.order])
    back = refunded.copy()
    for version, by_category in enumerate(category_pct):
        mine = np.flatnonzero((entries.version == version) & (entries.order >= 0))
        if not by_category or not len(facts.lines.order) or not len(mine):
            continue
        pct = as_ints([by_category.get(name, 100) for name in facts.categories] + [100])
        lines = facts.lines
        weight = pct[lines.category]
        sums = [
            _by_order(lines.order, column * weight, orders) // 100 for column in (lines.amount_fen, lines.refund_fen)
        ]
        known = np.isin(entries.order[mine], lines.order)
        paid[mine[known]] = sums[0][entries.order[mine[known]]]
        back[mine[known]] = sums[1][entries.order[mine[known]]]
    return Weights(as_ints(paid), as_ints(np.minimum(back, paid)), as_ints(refunded))


def _by_order(order: Ints, amount: Ints, orders: int) -> Ints:
    """Exact int64 sums by order (``bincount`` would go through floats)."""
    sums = np.zeros(orders, np.int64)
    np.add.at(sums, order, amount)
    return sums


@njit(cache=True)
def counted_fen(weights: Weights, entry: int, refunded_fen: int) -> int:
    """What counts of an entry when ``refunded_fen`` of it were given back so far; the last refund leaves no rest."""
    if refunded_fen <= 0 or weights.refunded[entry] <= 0:
        return int(weights.paid[entry])
    so_far = min(refunded_fen, weights.refunded[entry])
    # Two steps, so that two large amounts are never multiplied.
    whole = weights.back[entry] // weights.refunded[entry] * so_far
    rest = weights.back[entry] % weights.refunded[entry] * so_far // weights.refunded[entry]
    return int(max(weights.paid[entry] - whole - rest, 0))


@njit(cache=True)
def fold(
    entries: Entries, weights: Weights, rates: Rates, pct: Ints, low: int, high: int, refunded: Ints, earned: Ints
) -> None:
    """Write into ``earned[low:high]`` the units of one member's entries, with ``refunded`` fen by entry given back.

    ``pct`` multiplies what orders earn (100 = once); interactions earn their fixed units.
    """
    on_day, day, for_good = np.zeros(KINDS, np.int64), np.full(KINDS, -1, np.int64), np.zeros(KINDS, np.int64)
    for entry in range(low, high):
        version, kind = entries.version[entry], entries.kind[entry]
        earned[entry] = 0
        ways = 2 if kind == ORDER_KIND else 1
        if kind == ORDER_KIND and entries.paid_fen[entry] <= refunded[entry]:
            continue
        for way in range(ways):
            source = SPEND_KIND if way == 1 else kind
            units = rates.rate[version, source]
            if units == 0:
                continue
            if source == SPEND_KIND:
                # Two steps, exact, so that a large amount is never multiplied by rate and multiplier at once.
                counted, factor = counted_fen(weights, entry, refunded[entry]), units * pct[entry]
                units = counted * (factor // 1_000_000) + counted * (factor % 1_000_000) // 1_000_000
            elif kind == ORDER_KIND:
                units = units * pct[entry] // 100
            if day[source] != entries.day[entry]:
                day[source], on_day[source] = entries.day[entry], 0
            units = min(units, rates.per_day[version, source] - on_day[source])
            units = max(min(units, rates.lifetime[version, source] - for_good[source]), 0)
            on_day[source] += units
            for_good[source] += units
            earned[entry] += units
