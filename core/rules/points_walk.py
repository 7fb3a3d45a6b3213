"""The compiled heart of the points: each member's facts and the days that pass, posted between accounts in time order.

Plain int64 arrays in and out; ``core.rules.points`` prepares them and says what they mean. A lot is an index: the entries
first, then the grants. ``held[lot, account]`` and ``balance[account]`` are the sums of the postings, so that no balance can
say anything else than the ledger.
"""

from typing import NamedTuple

import numpy as np

from core.rules.compiled import njit
from core.rules.earning import Rates, Weights, fold
from core.rules.facts import NEVER, NOBODY, POINTS_KINDS, Entries, Ints, as_ints

ACCOUNTS = ("issued", "pending", "active", "debt", "spent", "expired", "reversed")
ISSUED, PENDING, ACTIVE, DEBT, SPENT, EXPIRED, REVERSED = range(len(ACCOUNTS))
LOT_KINDS = ("order", "interaction", "points_fact", "none")
CAUSE_KINDS = ("order", "interaction", "points_fact", "refund")
OF_FACT, NO_LOT, OF_REFUND = 2, 3, 3
GRANT, TAKE, SPEND, GIVE_BACK = range(len(POINTS_KINDS))

# The registers of one walk: where it stands, and what causes the postings now (kind -1: the lot's own fact, time did it).
ROWS, CAPPED, MEMBER, WHEN, CAUSE, CAUSE_ID, CAUSE_VERSION, SOONEST, TAKEN, REMEMBER = range(10)
REGISTERS = 10
COLUMNS = 10


class Lots(NamedTuple):
    """By lot; ``by_active`` and ``by_expiry`` are lots sorted by (member, instant), sliced by ``first``.

    ``place`` is where a lot stands in ``by_expiry``; ``expires_at`` is ``NEVER`` without an expiry.
    """

    first: Ints
    kind: Ints
    id: Ints
    at: Ints
    active_at: Ints
    expires_at: Ints
    version: Ints
    by_active: Ints
    by_expiry: Ints
    place: Ints


class Moves(NamedTuple):
    """The points facts by (member, at, kind, id), one slice ``first[m]:first[m + 1]`` a member.

    ``lot`` is that of a grant; ``spend`` the row of the spend that a give-back cancels; -1 = none. ``returns``: 1 for a spend
    that is cancelled some time.
    """

    first: Ints
    at: Ints
    kind: Ints
    id: Ints
    points: Ints
    version: Ints
    lot: Ints
    spend: Ints
    returns: Ints


class Script(NamedTuple):
    """All that is known before anything moves; ``for_good`` is 1 when some cap holds for longer than a day."""

    entries: Entries
    weights: Weights
    rates: Rates
    pct: Ints
    for_good: int
    lots: Lots
    moves: Moves


class Books(NamedTuple):
    """What is written: registers, one member's balance by account, the lots' sums, the rows of postings.

    ``spans`` by points fact: for a spend that will be given back the part of ``taken`` (rows of lot and points) that is its
    own, and what became debt.
    """

    run: Ints
    balance: Ints
    held: Ints
    rows: Ints
    spans: Ints


@njit(cache=True, forceinline=True)
def _post(lots: Lots, books: Books, lot: int, source: int, target: int, amount: int) -> None:
    """Move points of a lot (-1: of none) from one account to another; nothing moves for nothing."""
    if amount <= 0:
        return
    run = books.run
    books.balance[source] -= amount
    books.balance[target] += amount
    if lot != NOBODY:
        books.held[lot, source] -= amount
        books.held[lot, target] += amount
    row, rows = run[ROWS], books.rows
    if row < rows.shape[1]:
        rows[0, row], rows[1, row] = run[MEMBER], run[WHEN]
        rows[2, row], rows[3, row] = (NO_LOT, 0) if lot == NOBODY else (lots.kind[lot], lots.id[lot])
        rows[4, row], rows[5, row], rows[6, row] = source, target, amount
        by_time = run[CAUSE] == NOBODY
        rows[7, row], rows[8, row] = (lots.kind[lot], lots.id[lot]) if by_time else (run[CAUSE], run[CAUSE_ID])
        rows[9, row] = run[CAUSE_VERSION] if lot == NOBODY else lots.version[lot]
    run[ROWS] = row + 1


@njit(cache=True, forceinline=True)
def _settle(lots: Lots, books: Books, lot: int) -> None:
    """A lot has just become active: debt is paid from it, and what should have expired already expires at once."""
    books.run[SOONEST] = min(books.run[SOONEST], lots.place[lot])
    if books.balance[DEBT] < 0:
        _post(lots, books, lot, ACTIVE, DEBT, min(-books.balance[DEBT], books.held[lot, ACTIVE]))
    if lots.expires_at[lot] <= books.run[WHEN]:
        _post(lots, books, lot, ACTIVE, EXPIRED, books.held[lot, ACTIVE])


@njit(cache=True, forceinline=True)
def _issue(lots: Lots, books: Books, lot: int, units: int) -> None:
    """New points of a lot: pending until its day, else active at once."""
    if units <= 0:
        return
    if lots.active_at[lot] > books.run[WHEN]:
        _post(lots, books, lot, ISSUED, PENDING, units)
    else:
        _post(lots, books, lot, ISSUED, ACTIVE, units)
        _settle(lots, books, lot)


@njit(cache=True)
def _debit(lots: Lots, books: Books, taken: Ints, amount: int, target: int) -> int:
    """Take active points, soonest-expiring first (of equals the older lot); what could not be taken."""
    run, left = books.run, amount
    place = run[SOONEST]
    while left > 0 and books.balance[ACTIVE] > 0:
        lot = lots.by_expiry[place]
        part = min(left, books.held[lot, ACTIVE])
        _post(lots, books, lot, ACTIVE, target, part)
        left -= part
        if part > 0 and run[REMEMBER]:
            taken[run[TAKEN], 0], taken[run[TAKEN], 1] = lot, part
            run[TAKEN] += 1
        empty = books.held[lot, ACTIVE] == 0 and books.held[lot, PENDING] == 0 and lots.at[lot] <= run[WHEN]
        if empty and place == run[SOONEST]:
            run[SOONEST] += 1
        place += 1
    return int(left)


@njit(cache=True)
def _take_back(lots: Lots, books: Books, taken: Ints, lot: int, units: int) -> None:
    """What a refund takes back: from the lot itself, also what had expired of it, then from others, then as debt."""
    for account in (PENDING, ACTIVE, EXPIRED):
        part = min(units, books.held[lot, account])
        _post(lots, books, lot, account, REVERSED, part)
        units -= part
    _post(lots, books, NOBODY, DEBT, REVERSED, _debit(lots, books, taken, units, REVERSED))


@njit(cache=True)
def _pass_time(lots: Lots, books: Books, cursor: Ints, end: int, until: int) -> None:
    """Let the days pass up to ``until``, included: at each instant lots expire, then lots become active and pay debt."""
    books.run[CAUSE] = NOBODY
    while True:
        expiring = lots.by_expiry[cursor[0]] if cursor[0] < end else NOBODY
        opening = lots.by_active[cursor[1]] if cursor[1] < end else NOBODY
        expires = lots.expires_at[expiring] if expiring != NOBODY else NEVER
        opens = lots.active_at[opening] if opening != NOBODY else NEVER
        books.run[WHEN] = min(expires, opens)
        if books.run[WHEN] > until or books.run[WHEN] == NEVER:
            return
        if expires <= opens:
            _post(lots, books, expiring, ACTIVE, EXPIRED, books.held[expiring, ACTIVE])
            cursor[0] += 1
        else:
            if books.held[opening, PENDING] > 0:
                _post(lots, books, opening, PENDING, ACTIVE, books.held[opening, PENDING])
                _settle(lots, books, opening)
            cursor[1] += 1


@njit(cache=True)
def _refund(script: Script, books: Books, taken: Ints, work: Ints, cursor: Ints, low: int, high: int) -> None:
    """Fold again without the money that went back; the differences of what has counted so far are posted.

    ``work`` rows: earned, refunded, earned before. Without caps that outlast a day only the order's day can change.
    """
    entries, lots, earned, refunded, before = script.entries, script.lots, work[0], work[1], work[2]
    refund = cursor[3]
    entry = entries.refund_entry[refund]
    _because(books, OF_REFUND, entries.refund_id[refund], entries.version[entry])
    refunded[entry] += entries.refund_fen[refund]
    if not script.for_good:
        first, last = entry, entry + 1
        while first > low and entries.day[first - 1] == entries.day[entry]:
            first -= 1
        while last < high and entries.day[last] == entries.day[entry]:
            last += 1
        low, high = first, last
    before[low:high] = earned[low:high]
    fold(entries, script.weights, script.rates, script.pct, low, high, refunded, earned)
    counted = min(high, cursor[2])
    for other in range(low, counted):
        _issue(lots, books, other, earned[other] - before[other])
    for other in range(low, counted):
        _take_back(lots, books, taken, other, before[other] - earned[other])


@njit(cache=True)
def _because(books: Books, kind: int, fact: int, version: int) -> None:
    """What causes the postings from here on."""
    books.run[CAUSE], books.run[CAUSE_ID], books.run[CAUSE_VERSION] = kind, fact, version


@njit(cache=True)
def _move(script: Script, books: Books, taken: Ints, row: int, first_lot: int) -> int:
    """One points fact that is no refund; what a capped spend could not get."""
    lots, moves = script.lots, script.moves
    _because(books, OF_FACT, moves.id[row], moves.version[row])
    if moves.kind[row] == GRANT:
        _issue(lots, books, moves.lot[row], moves.points[row])
    elif moves.kind[row] == TAKE:
        left = _debit(lots, books, taken, moves.points[row], REVERSED)
        _post(lots, books, NOBODY, DEBT, REVERSED, left)
    elif moves.kind[row] == SPEND:
        books.run[REMEMBER], books.spans[row, 0] = moves.returns[row], books.run[TAKEN]
        left = _debit(lots, books, taken, moves.points[row], SPENT)
        books.run[REMEMBER], books.spans[row, 1] = 0, books.run[TAKEN]
        if books.run[CAPPED]:
            return left
        _post(lots, books, NOBODY, DEBT, SPENT, left)
        books.spans[row, 2] = left
    elif moves.spend[row] != NOBODY:
        _give_back(lots, books, taken, moves.spend[row], first_lot)
    return 0


@njit(cache=True)
def _give_back(lots: Lots, books: Books, taken: Ints, spend: int, first_lot: int) -> None:
    """Undo a spend: first what had become debt (to the lots that paid for it, when it is paid), then lot by lot."""
    spans, place = books.spans, first_lot
    _post(lots, books, NOBODY, SPENT, DEBT, spans[spend, 2])
    while books.balance[DEBT] > 0:
        lot = lots.by_expiry[place]
        part = min(books.balance[DEBT], books.held[lot, DEBT])
        _post(lots, books, lot, DEBT, ACTIVE, part)
        if part > 0:
            _settle(lots, books, lot)
        place += 1
    for row in range(spans[spend, 0], spans[spend, 1]):
        _post(lots, books, taken[row, 0], SPENT, ACTIVE, taken[row, 1])
        _settle(lots, books, taken[row, 0])
    spans[spend, 1], spans[spend, 2] = spans[spend, 0], 0


@njit(cache=True)
def _at_instant(script: Script, books: Books, taken: Ints, work: Ints, cursor: Ints, stop: Ints, at: int) -> int:
    """Everything of one instant: what is earned, grants, refunds, then the other points facts; a capped spend's rest."""
    entries, lots, moves = script.entries, script.lots, script.moves
    books.run[WHEN], missing = at, 0
    while cursor[2] < stop[2] and entries.at[cursor[2]] == at:
        entry = cursor[2]
        _because(books, lots.kind[entry], lots.id[entry], lots.version[entry])
        _issue(lots, books, entry, work[0, entry])
        cursor[2] += 1
    while cursor[4] < stop[4] and moves.at[cursor[4]] == at and moves.kind[cursor[4]] == GRANT:
        _move(script, books, taken, cursor[4], stop[0])
        cursor[4] += 1
    while cursor[3] < stop[3] and entries.refund_at[cursor[3]] == at:
        _refund(script, books, taken, work, cursor, stop[1], stop[2])
        cursor[3] += 1
    while cursor[4] < stop[4] and moves.at[cursor[4]] == at:
        missing += _move(script, books, taken, cursor[4], stop[0])
        cursor[4] += 1
    return missing


@njit(cache=True)
def _start(script: Script, books: Books, work: Ints, member: int, cursor: Ints, stop: Ints) -> None:
    """Clear the table for a member. Cursors: expiries, activations, entries, refunds, points facts."""
    entries, moves, lots, run = script.entries, script.moves, script.lots, books.run
    cursor[0], cursor[1] = lots.first[member], lots.first[member]
    cursor[2], cursor[3], cursor[4] = entries.first[member], entries.first_refund[member], moves.first[member]
    stop[0], stop[1], stop[2] = lots.first[member], entries.first[member], entries.first[member + 1]
    stop[3], stop[4] = entries.first_refund[member + 1], moves.first[member + 1]
    books.balance[:] = 0
    run[MEMBER], run[SOONEST], run[TAKEN], run[REMEMBER] = member, lots.first[member], 0, 0
    fold(entries, script.weights, script.rates, script.pct, stop[1], stop[2], work[1], work[0])


@njit(cache=True)
def _finish(lots: Lots, books: Books, sums: Ints, member: int, end: int) -> None:
    """Write the member's balances, and which active points expire next."""
    for column, account in enumerate((PENDING, ACTIVE, DEBT, SPENT, EXPIRED)):
        sums[column, member] = books.balance[account]
    sums[2, member] = -books.balance[DEBT]
    for place in range(books.run[SOONEST], end):
        lot = lots.by_expiry[place]
        if lots.expires_at[lot] == NEVER:
            return
        if books.held[lot, ACTIVE] == 0:
            continue
        if sums[5, member] not in (NOBODY, lots.expires_at[lot]):
            return
        sums[5, member] = lots.expires_at[lot]
        sums[6, member] += books.held[lot, ACTIVE]


@njit(cache=True)
def walk(script: Script, books: Books, sums: Ints, shortfall: Ints, now: int) -> int:
    """Walk every member up to ``now``, which is included; the number of postings (as many are written as have room).

    ``sums`` rows by member: pending, active, debt, spent, expired, next expiry (-1 none) and its points.
    """
    entries, moves, lots = script.entries, script.moves, script.lots
    cursor, stop = np.zeros(5, np.int64), np.zeros(5, np.int64)
    work, taken = np.zeros((3, len(entries.at)), np.int64), np.zeros((16, 2), np.int64)
    books.run[ROWS] = 0
    for member in range(len(shortfall)):
        end = lots.first[member + 1]
        if end == lots.first[member] and moves.first[member] == moves.first[member + 1]:
            continue
        _start(script, books, work, member, cursor, stop)
        while True:
            at = entries.at[cursor[2]] if cursor[2] < stop[2] else NEVER
            at = min(at, entries.refund_at[cursor[3]]) if cursor[3] < stop[3] else at
            at = min(at, moves.at[cursor[4]]) if cursor[4] < stop[4] else at
            _pass_time(lots, books, cursor, end, min(at, now))
            if at == NEVER:
                break
            # A spend can take from every lot of the member; the instant's facts are not more than those to come.
            room = books.run[TAKEN] + _spends_at(moves, cursor[4], stop[4], at) * (end - lots.first[member])
            if room > len(taken):
                grown = np.zeros((2 * room, 2), np.int64)
                grown[: books.run[TAKEN]] = taken[: books.run[TAKEN]]
                taken = grown
            shortfall[member] += _at_instant(script, books, taken, work, cursor, stop, at)
        _finish(lots, books, sums, member, end)
    return int(books.run[ROWS])


@njit(cache=True)
def _spends_at(moves: Moves, row: int, stop: int, at: int) -> int:
    """How many spends of an instant will be given back some time."""
    count = 0
    while row < stop and moves.at[row] == at:
        count += moves.returns[row]
        row += 1
    return count


def new_books(lots: int, moves: int, rows: int, capped: bool) -> Books:
    """Empty books with room for so many postings."""
    run = np.zeros(REGISTERS, np.int64)
    run[CAPPED] = capped
    held, spans = np.zeros((lots, len(ACCOUNTS)), np.int64), np.zeros((moves, 3), np.int64)
    return Books(run, as_ints(np.zeros(len(ACCOUNTS))), held, np.empty((COLUMNS, rows), np.int64), spans)
