"""The compiled heart of the tiers: one pass over each member's orders, refunds and expiries in time order.

Plain int64 arrays in and out; ``core.rules.tiers`` prepares them and says what they mean. Inside a pass a tier is its
rank in the version in force (0 = entry, -1 = none); outside it is an id that is the same in every version.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]

NEVER = np.iinfo(np.int64).max
NOBODY = -1
JOINED, PURCHASE, REFUND, EXPIRY, RULES = range(5)


class Facts(NamedTuple):
    """Orders sorted by (member, ``at``), one slice ``first[m]:first[m + 1]`` a member, and the refunds that come later.

    ``entry_fen`` is what an order brings when it begins to count, ``back_fen`` what a refund takes off before it leaves.
    ``refunds`` are indices of orders, sorted by (member, ``refund_at``), sliced by ``first_refund``.
    """

    first: Ints
    at: Ints
    leaves: Ints
    entry_fen: Ints
    back_fen: Ints
    refund_at: Ints
    refunds: Ints
    first_refund: Ints
    joined: Ints


class Ladder(NamedTuple):
    """Thresholds by rank (``NEVER`` = closed way), tier ids, and ``[start, stop)``: when this version is in force."""

    spend_fen: Ints
    orders: Ints
    ids: Ints
    all_needed: bool
    start: int
    stop: int


class State(NamedTuple):
    """By member, written in place: tier id, since when, window sums; and what comes if nothing more is bought."""

    tier: Ints
    since: Ints
    spend_fen: Ints
    orders: Ints
    holds_until: Ints
    drops_at: Ints
    drops_to: Ints


class Trace(NamedTuple):
    """The changes, one row each: member, instant, tier ids, reason, and the window sums behind it."""

    member: Ints
    at: Ints
    before: Ints
    after: Ints
    reason: Ints
    spend_fen: Ints
    orders: Ints


@njit(cache=True)
def rank_of(ladder: Ladder, spend_fen: int, orders: int) -> int:
    """The highest rank whose thresholds are met; the threshold itself is enough, the entry tier asks for nothing."""
    for rank in range(len(ladder.ids) - 1, 0, -1):
        by_spend = spend_fen >= ladder.spend_fen[rank]
        by_orders = orders >= ladder.orders[rank]
        if (by_spend and by_orders) or (not ladder.all_needed and (by_spend or by_orders)):
            return rank
    return 0


@njit(cache=True)
def _apply(facts: Facts, cursor: Ints, ends: Ints, at: int, sums: Ints) -> int:
    """Move the cursors over everything that happens at one instant, update the sums; the reason a fall would have."""
    reason = PURCHASE
    while cursor[0] < ends[0] and facts.leaves[cursor[0]] == at:
        net = facts.entry_fen[cursor[0]] - facts.back_fen[cursor[0]]
        sums[0] -= net
        sums[1] -= net > 0
        cursor[0] += 1
        reason = EXPIRY
    while cursor[1] < ends[0] and facts.at[cursor[1]] == at:
        sums[0] += facts.entry_fen[cursor[1]]
        sums[1] += facts.entry_fen[cursor[1]] > 0
        cursor[1] += 1
    while cursor[2] < ends[1] and facts.refund_at[facts.refunds[cursor[2]]] == at:
        order = facts.refunds[cursor[2]]
        sums[0] -= facts.back_fen[order]
        sums[1] -= facts.back_fen[order] == facts.entry_fen[order]
        cursor[2] += 1
        reason = REFUND
    return reason


@njit(cache=True)
def _next_instant(facts: Facts, cursor: Ints, ends: Ints) -> int:
    """The instant of the next expiry, order or refund; ``NEVER`` when there is none."""
    at = facts.leaves[cursor[0]] if cursor[0] < ends[0] else NEVER
    if cursor[1] < ends[0]:
        at = min(at, facts.at[cursor[1]])
    if cursor[2] < ends[1]:
        at = min(at, facts.refund_at[facts.refunds[cursor[2]]])
    return at


@njit(cache=True)
def _look_ahead(facts: Facts, ladder: Ladder, member: int, cursor: Ints, sums: Ints, rank: int, state: State) -> None:
    """Let the counted orders leave one by one: when the sums begin to fall, and when the tier is lost."""
    spend_fen, orders = sums[0], sums[1]
    order = cursor[0]
    while order < cursor[1]:
        at = facts.leaves[order]
        while order < cursor[1] and facts.leaves[order] == at:
            net = facts.entry_fen[order] - facts.back_fen[order]
            spend_fen -= net
            orders -= net > 0
            order += 1
        if spend_fen < sums[0] and state.holds_until[member] == NOBODY:
            state.holds_until[member] = at
        if rank_of(ladder, spend_fen, orders) < rank:
            state.drops_at[member] = at
            state.drops_to[member] = ladder.ids[rank_of(ladder, spend_fen, orders)]
            return


@njit(cache=True)
def walk(facts: Facts, ladder: Ladder, state: State, trace: Trace, record: bool) -> int:
    """Run one rule version over all members; the number of changes, which go to ``trace`` when ``record`` is set.

    What happened before ``start`` is counted in silence; at ``start`` the new version speaks (reason RULES).
    """
    count = 0
    cursor, ends, sums = np.zeros(3, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    for member in range(len(facts.joined)):
        cursor[0], cursor[1], cursor[2] = facts.first[member], facts.first[member], facts.first_refund[member]
        ends[0], ends[1] = facts.first[member + 1], facts.first_refund[member + 1]
        sums[:] = 0
        joined = facts.joined[member]
        tier, rank, spoken = state.tier[member], NOBODY, False
        while True:
            at = _next_instant(facts, cursor, ends)
            if not spoken:
                at = min(at, joined if joined > ladder.start else ladder.start) if joined != NOBODY else at
            if at >= ladder.stop:
                break
            fall = _apply(facts, cursor, ends, at, sums)
            if joined == NOBODY or at < joined or at < ladder.start:
                continue
            after = rank_of(ladder, sums[0], sums[1])
            reason = (PURCHASE if after > rank else fall) if spoken else (JOINED if tier == NOBODY else RULES)
            spoken, rank = True, after
            if ladder.ids[after] == tier:
                continue
            if record:
                trace.member[count], trace.at[count], trace.reason[count] = member, at, reason
                trace.before[count], trace.after[count] = tier, ladder.ids[after]
                trace.spend_fen[count], trace.orders[count] = sums[0], sums[1]
            count += 1
            tier, state.since[member] = ladder.ids[after], at
        state.tier[member], state.spend_fen[member], state.orders[member] = tier, sums[0], sums[1]
        if record and rank != NOBODY:
            _look_ahead(facts, ladder, member, cursor, sums, rank, state)
    return count


def new_trace(rows: int) -> Trace:
    """An empty trace with room for so many changes."""
    return Trace(*(np.zeros(rows, np.int64) for _ in Trace._fields))


def new_state(members: int) -> State:
    """Nobody has a tier yet."""
    return State(*(np.full(members, NOBODY, np.int64) for _ in State._fields))


def slices(owner: Ints, members: int) -> Ints:
    """Where each member's rows begin in a column sorted by member; one more entry than members."""
    return np.searchsorted(owner, np.arange(members + 1)).astype(np.int64)


def copied(state: State) -> State:
    """A copy that a counting pass may write to."""
    return State(*(column.copy() for column in state))


def as_ints(values: Any) -> Ints:
    """A contiguous int64 column."""
    return np.ascontiguousarray(values, dtype=np.int64)
