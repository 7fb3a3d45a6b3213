"""Notes about a person: written and taken back by the people of the shop; the audit trail says who, never what."""

from datetime import datetime

from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries import member_notes as queries
from core.store.tables import MemberNote

LONGEST = 500
SHOWN = 50


def write_note(desk: Desk, actor: Actor, member_id: int, text: str, *, now: datetime) -> int:
    """Write a note; its id. Refuses ``note_text`` (none, or too long) and ``member_unknown``."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise Refusal("note_text", most=LONGEST)
    with desk.db.write(Area.MEMBERS) as session:
        if not queries.member_there(session, member_id):
            raise Refusal("member_unknown", member=member_id)
        note = MemberNote(member_id=member_id, text=text, author=actor.name, written_at=now)
        session.add(note)
        session.flush()
        assert note.id is not None
        record(session, actor.name, "note.written", f"member:{member_id}", now=now, count=1, note=note.id)
        return note.id


def take_back_note(desk: Desk, actor: Actor, note_id: int, *, now: datetime) -> None:
    """Take a note back: it is not shown any more. Refuses ``note_gone``."""
    with desk.db.write(Area.MEMBERS) as session:
        member_id = queries.remove_note(session, note_id, now)
        if member_id is None:
            raise Refusal("note_gone")
        record(session, actor.name, "note.removed", f"member:{member_id}", now=now, count=1, note=note_id)


def notes_of(desk: Desk, member_id: int) -> list[MemberNote]:
    """A person's notes, the newest first."""
    with desk.db.read() as session:
        found = list(queries.notes_of(session, member_id, SHOWN))
        session.expunge_all()
    return found
