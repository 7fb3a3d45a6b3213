"""The points kernel against a slow oracle of lot objects, over random histories; and the invariants of the ledger."""

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ShopZone, from_micros, to_micros
from core.documents.earning import Earning, MultiplierDay, Points
from core.rules.facts import RuleInForce
from core.rules.points import ACCOUNTS, PointsWalk
from tests.rules.points_oracle import Bought, Done, Moved
from tests.rules.points_world import NOW, SHANGHAI, Person, lots, oracle, postings, rules, state, walk

DAY = 86_400_000_000
FIRST = to_micros(SHANGHAI.start(SHANGHAI.day(NOW) - timedelta(days=560)))

# Midnights of the shop, one microsecond beside them, and any hour; few days, so that much falls together.
instants = st.builds(
    lambda day, beside: FIRST + day * DAY + beside,
    st.sampled_from([0, 1, 2, 14, 15, 16, 30, 31, 340, 341, 364, 365, 400, 424, 425, 426, 430, 500, 555]),
    st.sampled_from([0, 0, 0, -1, 1, 3_600_000_000, 57_600_000_000]),
)
earnings = st.tuples(
    st.sampled_from([None, 1, 50, 100, 1_000]),
    st.sampled_from([None, 0, 100, 333]),
    st.sampled_from([None, 5]),
    st.sampled_from([None, None, 60, 150]),
    st.sampled_from([None, None, None, 90, 200]),
).map(
    lambda row: tuple(
        Earning(kind=kind, rate=rate, per_day=row[3], lifetime=row[4])
        for kind, rate in (("spend", row[0]), ("order", row[1]), ("review", row[2]))
        if rate
    )
)
points = st.builds(
    Points,
    earnings=earnings,
    tier_pct=st.sampled_from([{}, {"high": 150}, {"low": 50, "high": 333}]),
    days=st.sampled_from(
        [
            (),
            (MultiplierDay(pct=200, weekday=2),),
            (MultiplierDay(pct=200, weekday=5), MultiplierDay(pct=300, day_of_month=29)),
        ]
    ),
    pending_days=st.sampled_from([0, 0, 1, 15, 40]),
    expiry=st.sampled_from(["never", "days", "days", "year_end"]),
    valid_days=st.sampled_from([1, 15, 30, 365]),
    valid_years=st.sampled_from([0, 1]),
)
documents = st.builds(
    rules, st.one_of(st.none(), points, points, points), st.sampled_from(["paid", "paid", "finished"])
)


@st.composite
def timelines(draw: st.DrawFn) -> list[RuleInForce]:
    starts = sorted(set(draw(st.lists(instants, max_size=2))))
    return [RuleInForce(draw(documents)), *(RuleInForce(draw(documents), from_micros(at)) for at in starts)]


@st.composite
def persons(draw: st.DrawFn) -> Person:
    ids = iter(range(1, 1_000))
    person = Person(joined=draw(st.sampled_from([0, 0, 0, 0, -1, FIRST + 15 * DAY, to_micros(NOW) + DAY])))
    for _ in range(draw(st.integers(0, 6))):
        at, paid = draw(instants), draw(st.sampled_from([1, 99, 100, 5_000, 9_999, 12_345]))
        order = Bought(next(ids), at, paid, tier=draw(st.sampled_from([None, "low", "high"])))
        order.finished_at = draw(st.one_of(st.just(-1), st.just(at), instants))
        left = paid
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
            back = draw(st.sampled_from([left, left, left // 2, 1]))
            if 0 < back <= left:
                order.refunds.append((next(ids), max(draw(instants), at), back))
                left -= back
        person.bought.append(order)
    person.done = [Done(next(ids), draw(instants), "review") for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["grant", "take", "spend", "spend", "spend"]))
        move = Moved(next(ids), kind, draw(st.sampled_from([1, 30, 77, 150])), draw(instants))
        person.moved.append(move)
        if kind == "spend" and draw(st.booleans()):
            back_at = max(draw(instants), move.at)
            person.moved.append(Moved(next(ids), "give_back", move.points, back_at, refers=move.id))
    return person


worlds = st.tuples(
    st.lists(persons(), min_size=1, max_size=3),
    timelines(),
    st.sampled_from([SHANGHAI, SHANGHAI, ShopZone("Europe/Berlin")]),
    st.booleans(),
)


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
