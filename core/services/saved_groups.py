"""Groups kept under a name: what is kept is the rule tree, so that the people in it are always those of today."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.campaign import read_campaign
from core.documents.canonical import canonical_json
from core.documents.enums import Area
from core.documents.segment import Node, parse_segment
from core.errors import Refusal
from core.rules.segment_unfold import used_groups, used_lists
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.segments import check_tree, groups_within
from core.store.audit import record
from core.store.queries import saved_segments as rows
from core.store.tables import SavedSegment

LONGEST_NAME = 60


@dataclass(frozen=True)
class SavedGroup:
    """One kept group."""

    id: int
    name: str
    tree: Node
    author: str
    updated_at: datetime


def list_groups(desk: Desk) -> list[SavedGroup]:
    """All kept groups, the last changed first."""
    with desk.db.read() as session:
        return [_group(row) for row in rows.list_segments(session)]


def read_group(desk: Desk, group_id: int) -> SavedGroup:
    """One kept group; refuses ``group_unknown``."""
    with desk.db.read() as session:
        row = session.get(SavedSegment, group_id)
        if row is None:
            raise Refusal("group_unknown", group=group_id)
        return _group(row)


def save_group(desk: Desk, actor: Actor, name: str, tree: Node, *, group_id: int | None = None, now: datetime) -> int:
    """Keep a group under a name, or with ``group_id`` change that one; its id.

    Refuses ``group_name`` (none, or too long), ``group_name_taken``, ``group_unknown``, and a tree that is not sound, names
    what is not there, would come back to this group, or would make a tree that names it too deep or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refusal("group_name", most=LONGEST_NAME)
    sound = parse_segment(tree.as_json())
    document = canonical_json(sound.as_json())
    with desk.db.write(Area.CAMPAIGNS) as session:
        check_tree(session, sound, own=group_id)
        number = _keep(session, desk, actor, name, document, group_id, now)
        if group_id is not None:
            _check_users(session, group_id)
        record(session, actor.name, "group.saved", f"group:{number}", now=now, changed=group_id is not None)
    return number


def delete_group(desk: Desk, actor: Actor, group_id: int, *, now: datetime) -> None:
    """Forget a kept group; launched campaigns keep who was in it. Refuses ``group_unknown``, ``group_in_use``."""
    with desk.db.write(Area.CAMPAIGNS) as session:
        if names := users_of(session, "segment", group_id):
            raise Refusal("group_in_use", names=names)
        if not rows.delete_segment(session, group_id):
            raise Refusal("group_unknown", group=group_id)
        record(session, actor.name, "group.deleted", f"group:{group_id}", now=now)


def users_of(session: Session, field: str, number: int) -> str:
    """What names a group (field ``segment``) or a list: other groups, kept tags, drafts of campaigns; their names in one line."""
    used = used_groups if field == "segment" else used_lists
    names = []
    for kind, owner, name, document in rows.trees_in_use(session):
        tree = read_campaign(document).tree if kind == "campaign" else parse_segment(document)
        if number in used(tree) and (kind, owner) != (field, number):
            names.append(name)
    return ", ".join(names)


def _check_users(session: Session, group_id: int) -> None:
    """Refuse a change that would break what names this group: a kept tag that cannot be asked would stop every review."""
    session.expire_all()  # the trees as they are now, not as they were looked up before the change
    for kind, owner, _, document in rows.trees_in_use(session):
        tree = read_campaign(document).tree if kind == "campaign" else parse_segment(document)
        if (kind, owner) != ("segment", group_id) and group_id in groups_within(session, tree):
            check_tree(session, tree)


def _keep(
    session: Session, desk: Desk, actor: Actor, name: str, document: str, group_id: int | None, now: datetime
) -> int:
    if rows.name_owner(session, name) not in (None, group_id):
        raise Refusal("group_name_taken", name=name)
    if group_id is not None:
        if not rows.change_segment(session, group_id, name=name, document=document, updated_at=now):
            raise Refusal("group_unknown", group=group_id)
        return group_id
    values = {"name": name, "document": document, "author": actor.name, "created_at": now, "updated_at": now}
    number = rows.insert_segment(session, desk.db, **values)
    if number is None:
        raise Refusal("group_name_taken", name=name)
    return number


def _group(row: SavedSegment) -> SavedGroup:
    assert row.id is not None
    return SavedGroup(row.id, row.name, parse_segment(row.document), row.author, row.updated_at)
