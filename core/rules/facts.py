"""The facts of some members as columns, and the one order in which every kernel looks at them.

Instants are epoch microseconds (int64, -1 = none), money is fen, ``member`` is an index below ``members``.
An order follows the rules in force when it was paid: they say whether it counts from its payment or from its completion, and at
what rate it earns. What a refund takes back it takes back from the refund's instant on, as if that money had never been spent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.clock import ShopZone, to_micros
from core.documents.earning import EARNING_KINDS, ORDER
from core.documents.rules import RuleDocument

Ints = npt.NDArray[np.int64]

NEVER = int(np.iinfo(np.int64).max)
ALWAYS = int(np.iinfo(np.int64).min)
NOBODY = -1
ORDER_KIND = EARNING_KINDS.index(ORDER)
POINTS_KINDS = ("grant", "take", "spend", "give_back")


def as_ints(values: Any) -> Ints:
    """A contiguous int64 column."""
    return np.ascontiguousarray(values, dtype=np.int64)


def slices(owner: Ints, members: int) -> Ints:
    """Where each member's rows begin in a column sorted by member; one more entry than members."""
    return np.searchsorted(owner, np.arange(members + 1)).astype(np.int64)


_NONE = as_ints([])


class Orders(NamedTuple):
    """Paid orders (``paid_fen`` > 0, gross of refunds) sorted by (member, paid_at, id)."""

    member: Ints = _NONE
    id: Ints = _NONE
    paid_at: Ints = _NONE
    paid_fen: Ints = _NONE
    finished_at: Ints = _NONE


class Refunds(NamedTuple):
    """Money given back: ``order`` is an index into the orders; sorted by (order, at, id)."""

    order: Ints = _NONE
    id: Ints = _NONE
    at: Ints = _NONE
    fen: Ints = _NONE


class Lines(NamedTuple):
    """Goods of orders: ``order`` an index into the orders, ``category`` one into ``Facts.categories`` (-1 = unknown)."""

    order: Ints = _NONE
    category: Ints = _NONE
    amount_fen: Ints = _NONE
    refund_fen: Ints = _NONE


class Actions(NamedTuple):
    """Interactions sorted by (member, at, id); ``kind`` is an index into ``EARNING_KINDS``."""

    member: Ints = _NONE
    id: Ints = _NONE
    kind: Ints = _NONE
    at: Ints = _NONE


class Overrides(NamedTuple):
    """Tiers that are held whatever the rules say, sorted by (member, starts, id).

    ``tier`` is an index into ``Facts.tier_codes``, -1: the tier that the member has is not lost. ``ends`` -1: no end.
    ``source`` is an index into ``OVERRIDE_SOURCES``.
    """

    member: Ints = _NONE
    id: Ints = _NONE
    tier: Ints = _NONE
    starts: Ints = _NONE
    ends: Ints = _NONE
    source: Ints = _NONE


OVERRIDE_SOURCES = ("grandfather", "plan", "hand")


class PointsFacts(NamedTuple):
    """Points that moved for another reason than an order, sorted by (member, at, id); ``kind`` indexes ``POINTS_KINDS``.

    ``refers``: for give_back the id of the spend that was cancelled, else -1.
    """

    member: Ints = _NONE
    id: Ints = _NONE
    kind: Ints = _NONE
    points: Ints = _NONE
    at: Ints = _NONE
    refers: Ints = _NONE


_NO_ORDERS, _NO_REFUNDS, _NO_LINES, _NO_ACTIONS = Orders(), Refunds(), Lines(), Actions()
_NO_OVERRIDES, _NO_POINTS = Overrides(), PointsFacts()


@dataclass(frozen=True)
class Facts:
    """Everything that growth, tiers and points of ``members`` people follow from; ``joined`` -1 = not a member."""

    joined: Ints
    orders: Orders = _NO_ORDERS
    refunds: Refunds = _NO_REFUNDS
    lines: Lines = _NO_LINES
    categories: tuple[str, ...] = ()
    actions: Actions = _NO_ACTIONS
    overrides: Overrides = _NO_OVERRIDES
    tier_codes: tuple[str, ...] = ()
    points: PointsFacts = _NO_POINTS

    @property
    def members(self) -> int:
        """How many people."""
        return len(self.joined)


@dataclass(frozen=True)
class RuleInForce:
    """A published version and the instant it takes effect; None for the first, which holds from the first fact."""

    document: RuleDocument
    starts: datetime | None = None


def version_starts(timeline: Sequence[RuleInForce]) -> Ints:
    """The instants at which the versions take effect; ValueError for a timeline that does not rise (our bug)."""
    starts = [ALWAYS if rule.starts is None else to_micros(rule.starts) for rule in timeline]
    if not timeline or any(later <= earlier for earlier, later in pairwise(starts)):
        raise ValueError("a rule timeline rises and is not empty")
    return as_ints(starts)


class Entries(NamedTuple):
    """Orders and interactions in the order in which they count: by (member, at, kind, fact id).

    ``day`` is the shop day of ``at``, ``order`` the index of the order (-1 for an interaction), ``version`` the index in the
    timeline of the rules it follows. Refunds follow by (member, at, id): ``refund_at`` is never before its entry's ``at``.
    ``first``/``first_refund``: one slice a member.
    """

    first: Ints
    at: Ints
    day: Ints
    kind: Ints
    fact: Ints
    order: Ints
    paid_fen: Ints
    version: Ints
    first_refund: Ints
    refund_at: Ints
    refund_entry: Ints
    refund_fen: Ints
    refund_id: Ints


def lay_out(facts: Facts, timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime) -> Entries:
    """The entries of all members up to ``now``, which is included; what comes later is not looked at."""
    end = to_micros(now) + 1
    starts = version_starts(timeline)
    orders, actions = facts.orders, facts.actions
    if _unsorted(orders.member, orders.paid_at) or _unsorted(actions.member, actions.at):
        raise ValueError("facts are sorted by (member, instant)")
    from_finish = as_ints([rule.document.spend_counts_from == "finished" for rule in timeline])
    order_version = _version_at(starts, orders.paid_at)
    counted = np.where(orders.finished_at < 0, NEVER, np.maximum(orders.finished_at, orders.paid_at))
    order_at = np.where(from_finish[order_version] == 1, counted, orders.paid_at)
    of_order, of_action = np.flatnonzero(order_at < end), np.flatnonzero(actions.at < end)
    joint = [
        np.concatenate(columns)
        for columns in (
            (orders.member[of_order], actions.member[of_action]),
            (order_at[of_order], actions.at[of_action]),
            (np.full(len(of_order), ORDER_KIND), actions.kind[of_action]),
            (orders.id[of_order], actions.id[of_action]),
            (of_order, np.full(len(of_action), NOBODY)),
            (orders.paid_fen[of_order], np.zeros(len(of_action), np.int64)),
            (order_version[of_order], _version_at(starts, actions.at[of_action])),
        )
    ]
    member, at = joint[0], joint[1]
    if len(of_action) or from_finish.any():
        place = np.lexsort((joint[3], joint[2], at, member))
        joint = [column[place] for column in joint]
        member, at = joint[0], joint[1]
    entry_of_order = np.full(len(orders.id) + 1, NOBODY, np.int64)
    entry_of_order[joint[4]] = np.arange(len(at))
    entry_of_order[-1] = NOBODY  # where interactions wrote
    kind, fact, order, paid, version = (as_ints(column) for column in joint[2:])
    refund_at, refund_entry, refund_fen, refund_id = _refunds(facts.refunds, entry_of_order, member, at, end)
    day = as_ints(zone.day_numbers(at)) if len(at) else _NONE
    first, first_refund = slices(member, facts.members), slices(member[refund_entry], facts.members)
    refunds = (first_refund, refund_at, refund_entry, refund_fen, refund_id)
    return Entries(first, as_ints(at), day, kind, fact, order, paid, version, *refunds)


def _refunds(refunds: Refunds, entry_of_order: Ints, member: Ints, at: Ints, end: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Instant, entry, amount and id of the refunds of counted orders by ``end``, sorted by (member, instant, id)."""
    entry = entry_of_order[refunds.order]
    kept = np.flatnonzero(entry != NOBODY)
    entry, when = entry[kept], np.maximum(refunds.at[kept], at[entry[kept]])
    kept, entry, when = (column[when < end] for column in (kept, entry, when))
    place = np.lexsort((refunds.id[kept], when, member[entry]))
    kept, entry, when = kept[place], entry[place], when[place]
    return as_ints(when), as_ints(entry), as_ints(refunds.fen[kept]), as_ints(refunds.id[kept])


def _version_at(starts: Ints, at: Ints) -> Ints:
    """The index of the version in force at each instant; before the first one takes effect, the first."""
    return as_ints(np.maximum(np.searchsorted(starts, at, side="right") - 1, 0))


def _unsorted(member: Ints, at: Ints) -> bool:
    """Is some row before the one above it?"""
    step = np.diff(member)
    return bool(np.any((step < 0) | ((step == 0) & (np.diff(at) < 0))))
