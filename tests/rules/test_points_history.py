"""The points kernel against a slow oracle of lot objects, over random histories; and the invariants of the ledger."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import from_micros, to_micros
from core.rules.facts import RuleInForce
from core.rules.points import ACCOUNTS, PointsWalk
from tests.rules.points_oracle import Bought
from tests.rules.points_stories import instants, persons, timelines, worlds
from tests.rules.points_world import NOW, Person, lots, oracle, postings, state, walk


@settings(max_examples=250, deadline=None)
@given(world=worlds)
def test_every_posting_and_every_balance_is_what_the_definition_says(world: tuple) -> None:
    people, timeline, zone, capped = world
    walked = walk(people, timeline, NOW, zone, capped)
    for member, person in enumerate(people):
        expected = oracle(person, timeline, NOW, zone, capped)
        assert postings(walked, member) == expected.postings
        assert state(walked, member) == expected.state()
        assert walked.shortfall[member] == expected.shortfall


@settings(max_examples=120, deadline=None)
@given(world=worlds)
def test_the_ledger_keeps_its_invariants(world: tuple) -> None:
    people, timeline, zone, capped = world
    walked = walk(people, timeline, NOW, zone, capped)
    rows = walked.postings
    assert np.all(rows.amount > 0) and np.all(rows.from_account != rows.to_account)
    assert np.all(np.diff(rows.member) >= 0)
    assert np.all((np.diff(rows.at) >= 0) | (np.diff(rows.member) > 0))
    for member in range(len(people)):
        balances_are_sums(walked, member)
    for lot in lots(walked):
        gone = lot["reversed"] + lot["spent"] + lot["expired"] + lot["repaid"]
        assert lot["earned"] - gone == lot["remaining"]
        assert min(lot["remaining"], lot["reversed"], lot["spent"], lot["expired"], lot["repaid"]) >= 0
        assert lot["expires_at"] == -1 or lot["expires_at"] > to_micros(NOW) or lot["remaining"] == 0


def balances_are_sums(walked: PointsWalk, member: int) -> None:
    """I1, I3, I4: at every step of the ledger no account but debt is below zero, and the end is the state."""
    sums = dict.fromkeys(ACCOUNTS, 0)
    instant = None
    for at, _, _, source, target, amount, _, _ in postings(walked, member):
        if at != instant and instant is not None:
            assert min(sums["active"], -sums["debt"]) == 0
        instant = at
        sums[source] -= amount
        sums[target] += amount
        assert min(sums[name] for name in ("pending", "active", "spent", "expired", "reversed")) >= 0
        assert sum(sums.values()) == 0
    found = state(walked, member)
    assert {name: found[name] for name in ("pending", "active", "spent", "expired")} == {
        name: sums[name] for name in ("pending", "active", "spent", "expired")
    }
    assert found["debt"] == -sums["debt"] >= 0
    assert min(found["active"], found["debt"]) == 0


@settings(max_examples=80, deadline=None)
@given(person=persons(), timeline=timelines(), at=instants, later=instants)
def test_an_order_that_is_wholly_refunded_leaves_nothing_behind(
    person: Person, timeline: list[RuleInForce], at: int, later: int
) -> None:
    # Nothing is spent here: what was spent while the points were there stays spent.
    person.moved = [move for move in person.moved if move.kind == "grant"]
    before = state(walk([person], timeline))
    order = Bought(2_000, at, 7_700, finished_at=at, refunds=[(2_001, max(at, later), 7_700)])
    if max(at, later) > to_micros(NOW):
        return
    person.bought.append(order)
    assert state(walk([person], timeline)) == before


@settings(max_examples=80, deadline=None)
@given(person=persons(), timeline=timelines(), at=instants, later=instants, first=st.integers(1, 7_699))
def test_two_partial_refunds_are_one(
    person: Person, timeline: list[RuleInForce], at: int, later: int, first: int
) -> None:
    order = Bought(2_000, at, 7_700, finished_at=at)
    person.bought.append(order)
    found = []
    for parts in ([first, 7_700 - first], [7_700], [1, first - 1, 7_700 - first]):
        order.refunds = [(2_001 + row, max(at, later), part) for row, part in enumerate(parts) if part]
        found.append(state(walk([person], timeline)))
    assert found[0] == found[1] == found[2]


@settings(max_examples=60, deadline=None)
@given(world=worlds)
def test_people_walked_together_are_walked_as_each_alone(world: tuple) -> None:
    people, timeline, zone, capped = world
    together = walk(people, timeline, NOW, zone, capped)
    for member, person in enumerate(people):
        alone = walk([person], timeline, NOW, zone, capped)
        assert postings(together, member) == postings(alone)


@settings(max_examples=60, deadline=None)
@given(world=worlds, until=instants)
def test_history_up_to_an_instant_does_not_change_when_time_goes_on(world: tuple, until: int) -> None:
    people, timeline, zone, capped = world
    earlier = walk(people, timeline, from_micros(until), zone, capped)
    later = walk(people, timeline, NOW, zone, capped)
    for member in range(len(people)):
        spoken = [row for row in postings(later, member) if row[0] <= until]
        if people[member].joined <= until:
            assert postings(earlier, member) == spoken
