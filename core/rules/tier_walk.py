"""The compiled walk of the tiers: member by member, through all versions, once more from the start after each refund.

At a refund's instant everything becomes as if that money had never been spent. So the machine runs from the first fact with
what was refunded by then taken off, in silence up to that instant, and speaks from there on to the next refund. Growth is
earned in the same walk, because thresholds of growth need it as of each refund.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from core.rules.earning import Rates, Weights, fold
from core.rules.facts import ALWAYS, NEVER, NOBODY, Entries, Ints
from core.rules.tier_machine import (
    AT,
    DAYS,
    DEADLINE,
    FIELDS,
    HEAD,
    HELD_BY,
    JOINED,
    KEEP,
    NIGHT,
    NOTHING,
    OVERRIDE,
    RANK,
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
    """By member, written in place: tier id, since when, sums; and what comes if nothing more is bought."""

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
    version: Ints


class GrowthTrace(NamedTuple):
    """Growth as it was booked: earned at the entry's instant, changed at a refund's by the signed difference."""

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
    """What the fold of growth needs; ``was`` and ``refunded`` are written, by entry."""

    weights: Weights
    rates: Rates
    pct: Ints
    refunded: Ints
    was: Ints


@njit(cache=True)
def walk(
    world: World,
    entries: Entries,
    people: People,
    growing: Growing,
    end: int,
    state: State,
    trace: Trace,
    booked: GrowthTrace,
) -> tuple[int, int]:
    """All members up to ``end``; how many rows the traces need, which may be more than they have room for."""
    m, sums, count = np.zeros(FIELDS, np.int64), np.zeros((4, WAYS), np.int64), np.zeros(2, np.int64)
    for member in range(len(people.joined)):
        person = Person(
            entries.first[member],
            entries.first[member + 1],
            people.joined[member],
            people.month[member],
            people.day[member],
            people.first[member],
            people.first[member + 1],
        )
        _walk_one(world, entries, person, member, growing, end, m, sums, count, state, trace, booked)
        _keep_state(world, person, member, m, sums, state)
        _look_ahead(world, person, member, m, sums, state)
    return count[0], count[1]


@njit(cache=True)
def _walk_one(
    world: World,
    entries: Entries,
    person: Person,
    member: int,
    growing: Growing,
    end: int,
    m: Ints,
    sums: Ints,
    count: Ints,
    state: State,
    trace: Trace,
    booked: GrowthTrace,
) -> None:
    """One person: a run from each refund to the next, with growth booked on the way."""
    row, rows = entries.first_refund[member], entries.first_refund[member + 1]
    speaks, spoken = ALWAYS, NOBODY
    _take_off(world, entries, growing, person)
    while True:
        stop = entries.refund_at[row] if row < rows else end
        if person.joined < NEVER:
            _book(world, entries, member, person, growing, speaks, stop, count, booked)
        spoken = _run(world, person, member, m, sums, speaks, stop, spoken, count, state, trace)
        if row == rows:
            return
        growing.was[person.low : person.high] = world.growth[person.low : person.high]
        speaks = stop
        while row < rows and entries.refund_at[row] == speaks:
            growing.refunded[entries.refund_entry[row]] += entries.refund_fen[row]
            row += 1
        _take_off(world, entries, growing, person)


@njit(cache=True)
def _take_off(world: World, entries: Entries, growing: Growing, person: Person) -> None:
    """What each entry brings with what was refunded so far taken off."""
    for entry in range(person.low, person.high):
        world.net_fen[entry] = max(entries.paid_fen[entry] - growing.refunded[entry], 0)
    if len(growing.pct):
        fold(
            entries,
            growing.weights,
            growing.rates,
            growing.pct,
            person.low,
            person.high,
            growing.refunded,
            world.growth,
        )


@njit(cache=True)
def _book(
    world: World,
    entries: Entries,
    member: int,
    person: Person,
    growing: Growing,
    speaks: int,
    stop: int,
    count: Ints,
    booked: GrowthTrace,
) -> None:
    """Growth rows of one run: what the refund changed, then what was earned up to the next one."""
    for entry in range(person.low, person.high):
        at = entries.at[entry]
        if at > stop:
            return
        amount = world.growth[entry] - (growing.was[entry] if at <= speaks else 0)
        if amount == 0:
            continue
        row = count[1]
        count[1] += 1
        if row < len(booked.at):
            booked.member[row], booked.fact[row], booked.amount[row] = member, entries.fact[entry], amount
            booked.entry_kind[row], booked.version[row] = entries.order[entry] == NOBODY, entries.version[entry]
            booked.at[row] = speaks if at <= speaks else at


@njit(cache=True)
def _start(world: World, person: Person, m: Ints, sums: Ints) -> None:
    """A machine before the first fact."""
    m[:] = 0
    m[RANK] = m[SHOWN] = m[HELD_BY] = NOBODY
    m[REASON] = NOTHING
    m[HEAD] = m[TAIL] = person.low
    m[DEADLINE] = m[NIGHT] = m[TURN] = NEVER
    m[AT] = ALWAYS
    first = person.joined if person.low == person.high else min(person.joined, world.at[person.low])
    sums[:] = 0
    if first < NEVER and world.rules[0, WINDOW] != ROLLING:
        count_anew(world, person, m, sums, first)


@njit(cache=True)
def _run(
    world: World,
    person: Person,
    member: int,
    m: Ints,
    sums: Ints,
    speaks: int,
    stop: int,
    spoken: int,
    count: Ints,
    state: State,
    trace: Trace,
) -> int:
    """Run the machine up to ``stop``, silent before ``speaks``; the tier that is spoken at the end."""
    _start(world, person, m, sums)
    silent = speaks > ALWAYS
    while True:
        at = next_instant(world, person, m)
        if silent and at > speaks:
            spoken = _speak(world, member, m, sums, RUNNING, speaks, REFUND, spoken, count, state, trace)
            silent = False
        if at >= stop:
            return spoken
        shown = m[SHOWN]
        step(world, person, m, sums, at)
        if silent and at < speaks:
            continue
        reason = m[REASON]
        if m[HELD_BY] != NOBODY or reason == NOTHING:
            reason = OVERRIDE
        if spoken == NOBODY:
            reason = JOINED
        elif silent and shown != spoken:
            reason = REFUND
        row = RUNNING if m[REASON] == NOTHING or reason == REFUND else SEEN
        spoken = _speak(world, member, m, sums, row, at, reason, spoken, count, state, trace)
        silent = False


@njit(cache=True)
def _speak(
    world: World,
    member: int,
    m: Ints,
    sums: Ints,
    row: int,
    at: int,
    reason: int,
    spoken: int,
    count: Ints,
    state: State,
    trace: Trace,
) -> int:
    """Write a change when the tier that is shown is another one than was spoken; the tier shown."""
    if m[SHOWN] == spoken:
        return spoken
    change = count[0]
    count[0] += 1
    state.since[member] = at
    if change < len(trace.at):
        trace.member[change], trace.at[change], trace.reason[change] = member, at, reason
        trace.before[change], trace.after[change], trace.version[change] = spoken, m[SHOWN], m[VERSION]
        trace.spend_fen[change], trace.orders[change], trace.growth[change] = sums[row, 0], sums[row, 1], sums[row, 2]
    return m[SHOWN]


@njit(cache=True)
def _keep_state(world: World, person: Person, member: int, m: Ints, sums: Ints, state: State) -> None:
    """Tier and sums as they stand, and when the sums begin to fall."""
    state.tier[member], state.held_by[member] = m[SHOWN], m[HELD_BY]
    state.spend_fen[member], state.orders[member], state.growth[member] = sums[0, 0], sums[0, 1], sums[0, 2]
    state.holds_until[member] = NOBODY
    if world.rules[m[VERSION], WINDOW] != ROLLING:
        if sums[0, 0] > 0 or sums[0, 2] > 0:
            state.holds_until[member] = m[TURN]
        return
    for entry in range(m[TAIL], m[HEAD]):
        if world.net_fen[entry] > 0 or world.growth[entry] > 0:
            leaves = start_of(world, world.day[entry] + world.rules[m[VERSION], DAYS])
            state.holds_until[member] = NOBODY if leaves == NEVER else leaves
            return


@njit(cache=True)
def _look_ahead(world: World, person: Person, member: int, m: Ints, sums: Ints, state: State) -> None:
    """Let time run on without new facts up to the first loss of the tier that is shown now."""
    state.drops_at[member] = state.drops_to[member] = NOBODY
    state.keep_fen[member] = state.keep_orders[member] = state.keep_growth[member] = NOBODY
    state.grace[member] = 0
    if m[SHOWN] == NOBODY:
        return
    version, deadline = m[VERSION], m[DEADLINE]
    own = world.ranks[version, m[SHOWN]]
    while own > 0:
        at = next_instant(world, person, m)
        if at == NEVER:
            return
        earned = m[RANK] >= own
        step(world, person, m, sums, at)
        if world.ranks[version, m[SHOWN]] < own:
            kind, row = (KEEP, SEEN) if earned else (REACH, RUNNING)
            state.drops_at[member], state.drops_to[member] = at, m[SHOWN]
            state.grace[member] = at == deadline
            state.keep_fen[member] = _missing(world, version, kind, own, 0, sums, row)
            state.keep_orders[member] = _missing(world, version, kind, own, 1, sums, row)
            state.keep_growth[member] = _missing(world, version, kind, own, 2, sums, row)
            return


@njit(cache=True)
def _missing(world: World, version: int, kind: int, rank: int, way: int, sums: Ints, row: int) -> int:
    """What is missing on one way; -1 where it is closed."""
    asked = world.asks[version, kind, rank, way]
    return max(asked - sums[row, way], 0) if asked >= 0 else NOBODY  # type: ignore[no-any-return]


@njit(cache=True)
def held_before(first: Ints, changed_at: Ints, after: Ints, member: Ints, at: Ints) -> Ints:
    """By row, the tier id that a member held just before an instant; -1 = none. Changes are sorted by (member, at)."""
    held = np.empty(len(at), np.int64)
    for row in range(len(at)):
        low, high = first[member[row]], first[member[row] + 1]
        begin = low
        while low < high:
            middle = (low + high) // 2
            if changed_at[middle] < at[row]:
                low = middle + 1
            else:
                high = middle
        held[row] = after[low - 1] if low > begin else NOBODY
    return held
