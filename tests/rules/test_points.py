"""Points at their edges: the day on which a lot expires, the midnight at which it becomes active, caps, debt, spending."""

from datetime import date, datetime

import pytest

from core.clock import ShopZone, from_micros
from core.documents.earning import Earning, MultiplierDay, Points
from core.rules.facts import RuleInForce
from core.rules.points import walk_points
from core.rules.points_preview import preview_order, units_by_tier
from core.rules.tiers import walk_tiers
from tests.rules.points_oracle import Bought, Done, Moved
from tests.rules.points_world import (
    NOW,
    SHANGHAI,
    Person,
    facts_of,
    lots,
    micros,
    plain,
    postings,
    rules,
    state,
    walk,
    walk_one,
)


def at(text: str) -> datetime:
    return from_micros(micros(text))


def moved(walked: object, member: int = 0) -> list[tuple[str, int, str, str, int]]:
    """Postings without instant and cause."""
    return [row[1:6] for row in postings(walked, member)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("_case", "bought_at", "points", "gone_at"),
    [
        ("a day", "2024-02-28T00:00", plain(expiry="days", valid_days=1), "2024-02-29T00:00"),
        (
            "the last moment of a day",
            "2024-02-28T23:59:59.999999",
            plain(expiry="days", valid_days=1),
            "2024-02-29T00:00",
        ),
        ("over the leap day", "2024-02-28T12:00", plain(expiry="days", valid_days=2), "2024-03-01T00:00"),
        ("a year with a leap day", "2023-06-01T12:00", plain(expiry="days", valid_days=365), "2024-05-31T00:00"),
        ("the same year's end", "2023-12-31T23:59:59", plain(expiry="year_end", valid_years=0), "2024-01-01T00:00"),
        (
            "the new year's first moment",
            "2023-01-01T00:00",
            plain(expiry="year_end", valid_years=0),
            "2024-01-01T00:00",
        ),
        ("the next year's end", "2022-12-31T23:59:59", plain(expiry="year_end", valid_years=1), "2024-01-01T00:00"),
        (
            "before it is active",
            "2023-12-30T12:00",
            plain(expiry="year_end", valid_years=0, pending_days=15),
            "2024-01-14T00:00",
        ),
    ],
)
def test_a_lot_expires_at_the_start_of_its_day_and_not_a_moment_before(
    _case: str, bought_at: str, points: Points, gone_at: str
) -> None:
    person = Person(0, [Bought(1, micros(bought_at), 50_00)])
    before = state(walk_one(person, points, from_micros(micros(gone_at) - 1)))
    after = state(walk_one(person, points, at(gone_at)))
    assert (before["pending"] + before["active"], before["expired"]) == (50, 0)
    assert (after["pending"] + after["active"], after["expired"]) == (0, 50)
    assert before["next_expiry_at"] == (micros(gone_at) if before["active"] else -1)


@pytest.mark.parametrize(
    ("_case", "bought_at", "days", "active_at"),
    [
        ("bought at midnight", "2024-03-01T00:00", 15, "2024-03-16T00:00"),
        ("bought in a day's last moment", "2024-03-01T23:59:59.999999", 15, "2024-03-16T00:00"),
        ("over the leap day", "2024-02-28T08:00", 2, "2024-03-01T00:00"),
        ("one day", "2023-12-31T16:00", 1, "2024-01-01T00:00"),
    ],
)
def test_a_lot_becomes_active_exactly_at_midnight_of_the_shop(
    _case: str, bought_at: str, days: int, active_at: str
) -> None:
    person, points = Person(0, [Bought(1, micros(bought_at), 50_00)]), plain(pending_days=days)
    before = state(walk_one(person, points, from_micros(micros(active_at) - 1)))
    after = state(walk_one(person, points, at(active_at)))
    assert (before["pending"], before["active"]) == (50, 0)
    assert (after["pending"], after["active"]) == (0, 50)


def test_midnight_is_that_of_the_shop_even_when_the_clock_changes() -> None:
    berlin = ShopZone("Europe/Berlin")
    person = Person(0, [Bought(1, micros("2024-03-30T12:00", berlin), 50_00)])
    timeline = [RuleInForce(rules(plain(pending_days=2, expiry="days", valid_days=30)))]
    lot = lots(walk([person], timeline, zone=berlin))[0]
    assert lot["active_at"] == micros("2024-04-01T00:00", berlin)
    assert lot["expires_at"] == micros("2024-04-29T00:00", berlin)


@pytest.mark.parametrize(
    ("_case", "first", "second", "earned"),
    [
        ("one below", 60_00, 39_00, (60, 39)),
        ("at the cap", 60_00, 40_00, (60, 40)),
        ("one above", 60_00, 41_00, (60, 40)),
        ("the first fills it", 150_00, 1_00, (100, 0)),
    ],
)
def test_a_day_gives_no_more_than_its_cap(_case: str, first: int, second: int, earned: tuple[int, int]) -> None:
    points = plain(earnings=(Earning(kind="spend", rate=100, per_day=100),))
    times = [micros("2024-03-01T00:00"), micros("2024-03-01T23:59:59.999999"), micros("2024-03-02T00:00")]
    person = Person(
        0, [Bought(row, when, fen) for row, (when, fen) in enumerate(zip(times, (first, second, 70_00), strict=True))]
    )
    found = {lot["id"]: lot["earned"] for lot in lots(walk_one(person, points))}
    assert (found.get(0, 0), found.get(1, 0), found[2]) == (*earned, 70)


def test_at_one_midnight_lots_expire_before_others_become_active_and_pay() -> None:
    points = plain(expiry="days", valid_days=30, pending_days=10)
    person = Person(
        0, [Bought(1, micros("2024-03-21T00:00"), 20_00)], moved=[Moved(2, "grant", 9, micros("2024-03-01T00:00"))]
    )
    assert moved(walk_one(person, points, at("2024-03-31T00:00")))[-2:] == [
        ("points_fact", 2, "active", "expired", 9),
        ("order", 1, "pending", "active", 20),
    ]


def test_a_refund_makes_room_under_the_cap_for_the_order_after_it() -> None:
    points = plain(earnings=(Earning(kind="spend", rate=100, lifetime=100),), pending_days=15)
    person = Person(0, [Bought(1, micros("2024-03-01T00:00"), 80_00), Bought(2, micros("2024-06-30T00:00"), 80_00)])
    person.bought[0].refunds = [(3, micros("2024-06-30T10:00"), 50_00)]
    walked = walk_one(person, points)
    assert moved(walked)[-2:] == [("order", 2, "issued", "pending", 50), ("order", 1, "active", "reversed", 50)]
    assert state(walked)["pending"] == 70


def test_the_soonest_to_expire_is_spent_first_and_of_equals_the_older() -> None:
    version = rules(plain(expiry="days", valid_days=300))
    shorter = RuleInForce(rules(plain(expiry="days", valid_days=100)), at("2024-03-01T00:00"))
    person = Person(0, [Bought(row, micros(f"2024-0{row}-02T00:00"), 10_00) for row in (1, 2, 3)])
    person.bought.append(Bought(4, micros("2024-03-02T09:00"), 10_00))
    person.moved = [Moved(9, "spend", 35, micros("2024-04-01T00:00"))]
    walked = walk([person], [RuleInForce(version), shorter])
    spent = [row for row in moved(walked) if row[3] == "spent"]
    assert [(lot, points) for _, lot, _, _, points in spent] == [(3, 10), (4, 10), (1, 10), (2, 5)]


def test_a_refund_takes_its_own_lot_then_the_others_then_owes_and_the_next_points_pay() -> None:
    person = Person(0, [Bought(row, micros(f"2024-03-0{row}T00:00"), 30_00) for row in (1, 2, 3)])
    person.bought[0].refunds = [(7, micros("2024-03-02T12:00"), 30_00)]
    person.moved = [Moved(8, "spend", 50, micros("2024-03-02T11:00"))]
    walked = walk_one(person, plain())
    assert moved(walked)[4:] == [
        ("order", 2, "active", "reversed", 10),
        ("none", 0, "debt", "reversed", 20),
        ("order", 3, "issued", "active", 30),
        ("order", 3, "active", "debt", 20),
    ]
    assert {name: state(walked)[name] for name in ("active", "debt", "spent")} == {"active": 10, "debt": 0, "spent": 50}


def test_a_refund_of_points_that_had_expired_touches_nobody_elses() -> None:
    points = plain(expiry="days", valid_days=10)
    person = Person(0, [Bought(1, micros("2024-03-01T00:00"), 30_00), Bought(2, micros("2024-06-25T00:00"), 20_00)])
    person.bought[0].refunds = [(7, micros("2024-06-26T00:00"), 30_00)]
    walked = walk_one(person, points)
    assert moved(walked)[-1] == ("order", 1, "expired", "reversed", 30)
    assert (state(walked)["active"], state(walked)["expired"]) == (20, 0)


def test_what_is_given_back_returns_to_its_lot_and_expires_at_once_when_its_day_has_passed() -> None:
    points = plain(expiry="days", valid_days=10)
    person = Person(
        0, moved=[Moved(1, "grant", 30, micros("2024-03-01T00:00")), Moved(2, "grant", 30, micros("2024-03-09T00:00"))]
    )
    person.moved += [
        Moved(3, "spend", 40, micros("2024-03-09T01:00")),
        Moved(4, "give_back", 40, micros("2024-03-12T00:00"), 3),
    ]
    walked = walk_one(person, points, at("2024-03-12T00:00"))
    assert moved(walked)[-3:] == [
        ("points_fact", 1, "spent", "active", 30),
        ("points_fact", 1, "active", "expired", 30),
        ("points_fact", 2, "spent", "active", 10),
    ]
    assert (state(walked)["active"], state(walked)["expired"], state(walked)["spent"]) == (30, 30, 0)


@pytest.mark.parametrize(("capped", "debt", "spent", "shortfall"), [(False, 20, 50, 0), (True, 0, 30, 20)])
def test_a_spend_of_more_than_there_is_is_owed_or_in_a_trial_left_out(
    capped: bool, debt: int, spent: int, shortfall: int
) -> None:
    person = Person(
        0, [Bought(1, micros("2024-03-01T00:00"), 30_00)], moved=[Moved(2, "spend", 50, micros("2024-03-02T00:00"))]
    )
    walked = walk([person], [RuleInForce(rules(plain()))], capped=capped)
    assert (state(walked)["debt"], state(walked)["spent"], int(walked.shortfall[0])) == (debt, spent, shortfall)


def test_nobody_but_members_earns_and_members_only_from_joining_on() -> None:
    joined = micros("2024-03-01T00:00")
    orders = [Bought(1, joined - 1, 10_00), Bought(2, joined, 20_00)]
    done = [Done(3, joined - 1, "review"), Done(4, joined, "review")]
    points = plain(earnings=(Earning(kind="spend", rate=100), Earning(kind="review", rate=7)))
    people = [Person(start, orders, done, [Moved(5, "grant", 9, joined)]) for start in (joined, -1)]
    walked = walk(people, [RuleInForce(rules(points))])
    assert [state(walked, member)["active"] for member in (0, 1)] == [36, 0]


def test_a_version_without_points_earns_nothing_and_its_grants_do_not_expire() -> None:
    person = Person(
        0, [Bought(1, micros("2024-03-01T00:00"), 30_00)], moved=[Moved(2, "grant", 5, micros("2020-01-01T00:00"))]
    )
    assert state(walk_one(person, None)) == {
        **dict.fromkeys(("pending", "debt", "spent", "expired", "next_expiry_points"), 0),
        "active": 5,
        "next_expiry_at": -1,
    }


def test_the_tier_held_before_the_order_and_the_day_of_payment_multiply() -> None:
    # The second order reaches the tier, the third is the first one under it; all count from completion.
    points = plain(tier_pct={"low": 200, "high": 300}, days=(MultiplierDay(pct=150, weekday=5),))
    friday, monday = micros("2024-03-01T12:00"), micros("2024-03-04T12:00")
    bought = [
        Bought(1, friday, 10_00, friday + 1),
        Bought(2, monday, 100_00, monday + 1),
        Bought(3, monday + 2, 10_00, friday + 9**13),
    ]
    facts, _ = facts_of([Person(friday, bought)])
    timeline = [RuleInForce(rules(points, "finished"))]
    walked = walk_points(facts, timeline, SHANGHAI, NOW, walk_tiers(facts, timeline, SHANGHAI, NOW))
    assert {lot["id"]: lot["earned"] for lot in lots(walked)} == {1: 30, 2: 200, 3: 30}


def test_the_largest_amounts_do_not_run_over() -> None:
    points = plain(
        earnings=(Earning(kind="spend", rate=1_000_000),),
        tier_pct={"low": 1_000},
        days=(MultiplierDay(pct=1_000, weekday=5),),
    )
    person = Person(0, [Bought(row, micros("2024-03-01T12:00"), 10_000_000_000) for row in range(50)])
    assert (
        state(walk_one(person, points))["active"] == 50 * 100_000_000 * 10_000 * 100
    )  # yuan x rate x both multipliers


@pytest.mark.parametrize(
    ("day", "tier", "units"),
    [(date(2024, 3, 1), "low", 100), (date(2024, 3, 8), "low", 200), (date(2024, 3, 8), "high", 300)],
)
def test_a_preview_is_what_the_order_then_earns(day: date, tier: str, units: int) -> None:
    points = plain(
        tier_pct={"high": 150}, days=(MultiplierDay(pct=200, day_of_month=8),), pending_days=15, expiry="days"
    )
    found = preview_order(points, tier, 100_00, day)
    person = Person(0, [Bought(1, micros(f"{day}T12:00"), 100_00, tier=tier)])
    lot = lots(walk_one(person, points))[0]
    assert (found.units, lot["earned"]) == (units, units)
    assert found.expires_on is not None
    starts = (int(SHANGHAI.start(one).timestamp()) * 1_000_000 for one in (found.active_on, found.expires_on))
    assert (lot["active_at"], lot["expires_at"]) == tuple(starts)
    assert units_by_tier(rules(points), 100_00, day)[tier] == units
    assert units_by_tier(rules(None), 100_00, day) == {"low": 0, "high": 0}


def test_more_postings_than_expected_are_walked_for_again() -> None:
    # Ten lots, spent and given back again and again: far more postings than lots.
    person = Person(0, moved=[Moved(row, "grant", 1, micros("2024-01-01T00:00")) for row in range(10)])
    for row in range(30):
        when = micros("2024-02-01T00:00") + row * 10
        person.moved += [Moved(100 + row, "spend", 10, when), Moved(200 + row, "give_back", 10, when + 1, 100 + row)]
    walked = walk_one(person, plain())
    assert len(postings(walked)) == 10 + 30 * 20
    assert state(walked)["active"] == 10
