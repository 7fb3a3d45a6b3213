"""Points of members: lots that are earned, become active, are spent, expire or are taken back; a pure function of facts.

The meaning, once:
- Only members earn, by orders paid and interactions made at or after joining. Units are the fold of ``core.rules.earning``;
  an order's multiplier is that of the tier held just before it was paid (the first tier for who joins with it) times the
  highest of the shop day on which it was paid, per cent, rounded down once. A version without points earns nothing.
- Each order, interaction and grant makes one lot. It is pending to the start of the shop day ``pending_days`` after the day on
  which the order counts (0: active at once; grants too) and expires at the start of a shop day, as its own version says;
  one that would expire before it is active expires at the instant at which it becomes active. A version without points gives
  its grants no expiry.
- At one instant, in this order: lots expire; lots become active, and debt is paid from them; orders and interactions earn (in
  the order of the entries); grants; refunds by id; takes, spends, give-backs, each by id.
- A refund folds again as if the money had never been spent. Units that come out (a cap has room again) are issued first; then
  what is gone is taken back from the lot itself: pending, active, expired; then from the member's other active points,
  soonest-expiring first; the rest is debt. A take by hand is the same without a lot of its own.
- A spend takes active points, soonest-expiring first, of equals the older lot. More than there is can only come out of
  another derivation than the one it was made in: the rest becomes debt, or with ``cap_spends`` it is left out and counted.
- A give-back returns a spend to the very lots; one that has expired meanwhile expires again at once. What had become debt is
  debt no more, and returns to the lots that have paid for it.
- Whatever becomes active pays debt first: active and debt are never both above zero.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.clock import ShopZone, day_number, day_of, to_micros
from core.documents.earning import MultiplierDay, Points
from core.rules import points_walk
from core.rules.earning import rates_of, weigh
from core.rules.facts import (
    NEVER,
    NOBODY,
    ORDER_KIND,
    Entries,
    Facts,
    Ints,
    RuleInForce,
    as_ints,
    lay_out,
    slices,
    version_starts,
)
from core.rules.points_walk import ACCOUNTS, CAUSE_KINDS, GIVE_BACK, GRANT, LOT_KINDS, SPEND, Moves, Script, walk
from core.rules.tiers import TierWalk, tier_at

__all__ = ["ACCOUNTS", "CAUSE_KINDS", "LOT_KINDS", "Lots", "PointsState", "PointsWalk", "Postings", "walk_points"]


class Postings(NamedTuple):
    """What moved, sorted by (member, at) and then as it happened; kinds and accounts index the vocabularies above.

    ``version`` is the lot's place in the timeline, for points of no lot that of what caused the posting.
    """

    member: Ints
    at: Ints
    lot_kind: Ints
    lot_id: Ints
    from_account: Ints
    to_account: Ints
    amount: Ints
    cause_kind: Ints
    cause_id: Ints
    version: Ints


class Lots(NamedTuple):
    """Lots that got points, by (member, at): earned - reversed - spent - expired - repaid = remaining (I6).

    ``earned`` is all that was ever issued into it, ``repaid`` what paid debt, ``expires_at`` -1 without an expiry.
    """

    member: Ints
    kind: Ints
    id: Ints
    earned: Ints
    active_at: Ints
    expires_at: Ints
    remaining: Ints
    pending: Ints
    version: Ints
    reversed: Ints
    spent: Ints
    expired: Ints
    repaid: Ints


class PointsState(NamedTuple):
    """By member; ``next_expiry_at`` (-1 none) and ``next_expiry_points`` are of active points."""

    pending: Ints
    active: Ints
    debt: Ints
    spent: Ints
    expired: Ints
    next_expiry_at: Ints
    next_expiry_points: Ints


class PointsWalk(NamedTuple):
    """The whole history of the points and where it leads; ``shortfall`` by member: what capped spends could not get."""

    postings: Postings
    lots: Lots
    state: PointsState
    shortfall: Ints


def walk_points(
    facts: Facts,
    timeline: Sequence[RuleInForce],
    zone: ShopZone,
    now: datetime,
    tiers: TierWalk,
    *,
    cap_spends: bool = False,
    entries: Entries | None = None,
) -> PointsWalk:
    """Points of all members up to ``now``; ``tiers`` and ``entries`` (``lay_out``) are of the same facts, timeline, now."""
    held = tier_at(tiers, facts.orders.member, facts.orders.paid_at)
    return walk_with_tiers(facts, timeline, zone, now, held, tiers.codes, cap_spends=cap_spends, entries=entries)


def walk_with_tiers(
    facts: Facts,
    timeline: Sequence[RuleInForce],
    zone: ShopZone,
    now: datetime,
    tier_of_order: Ints,
    codes: Sequence[str],
    *,
    cap_spends: bool = False,
    entries: Entries | None = None,
) -> PointsWalk:
    """``walk_points`` with the tier held just before each order as a column (index of ``codes``, -1 none)."""
    script = make_script(facts, timeline, zone, now, tier_of_order, codes, entries)
    end, room = to_micros(now), _room(script)
    while True:
        sums, shortfall = np.zeros((7, facts.members), np.int64), np.zeros(facts.members, np.int64)
        sums[5] = NOBODY
        books = points_walk.new_books(len(script.lots.id), len(script.moves.id), room, cap_spends)
        rows = walk(script, books, sums, shortfall, end)
        if rows <= room:
            break
        room = rows
    postings = Postings(*(column[:rows] for column in books.rows))
    return PointsWalk(postings, _lots(script, books.held, end), PointsState(*sums), shortfall)


def _room(script: Script) -> int:
    """Postings to make room for at first; what is never written takes no memory, and more are walked for once more."""
    return 4 * len(script.lots.id) + 3 * len(script.entries.refund_at) + 6 * len(script.moves.id)


def make_script(
    facts: Facts,
    timeline: Sequence[RuleInForce],
    zone: ShopZone,
    now: datetime,
    tier_of_order: Ints,
    codes: Sequence[str],
    entries: Entries | None = None,
) -> Script:
    """Everything that is known before points move: what may earn, with which multipliers, and when lots begin and end."""
    entries = _earning(facts, lay_out(facts, timeline, zone, now) if entries is None else entries)
    points = [rule.document.points for rule in timeline]
    rates = rates_of([() if one is None else one.earnings for one in points])
    weights = weigh(facts, entries, [{} if one is None else one.category_pct for one in points])
    moves = _moves(facts, timeline, now, len(entries.at))
    lots = _plan(facts, entries, moves, timeline, zone)
    pct = _multipliers(facts, entries, timeline, zone, tier_of_order, codes)
    return Script(entries, weights, rates, pct, int(np.any(rates.lifetime != NEVER)), lots, moves)


def _earning(facts: Facts, entries: Entries) -> Entries:
    """The entries of members that were paid or made at or after joining."""
    member = np.repeat(np.arange(facts.members), np.diff(entries.first))
    moment = entries.at.copy()
    of_order = entries.order != NOBODY
    moment[of_order] = facts.orders.paid_at[entries.order[of_order]]
    joined = facts.joined[member]
    kept = (joined != NOBODY) & (joined <= moment)
    if kept.all():
        return entries
    place = np.cumsum(kept) - 1
    refunds = kept[entries.refund_entry]
    columns = {
        name: getattr(entries, name)[kept] for name in ("at", "day", "kind", "fact", "order", "paid_fen", "version")
    }
    back = {name: getattr(entries, name)[refunds] for name in ("refund_at", "refund_fen", "refund_id")}
    entry = as_ints(place[entries.refund_entry[refunds]])
    first = slices(as_ints(member[kept]), facts.members)
    return Entries(
        first=first,
        first_refund=slices(as_ints(member[kept][entry]), facts.members),
        refund_entry=entry,
        **columns,
        **back,
    )


def _moves(facts: Facts, timeline: Sequence[RuleInForce], now: datetime, entries: int) -> Moves:
    """The members' points facts up to now in the order in which they happen; grants get the lots after the entries."""
    points = facts.points
    joined = facts.joined[points.member]
    kept = np.flatnonzero((points.at <= to_micros(now)) & (joined != NOBODY) & (joined <= to_micros(now)))
    kept = kept[np.lexsort((points.id[kept], points.kind[kept], points.at[kept], points.member[kept]))]
    member, ids, kind, amount, at, refers = (as_ints(column[kept]) for column in points)
    version = as_ints(np.maximum(np.searchsorted(version_starts(timeline), at, side="right") - 1, 0))
    lot = np.where(kind == GRANT, entries + np.cumsum(kind == GRANT) - 1, NOBODY)
    row_of = {(int(member[row]), int(ids[row])): int(row) for row in np.flatnonzero(kind == SPEND)}
    spend = np.full(len(ids), NOBODY, np.int64)
    returns = np.zeros(len(ids), np.int64)
    for row in np.flatnonzero(kind == GIVE_BACK):
        spent = row_of.get((int(member[row]), int(refers[row])), NOBODY)
        if spent != NOBODY and spent < row:
            spend[row], returns[spent] = spent, 1
    return Moves(slices(member, facts.members), at, kind, ids, amount, version, as_ints(lot), spend, returns)


def _plan(
    facts: Facts, entries: Entries, moves: Moves, timeline: Sequence[RuleInForce], zone: ShopZone
) -> points_walk.Lots:
    """When each lot becomes active and expires, and the orders in which they do."""
    grants = np.flatnonzero(moves.kind == GRANT)
    owners = [np.repeat(np.arange(facts.members), np.diff(first)) for first in (entries.first, moves.first)]
    member = np.concatenate([owners[0], owners[1][grants]])
    at, version = (
        np.concatenate([one, two[grants]]) for one, two in ((entries.at, moves.at), (entries.version, moves.version))
    )
    kind = np.concatenate([np.where(entries.kind == ORDER_KIND, 0, 1), np.full(len(grants), points_walk.OF_FACT)])
    day = np.concatenate([entries.day, as_ints(zone.day_numbers(moves.at[grants])) if len(grants) else grants])
    points = [rule.document.points for rule in timeline]
    wait = as_ints([0 if one is None else one.pending_days for one in points])[version]
    wait[len(entries.at) :] = 0
    active_at = np.where(wait == 0, at, day_starts(zone, day + wait))
    last = expiry_days(points, day, version)
    expires_at = np.where(last == NEVER, NEVER, day_starts(zone, np.where(last == NEVER, day, last)))
    expires_at = np.maximum(expires_at, active_at)
    by_active, by_expiry = (_in_order(member, instant, at) for instant in (active_at, expires_at))
    place = np.empty(len(at), np.int64)
    place[by_expiry] = np.arange(len(at))
    ids = np.concatenate([entries.fact, moves.id[grants]])
    first = slices(as_ints(member[by_expiry]), facts.members)
    columns = (
        as_ints(column) for column in (kind, ids, at, active_at, expires_at, version, by_active, by_expiry, place)
    )
    return points_walk.Lots(first, *columns)


def _in_order(member: Ints, instant: Ints, at: Ints) -> Ints:
    """Lots by (member, instant, older first); nothing is sorted that stands in order already."""
    later = (np.diff(instant) >= 0) & (np.diff(at) >= 0)
    step = np.diff(member)
    if np.all((step > 0) | ((step == 0) & later)):
        return np.arange(len(member))
    return as_ints(np.lexsort((np.arange(len(member)), at, instant, member)))


def expiry_days(points: Sequence[Points | None], day: Ints, version: Ints) -> Ints:
    """The shop day at whose start what was earned on ``day`` under ``version`` expires; ``NEVER`` without an expiry."""
    last = np.full(len(day), NEVER, np.int64)
    for index, one in enumerate(points):
        if one is None or one.expiry == "never":
            continue
        mine = np.flatnonzero(version == index)
        if one.expiry == "days":
            last[mine] = day[mine] + one.valid_days
        else:
            years = day[mine].astype("datetime64[D]").astype("datetime64[Y]") + one.valid_years + 1
            last[mine] = years.astype("datetime64[D]").astype(np.int64)
    return last


def day_starts(zone: ShopZone, days: Ints) -> Ints:
    """The instants at which shop days begin, same length; each day is asked for once."""
    if not len(days):
        return as_ints(days)
    first = int(days.min())
    table = np.zeros(int(days.max()) - first + 1, np.int64)
    asked = np.zeros(len(table), bool)
    asked[days - first] = True
    for number in np.flatnonzero(asked):
        table[number] = to_micros(zone.start(day_of(first + int(number))))
    return as_ints(table[days - first])


def _multipliers(
    facts: Facts,
    entries: Entries,
    timeline: Sequence[RuleInForce],
    zone: ShopZone,
    tier_of_order: Ints,
    codes: Sequence[str],
) -> Ints:
    """By entry, per cent: the tier's times the day's; interactions have none."""
    pct = np.full(len(entries.at), 100, np.int64)
    of_order = np.flatnonzero(entries.order != NOBODY)
    order, version = entries.order[of_order], entries.version[of_order]
    by_tier = np.full((len(timeline), len(codes) + 1), 100, np.int64)
    for index, rule in enumerate(timeline):
        own = {} if rule.document.points is None else rule.document.points.tier_pct
        # The last column is of -1: who has no tier yet has the first one by joining.
        by_tier[index] = [own.get(code, 100) for code in (*codes, rule.document.codes[0])]
    pct[of_order] = by_tier[version, tier_of_order[order]]
    days = [() if rule.document.points is None else rule.document.points.days for rule in timeline]
    if len(order) and any(days):
        day = as_ints(zone.day_numbers(facts.orders.paid_at[order]))
        for index, multipliers in enumerate(days):
            mine = np.flatnonzero(version == index)
            pct[of_order[mine]] = pct[of_order[mine]] * day_pcts(multipliers, day[mine]) // 100
    return pct


def day_pcts(multipliers: Sequence[MultiplierDay], days: Ints) -> Ints:
    """The highest multiplier of each shop day, per cent; 100 where none holds."""
    pct = np.full(len(days), 100, np.int64)
    for one in multipliers:
        pct = np.where(_holds(one, days), np.maximum(pct, one.pct), pct)
    return as_ints(pct)


def _holds(one: MultiplierDay, days: Ints) -> npt.NDArray[np.bool_]:
    """On which shop days a multiplier holds."""
    if one.day_of_month is not None:
        dates = days.astype("datetime64[D]")
        return np.asarray((dates - dates.astype("datetime64[M]")).astype(np.int64) + 1 == one.day_of_month)
    if one.weekday is not None:
        return np.asarray((days + 3) % 7 + 1 == one.weekday)  # 1970-01-01 was a Thursday
    first, last = (day_number(date.fromisoformat(day or "9999-12-31")) for day in (one.starts, one.ends))
    return (days >= first) & (days <= last)


def _lots(script: Script, held: Ints, now: int) -> Lots:
    """The lots that got points, with what became of them."""
    lots = script.lots
    member = np.empty(len(lots.id), np.int64)
    member[lots.by_expiry] = np.repeat(np.arange(len(lots.first) - 1), np.diff(lots.first))
    got = np.flatnonzero(held[:, points_walk.ISSUED] < 0)
    if len(script.lots.id) > len(script.entries.at):
        got = got[np.lexsort((got, lots.at[got], member[got]))]
    expires = np.where(lots.expires_at[got] == NEVER, NOBODY, lots.expires_at[got])
    issued, pending, active, debt, spent, expired, back = np.ascontiguousarray(held[got].T)
    columns = (
        *(member[got], lots.kind[got], lots.id[got], -issued, lots.active_at[got], expires),
        *(pending + active, lots.active_at[got] > now, lots.version[got], back, spent, expired, debt),
    )
    return Lots(*(as_ints(column) for column in columns))
