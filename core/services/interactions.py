"""What people do that is no order: reviews, shares, check-ins, tasks, events; recorded once, counted by the rules."""

from datetime import datetime

from sqlmodel import Session

from core.documents.earning import INTERACTION_KINDS
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.programme import derive_members
from core.store.audit import record
from core.store.queries import programme_facts as queries
from core.store.tables import Interaction
from core.store.write_lock import Turn, take_turn

BEST = 5


def record_interaction(
    session: Session,
    desk: Desk,
    member_id: int,
    kind: str,
    *,
    at: datetime,
    subject: str = "",
    stars: int | None = None,
    note: str = "",
    key: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Inside the caller's write: record an interaction; its id, the same key again is the same one.

    Refuses ``interaction_unknown`` (a kind that nothing knows), ``interaction_stars``, ``member_unknown``, ``key_taken``.
    """
    take_turn(session, Turn.TIERS)
    if kind not in INTERACTION_KINDS:
        raise Refusal("interaction_unknown", kind=kind)
    if stars is not None and not 1 <= stars <= BEST:
        raise Refusal("interaction_stars", stars=stars)
    if (known := queries.interaction(session, key)) is not None and known.id is not None:
        if (known.member_id, known.kind, known.occurred_at) != (member_id, kind, at):
            raise Refusal("key_taken", key=key)
        return known.id
    if queries.lock_member(session, member_id) is None:
        raise Refusal("member_unknown", member=member_id)
    fact = Interaction(
        member_id=member_id,
        kind=kind,
        occurred_at=at,
        subject=subject,
        stars=stars,
        note=note,
        key=key,
        actor=actor.name,
        recorded_at=now,
    )
    session.add(fact)
    session.flush()
    assert fact.id is not None
    derive_members(session, desk, [member_id], now)
    record(
        session, actor.name, "interaction.recorded", f"member:{member_id}", now=now, count=1, kind=kind, fact=fact.id
    )
    return fact.id


def note_interaction(
    desk: Desk,
    actor: Actor,
    member_id: int,
    kind: str,
    *,
    subject: str = "",
    stars: int | None = None,
    note: str = "",
    key: str,
    now: datetime,
) -> int:
    """Record by hand what somebody has just done; its id. Refuses what ``record_interaction`` does."""
    with desk.db.write(Area.MEMBERS) as session:
        return record_interaction(
            session,
            desk,
            member_id,
            kind,
            at=now,
            subject=subject.strip(),
            stars=stars,
            note=note.strip(),
            key=key,
            actor=actor,
            now=now,
        )


def interactions_of(desk: Desk, member_id: int, *, limit: int = 50) -> list[Interaction]:
    """What one person did that is no order, the newest first."""
    with desk.db.read() as session:
        found = queries.interactions_of(session, member_id, limit)
        session.expunge_all()
    return found
