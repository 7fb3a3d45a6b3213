"""The liability book: what points that were given still cost, when they will be used, and how many never will be.

Method. The redemption hazard of an age (days since a lot was issued) is the points spent at that age over the points that were
still there (Kaplan & Meier 1958, weighted by points): what expires, is taken back, or is simply as old as that today leaves the
number at risk without having been spent (right-censored). Days are multiplied up to months of 1/12 year.
Expected redemptions of the points outstanding are that hazard, applied month by month from each lot's own age until it expires;
what is left then is breakage, the points a shop is entitled never to see again (IFRS 15 B44-B47). Ages that fewer than 30 lots
have reached take the pooled hazard of the older half of those that are known. Below 30 lots that had a year (or had ended) it
says "too few" and expects no breakage at all, which is the careful side.

The roll-forward is no estimate: opening + issued - spent - expired - reversed = closing, month by month, out of the postings;
spent and expired are net of what came back, debt counts against what is outstanding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Share = npt.NDArray[np.float64]

FEWEST_LOTS = 30
MONTHS_AHEAD = 12
MOST_AGE = 120
MOST_DAYS = 3_652
DAYS_A_MONTH = 365.25 / 12
NOT_SOON = 10**9
INSIDE = ("pending", "active", "debt")
OUTSIDE = ("issued", "spent", "expired", "reversed")


class PointMoves(NamedTuple):
    """Postings as columns: shop day, the lot's row in ``PointLots`` (-1 none), accounts by name, points."""

    day: Whole
    lot: Whole
    source: npt.NDArray[np.str_]
    target: npt.NDArray[np.str_]
    amount: Whole


class PointLots(NamedTuple):
    """Lots as columns: shop day of issue, shop day of expiry (-1 = never), points of it that are still there."""

    issued: Whole
    expires: Whole
    remaining: Whole


@dataclass(frozen=True)
class Month:
    """One month of the roll-forward, points; ``ties`` when the sum is what the accounts say at its end."""

    month: str
    opening: int
    issued: int
    spent: int
    expired: int
    reversed: int
    closing: int
    ties: bool


@dataclass(frozen=True)
class Vintage:
    """The lots issued in one month, points: what became of them, and what is expected never to be used of the rest."""

    month: str
    issued: int
    spent: int
    expired: int
    reversed: int
    outstanding: int
    breakage: int


@dataclass(frozen=True)
class Hazard:
    """By age in months: points spent, points at risk when the month began, the hazard; ``lots`` had time: enough from 30."""

    spent: Whole
    at_risk: Whole
    rate: Share
    lots: int

    @property
    def enough(self) -> bool:
        return self.lots >= FEWEST_LOTS


@dataclass(frozen=True)
class Ahead:
    """What is expected to be spent and to expire in one of the next months, points."""

    month: str
    spent: int
    expired: int


@dataclass(frozen=True)
class LookBack:
    """Forecast and fact of the last 12 whole months, of the lots that were there when they began; ``enough`` as in Hazard."""

    forecast_spent: int
    forecast_expired: int
    spent: int
    expired: int
    enough: bool


@dataclass(frozen=True)
class LiabilityBook:
    """Outstanding points and what they are worth; ``breakage`` None: too few lots had time to say."""

    outstanding: int
    debt: int
    breakage: int | None
    expected: int
    liability_fen: int
    face_fen: int
    hazard: Hazard
    vintages: tuple[Vintage, ...]
    ahead: tuple[Ahead, ...]
    months: tuple[Month, ...]

    @property
    def ties(self) -> bool:
        """Whether every month of the roll-forward ties to the ledger."""
        return all(month.ties for month in self.months)


def make_book(moves: PointMoves, lots: PointLots, today: int, value_fen: int) -> LiabilityBook:
    """The book on the shop day ``today``; ``value_fen`` is what a hundred points cost the shop.

    ``expected`` are the points that will be used. ``debt`` is owed by other people and lessens nothing but the roll-forward:
    its last closing is outstanding - debt.
    """
    hazard = redemption_hazard(moves, lots, today)
    spent, expired, used = expected_flows(lots, hazard, today)
    outstanding = int(lots.remaining.sum())
    expected = min(round(float(used.sum())), outstanding) if hazard.enough else outstanding
    labels = _labels(_month_of(today), _month_of(today) + MONTHS_AHEAD)
    return LiabilityBook(
        outstanding=outstanding,
        debt=_debt(moves),
        breakage=outstanding - expected if hazard.enough else None,
        expected=expected,
        liability_fen=_worth(expected, value_fen),
        face_fen=_worth(outstanding, value_fen),
        hazard=hazard,
        vintages=vintages(moves, lots, lots.remaining - used if hazard.enough else np.zeros(len(lots.issued))),
        ahead=tuple(
            Ahead(*row)
            for row in zip(
                labels, np.rint(spent).astype(int).tolist(), np.rint(expired).astype(int).tolist(), strict=True
            )
        ),
        months=roll_forward(moves, today),
    )


def roll_forward(moves: PointMoves, today: int) -> tuple[Month, ...]:
    """Every month from the first posting to today's, none missing.

    ``closing`` continues the flows over the outer accounts; ``ties`` asks the inner accounts (pending + active - debt) for
    the same number, so a posting that does not balance, or is in no known account, is seen.
    """
    if not len(moves.day):
        return ()
    index = _months(moves.day)
    first, last = int(index.min()), max(int(index.max()), _month_of(today))
    flows = {name: _net(moves, (name,), index - first, last - first + 1) for name in OUTSIDE}
    inner = np.cumsum(_net(moves, INSIDE, index - first, last - first + 1))
    rows, opening = [], 0
    for place, label in enumerate(_labels(first, last + 1)):
        issued = -int(flows["issued"][place])
        spent, expired, back = (int(flows[name][place]) for name in ("spent", "expired", "reversed"))
        closing = opening + issued - spent - expired - back
        rows.append(Month(label, opening, issued, spent, expired, back, closing, closing == int(inner[place])))
        opening = closing
    return tuple(rows)


def redemption_hazard(moves: PointMoves, lots: PointLots, today: int) -> Hazard:
    """Kaplan-Meier by age, weighted by points. A give-back counts as points that were not spent, at its age."""
    oldest = int(np.clip(today - lots.issued, 0, MOST_DAYS).max(initial=0))
    known = moves.lot >= 0
    amount, age = moves.amount[known], np.clip(moves.day[known] - lots.issued[moves.lot[known]], 0, oldest)
    spent, left = np.zeros(oldest + 1, np.int64), np.zeros(oldest + 1, np.int64)
    for column, sign in ((moves.target[known], 1), (moves.source[known], -1)):
        np.add.at(spent, age[column == "spent"], sign * amount[column == "spent"])
        away = np.isin(column, ("spent", "expired", "reversed", "debt"))
        np.add.at(left, age[away], sign * amount[away])
    # What is still there today leaves at today's age, after that day's redemptions.
    np.add.at(left, np.clip(today - lots.issued, 0, oldest), lots.remaining)
    at_risk = np.cumsum(left[::-1])[::-1]
    month = _ages(np.zeros(oldest + 1, np.int64), np.arange(oldest + 1))
    first = np.searchsorted(month, np.arange(int(month[-1]) + 1))
    by_month = np.add.reduceat(spent, first)
    # Month m of age is known where 30 lots have had the whole of it.
    had = np.sort(_ages(lots.issued, today))
    sure = len(had) - np.searchsorted(had, np.arange(len(first)), side="right") >= FEWEST_LOTS
    rate = _rates(spent, at_risk, first, sure)
    return Hazard(by_month, at_risk[first], rate, _with_time(lots, today))


def _rates(spent: Whole, at_risk: Whole, first: Whole, sure: npt.NDArray[np.bool_]) -> Share:
    """The hazard of every month of age up to ``MOST_AGE`` from points by day of age; ``first`` days of the months."""
    daily = np.clip(np.where(at_risk > 0, spent / np.maximum(at_risk, 1), 0.0), 0.0, 1.0)
    known = len(sure) if not sure.any() else int(np.flatnonzero(sure)[-1]) + 1
    older = slice(int(first[known // 2]), int(first[known]) if known < len(first) else None)
    pooled = min(max(spent[older].sum() / max(int(at_risk[older].sum()), 1), 0.0), 1.0)
    rate = np.full(MOST_AGE + 1, 1.0 - (1.0 - pooled) ** DAYS_A_MONTH)
    rate[:known] = 1.0 - np.multiply.reduceat(1.0 - daily, first)[:known]
    return np.asarray(rate, np.float64)


def _with_time(lots: PointLots, today: int) -> int:
    """Lots that are a year old, or have expired: only these can say how much is never used."""
    ended = (lots.expires >= 0) & (lots.expires <= today)
    return int(np.sum(ended | (_ages(lots.issued, today) >= MONTHS_AHEAD)))


def expected_flows(lots: PointLots, hazard: Hazard, today: int) -> tuple[Share, Share, Share]:
    """Points expected to be spent and to expire in each of the next 12 calendar months, and by lot those ever to be spent.

    The present month counts from today. Within a month what is spent before an expiry in it is its share of the days.
    """
    spent, expired = np.zeros(MONTHS_AHEAD), np.zeros(MONTHS_AHEAD)
    there, used = lots.remaining.astype(np.float64), np.zeros(len(lots.issued))
    starts = _firsts(_month_of(today), _month_of(today) + MOST_AGE + 1)
    starts[0] = today
    ends = np.where(lots.expires < 0, NOT_SOON, lots.expires)
    for month in range(MOST_AGE):
        start, end = int(starts[month]), int(starts[month + 1])
        days = np.clip(np.minimum(end, ends) - start, 0, None)
        rate = hazard.rate[np.clip(_ages(lots.issued, start), 0, MOST_AGE)]
        out = there * (1.0 - (1.0 - rate) ** (days / DAYS_A_MONTH))
        there -= out
        used += out
        lapsed = np.where(ends <= end, there, 0.0)
        there -= lapsed
        if month < MONTHS_AHEAD:
            spent[month], expired[month] = out.sum(), lapsed.sum()
    return spent, expired, used


def look_back(moves: PointMoves, lots: PointLots, today: int) -> LookBack:
    """The check of truth: the 12 whole months before this one, forecast from what was known when they began."""
    then, end = (int(day) for day in _firsts(_month_of(today) - MONTHS_AHEAD, _month_of(today) + 1)[[0, MONTHS_AHEAD]])
    past = PointMoves(*(column[moves.day < then] for column in moves))  # type: ignore[arg-type]
    known = past.lot >= 0
    remaining = np.zeros(len(lots.issued), np.int64)
    for column, sign in ((past.target, 1), (past.source, -1)):
        inside = known & np.isin(column, ("pending", "active"))
        np.add.at(remaining, past.lot[inside], sign * past.amount[inside])
    were = PointLots(lots.issued, lots.expires, remaining)
    hazard = redemption_hazard(past, were, then)
    spent, expired, _ = expected_flows(were, hazard, then)
    later = (moves.day >= then) & (moves.day < end) & (moves.lot >= 0)
    later &= lots.issued[moves.lot] < then
    actual = {
        name: int(
            moves.amount[later & (moves.target == name)].sum() - moves.amount[later & (moves.source == name)].sum()
        )
        for name in ("spent", "expired")
    }
    forecast = (round(float(spent.sum())), round(float(expired.sum())))
    return LookBack(*forecast, actual["spent"], actual["expired"], hazard.enough)


def vintages(moves: PointMoves, lots: PointLots, unused: Share) -> tuple[Vintage, ...]:
    """By month of issue; ``unused`` by lot: what of its rest is expected never to be used. Repaid debt counts as reversed."""
    if not len(lots.issued):
        return ()
    month = _months(lots.issued)
    first, many = int(month.min()), int(month.max() - month.min()) + 1
    known = moves.lot >= 0
    own = PointMoves(moves.day[known], moves.lot[known], moves.source[known], moves.target[known], moves.amount[known])
    index = month[own.lot] - first
    sums = {name: _net(own, names, index, many) for name, names in _FATES.items()}
    rest, never = np.zeros(many, np.int64), np.zeros(many)
    np.add.at(rest, month - first, lots.remaining)
    np.add.at(never, month - first, unused)
    rows = []
    for place, label in enumerate(_labels(first, first + many)):
        spent, expired, back = (int(sums[name][place]) for name in ("spent", "expired", "reversed"))
        left, lost = int(rest[place]), round(float(never[place]))
        if sums["issued"][place]:
            rows.append(Vintage(label, -int(sums["issued"][place]), spent, expired, back, left, lost))
    return tuple(rows)


_FATES = {"issued": ("issued",), "spent": ("spent",), "expired": ("expired",), "reversed": ("reversed", "debt")}


def _net(moves: PointMoves, accounts: Sequence[str], index: Whole, many: int) -> Whole:
    """What went into some accounts less what came out of them, by month index."""
    sums = np.zeros(many, np.int64)
    into, out = np.isin(moves.target, accounts), np.isin(moves.source, accounts)
    np.add.at(sums, index[into], moves.amount[into])
    np.subtract.at(sums, index[out], moves.amount[out])
    return sums


def _debt(moves: PointMoves) -> int:
    """Points owed: taken back after they had been spent, not paid yet."""
    return int(moves.amount[moves.source == "debt"].sum() - moves.amount[moves.target == "debt"].sum())


def _worth(points: int, value_fen: int) -> int:
    """Fen of some points at ``value_fen`` a hundred, halves up."""
    return (points * value_fen + 50) // 100


def _ages(issued: Whole, day: Whole | int) -> Whole:
    """Whole months of 1/12 year between two shop days."""
    return np.asarray((np.asarray(day, np.int64) - issued) * 12_000 // 365_250, np.int64)


def _months(days: Whole) -> Whole:
    """Months since January 1970 of shop days."""
    return np.asarray(days, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _month_of(day: int) -> int:
    return int(_months(np.asarray([day]))[0])


def _firsts(first: int, stop: int) -> Whole:
    """The first shop day of each month."""
    return np.arange(first, stop).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _labels(first: int, stop: int) -> list[str]:
    """``2026-07`` for each month index."""
    return [date(index // 12 + 1970, index % 12 + 1, 1).isoformat()[:7] for index in range(first, stop)]
