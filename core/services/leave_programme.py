"""Leaving the programme and coming back to it. A customer who has left stays one; no first order makes a member of them again.

What hung on the membership follows: tier, growth and points are derived anew, as of somebody who has not joined. Orders stay.
"""

from datetime import datetime

from sqlmodel import Session

from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.programme import derive_members
from core.store.audit import record
from core.store.queries import profiles
from core.store.tables import Member
from core.store.write_lock import Turn, take_turn

BY_LEAVING, BY_OWNER = "left", "owner"


def leave_programme(desk: Desk, actor: Actor, member_id: int, *, now: datetime) -> None:
    """From now on somebody is no member, and counts as none for the days before. Refuses ``member_unknown``, ``not_joined``."""
    with desk.db.write(Area.MEMBERS, Area.ORDERS) as session:
        member = _member(session, member_id)
        if member.joined_at is None:
            raise Refusal("not_joined")
        since = member.joined_at.isoformat()
        member.joined_at, member.joined_by, member.left_at = None, BY_LEAVING, now
        _follow(session, desk, member, now)
        record(session, actor.name, "member.left", f"member:{member_id}", now=now, joined_at=since)


def rejoin_programme(desk: Desk, actor: Actor, member_id: int, *, now: datetime) -> None:
    """Somebody who had left is a member again from now on. Refuses ``member_unknown``, ``not_left``."""
    with desk.db.write(Area.MEMBERS, Area.ORDERS) as session:
        member = _member(session, member_id)
        if member.left_at is None:
            raise Refusal("not_left")
        member.joined_at, member.joined_by, member.left_at = now, BY_OWNER, None
        _follow(session, desk, member, now)
        record(session, actor.name, "member.rejoined", f"member:{member_id}", now=now)


def _member(session: Session, member_id: int) -> Member:
    """The person, with no import and no review beside it."""
    take_turn(session, Turn.IMPORT)
    take_turn(session, Turn.TIERS)
    member = session.get(Member, member_id)
    if member is None:
        raise Refusal("member_unknown", member=str(member_id))
    return member


def _follow(session: Session, desk: Desk, member: Member, now: datetime) -> None:
    """What depends on who has joined: the members' part of the days' sums, tier, growth and points."""
    session.add(member)
    session.flush()
    number = member.id or 0
    profiles.refresh_days(session, profiles.refresh_people(session, [number]))
    derive_members(session, desk, [number], now)
