"""What orders and interactions earn: rates, categories, caps, and what a refund takes back."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import DAY_MICROSECONDS, ShopZone, to_micros
from core.documents.earning import EARNING_KINDS, Earning, Growth
from core.documents.ladder import tmall_ladder
from core.rules.earning import counted_fen, fold, rates_of, weigh
from core.rules.facts import Actions, Entries, Facts, Lines, Orders, Refunds, RuleInForce, as_ints, lay_out

ZONE = ShopZone()
DAY0 = to_micros(ZONE.start(datetime(2026, 3, 2, tzinfo=UTC).date()))
NOW = datetime(2026, 12, 31, tzinfo=UTC)


def _laid(facts: Facts, growth: Growth) -> Entries:
    return lay_out(facts, [RuleInForce(tmall_ladder().model_copy(update={"growth": growth}))], ZONE, NOW)


def _earned(facts: Facts, growth: Growth, refunded: list[int] | None = None, pct: int = 100) -> list[int]:
    entries = _laid(facts, growth)
    weights = weigh(facts, entries, [growth.category_pct])
    count = len(entries.at)
    earned = np.zeros(count, np.int64)
    back = as_ints(refunded or [0] * count)
    rates = rates_of([growth.earnings])
    for member in range(facts.members):
        low, high = int(entries.first[member]), int(entries.first[member + 1])
        fold(entries, weights, rates, as_ints(np.full(count, pct)), low, high, back, earned)
    return [int(units) for units in earned]


def _orders(*rows: tuple[int, int]) -> Facts:
    """One member's orders as (hours after the start of a shop day, fen)."""
    at = as_ints([DAY0 + hours * DAY_MICROSECONDS // 24 for hours, _ in rows])
    ids = as_ints(range(1, len(rows) + 1))
    none = as_ints([-1] * len(rows))
    return Facts(as_ints([0]), Orders(as_ints([0] * len(rows)), ids, at, as_ints([fen for _, fen in rows]), none))


@pytest.mark.parametrize(
    ("_case", "fen", "rate", "pct", "units"),
    [
        ("one unit a yuan", 100_00, 100, 100, 100),
        ("one fen below the next unit", 100_99, 100, 100, 100),
        ("the unit itself is enough", 101_00, 100, 100, 101),
        ("half a unit a yuan", 3_00, 50, 100, 1),
        ("double on a member day", 3_50, 100, 200, 7),
        ("nothing below the first unit", 99, 100, 100, 0),
    ],
)
def test_an_order_earns_by_the_yuan_rounded_down_once(_case: str, fen: int, rate: int, pct: int, units: int) -> None:
    assert _earned(_orders((1, fen)), Growth(earnings=(Earning(kind="spend", rate=rate),)), pct=pct) == [units]


@pytest.mark.parametrize(("_case", "cap", "units"), [("below", 149, [100, 49, 100]), ("at", 150, [100, 50, 100])])
def test_the_cap_of_a_day_takes_what_still_fits_and_ends_with_the_shop_day(
    _case: str, cap: int, units: list[int]
) -> None:
    facts = _orders((1, 100_00), (23, 50_00 if cap == 150 else 100_00), (24, 100_00))
    assert _earned(facts, Growth(earnings=(Earning(kind="spend", rate=100, per_day=cap),))) == units


def test_a_lifetime_cap_holds_over_all_days() -> None:
    growth = Growth(earnings=(Earning(kind="order", rate=10, lifetime=25),))
    assert _earned(_orders((1, 5_00), (30, 5_00), (60, 5_00)), growth) == [10, 10, 5]


def test_what_a_refund_frees_under_a_cap_is_earned_by_the_others() -> None:
    facts = _orders((1, 100_00), (2, 100_00))
    facts = Facts(facts.joined, facts.orders, Refunds(*(as_ints([value]) for value in (0, 1, DAY0 * 2, 100_00))))
    growth = Growth(earnings=(Earning(kind="spend", rate=100, per_day=150),))
    assert _earned(facts, growth) == [100, 50]
    assert _earned(facts, growth, refunded=[100_00, 0]) == [0, 100]


def test_a_category_may_be_left_out_or_count_twice_and_unknown_goods_count_once() -> None:
    facts = _orders((1, 100_00), (2, 40_00))
    lines = Lines(as_ints([0, 0]), as_ints([0, 1]), as_ints([60_00, 40_00]), as_ints([0, 0]))
    facts = Facts(facts.joined, facts.orders, lines=lines, categories=("gift card", "milk"))
    growth = Growth(category_pct={"gift card": 0, "milk": 200})
    assert _earned(facts, growth) == [80, 40]


def test_an_interaction_earns_its_fixed_units_whatever_the_multiplier() -> None:
    kind = EARNING_KINDS.index("review")
    facts = Facts(as_ints([0]), actions=Actions(*(as_ints([value]) for value in (0, 5, kind, DAY0))))
    assert _earned(facts, Growth(earnings=(Earning(kind="review", rate=20),)), pct=300) == [20]


def test_an_order_follows_the_rules_in_force_when_it_was_paid() -> None:
    facts = _orders((0, 10_00), (24, 10_00))
    late = tmall_ladder().model_copy(update={"spend_counts_from": "finished"})
    timeline = [RuleInForce(tmall_ladder()), RuleInForce(late, ZONE.start(datetime(2026, 3, 3).date()))]  # noqa: DTZ001
    entries = lay_out(facts, timeline, ZONE, NOW)
    # The second order is not completed, so under its own rules it does not count yet.
    assert entries.fact.tolist() == [1]
    assert entries.version.tolist() == [0]


amounts = st.integers(1, 50_000)


@settings(max_examples=60, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=4), st.integers(0, 1_000), st.integers(0, 300), st.data())
def test_the_last_refund_leaves_nothing_and_refunds_add_up(
    fens: list[int], cut: int, pct: int, data: st.DataObject
) -> None:
    """However an order is refunded in parts, what counts only falls, and a full refund leaves nothing."""
    total = sum(fens)
    facts = _orders((1, total))
    backs = [data.draw(st.integers(0, fen)) for fen in fens]
    lines = Lines(as_ints([0] * len(fens)), as_ints([i % 2 for i in range(len(fens))]), as_ints(fens), as_ints(backs))
    refund = sum(backs)
    refunds = Refunds(*(as_ints([value]) for value in (0, 1, DAY0 * 2, refund))) if refund else Refunds()
    facts = Facts(facts.joined, facts.orders, refunds, lines, ("a", "b"))
    growth = Growth(category_pct={"a": pct})
    weights = weigh(facts, _laid(facts, growth), [growth.category_pct])
    counted = [int(counted_fen(weights, 0, part)) for part in sorted({0, min(cut, refund), refund})]
    assert counted == sorted(counted, reverse=True)
    kept = [fen - back for fen, back in zip(fens, backs, strict=True)]
    exact = sum(fen * (pct if i % 2 == 0 else 100) for i, fen in enumerate(kept)) // 100
    assert abs(counted[-1] - exact) <= 1  # paid and refunded are each rounded down once
    if refund == total:
        assert counted[-1] == 0
