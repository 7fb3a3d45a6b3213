"""The compiled walk of the tiers: member by member, through all versions, once more from the start after each refund.

At a refund's instant everything becomes as if that money had never been spent. So the machine runs from the first fact with
what was refunded by then taken off, in silence up to that instant, and speaks from there on to the next refund. Growth is
earned in the same walk, because thresholds of growth need it as of each refund.
"""

from typing import NamedTuple

import numpy as np

from core.rules.compiled import njit
from core.rules.earning import Rates, Weights, fold
from core.rules.facts import ALWAYS, NEVER, NOBODY, Entries, Ints
from core.rules.tier_machine import (
    AT,
    DAYS,
    DEADLINE,
    ENTRY_AT,
    ENTRY_DAY,
    FIELDS,
    GROWTH,
    HEAD,
    HELD_BY,
    JOINED,
    KEEP,
    NET_FEN,
    NIGHT,
    NOTHING,
    OVERRIDE,
    RANK,
    RANKS,
    REACH,
    REASON,
    REFUND,
    ROLLING,
    RUNNING,
    SEEN,
    SHOWN,
    TAIL,
    TURN,
    VERSION,
    WAYS,
    WINDOW,
    Person,
    World,
    count_anew,
    next_instant,
    start_of,
    step,
)


class State(NamedTuple):
    """By member: tier id, since when, sums; what is lost when if nothing more is bought, and what is missing then to keep it."""

    tier: Ints
    since: Ints
    spend_fen: Ints
    orders: Ints
    growth: Ints
    holds_until: Ints
    drops_at: Ints
    drops_to: Ints
    keep_fen: Ints
    keep_orders: Ints
    keep_growth: Ints
    grace: Ints
    held_by: Ints


class Trace(NamedTuple):
    """The changes, one row each: member, instant, tier ids, reason, and the sums behind it."""

    member: Ints
    at: Ints
    before: Ints
    after: Ints
    reason: Ints
    spend_fen: Ints
    orders: Ints
    growth: Ints


class GrowthTrace(NamedTuple):
    """Growth as it was booked: earned at the entry's instant, changed at a refund's by the signed difference.

    ``entry_kind``: 0 is an order, 1 an interaction; ``fact`` is its id, ``version`` the index of the rules it follows.
    """

    member: Ints
    entry_kind: Ints
    fact: Ints
    at: Ints
    amount: Ints
    version: Ints


class People(NamedTuple):
    """By member: when they joined (``NEVER``: not), on which day of the year, and where their overrides begin."""

    joined: Ints
    month: Ints
    day: Ints
    first: Ints


class Growing(NamedTuple):
    """What the fold of growth needs; ``earned``, ``was`` and ``refunded`` are written, by entry. No ``pct``: no growth."""

    weights: Weights
    rates: Rates
    pct: Ints
    earned: Ints
    was: Ints
    refunded: Ints


@njit(cache=True)
def walk(
    world: World, entries: Entries, people: People, growing: Growing, end: int, state: Ints, trace: Ints, booked: Ints
) -> tuple[int, int]:
    """All members up to ``end``; how many rows the traces need, which may be more than they have room for.

    ``state``, ``trace`` (with the version as its last column) and ``booked`` are tables of the columns of the tuples above.
    """
    m, sums, count = np.zeros(FIELDS, np.int64), np.zeros((4, WAYS), np.int64), np.zeros(2, np.int64)
    for member in range(len(people.joined)):
        person = Person(
            member,
            entries.first[member],
            entries.first[member + 1],
            people.joined[member],
            people.month[member],
            people.day[member],
            people.first[member],
            people.first[member + 1],
        )
        row, rows = entries.first_refund[member], entries.first_refund[member + 1]
        speaks, spoken = ALWAYS, NOBODY
        _take_off(world, entries, growing, person)
        while True:
            stop = entries.refund_at[row] if row < rows else end
            if len(growing.pct) and person.joined < NEVER:
                _book(entries, growing, person, speaks, stop, count, booked)
            spoken = _run(world, person, m, sums, speaks, stop, spoken, count, state, trace)
            if row == rows:
                break
            growing.was[person.low : person.high] = growing.earned[person.low : person.high]
            speaks = stop
            while row < rows and entries.refund_at[row] == speaks:
                growing.refunded[entries.refund_entry[row]] += entries.refund_fen[row]
                row += 1
            _take_off(world, entries, growing, person)
        _keep_state(world, m, sums, state[member])
        _look_ahead(world, person, m, sums, state[member])
    return count[0], count[1]


@njit(cache=True)
def _take_off(world: World, entries: Entries, growing: Growing, person: Person) -> None:
    """What each entry brings with what was refunded so far taken off."""
    low, high = person.low, person.high
    for entry in range(low, high):
        world.entries[entry, NET_FEN] = max(entries.paid_fen[entry] - growing.refunded[entry], 0)
    if len(growing.pct):
        fold(entries, growing.weights, growing.rates, growing.pct, low, high, growing.refunded, growing.earned)
        for entry in range(low, high):
            world.entries[entry, GROWTH] = growing.earned[entry]


@njit(cache=True)
def _book(
    entries: Entries, growing: Growing, person: Person, speaks: int, stop: int, count: Ints, booked: Ints
) -> None:
    """Growth rows of one run: what the refund changed, then what was earned up to the next one."""
    for entry in range(person.low, person.high):
        at = entries.at[entry]
        if at > stop:
            return
        amount = growing.earned[entry] - (growing.was[entry] if at <= speaks else 0)
        if amount == 0:
            continue
        row = count[1]
        count[1] += 1
        if row < len(booked):
            booked[row, 0], booked[row, 1] = person.member, entries.order[entry] == NOBODY
            booked[row, 2], booked[row, 3] = entries.fact[entry], max(at, speaks)
            booked[row, 4], booked[row, 5] = amount, entries.version[entry]


@njit(cache=True)
def _start(world: World, person: Person, m: Ints, sums: Ints) -> None:
    """A machine before the first fact."""
    m[:] = 0
    m[RANK] = m[SHOWN] = m[HELD_BY] = NOBODY
    m[REASON] = NOTHING
    m[HEAD] = m[TAIL] = person.low
    m[DEADLINE] = m[NIGHT] = m[TURN] = NEVER
    m[AT] = ALWAYS
    first = person.joined if person.low == person.high else min(person.joined, world.entries[person.low, ENTRY_AT])
    sums[:] = 0
    if first < NEVER and world.rules[0, WINDOW] != ROLLING:
        count_anew(world, person, m, sums, first)


@njit(cache=True)
def _run(
    world: World,
    person: Person,
    m: Ints,
    sums: Ints,
    speaks: int,
    stop: int,
    spoken: int,
    count: Ints,
    state: Ints,
    trace: Ints,
) -> int:
    """Run the machine up to ``stop``, silent before ``speaks``; the tier that is spoken at the end."""
    _start(world, person, m, sums)
    silent = speaks > ALWAYS
    while True:
        at = next_instant(world, person, m)
        if silent and at > speaks:
            spoken = _speak(person, m, sums, RUNNING, speaks, REFUND, spoken, count, state, trace)
            silent = False
        if at >= stop:
            return spoken
        shown = m[SHOWN]
        step(world, person, m, sums, at)
        if m[SHOWN] == spoken or (silent and at < speaks):
            silent &= at < speaks
            continue
        reason, row = m[REASON], SEEN
        if reason == NOTHING or m[HELD_BY] != NOBODY:
            reason, row = OVERRIDE, RUNNING
        if spoken == NOBODY:
            reason = JOINED
        elif silent and shown != spoken:
            reason, row = REFUND, RUNNING
        spoken = _speak(person, m, sums, row, at, reason, spoken, count, state, trace)
        silent = False


@njit(cache=True)
def _speak(
    person: Person,
    m: Ints,
    sums: Ints,
    row: int,
    at: int,
    reason: int,
    spoken: int,
    count: Ints,
    state: Ints,
    trace: Ints,
) -> int:
    """Write a change when the tier that is shown is another one than was spoken; the tier shown."""
    if m[SHOWN] == spoken:
        return spoken
    change = count[0]
    count[0] += 1
    state[person.member, 1] = at
    if change < len(trace):
        trace[change, 0], trace[change, 1], trace[change, 2] = person.member, at, spoken
        trace[change, 3], trace[change, 4], trace[change, 8] = m[SHOWN], reason, m[VERSION]
        trace[change, 5], trace[change, 6], trace[change, 7] = sums[row, 0], sums[row, 1], sums[row, 2]
    return int(m[SHOWN])


@njit(cache=True)
def _keep_state(world: World, m: Ints, sums: Ints, state: Ints) -> None:
    """Tier and sums as they stand, and when the sums begin to fall."""
    state[0], state[12] = m[SHOWN], m[HELD_BY]
    state[2], state[3], state[4] = sums[RUNNING, 0], sums[RUNNING, 1], sums[RUNNING, 2]
    state[5] = NOBODY
    falls = NEVER
    if world.rules[m[VERSION], WINDOW] != ROLLING:
        falls = m[TURN] if sums[RUNNING, 0] > 0 or sums[RUNNING, 2] > 0 else NEVER
    else:
        for entry in range(m[TAIL], m[HEAD]):
            if world.entries[entry, NET_FEN] > 0 or world.entries[entry, GROWTH] > 0:
                falls = start_of(world, world.entries[entry, ENTRY_DAY] + world.rules[m[VERSION], DAYS])
                break
    if falls != NEVER:
        state[5] = falls


@njit(cache=True)
def _look_ahead(world: World, person: Person, m: Ints, sums: Ints, state: Ints) -> None:
    """Let time run on without new facts up to the first loss of the tier that is shown now."""
    state[6:11], state[11] = NOBODY, 0
    if m[SHOWN] == NOBODY:
        return
    version, deadline = m[VERSION], m[DEADLINE]
    own = world.rules[version, RANKS + m[SHOWN]]
    while own > 0:
        at = next_instant(world, person, m)
        if at == NEVER:
            return
        earned = m[RANK] >= own
        step(world, person, m, sums, at)
        if world.rules[version, RANKS + m[SHOWN]] < own:
            kind, row = (KEEP, SEEN) if earned else (REACH, RUNNING)
            state[6], state[7], state[11] = at, m[SHOWN], at == deadline
            for way in range(WAYS):
                asked = world.rules[version, kind + own * WAYS + way]
                state[8 + way] = max(asked - sums[row, way], 0) if asked >= 0 else NOBODY
            return


@njit(cache=True)
def held_before(first: Ints, changed_at: Ints, after: Ints, member: Ints, at: Ints) -> Ints:
    """By row, the tier id that a member held just before an instant; -1 = none. Changes are sorted by (member, at)."""
    held = np.empty(len(at), np.int64)
    for row in range(len(at)):
        begin = low = first[member[row]]
        high = first[member[row] + 1]
        while low < high:
            middle = (low + high) // 2
            if changed_at[middle] < at[row]:
                low = middle + 1
            else:
                high = middle
        held[row] = after[low - 1] if low > begin else NOBODY
    return held
