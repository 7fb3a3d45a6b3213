"""The liability book: a roll-forward that ties, a hazard that is found again, and a forecast that holds a year later."""

from datetime import date

import numpy as np
import pytest

from core.analytics.liability import (
    DAYS_A_MONTH,
    PointLots,
    PointMoves,
    expected_flows,
    look_back,
    make_book,
    redemption_hazard,
    roll_forward,
)
from core.clock import day_number

TODAY = day_number(date(2026, 7, 15))
Row = tuple[str, int, str, str, int]


def moves_of(rows: list[Row]) -> PointMoves:
    """Rows of (ISO day, lot, from, to, points)."""
    days, lots, sources, targets, amounts = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return PointMoves(
        np.array([day_number(date.fromisoformat(day)) for day in days], np.int64),
        np.array(lots, np.int64),
        np.array(sources, str),
        np.array(targets, str),
        np.array(amounts, np.int64),
    )


def lots_of(rows: list[tuple[str, str | None, int]]) -> PointLots:
    """Rows of (issued, expires, remaining)."""
    issued, expires, remaining = zip(*rows, strict=True)
    numbers = [-1 if day is None else day_number(date.fromisoformat(day)) for day in (*issued, *expires)]
    return PointLots(
        np.array(numbers[: len(rows)], np.int64),
        np.array(numbers[len(rows) :], np.int64),
        np.array(remaining, np.int64),
    )


SMALL = moves_of(
    [
        ("2026-03-31", 0, "issued", "pending", 100),
        ("2026-04-15", 0, "pending", "active", 100),
        ("2026-04-20", 0, "active", "spent", 30),
        ("2026-05-02", 1, "issued", "active", 50),
        ("2026-05-03", 0, "active", "reversed", 70),
        ("2026-05-03", 1, "active", "reversed", 20),
        ("2026-05-04", 1, "active", "spent", 30),
        ("2026-05-05", -1, "debt", "reversed", 10),
        ("2026-07-01", 2, "issued", "active", 40),
        ("2026-07-01", 2, "active", "debt", 10),
        ("2026-07-02", 0, "spent", "active", 30),
        ("2026-07-02", 0, "active", "expired", 30),
    ]
)
SMALL_LOTS = lots_of([("2026-03-31", "2026-07-01", 0), ("2026-05-02", None, 0), ("2026-07-01", None, 30)])


def test_the_roll_forward_goes_from_month_to_month_without_a_gap_and_ties_to_the_accounts() -> None:
    months = roll_forward(SMALL, TODAY)
    assert [(m.month, m.opening, m.issued, m.spent, m.expired, m.reversed, m.closing, m.ties) for m in months] == [
        ("2026-03", 0, 100, 0, 0, 0, 100, True),
        ("2026-04", 100, 0, 30, 0, 0, 70, True),
        ("2026-05", 70, 50, 30, 0, 100, -10, True),
        ("2026-06", -10, 0, 0, 0, 0, -10, True),
        ("2026-07", -10, 40, -30, 30, 0, 30, True),
    ]


def test_a_posting_that_leads_nowhere_is_seen() -> None:
    broken = SMALL._replace(target=np.where(SMALL.target == "spent", "lost", SMALL.target))
    assert not all(month.ties for month in roll_forward(broken, TODAY))
    assert roll_forward(moves_of([]), TODAY) == ()


def test_a_small_book_says_too_few_and_expects_every_point_to_be_used() -> None:
    book = make_book(SMALL, SMALL_LOTS, TODAY, 1_00)
    assert (book.outstanding, book.debt, book.breakage, book.expected) == (30, 0, None, 30)
    assert (book.liability_fen, book.face_fen, book.ties) == (30, 30, True)
    assert [(v.month, v.issued, v.spent, v.expired, v.reversed, v.outstanding) for v in book.vintages] == [
        ("2026-03", 100, 0, 30, 70, 0),
        ("2026-05", 50, 30, 0, 20, 0),
        ("2026-07", 40, 0, 0, 10, 30),
    ]
    assert len(book.ahead) == 12 and book.ahead[0].month == "2026-07"


def test_an_empty_book_is_a_book() -> None:
    nothing = np.array([], np.int64)
    book = make_book(moves_of([]), PointLots(nothing, nothing, nothing), TODAY, 1_00)
    assert (book.outstanding, book.expected, book.months, book.vintages) == (0, 0, (), ())


@pytest.mark.parametrize(("value_fen", "points", "fen"), [(1_00, 30, 30), (1, 50, 1), (1, 49, 0), (0, 30, 0)])
def test_a_hundred_points_cost_what_the_rules_say(value_fen: int, points: int, fen: int) -> None:
    lots = lots_of([("2026-07-01", None, points)])
    assert make_book(moves_of([("2026-07-01", 0, "issued", "active", points)]), lots, TODAY, value_fen).face_fen == fen


def test_the_hazard_of_an_age_is_what_was_spent_of_what_was_still_there() -> None:
    # Four lots of 100 at age 0; one spends 40 in its first month, one expires in its second, one is spent in its third.
    moves = moves_of(
        [
            *(("2026-01-01", lot, "issued", "active", 100) for lot in range(4)),
            ("2026-01-10", 0, "active", "spent", 40),
            ("2026-02-10", 1, "active", "expired", 100),
            ("2026-03-20", 2, "active", "spent", 100),
        ]
    )
    lots = lots_of([("2026-01-01", None, left) for left in (60, 0, 0, 100)])
    hazard = redemption_hazard(moves, lots, TODAY)
    assert hazard.at_risk.tolist() == [400, 360, 260, 160, 160, 160, 160]
    assert hazard.spent.tolist() == [40, 0, 100, 0, 0, 0, 0]
    assert hazard.rate[:3].tolist() == pytest.approx([0.1, 0.0, 100 / 260])
    assert not hazard.enough


def simulated(seed: int, monthly: float, valid_months: int | None, lots: int = 4_000) -> tuple[PointMoves, PointLots]:
    """Lots of three years, all of which are spent at once at a constant hazard a month, or expire."""
    draw = np.random.default_rng(seed)
    issued = TODAY - draw.integers(1, 3 * 365, lots)
    points = draw.integers(10, 500, lots)
    wait = np.ceil(draw.exponential(-DAYS_A_MONTH / np.log(1 - monthly), lots)).astype(np.int64)
    life = 10**6 if valid_months is None else round(valid_months * DAYS_A_MONTH)
    end = issued + np.minimum(wait, life)
    fate = np.where(wait < life, "spent", "expired")
    gone = end <= TODAY
    index = np.arange(lots)
    moves = PointMoves(
        np.concatenate([issued, end[gone]]),
        np.concatenate([index, index[gone]]),
        np.concatenate([np.full(lots, "issued"), np.full(gone.sum(), "active")]),
        np.concatenate([np.full(lots, "active"), fate[gone]]),
        np.concatenate([points, points[gone]]),
    )
    return moves, PointLots(
        issued, np.full(lots, -1) if valid_months is None else issued + life, np.where(gone, 0, points)
    )


@pytest.mark.parametrize("valid_months", [None, 12, 18])
def test_last_years_redemptions_are_forecast_from_the_year_before_within_a_tenth(valid_months: int | None) -> None:
    for seed in range(4):
        found = look_back(*simulated(seed, 0.06, valid_months, lots=40_000), TODAY)
        assert found.enough
        assert abs(found.forecast_spent / found.spent - 1) < 0.10
        if valid_months == 12:
            assert abs(found.forecast_expired / found.expired - 1) < 0.10


def test_a_known_hazard_is_found_again_and_gives_the_known_breakage() -> None:
    moves, lots = simulated(1, 0.05, 12, lots=20_000)
    hazard = redemption_hazard(moves, lots, TODAY)
    assert hazard.enough
    assert np.allclose(hazard.rate[:11], 0.05, atol=0.012)
    book = make_book(moves, lots, TODAY, 1_00)
    months_left = np.clip((lots.expires - TODAY) / DAYS_A_MONTH, 0, None)
    known = float((lots.remaining * 0.95**months_left).sum())
    assert book.breakage == pytest.approx(known, rel=0.05)
    assert book.ties and book.expected + book.breakage == book.outstanding
    assert sum(vintage.breakage for vintage in book.vintages) == pytest.approx(book.breakage, abs=12)
    assert sum(row.spent for row in book.ahead) == pytest.approx(book.expected, rel=0.05)


def test_nothing_is_expected_to_be_spent_after_it_has_expired() -> None:
    moves, lots = simulated(2, 0.05, 12)
    soon = PointLots(lots.issued, np.where(lots.remaining > 0, TODAY + 1, lots.expires), lots.remaining)
    spent, expired, used = expected_flows(soon, redemption_hazard(moves, lots, TODAY), TODAY)
    assert np.all(spent[1:] == 0) and np.all(expired[1:] == 0)
    assert expired[0] + spent[0] == pytest.approx(lots.remaining.sum())
    assert used.sum() < 0.01 * lots.remaining.sum()


@pytest.mark.parametrize(("lots", "enough"), [(29, False), (30, True), (31, True)])
def test_below_thirty_lots_that_had_time_it_says_too_few(lots: int, enough: bool) -> None:
    rows = [(f"2025-01-{day % 28 + 1:02d}", None, 10) for day in range(lots)]
    moves = moves_of([(row[0], place, "issued", "active", 10) for place, row in enumerate(rows)])
    book = make_book(moves, lots_of([*rows, ("2026-07-01", None, 10)]), TODAY, 1_00)
    assert book.hazard.enough is enough
    assert (book.breakage is not None) is enough
