"""Who has which tier, since when, why it changed, and when it would be lost: a pure function of orders, rules and now.

The meaning, once:
- An order counts from its payment (or its completion, as the rule says) on the shop days d with d > today - window: one
  paid on day D leaves at the start of day D + window. It counts with what was paid less what was refunded so far, and
  as one order unless it is wholly refunded. Orders before joining count; only members have a tier.
- Everything of one instant happens at once: expiries, then orders, then refunds, then one look at the thresholds.
  Reaching the threshold is enough. A rise is immediate, a fall too.
- Rule versions follow each other; the later one speaks at its first instant, what was under the earlier stays history.
- Facts after ``now`` are not looked at. An order that arrives late re-derives its member: run again, compare changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from core.clock import ShopZone, day_of, to_micros
from core.documents.rules import RuleDocument
from core.rules import tier_walk
from core.rules.tier_walk import NEVER, NOBODY, Facts, Ints, Ladder, State, Trace, as_ints

REASONS = ("joined", "purchase", "refund", "expiry", "rules")


@dataclass(frozen=True)
class Orders:
    """Paid orders as int64 columns sorted by (member index, ``paid_at``); instants are epoch microseconds, -1 = none.

    ``refund_at`` -1 with a refund: the refund counts from the payment on. ``finished_at`` is needed by rules that count
    from completion; an order without it does not count yet.
    """

    member: Ints
    paid_at: Ints
    paid_fen: Ints
    refund_fen: Ints
    refund_at: Ints
    finished_at: Ints | None = None


@dataclass(frozen=True)
class RuleInForce:
    """A published version and the instant it takes effect; None for the first, which holds from the first fact."""

    document: RuleDocument
    starts: datetime | None = None


@dataclass(frozen=True)
class TierWalk:
    """``state`` by member and the ``changes`` sorted by (member, at); tiers are indices of ``codes``, -1 is none.

    ``version`` is, by change, the index in the timeline of the rules that made it.
    """

    codes: tuple[str, ...]
    state: State
    changes: Trace
    version: Ints

    def code(self, tier: int) -> str | None:
        """The tier code of an index, None for -1."""
        return None if tier == NOBODY else self.codes[tier]


def walk_tiers(
    orders: Orders, joined: Ints, timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime
) -> TierWalk:
    """Tiers of ``len(joined)`` members at ``now`` and their whole history; ``joined`` in microseconds, -1 = no member.

    Errors: ValueError for columns that are not sorted or a timeline that does not rise (both are our bugs).
    """
    codes = tuple(dict.fromkeys(code for rule in timeline for code in rule.document.codes))
    end = to_micros(now) + 1
    joined = as_ints(joined)
    joined = np.where(joined < end, joined, NOBODY)
    starts = [np.iinfo(np.int64).min if rule.starts is None else to_micros(rule.starts) for rule in timeline]
    if not timeline or any(later <= earlier for earlier, later in pairwise(starts)):
        raise ValueError("a rule timeline rises and is not empty")
    stops = [min(start, end) for start in starts[1:]] + [end]
    state = tier_walk.new_state(len(joined))
    traces: list[Trace] = []
    for rule, start, stop in zip(timeline, starts, stops, strict=True):
        if start >= end:
            break
        facts = _facts(orders, joined, rule.document, zone, end)
        traces.append(_run(facts, _ladder(rule.document, codes, start, stop), state))
    return _joint(codes, state, traces)


def progress(state: State, document: RuleDocument, codes: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """By member: the next tier (index of ``codes``, -1 at the top and for non-members), and the fen and orders missing.

    With ``match: any`` either is enough, with ``all`` both are needed; -1 where that way is closed.
    """
    ids = as_ints([codes.index(code) for code in document.codes])
    rank = np.full(len(codes) + 1, NOBODY, np.int64)
    rank[ids] = np.arange(len(ids))
    following = np.where((state.tier == NOBODY) | (rank[state.tier] == len(ids) - 1), NOBODY, rank[state.tier] + 1)
    ladder = _ladder(document, codes, 0, 0)
    found = following != NOBODY
    missing = []
    for threshold, reached in ((ladder.spend_fen, state.spend_fen), (ladder.orders, state.orders)):
        asked = threshold[following]
        missing.append(np.where(found & (asked != NEVER), np.maximum(asked - reached, 0), NOBODY))
    return np.where(found, ids[following], NOBODY), missing[0], missing[1]


def _run(facts: Facts, ladder: Ladder, state: State) -> Trace:
    """One version: a counting pass, then the pass that writes; ``state`` moves on."""
    rows = tier_walk.walk(facts, ladder, tier_walk.copied(state), tier_walk.new_trace(0), False)
    for column in (state.holds_until, state.drops_at, state.drops_to):
        column[:] = NOBODY
    trace = tier_walk.new_trace(rows)
    tier_walk.walk(facts, ladder, state, trace, True)
    return trace


def _ladder(document: RuleDocument, codes: Sequence[str], start: int, stop: int) -> Ladder:
    """The document's thresholds as columns; a closed way is never met, or not asked for where all are needed."""
    closed = NEVER if document.match == "any" else 0
    return Ladder(
        as_ints([closed if tier.min_spend_fen is None else tier.min_spend_fen for tier in document.tiers]),
        as_ints([closed if tier.min_orders is None else tier.min_orders for tier in document.tiers]),
        as_ints([codes.index(code) for code in document.codes]),
        document.match == "all",
        start,
        stop,
    )


def _facts(orders: Orders, joined: Ints, document: RuleDocument, zone: ShopZone, end: int) -> Facts:
    """The orders that count by ``end``, in the order in which they begin to count, with their expiries and refunds."""
    member, at, paid, refund, refund_at = _counted(orders, document, end)
    if len(member) and (member[0] < 0 or member[-1] >= len(joined) or _unsorted(member, at)):
        raise ValueError("orders are sorted by (member, instant) and belong to somebody")
    refund = np.where(refund_at < end, np.minimum(refund, paid), 0)
    leaves = _leaving(at, zone, document.window.days)
    at_once = refund_at <= at
    later = (refund > 0) & ~at_once & (refund_at < leaves)
    refunds = np.flatnonzero(later)
    refunds = refunds[np.lexsort((refunds, refund_at[refunds], member[refunds]))]
    return Facts(
        first=tier_walk.slices(member, len(joined)),
        at=at,
        leaves=leaves,
        entry_fen=np.where(at_once, paid - refund, paid),
        back_fen=np.where(later, refund, 0),
        refund_at=refund_at,
        refunds=as_ints(refunds),
        first_refund=tier_walk.slices(member[refunds], len(joined)),
        joined=joined,
    )


def _counted(orders: Orders, document: RuleDocument, end: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Member, instant, paid, refund and refund instant of the orders that count by ``end``."""
    at, order = orders.paid_at, slice(None)
    if document.spend_counts_from == "finished":
        if orders.finished_at is None:
            raise ValueError("these rules count from completion: finished_at is needed")
        at = np.where(orders.finished_at == NOBODY, NOBODY, np.maximum(orders.finished_at, orders.paid_at))
        order = np.lexsort((at, orders.member))  # type: ignore[assignment]
    facts = (orders.member, at, orders.paid_fen, orders.refund_fen, orders.refund_at)
    columns = tuple(as_ints(column[order]) for column in facts)
    keep = (columns[1] != NOBODY) & (columns[1] < end) & (columns[2] > 0)
    if not keep.all():
        columns = tuple(column[keep] for column in columns)
    member, at, paid, refund, refund_at = columns
    return member, at, paid, refund, refund_at


def _leaving(at: Ints, zone: ShopZone, days: int) -> Ints:
    """The start of the shop day on which each order leaves the window."""
    if not len(at):
        return at
    numbers = zone.day_numbers(at)
    first, last = int(numbers.min()), int(numbers.max())
    starts = as_ints([to_micros(zone.start(day_of(number + days))) for number in range(first, last + 1)])
    return starts[numbers - first]


def _unsorted(member: Ints, at: Ints) -> bool:
    """Is some row before the one above it?"""
    step = np.diff(member)
    return bool(np.any((step < 0) | ((step == 0) & (np.diff(at) < 0))))


def _joint(codes: tuple[str, ...], state: State, traces: Sequence[Trace]) -> TierWalk:
    """The changes of all versions in one trace sorted by (member, at)."""
    traces = traces or [tier_walk.new_trace(0)]
    version = as_ints(np.repeat(np.arange(len(traces)), [len(trace.at) for trace in traces]))
    changes = Trace(*(np.concatenate([as_ints([]), *columns]) for columns in zip(*traces, strict=True)))
    if len(traces) > 1:
        order = np.lexsort((changes.at, changes.member))
        changes, version = Trace(*(column[order] for column in changes)), version[order]
    return TierWalk(codes, state, changes, version)
