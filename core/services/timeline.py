"""Everything that happened with one person, newest first: bought, given, promised, told, written down."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import from_micros, to_micros
from core.services.desk import Desk
from core.store.queries import timeline as queries

KINDS: tuple[str, ...] = tuple(queries.QUERIES)
PAGE = 30


@dataclass(frozen=True)
class Event:
    """One event; ``kind`` and ``what`` name its sentence (core.rules.timeline_words), ``facts`` fill it. Amounts in fen."""

    at: datetime
    kind: str
    what: str
    id: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Timeline:
    """One page of a person's events, how many there are of the kinds asked for, and of every kind."""

    events: list[Event]
    total: int
    kinds: dict[str, int]


def read_timeline(
    desk: Desk, member_id: int, *, kinds: Collection[str] = (), offset: int = 0, size: int = PAGE, now: datetime
) -> Timeline:
    """One page of what happened up to now, the newest first; ``kinds`` empty: everything."""
    end = to_micros(now)
    with desk.db.read() as session:
        rows = [(kind, row) for kind in KINDS for row in queries.events_of(session, kind, member_id)]
    past = [(kind, row) for kind, row in rows if int(row.at) <= end]
    wanted = [(kind, row) for kind, row in past if not kinds or kind in kinds]
    # What happened at one instant stands in the order of cause: a joining or an order below what followed from it.
    wanted.sort(key=lambda one: (-int(one[1].at), -KINDS.index(one[0]), -int(one[1].id)))
    events = [_event(kind, row) for kind, row in wanted[offset : offset + size]]
    counts = Counter(kind for kind, _ in past)
    return Timeline(events, len(wanted), {kind: counts[kind] for kind in KINDS if counts[kind]})


def _event(kind: str, row: Any) -> Event:
    facts = dict(row._mapping)
    at, what, number = facts.pop("at"), facts.pop("what"), facts.pop("id")
    return Event(from_micros(int(at)), kind, str(what), int(number), facts)
