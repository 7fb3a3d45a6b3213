"""A person asks to be left alone, or agrees anew: the flag, the evidence and what waits change in one write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.enums import Area, CallEnd
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries import consents
from core.store.queries.call_list import close_person
from core.store.tables import Member

CHANNELS = ("email", "sms", "call_list")
FLAGGED = ("email", "sms")
LONGEST_SOURCE = 64


@dataclass(frozen=True)
class OptOut:
    """What an opt-out stopped; ``again``: the person had opted out before."""

    member_id: int
    stopped_messages: int
    closed_calls: int
    again: bool


def opt_out(desk: Desk, actor: Actor, member_id: int, *, source: str, now: datetime) -> OptOut:
    """Nothing is sent to this person any more, on no way; ``source`` says how we know.

    What waits never leaves, open lines of the call list are closed. Refuses ``member_unknown``, ``consent_source``.
    """
    told = _source(source)
    with desk.db.write(Area.MEMBERS, Area.MESSAGES) as session:
        _require(session, member_id)
        fresh = consents.set_opted_out(session, member_id, True)
        stopped = consents.suppress_waiting(session, member_id)
        closed = close_person(session, member_id, CallEnd.OPTED_OUT, actor.name, now)
        if fresh:
            consents.add_consents(session, member_id, CHANNELS, False, told, now)
            subject = f"member:{member_id}"
            record(session, actor.name, "member.opted_out", subject, now=now, stopped=stopped, calls=closed)
    return OptOut(member_id, stopped, closed, again=not fresh)


def opt_in_again(
    desk: Desk, actor: Actor, member_id: int, *, channels: Sequence[str], source: str, now: datetime
) -> bool:
    """A new consent to the channels named, and to no other, ends an opt-out; false when there was none.

    What was stopped stays stopped. Refuses ``member_unknown``, ``consent_source``, ``consent_channels``.
    """
    told = _source(source)
    agreed = tuple(name for name in CHANNELS if name in channels)
    if not agreed or len(agreed) != len(set(channels)):
        raise Refusal("consent_channels")
    with desk.db.write(Area.MEMBERS) as session:
        _require(session, member_id)
        if not consents.set_opted_out(session, member_id, False):
            return False
        flags = [f"consent_{name}" for name in agreed if name in FLAGGED]
        if flags:
            consents.agree(session, member_id, flags)
        consents.add_consents(session, member_id, agreed, True, told, now)
        record(session, actor.name, "member.opted_in", f"member:{member_id}", now=now, channels=list(agreed))
    return True


def _source(source: str) -> str:
    """How we know, as it is kept; refuses (``consent_source``) none: without it a consent proves nothing."""
    told = source.strip()[:LONGEST_SOURCE]
    if not told:
        raise Refusal("consent_source")
    return told


def _require(session: Session, member_id: int) -> None:
    if session.get(Member, member_id) is None:
        raise Refusal("member_unknown", member=member_id)
