"""Everybody's outlook: rhythm, the days on which a silence changes its meaning, ranks of the last year, foreseen value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlmodel import Session

from core.analytics import rfm
from core.analytics.lifecycle import STATES, Days, Rhythm, foresee, states
from core.analytics.lifetime import Foreseen, histories
from core.clock import ShopZone, day_number, day_of
from core.documents.enums import Area
from core.services.desk import Desk
from core.services.lifetime import ShopLifetime, foresee_members, load_lifetime
from core.services.rhythm import NAME, YEAR, ShopRhythm, category_codes, fit_shop_rhythm, load_rhythm
from core.services.shop_settings import load_settings
from core.store.queries import outlook as queries
from core.store.queries.numbers import known_day, order_bands
from core.store.tables import MemberOutlook
from core.store.write_lock import Turn, take_turn

Ints = npt.NDArray[np.int64]

CHUNK = 100_000  # people in memory at once
FEW = 5_000  # ids in one statement


class Bands(NamedTuple):
    """By customer with a paid order in the last year: id (sorted), last shop day, paid orders, net spend (fen)."""

    member: Ints
    last: Ints
    orders: Ints
    net_fen: Ints


@dataclass(frozen=True)
class Told:
    """How many were in a person's state a year ago, on ``asked_on``, and how many of them bought since."""

    asked_on: date
    people: int
    came_back: int


@dataclass(frozen=True)
class PersonOutlook:
    """One customer's outlook, on a shop day; ``alive`` is a share, ``expected`` purchase days of the next year.

    ``alive`` says nothing of who bought once (there is no gap to judge by) and much too much of who is long silent: there
    ``told``, what became of the people in the same state a year ago, is what to go by.
    """

    state: str
    rhythm_days: int
    next_day: date
    slipping_day: date
    dormant_day: date
    lost_day: date
    scores: tuple[int, int, int] | None
    rfm_group: str | None
    alive: float | None
    expected: float | None
    value_fen: int | None
    as_of: date
    buying_days: int = 0
    told: Told | None = None


def refresh_outlook(desk: Desk, *, now: datetime, members: Sequence[int] | None = None) -> int:
    """Write everybody's outlook with the rhythm fitted anew, or some people's by the parameters in force; how many rows.

    While too few people bought twice nobody has an outlook.
    """
    if members is not None:
        with desk.db.write(Area.ORDERS) as session:
            take_turn(session, Turn.IMPORT)
            return derive_outlook(session, members, now)
    fitted = fit_shop_rhythm(desk, now=now)
    with desk.db.write(Area.ORDERS) as session:
        take_turn(session, Turn.IMPORT)
        bands = _bands(session, fitted.as_of_day)
        cuts = rfm.find_borders(fitted.as_of_day - bands.last, bands.orders, bands.net_fen)
        fitted = replace(fitted, borders=cuts)
        queries.put_fitted(session, NAME, fitted.as_of_day, fitted.as_json(), now)
        return _write_everybody(session, fitted, bands)


def derive_outlook(session: Session, members: Sequence[int], now: datetime) -> int:
    """Inside a write that changed these people's profiles: their outlook by the parameters in force; how many rows."""
    known = load_rhythm(session)
    if known is None or known.rhythm is None:
        return 0
    today = day_number(ShopZone(load_settings(session).zone).day(now))
    maker = _Maker(session, replace(known, as_of_day=today), known.rhythm)
    written, ids = 0, sorted(set(members))
    for start in range(0, len(ids), FEW):
        some = ids[start : start + FEW]
        profiles, last = queries.read_profiles(session, 0, 0, some)
        rows = list(maker.rows(profiles, last, _bands(session, today, some)))
        queries.write_people(session, some, rows)
        written += len(rows)
    return written


def _write_everybody(session: Session, fitted: ShopRhythm, bands: Bands) -> int:
    span = queries.customer_span(session)
    if fitted.rhythm is None or span is None:
        queries.drop_all(session)
        return 0
    low, high = span
    queries.drop_left_over(session, low, high)
    maker, written = _Maker(session, fitted, fitted.rhythm), 0
    for start in range(low, high + 1, CHUNK):
        end = min(start + CHUNK - 1, high)
        profiles, last = queries.read_profiles(session, start, end)
        cut = slice(*np.searchsorted(bands.member, [start, end + 1]))
        queries.write_range(session, start, end, maker.rows(profiles, last, Bands(*(one[cut] for one in bands))))
        written += len(profiles)
    return written


def _bands(session: Session, today: int, members: Sequence[int] | None = None) -> Bands:
    return Bands(*order_bands(session, today + 1 - YEAR, today + 1, members))


class _Maker:
    """Makes rows by parameters that stay the same for all of them."""

    def __init__(self, session: Session, fitted: ShopRhythm, rhythm: Rhythm) -> None:
        self.fitted, self.rhythm = fitted, rhythm
        self.lifetime: ShopLifetime | None = load_lifetime(session)
        self.until = known_day(session, fitted.as_of_day)

    def rows(self, profiles: Ints, last: Sequence[str | None], bands: Bands) -> Iterator[tuple[Any, ...]]:
        """Rows of ``queries.COLUMNS`` of customers (as ``read_profiles`` gives them), by id."""
        member, bought, first, until, net, first_net = profiles.T
        days = days_of(self.rhythm, bought, first, until, last)
        ranks = self._ranks(member, bands)
        seen = foresee_members(self.lifetime, histories(bought, first, until, net, first_net, self.until))
        as_of = [self.fitted.as_of_day] * len(member)
        return zip(
            member.tolist(), *(one.tolist() for one in days), *ranks, *_foreseen(seen, len(member)), as_of, strict=True
        )

    def _ranks(self, member: Ints, bands: Bands) -> tuple[list[Any], ...]:
        """R, F, M and the group's name of each person; None of who has not bought in the year."""
        scores = rfm.score_by(self.fitted.borders, self.fitted.as_of_day - bands.last, bands.orders, bands.net_fen)
        place = np.searchsorted(member, bands.member)
        known = place < len(member)
        known[known] = member[place[known]] == bands.member[known]
        found = []
        for values in (scores.r, scores.f, scores.m):
            whole = np.zeros(len(member), dtype=np.int64)
            whole[place[known]] = values[known]
            found.append([value or None for value in whole.tolist()])
        codes = np.full(len(member), -1)
        codes[place[known]] = rfm.group_codes(scores)[known]
        names = [*(group.value for group in rfm.GROUPS), None]
        return *found, [names[code] for code in codes.tolist()]


def days_of(rhythm: Rhythm, bought: Ints, first: Ints, until: Ints, last: Sequence[str | None]) -> Days:
    """The days of customers from the columns of their profiles."""
    codes, names = category_codes(last, list(rhythm.categories))
    return foresee(rhythm, bought - 1, until - first, until, codes, names)


def _foreseen(seen: Foreseen | None, people: int) -> tuple[Sequence[Any], ...]:
    nothing = [None] * people
    if seen is None:
        return nothing, nothing, nothing
    value = nothing if seen.value_fen is None else seen.value_fen.tolist()
    return seen.alive_bp.tolist(), seen.expected_milli.tolist(), value


def read_outlook(desk: Desk, member_id: int, *, now: datetime) -> PersonOutlook | None:
    """A customer's outlook as of the last day with orders; None of who never bought, and while the shop has too few who bought twice."""
    with desk.db.read() as session:
        today = known_day(session, day_number(desk.zone.day(now)))
        row = queries.member_outlook(session, member_id)
        profiles, _ = queries.read_profiles(session, member_id, member_id)
        known = load_rhythm(session)
    if row is None or not len(profiles):
        return None
    _, bought, first, *_ = profiles.T
    state = _state(row, today, first, bought)
    return replace(_person(row, state), buying_days=int(bought[0]), told=_told(known, state))


def _told(known: ShopRhythm | None, state: str) -> Told | None:
    """What became of a state's people; None where nobody was asked."""
    if known is None or known.accuracy is None:
        return None
    found = next((one for one in known.accuracy.states if one.state == state and one.people), None)
    return None if found is None else Told(known.accuracy.asked_on, found.people, found.came_back)


def _state(row: MemberOutlook, today: int, first: Ints, bought: Ints) -> str:
    one = (row.rhythm_days, row.next_day, row.slipping_day, row.dormant_day, row.lost_day)
    return STATES[int(states(today, first, bought, Days(*(np.array([value]) for value in one)))[0])]


def _person(row: MemberOutlook, state: str) -> PersonOutlook:
    ranked = row.r_score and row.f_score and row.m_score
    return PersonOutlook(
        state=state,
        rhythm_days=row.rhythm_days,
        next_day=day_of(row.next_day),
        slipping_day=day_of(row.slipping_day),
        dormant_day=day_of(row.dormant_day),
        lost_day=day_of(row.lost_day),
        scores=(row.r_score or 0, row.f_score or 0, row.m_score or 0) if ranked else None,
        rfm_group=row.rfm_group,
        alive=None if row.alive_bp is None else row.alive_bp / 10_000,
        expected=None if row.expected_milli is None else row.expected_milli / 1_000,
        value_fen=row.value_fen,
        as_of=day_of(row.as_of_day),
    )
