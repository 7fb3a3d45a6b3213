"""What a group was when it was used: who was in it, by which rule, and which conditions held for each of them.

Kept is the tree as it was asked, saved groups in it unfolded: what these become later changes nothing of what was.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.canonical import canonical_json
from core.documents.segment import Leaf, Node, leaves, parse_segment
from core.rules.segment_unfold import unfold
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.segments import load_known, segment_day
from core.store.queries import snapshots as rows
from core.store.tables import SegmentSnapshot


@dataclass(frozen=True)
class Snapshot:
    """One group as it was used; ``tree`` without saved groups in it."""

    id: int
    tree: Node
    people: int
    taken_at: datetime
    author: str


@dataclass(frozen=True)
class Why:
    """Why one person was in a group when it was used: the leaves of its tree, left to right, with whether each held."""

    snapshot: Snapshot
    held: tuple[tuple[Leaf, bool], ...]


def take_snapshot(session: Session, desk: Desk, subject: str, tree: Node, actor: Actor, *, now: datetime) -> Snapshot:
    """Write down who is in a group and why, inside the transaction that uses it: the same people by the same compiler."""
    known = load_known(session, tree)
    asked, said = unfold(tree, known), unfold(tree, known, keep_own=True)
    number, people = rows.insert_snapshot(
        session,
        asked,
        list(leaves(asked)),
        segment_day(session, now),
        subject=subject,
        document=canonical_json(said.as_json()),
        author=actor.name,
        now=now,
    )
    return Snapshot(number, said, people, now, actor.name)


def read_snapshot(desk: Desk, subject: str) -> Snapshot | None:
    """The last snapshot of a subject, such as ``campaign:3``."""
    with desk.db.read() as session:
        row = rows.newest(session, subject)
        return None if row is None else _snapshot(row)


def why_in(desk: Desk, subject: str, member_id: int) -> Why | None:
    """Why a person was in the group of a subject; None where they were not, or nothing was written down."""
    with desk.db.read() as session:
        row = rows.newest(session, subject)
        bits = None if row is None else rows.held_of(session, row.id or 0, member_id)
        if row is None or bits is None:
            return None
        snapshot = _snapshot(row)
    held = ((leaf, bool(bits >> place & 1)) for place, leaf in enumerate(leaves(snapshot.tree)))
    return Why(snapshot, tuple(held))


def _snapshot(row: SegmentSnapshot) -> Snapshot:
    return Snapshot(row.id or 0, parse_segment(row.document), row.people, row.taken_at, row.author)
