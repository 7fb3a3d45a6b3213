"""All paid orders of people, held by the process for as long as nobody writes orders or people."""

from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlmodel import Session

from core.analytics.visits import DAY_BITS, Visits, make_visits
from core.store.queries import numbers
from core.store.queries.facts import member_range
from core.store.queries.visits import packed_orders, visits_stamp

PEOPLE_AT_ONCE = 100_000

_held: WeakKeyDictionary[Any, tuple[tuple[int, ...], Visits]] = WeakKeyDictionary()
_turn = Lock()


def visits_of(session: Session) -> Visits:
    """The orders as this reading session sees them; never inside a write, whose orders no stamp tells yet."""
    stamp, store = visits_stamp(session), session.get_bind()
    with _turn:
        found = _held.get(store)
        if found is None or found[0] != stamp:
            found = _held[store] = (stamp, _load(session))
    return found[1]


def sums_between(session: Session, first: int, end: int) -> numbers.Sums:
    """``numbers.period_sums`` with its people from what is held: for more than one stretch, or a long one."""
    visits = visits_of(session)
    people = {"buyers": visits.people(first, end), "member_buyers": visits.of_members.people(first, end)}
    return numbers.summed_days(session, first, end, **people)


def _load(session: Session) -> Visits:
    low, high = member_range(session)
    return make_visits(
        packed_orders(session, first, min(first + PEOPLE_AT_ONCE - 1, high), DAY_BITS)
        for first in range(low, high + 1, PEOPLE_AT_ONCE)
    )
