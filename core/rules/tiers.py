"""Who has which tier, since when, why it changed, and when it would be lost: a pure function of facts, rules and now.

The meaning, once:
- An order counts from its payment (or its completion, as the rules at its payment say) with what was paid less what was
  refunded so far, and as one order unless it is wholly refunded. Orders before joining count; only members have a tier.
- A rolling window counts the shop days d with d > today - days: an entry of day D leaves at the start of day D + days. In
  calendar and member years the sums of the running period count; what is reached in one is kept to the end of the next, and
  at a period's start the review asks whether the ended period's sums keep the tier. A member's year begins on the joined day.
- Everything of one instant happens at once. Reaching the threshold is enough. A rise is immediate or waits for the start of
  the next shop day; a tier that is not kept is lost after the grace, straight or step by step, or never.
- Joining, and a new version whose tier rules differ, give at once what is reached (in years: in the last or the running one);
  a tier is carried over by its code and then judged, one whose code is gone becomes the highest that is reached.
- At a refund's instant everything becomes as if that money had never been spent; history before it stays as it was spoken.
- Overrides are floors under the earned tier while they are in force; the earned one goes on being walked underneath.
- Facts after ``now`` are not looked at. An order that arrives late re-derives its member: run again, compare changes.
"""

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from core.clock import DAY_MICROSECONDS, ShopZone, day_number, day_of, to_micros
from core.documents.rules import MOST_TIERS, RuleDocument
from core.rules import tier_machine, tier_walk
from core.rules.earning import rates_of, weigh
from core.rules.facts import NEVER, NOBODY, Entries, Facts, Ints, RuleInForce, as_ints, lay_out, slices, version_starts
from core.rules.tier_machine import World
from core.rules.tier_walk import Growing, GrowthTrace, People, State, Trace

REASONS = tier_machine.REASONS
_WINDOWS = ("rolling", "calendar_year", "anniversary")
_MODES = ("straight", "one_step", "never")
_UNKNOWN = -2  # an override names a tier that no version has
_AHEAD = 6 * 366
_CHUNK = 4_096


@dataclass(frozen=True)
class TierWalk:
    """``state`` by member and the ``changes`` sorted by (member, at); tiers are indices of ``codes``, -1 is none.

    ``version`` is, by change, the index in the timeline of the rules that made it. ``growth`` is sorted by (member, at).
    """

    codes: tuple[str, ...]
    state: State
    changes: Trace
    version: Ints
    growth: GrowthTrace

    def code(self, tier: int) -> str | None:
        """The tier code of an index, None for -1."""
        return None if tier == NOBODY else self.codes[tier]


def walk_tiers(
    facts: Facts, timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime, entries: Entries | None = None
) -> TierWalk:
    """Tiers and growth of all members at ``now`` and their whole history; ``entries`` when they are laid out already.

    Errors: ValueError for columns that are not sorted or a timeline that does not rise (both are our bugs).
    """
    entries = lay_out(facts, timeline, zone, now) if entries is None else entries
    end, starts = to_micros(now) + 1, version_starts(timeline)
    codes = tuple(dict.fromkeys(code for rule in timeline for code in rule.document.codes))
    joined = np.where((facts.joined >= 0) & (facts.joined < end), np.maximum(facts.joined, starts[0]), NEVER)
    joined = as_ints(np.where(joined < end, joined, NEVER))
    known = [rule.document for rule, start in zip(timeline, starts, strict=True) if start < end] or [
        timeline[0].document
    ]
    growing = _growing(facts, entries, [rule.document for rule in timeline])
    days = _days(facts, entries, known, zone, now)
    world = _world(facts, entries, _rules(known, starts, codes), codes, joined, days)
    people = _people(facts, joined, zone)
    state = np.full((facts.members, len(State._fields)), NOBODY, np.int64)
    changes, booked = facts.members + len(entries.at) // 2 + 16, 16
    if len(growing.pct):
        booked += len(entries.at) + len(entries.refund_at)
    while True:
        trace = np.empty((changes, len(Trace._fields) + 1), np.int64)
        growth = np.empty((booked, len(GrowthTrace._fields)), np.int64)
        growing.refunded[:] = 0
        rows = tier_walk.walk(world, entries, people, growing, end, state, trace, growth)
        if rows[0] <= changes and rows[1] <= booked:
            break
        changes, booked = max(changes, rows[0]), max(booked, rows[1])
    *found, version = _columns(trace[: rows[0]])
    return TierWalk(codes, State(*_columns(state)), Trace(*found), version, GrowthTrace(*_columns(growth[: rows[1]])))


def _columns(table: Ints) -> list[Ints]:
    """The columns of a table, each contiguous."""
    return [np.ascontiguousarray(table[:, column]) for column in range(table.shape[1])]


def tier_at(walk: TierWalk, member: Ints, at: Ints) -> Ints:
    """By row, the index of the tier that a member held just before an instant; -1 = none."""
    changes = walk.changes
    first = slices(changes.member, len(walk.state.tier))
    return as_ints(tier_walk.held_before(first, changes.at, changes.after, as_ints(member), as_ints(at)))


def progress(state: State, document: RuleDocument, codes: Sequence[str]) -> tuple[Ints, Ints, Ints, Ints]:
    """By member: the next tier (index of ``codes``, -1 at the top and for non-members), and the fen, orders, growth missing.

    With ``match: any`` one way is enough, with ``all`` every one is needed; -1 where that way is closed.
    """
    ids = as_ints([codes.index(code) for code in document.codes])
    rank = np.full(len(codes) + 1, NOBODY, np.int64)
    rank[ids] = np.arange(len(ids))
    following = np.where((state.tier == NOBODY) | (rank[state.tier] == len(ids) - 1), NOBODY, rank[state.tier] + 1)
    asks = _asks(document)[0]
    found = following != NOBODY
    missing = []
    for way, own in enumerate((state.spend_fen, state.orders, state.growth)):
        asked = asks[following, way]
        missing.append(as_ints(np.where(found & (asked >= 0), np.maximum(asked - own, 0), NOBODY)))
    return as_ints(np.where(found, ids[following], NOBODY)), missing[0], missing[1], missing[2]


def period_days(document: RuleDocument, today: date, joined: date | None) -> tuple[date, date | None]:
    """The first day that counts today, and the first day of the period before (None: the window rolls)."""
    window = document.window
    if window.kind == "rolling":
        return today - timedelta(days=window.days - 1), None
    month, day = (joined.month, joined.day) if window.kind == "anniversary" and joined else (1, 1)

    def begins(year: int) -> date:
        return date(year, month, 28 if (month, day) == (2, 29) and not isleap(year) else day)

    year = today.year - (today < begins(today.year))
    return begins(year), begins(year - 1)


def _world(
    facts: Facts,
    entries: Entries,
    rules: Ints,
    codes: Sequence[str],
    joined: Ints,
    days: tuple[int, Ints],
) -> World:
    """Everything the machine looks at."""
    nothing = np.zeros(len(entries.at), np.int64)
    over = facts.overrides
    tier_ids = as_ints([codes.index(code) if code in codes else _UNKNOWN for code in facts.tier_codes] + [NOBODY])
    ends = np.where(over.ends < 0, NEVER, over.ends)
    held = (tier_ids[over.tier], np.maximum(over.starts, joined[over.member]), ends, over.source, over.tier)
    columns = (entries.at, entries.day, entries.order != NOBODY, nothing, nothing)
    return World(rules, as_ints(np.stack(columns, axis=1)), as_ints(np.stack(held, axis=1)), days[1], days[0])


def _rules(documents: Sequence[RuleDocument], starts: Ints, codes: Sequence[str]) -> Ints:
    """``World.rules``: one row a version. ValueError for more tiers than a document may have (our bug)."""
    table = np.full((len(documents), tier_machine.RANKS + len(codes)), NOBODY, np.int64)
    before = None
    for row, document, start in zip(table, documents, starts, strict=False):
        own, size = _tier_rules(document), len(document.tiers)
        if size > MOST_TIERS:
            raise ValueError("more tiers than a document may have")
        window, downgrade = document.window, document.downgrade
        plain = (start, own != before, size, document.match == "all", _WINDOWS.index(window.kind), window.days)
        falls = (document.upgrade == "nightly", _MODES.index(downgrade.mode), downgrade.grace_days)
        row[: tier_machine.IDS] = [*plain, *falls]
        ids = [codes.index(code) for code in document.codes]
        row[tier_machine.IDS : tier_machine.IDS + size] = ids
        row[tier_machine.RANKS :][ids] = np.arange(size)
        for kind, asks in zip((tier_machine.REACH, tier_machine.KEEP), _asks(document), strict=True):
            row[kind : kind + asks.size] = asks.ravel()
        before = own
    return table


def _tier_rules(document: RuleDocument) -> tuple[Any, ...]:
    """What of a document decides tiers: a version that changes none of it leaves everybody's tier alone."""
    tiers = tuple((tier.code, tier.reach, tier.keep) for tier in document.tiers)
    falls = (document.downgrade.mode, document.downgrade.grace_days)
    return tiers, document.window, document.match, document.upgrade, falls


def _asks(document: RuleDocument) -> tuple[Ints, Ints]:
    """What reaching and what keeping asks for, by rank and way; -1 is a closed way."""
    reach, keep = (
        as_ints([[NOBODY if way is None else way for way in ways] for ways in asked])
        for asked in ([tier.reach for tier in document.tiers], [tier.keep for tier in document.tiers])
    )
    return reach, keep


def _growing(facts: Facts, entries: Entries, documents: Sequence[RuleDocument]) -> Growing:
    """What the fold of growth needs; ``pct`` stays empty when no version knows growth."""
    earnings = [() if document.growth is None else document.growth.earnings for document in documents]
    by_category = [{} if document.growth is None else document.growth.category_pct for document in documents]
    grows = any(earnings)
    rows = len(entries.at)
    return Growing(
        weigh(facts, entries, by_category),
        rates_of(earnings),
        np.full(rows if grows else 0, 100, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
    )


def _people(facts: Facts, joined: Ints, zone: ShopZone) -> People:
    """When members joined, and on which day of the year; 1 January for those who have not."""
    month, day = np.ones(len(joined), np.int64), np.ones(len(joined), np.int64)
    known = np.flatnonzero(joined < NEVER)
    if len(known):
        dates = zone.day_numbers(facts.joined[known]).astype("datetime64[D]")
        months = dates.astype("datetime64[M]")
        month[known] = months.astype(np.int64) % 12 + 1
        day[known] = (dates - months).astype(np.int64) + 1
    return People(joined, month, day, slices(facts.overrides.member, facts.members))


def _days(
    facts: Facts, entries: Entries, documents: Sequence[RuleDocument], zone: ShopZone, now: datetime
) -> tuple[int, Ints]:
    """The first shop day that is looked at, and the starts of all days from it to well ahead of ``now``."""
    today = day_number(zone.day(now))
    joined = facts.joined[facts.joined >= 0] // DAY_MICROSECONDS - 1  # no zone is a day away from UTC
    low = min(int(entries.day.min(initial=today)), int(joined.min(initial=today)))
    high = today + max(_AHEAD, *(document.window.days + 366 for document in documents))
    return _starts(zone, (low - 1) // _CHUNK * _CHUNK, (high // _CHUNK + 1) * _CHUNK)


@lru_cache(maxsize=16)
def _starts(zone: ShopZone, low: int, high: int) -> tuple[int, Ints]:
    """``low``, and the instants at which the shop days from ``low`` on begin."""
    return low, as_ints([to_micros(zone.start(day_of(number))) for number in range(low, high)])
