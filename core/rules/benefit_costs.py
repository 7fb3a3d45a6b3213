"""What the benefits of a grid would have cost, month by month: who held which tier when, and what that tier was promised.

A month's benefits are those of the tier held at its end (or now). What comes once a quarter, a year or ever falls due in the first
month of that stretch in which the tier is held; a birthday in its month; with orders, each order of the month counts for the
tier held before it was paid. What is used up with orders is never used more often than there were orders. Only the days of its
season count. Every use costs what the grid says, times the share that is expected to use it. Points are not in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.clock import ShopZone, day_of
from core.documents.benefits import Benefit, Cell, Season
from core.documents.rules import RuleDocument
from core.rules.benefits import TypicalYear, strategy
from core.rules.facts import Facts, Ints, RuleInForce, as_ints, version_starts
from core.rules.months import Months
from core.rules.tiers import TierWalk, tier_at

_STRETCHES = ("quarter", "year", "once")
_NO_YEAR = TypicalYear(0, 0)
_SHARE = 10_000


@dataclass(frozen=True)
class _Held:
    """By member (row) and month: the tier at its end, plus one (0 = none), and the orders; and the orders one by one."""

    tier: Ints
    orders: Ints
    order_month: Ints
    order_tier: Ints
    order_fen: Ints
    order_day: Ints
    tiers: int


@dataclass(frozen=True)
class _Row:
    """One benefit as it is promised by month and tier (0 = none): how often, and what one use costs (fen x share)."""

    period: str
    per_order: bool
    times: Ints
    cost: Ints
    season: Season | None


def benefit_costs(
    facts: Facts,
    walk: TierWalk,
    timeline: Sequence[RuleInForce],
    birth_month: Ints,
    months: Months,
    zone: ShopZone,
) -> Ints:
    """Fen by month of ``months`` that the benefits of ``timeline`` cost; ``birth_month`` by member, 1 to 12, -1 unknown."""
    if not len(walk.changes.at):
        return np.zeros(months.count, np.int64)
    held = _held(facts, walk, months, zone)
    in_force = np.searchsorted(version_starts(timeline), months.starts[1:] - 1, side="right") - 1
    documents = [timeline[max(int(version), 0)].document for version in in_force]
    total = np.zeros(months.count, np.int64)
    for row in _rows(documents, walk.codes, months):
        total += _cost(row, held, birth_month, months)
    return as_ints(total // _SHARE)


def _held(facts: Facts, walk: TierWalk, months: Months, zone: ShopZone) -> _Held:
    changes, orders = walk.changes, facts.orders
    tier = np.full((facts.members, months.count), -2, np.int64)
    tier[:, 0] = -1
    place = np.clip(months.place(changes.at), 0, months.count)
    inside = place < months.count
    tier[changes.member[inside], place[inside]] = changes.after[inside]  # sorted by time: the last one stays
    known = np.where(tier > -2, np.arange(months.count), 0)
    tier = np.take_along_axis(tier, np.maximum.accumulate(known, axis=1), axis=1)
    month = months.place(orders.paid_at)
    mine = np.flatnonzero((month >= 0) & (month < months.count))
    counts = np.zeros((facts.members, months.count), np.int64)
    np.add.at(counts, (orders.member[mine], month[mine]), 1)
    before = tier_at(walk, orders.member[mine], orders.paid_at[mine])
    days = as_ints(zone.day_numbers(orders.paid_at[mine])) if len(mine) else mine
    return _Held(tier + 1, counts, month[mine], before + 1, orders.paid_fen[mine], days, len(walk.codes) + 1)


def _rows(documents: Sequence[RuleDocument], codes: Sequence[str], months: Months) -> Iterator[_Row]:
    """The benefits of all months, one row for each benefit and period that some cell of it has."""
    found: dict[tuple[str, str], _Row] = {}
    for month, document in enumerate(documents):
        for benefit in document.benefits:
            for code, cell in benefit.cells.items():
                if code not in codes or (benefit.season and int(months.of_year[month]) not in _months(benefit.season)):
                    continue
                period, per_order = _period(benefit, cell)
                key = (benefit.code, period)
                if key not in found:
                    empty = np.zeros((2, len(documents), len(codes) + 1), np.int64)
                    found[key] = _Row(period, per_order, empty[0], empty[1], benefit.season)
                found[key].times[month, codes.index(code) + 1] = cell.quantity
                found[key].cost[month, codes.index(code) + 1] = _use(benefit, cell) * benefit.take_up_bp
    yield from (row for row in found.values() if row.cost.any())


def _period(benefit: Benefit, cell: Cell) -> tuple[str, bool]:
    """How often it falls due, and whether an order uses it up; what always holds is used with each order or once a year."""
    if benefit.kind == "member_price":
        return "spend", True
    per_order = strategy(benefit.kind).per_order
    if cell.period == "always":
        return ("order" if per_order else "year"), per_order
    return cell.period, per_order


def _use(benefit: Benefit, cell: Cell) -> int:
    """What one use costs; of a member price the basis points off; more points cost nothing here."""
    if benefit.kind == "member_price":
        return cell.level or 0
    return 0 if benefit.kind == "points_multiplier" else strategy(benefit.kind).cost_fen(cell, _NO_YEAR)


def _cost(row: _Row, held: _Held, birth_month: Ints, months: Months) -> Ints:
    """Fen x share by month."""
    if row.period in ("order", "spend"):
        return _with_orders(row, held, months)
    month = np.arange(months.count)
    uses = row.times[month, held.tier]
    orders = held.orders
    if row.period == "birthday":
        uses = np.where(birth_month[:, None] == months.of_year[None, :], uses, 0)
    elif row.period in _STRETCHES:
        uses, orders = _first_of_stretch(uses, orders, _stretch(row.period, months))
    if row.per_order:
        uses = np.minimum(uses, orders)
    return as_ints((uses * row.cost[month, held.tier]).sum(axis=0))


def _with_orders(row: _Row, held: _Held, months: Months) -> Ints:
    found = np.zeros((months.count, held.tiers), np.int64)
    mine = np.ones(len(held.order_day), bool) if row.season is None else _in_season(held.order_day, row.season)
    each = held.order_fen[mine] if row.period == "spend" else np.ones(int(mine.sum()), np.int64)
    np.add.at(found, (held.order_month[mine], held.order_tier[mine]), each)
    if row.period == "spend":
        return as_ints((found * row.cost // _SHARE).sum(axis=1))  # basis points of what was paid
    return as_ints((found * row.times * row.cost).sum(axis=1))


def _stretch(period: str, months: Months) -> Ints:
    """The number of the stretch of each month; months of one stretch stand together."""
    if period == "once":
        return np.zeros(months.count, np.int64)
    return months.years if period == "year" else as_ints(months.years * 4 + (months.of_year - 1) // 3)


def _first_of_stretch(uses: Ints, orders: Ints, stretch: Ints) -> tuple[Ints, Ints]:
    """The uses in the first month of each stretch that has any, and there all the stretch's orders."""
    first, together = np.zeros_like(uses), np.zeros_like(orders)
    for number in np.unique(stretch):
        mine = np.flatnonzero(stretch == number)
        some = uses[:, mine] > 0
        begins = some & (np.cumsum(some, axis=1) == 1)
        first[:, mine] = np.where(begins, uses[:, mine], 0)
        together[:, mine] = orders[:, mine].sum(axis=1, keepdims=True)
    return first, together


def _months(season: Season) -> set[int]:
    """The calendar months that a season touches."""
    low, high = int(season.starts[:2]), int(season.ends[:2])
    if season.starts <= season.ends:
        return set(range(low, high + 1))
    return {*range(low, 13), *range(1, high + 1)}


def _in_season(days: Ints, season: Season) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
    """Whether shop days lie in a season, which may run over the year's end."""
    numbers, place = np.unique(days, return_inverse=True)
    texts = [f"{day_of(number):%m-%d}" for number in numbers.tolist()]
    if season.starts <= season.ends:
        inside = [season.starts <= text <= season.ends for text in texts]
    else:
        inside = [text >= season.starts or text <= season.ends for text in texts]
    return np.array(inside, bool)[place]
