"""The service person of a member: named once, stays with the member; whole tiers are shared out among the staff."""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle

from core.clock import day_number, to_micros
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.bulk import bulk_insert
from core.store.queries import obligations
from core.store.queries import promises as queries
from core.store.tables import MemberService

LONGEST_NAME = 64
COLUMNS = ("member_id", "person", "since", "assigned_by")


def service_person_of(desk: Desk, member_id: int) -> str | None:
    """Who looks after a member."""
    with desk.db.read() as session:
        return queries.service_person(session, member_id)


def count_served(desk: Desk) -> dict[str, int]:
    """How many members each person of the shop looks after."""
    with desk.db.read() as session:
        return queries.count_served(session)


def name_service_person(desk: Desk, actor: Actor, member_id: int, person: str, *, now: datetime) -> None:
    """Name (or change) the one who looks after a member; what was owed for it is done. Refuses ``service_person_name``."""
    name = _checked([person])[0]
    with desk.db.write(Area.MEMBERS) as session:
        session.merge(MemberService(member_id=member_id, person=name, since=now, assigned_by=actor.name))
        session.flush()
        done = obligations.finish_served(session, "dedicated_service", now, day_number(desk.zone.day(now)), actor.name)
        record(session, actor.name, "service.named", f"member:{member_id}", now=now, count=1, done=len(done))


def share_out(desk: Desk, actor: Actor, tiers: Sequence[str], people: Sequence[str], *, now: datetime) -> int:
    """Give each member of some tiers whom nobody looks after to one of ``people`` in turn, the least loaded first; how many.

    Who has somebody keeps them.
    """
    names = _checked(people)
    with desk.db.write(Area.MEMBERS) as session:
        load = queries.count_served(session)
        turn = cycle(sorted(names, key=lambda name: load.get(name, 0)))
        waiting = queries.unserved_members(session, tiers)
        rows = [(member, next(turn), to_micros(now), actor.name) for member in waiting]
        bulk_insert(session, MemberService, COLUMNS, rows)
        obligations.finish_served(session, "dedicated_service", now, day_number(desk.zone.day(now)), actor.name)
        record(session, actor.name, "service.shared_out", "members", now=now, count=len(rows), ids=waiting)
    return len(rows)


def _checked(people: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(" ".join(person.split())[:LONGEST_NAME] for person in people))
    names = [name for name in names if name]
    if not names:
        raise Refusal("service_person_name")
    return names
