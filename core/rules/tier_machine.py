"""The compiled tier state machine of one person: what happens at one instant, and when the next one is.

Everything of one instant happens at once: a new version, a period's turn, what leaves the window, orders and interactions,
then one look at the thresholds. ``core.rules.tiers`` says what the columns mean and prepares them; ``core.rules.tier_walk``
runs the machine. A tier is a rank in the version in force here (0 = entry, -1 = none), outside an index of all codes.
"""

from typing import NamedTuple

import numpy as np

from core.documents.rules import MOST_TIERS
from core.rules.compiled import njit
from core.rules.facts import NEVER, NOBODY, Ints

REASONS = ("joined", "purchase", "refund", "expiry", "rules", "review", "grace", "override", "interaction")
JOINED, PURCHASE, REFUND, EXPIRY, RULES, REVIEW, GRACE, OVERRIDE, INTERACTION = range(len(REASONS))
NOTHING = -1
# Columns of World.rules, one row a version; then the tier ids by rank, what is asked, and the ranks by tier id.
STARTS, CHANGED, SIZE, ALL_NEEDED, WINDOW, DAYS, NIGHTLY, MODE, GRACE_DAYS, IDS = range(10)
WAYS = 3
ASKS = IDS + MOST_TIERS
RANKS = ASKS + 2 * MOST_TIERS * WAYS
ROLLING, CALENDAR_YEAR, ANNIVERSARY = range(3)
STRAIGHT, ONE_STEP, NO_FALL = range(3)
REACH, KEEP = ASKS, ASKS + MOST_TIERS * WAYS
# Columns of World.entries (by entry, with what was refunded so far taken off) and of World.overrides.
ENTRY_AT, ENTRY_DAY, IS_ORDER, NET_FEN, GROWTH = range(5)
TIER, SINCE, ENDS, SOURCE, KEPT = range(5)
# Fields of a machine, and the rows of its sums (spend, orders, growth each).
VERSION, RANK, DEADLINE, HEAD, TAIL, TURN, YEAR, NIGHT, SHOWN, HELD_BY, REASON, AT, FIELDS = range(13)
RUNNING, LAST, BOTH, SEEN = range(4)
GONE = -2


class World(NamedTuple):
    """Rules by version, entries, overrides, and the starts of shop days from day ``low`` on.

    Few tables instead of many columns: compiled calls pass every array by its parts. What is asked is -1 on a closed way;
    ``KEPT`` of an override without a tier is written: what it holds.
    """

    rules: Ints
    entries: Ints
    overrides: Ints
    starts: Ints
    low: int


class Person(NamedTuple):
    """Slices of entries and overrides; when they joined (``NEVER``: not) and on which day of the year."""

    member: int
    low: int
    high: int
    joined: int
    month: int
    day: int
    first: int
    last: int


@njit(cache=True)
def start_of(world: World, day: int) -> int:
    """The instant at which a shop day begins; ``NEVER`` beyond the days that are looked at."""
    index = day - world.low
    return int(world.starts[index]) if index < len(world.starts) else NEVER


@njit(cache=True)
def day_at(world: World, at: int) -> int:
    """The shop day of an instant."""
    return int(np.searchsorted(world.starts, at, side="right")) - 1 + world.low


@njit(cache=True)
def day_in_year(year: int, month: int, day: int) -> int:
    """The day number of a date (Hinnant's days_from_civil); 29 February is 28 February in a common year."""
    if month == 2 and day == 29 and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        day = 28
    year -= month <= 2
    era, of_era = year // 400, year % 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@njit(cache=True)
def year_of(day: int, person: Person, window: int) -> int:
    """The year in which the period of a day began."""
    month, first = (person.month, person.day) if window == ANNIVERSARY else (1, 1)
    year = 1970 + day * 400 // 146_097
    while day_in_year(year, month, first) > day:
        year -= 1
    while day_in_year(year + 1, month, first) <= day:
        year += 1
    return year


@njit(cache=True)
def turn_of(world: World, person: Person, window: int, year: int) -> int:
    """The shop day on which the period that began in a year began."""
    return day_in_year(year, person.month, person.day) if window == ANNIVERSARY else day_in_year(year, 1, 1)


@njit(cache=True)
def meets(world: World, version: int, kind: int, rank: int, sums: Ints, row: int) -> bool:
    """Whether sums are enough to reach or to keep a tier; the threshold itself is enough."""
    all_needed = bool(world.rules[version, ALL_NEEDED])
    for way in range(WAYS):
        asked = world.rules[version, kind + rank * WAYS + way]
        if asked >= 0 and (sums[row, way] >= asked) != all_needed:
            return not all_needed
    return all_needed


@njit(cache=True)
def reached(world: World, version: int, sums: Ints, row: int) -> int:
    """The highest rank that sums reach; the entry tier asks for nothing."""
    for rank in range(world.rules[version, SIZE] - 1, 0, -1):
        if meets(world, version, REACH, rank, sums, row):
            return rank
    return 0


@njit(cache=True)
def is_kept(world: World, version: int, rank: int, sums: Ints, row: int) -> bool:
    """Whether sums keep a rank: they meet what keeping asks for, or reach it or a higher one anew."""
    return rank == 0 or meets(world, version, KEEP, rank, sums, row) or reached(world, version, sums, row) >= rank


@njit(cache=True)
def bring(world: World, entry: int, sums: Ints, row: int, sign: int) -> None:
    """Add (or take off) what one entry brings."""
    sums[row, 0] += sign * world.entries[entry, NET_FEN]
    sums[row, 1] += sign * (world.entries[entry, NET_FEN] > 0)
    sums[row, 2] += sign * world.entries[entry, GROWTH]


@njit(cache=True)
def count_anew(world: World, person: Person, m: Ints, sums: Ints, at: int) -> None:
    """The sums of the entries so far in the window of the version in force at an instant."""
    window, days = world.rules[m[VERSION], WINDOW], world.rules[m[VERSION], DAYS]
    sums[:] = 0
    m[TAIL], m[TURN] = person.low, NEVER
    today = day_at(world, at)
    if window == ROLLING:
        while m[TAIL] < m[HEAD] and world.entries[m[TAIL], ENTRY_DAY] + days <= today:
            m[TAIL] += 1
        for entry in range(m[TAIL], m[HEAD]):
            bring(world, entry, sums, RUNNING, 1)
        return
    m[YEAR] = year_of(today, person, window)
    m[TURN] = start_of(world, turn_of(world, person, window, m[YEAR] + 1))
    before, begin = turn_of(world, person, window, m[YEAR] - 1), turn_of(world, person, window, m[YEAR])
    for entry in range(m[HEAD] - 1, person.low - 1, -1):
        if world.entries[entry, ENTRY_DAY] < before:
            return
        bring(world, entry, sums, RUNNING if world.entries[entry, ENTRY_DAY] >= begin else LAST, 1)


@njit(cache=True)
def next_instant(world: World, person: Person, m: Ints) -> int:
    """When something may happen next; ``NEVER`` when nothing will."""
    at = min(m[TURN], m[DEADLINE], m[NIGHT])
    if m[HEAD] < person.high:
        at = min(at, world.entries[m[HEAD], ENTRY_AT])
    if m[TAIL] < m[HEAD] and world.rules[m[VERSION], WINDOW] == ROLLING:
        at = min(at, start_of(world, world.entries[m[TAIL], ENTRY_DAY] + world.rules[m[VERSION], DAYS]))
    if m[VERSION] + 1 < len(world.rules):
        at = min(at, world.rules[m[VERSION] + 1, STARTS])
    if m[RANK] == NOBODY:
        at = min(at, person.joined)
    for override in range(person.first, person.last):
        if world.overrides[override, SINCE] > m[AT]:
            at = min(at, world.overrides[override, SINCE])
        elif world.overrides[override, ENDS] > m[AT]:
            at = min(at, world.overrides[override, ENDS])
    return int(at)


@njit(cache=True)
def step(world: World, person: Person, m: Ints, sums: Ints, at: int) -> None:
    """Let everything of one instant happen; ``m[REASON]`` says why the earned tier changed, ``sums[SEEN]`` by what."""
    m[REASON] = NOTHING
    switched = False
    while m[VERSION] + 1 < len(world.rules) and world.rules[m[VERSION] + 1, STARTS] <= at:
        switched |= _switch(world, person, m, sums, at)
    version = m[VERSION]
    turned = m[TURN] <= at
    if turned:
        if m[DEADLINE] <= at:
            _hold(world, m, sums, BOTH, at, GRACE)
        sums[LAST], sums[RUNNING] = sums[RUNNING], 0
        m[YEAR] += 1
        m[TURN] = start_of(world, turn_of(world, person, world.rules[version, WINDOW], m[YEAR] + 1))
    latest = _take_in(world, person, m, sums, at)
    if m[RANK] != NOBODY or person.joined <= at:
        _judge(world, m, sums, at, switched, turned, latest)
    _show(world, person, m, at)
    m[AT] = at


@njit(cache=True)
def _switch(world: World, person: Person, m: Ints, sums: Ints, at: int) -> bool:
    """The next version takes over: the tier is carried over by its code; False when its tier rules are the same."""
    before = m[VERSION]
    m[VERSION] += 1
    if world.rules[m[VERSION], CHANGED] == 0:
        return False
    if m[RANK] >= 0:
        rank = world.rules[m[VERSION], RANKS + world.rules[before, IDS + m[RANK]]]
        m[RANK] = GONE if rank == NOBODY else rank
    m[DEADLINE] = m[NIGHT] = NEVER
    count_anew(world, person, m, sums, at)
    return True


@njit(cache=True)
def _take_in(world: World, person: Person, m: Ints, sums: Ints, at: int) -> int:
    """What leaves the window, then what begins to count; why a rise would be one: the kind of the latest fact."""
    version = m[VERSION]
    if world.rules[version, WINDOW] == ROLLING:
        days = world.rules[version, DAYS]
        while m[TAIL] < m[HEAD] and start_of(world, world.entries[m[TAIL], ENTRY_DAY] + days) <= at:
            bring(world, m[TAIL], sums, RUNNING, -1)
            m[TAIL] += 1
    while m[HEAD] < person.high and world.entries[m[HEAD], ENTRY_AT] <= at:
        bring(world, m[HEAD], sums, RUNNING, 1)
        m[HEAD] += 1
    for way in range(WAYS):
        sums[BOTH, way] = sums[RUNNING, way] + sums[LAST, way]
    return INTERACTION if m[HEAD] > person.low and world.entries[m[HEAD] - 1, IS_ORDER] == 0 else PURCHASE


@njit(cache=True)
def _judge(world: World, m: Ints, sums: Ints, at: int, switched: bool, turned: bool, latest: int) -> None:
    """One look at the thresholds."""
    version, periods = m[VERSION], world.rules[m[VERSION], WINDOW] != ROLLING
    if m[RANK] < 0 or switched:
        # What is reached in a period is kept to the end of the next one: here both count.
        row = LAST if reached(world, version, sums, LAST) > reached(world, version, sums, RUNNING) else RUNNING
        highest = reached(world, version, sums, row)
        if m[RANK] < highest:
            _put(m, sums, row, highest, JOINED if m[RANK] == NOBODY else RULES)
        elif m[RANK] > highest:
            _hold(world, m, sums, BOTH, at, RULES)
    elif turned:
        highest = reached(world, version, sums, LAST)
        if highest > m[RANK]:  # nightly: reached on the period's last day
            _put(m, sums, LAST, highest, latest)
        else:
            _hold(world, m, sums, LAST, at, REVIEW)
    elif not periods:
        _hold(world, m, sums, RUNNING, at, EXPIRY)
    elif m[DEADLINE] != NEVER:
        _hold(world, m, sums, BOTH, at, GRACE)
    m[NIGHT] = NEVER
    highest = reached(world, version, sums, RUNNING)
    if highest > m[RANK]:
        today = day_at(world, at) if world.rules[version, NIGHTLY] == 1 else 0
        if world.rules[version, NIGHTLY] == 0 or start_of(world, today) == at:
            _put(m, sums, RUNNING, highest, latest)
        else:
            m[NIGHT] = start_of(world, today + 1)


@njit(cache=True)
def _put(m: Ints, sums: Ints, row: int, rank: int, reason: int) -> None:
    """The earned tier changes."""
    sums[SEEN] = sums[row]
    m[RANK], m[REASON], m[DEADLINE] = rank, reason, NEVER


@njit(cache=True)
def _hold(world: World, m: Ints, sums: Ints, row: int, at: int, reason: int) -> None:
    """Keep the tier, begin or go on with the grace, or fall when that is over."""
    version = m[VERSION]
    mode, grace = world.rules[version, MODE], world.rules[version, GRACE_DAYS]
    while not is_kept(world, version, m[RANK], sums, row) and mode != NO_FALL:
        if m[DEADLINE] == NEVER:
            m[DEADLINE] = _grace_end(world, at, grace)
        if m[DEADLINE] > at:
            return
        rank = m[RANK] - 1
        while mode == STRAIGHT and not is_kept(world, version, rank, sums, row):
            rank -= 1
        _put(m, sums, row, rank, GRACE if grace > 0 else reason)
        if world.rules[version, WINDOW] != ROLLING:  # the next step comes with the next review
            return
    m[DEADLINE] = NEVER


@njit(cache=True)
def _grace_end(world: World, at: int, days: int) -> int:
    """The start of the shop day after so many whole shop days; the instant itself without grace."""
    if days == 0:
        return at
    today = day_at(world, at)
    return start_of(world, today + days + (start_of(world, today) != at))


@njit(cache=True)
def _show(world: World, person: Person, m: Ints, at: int) -> None:
    """What is shown: the earned tier, or the highest floor that an override gives while it is in force."""
    version, before = m[VERSION], m[SHOWN]
    m[HELD_BY] = NOBODY
    if m[RANK] < 0:
        return
    shown = m[RANK]
    for override in range(person.first, person.last):
        if world.overrides[override, SINCE] <= at < world.overrides[override, ENDS]:
            tier = world.overrides[override, TIER]
            if tier == NOBODY and world.overrides[override, SINCE] < at:
                tier = world.overrides[override, KEPT]
            if tier >= 0 and world.rules[version, RANKS + tier] > shown:
                shown, m[HELD_BY] = world.rules[version, RANKS + tier], world.overrides[override, SOURCE]
    for override in range(person.first, person.last):
        if (
            world.overrides[override, TIER] == NOBODY
            and world.overrides[override, SINCE] == at < world.overrides[override, ENDS]
        ):
            if before >= 0 and world.rules[version, RANKS + before] > shown:
                shown, m[HELD_BY] = world.rules[version, RANKS + before], world.overrides[override, SOURCE]
            world.overrides[override, KEPT] = world.rules[version, IDS + shown]
    m[SHOWN] = world.rules[version, IDS + shown]
