"""Fields of the owner's own: defined, put in order, put away; and what they hold of a person."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.custom_field import (
    KINDS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_CHOICES,
    MOST_FIELDS,
    FieldKind,
    parse_value,
    show_value,
)
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries import custom_fields as queries
from core.store.queries.member_notes import member_there
from core.store.tables import CustomField


@dataclass(frozen=True)
class FieldView:
    """One field; ``people``: of how many it holds something."""

    id: int
    code: str
    name: str
    kind: FieldKind
    choices: tuple[str, ...]
    archived: bool
    people: int


@dataclass(frozen=True)
class FieldValue:
    """One field and what it holds of a person as plain text; none where nothing is known."""

    field: FieldView
    value: str | None


def list_fields(desk: Desk, *, archived: bool = False) -> list[FieldView]:
    """The fields in the owner's order, with ``archived`` also those put away."""
    with desk.db.read() as session:
        counts = queries.count_values(session)
        found = [_view(row, counts.get(row.id or 0, 0)) for row in queries.all_fields(session)]
    return [one for one in found if archived or not one.archived]


def load_fields(session: Session) -> list[FieldView]:
    """The fields in use, inside a transaction that is already open; without counts."""
    return [_view(row, 0) for row in queries.all_fields(session) if row.archived_at is None]


def define_field(
    desk: Desk, actor: Actor, name: str, kind: str, *, choices: Sequence[str] = (), now: datetime
) -> FieldView:
    """A new field at the end. Refuses ``field_name``, ``field_name_taken``, ``field_kind``, ``field_choices``, ``fields_many``."""
    name, kept = _name(name), _choices(kind, choices)
    with desk.db.write(Area.MEMBERS) as session:
        known = queries.all_fields(session)
        if len(known) >= MOST_FIELDS:
            raise Refusal("fields_many", most=MOST_FIELDS)
        if any(row.name == name for row in known):
            raise Refusal("field_name_taken", name=name)
        row = CustomField(
            code=_code(name, {row.code for row in known}),
            name=name,
            kind=kind,
            choices=json.dumps(kept, ensure_ascii=False),
            position=max((row.position for row in known), default=0) + 1,
            created_at=now,
        )
        session.add(row)
        session.flush()
        record(session, actor.name, "field.defined", f"field:{row.code}", now=now, count=1, kind=kind)
        return _view(row, 0)


def rename_field(desk: Desk, actor: Actor, code: str, name: str, *, now: datetime) -> None:
    """Another name for a field; its code stays. Refuses ``field_name``, ``field_name_taken``, ``field_unknown``."""
    name = _name(name)
    with desk.db.write(Area.MEMBERS) as session:
        own = _find(session, code)
        if any(row.name == name and row.code != code for row in queries.all_fields(session)):
            raise Refusal("field_name_taken", name=name)
        queries.change_field(session, own.id or 0, name=name)
        record(session, actor.name, "field.changed", f"field:{code}", now=now, count=1)


def change_choices(desk: Desk, actor: Actor, code: str, choices: Sequence[str], *, now: datetime) -> None:
    """Other choices of a choice; what people have keeps standing. Refuses ``field_choices``, ``field_unknown``."""
    with desk.db.write(Area.MEMBERS) as session:
        own = _find(session, code)
        kept = _choices(own.kind, choices)
        queries.change_field(session, own.id or 0, choices=json.dumps(kept, ensure_ascii=False))
        record(session, actor.name, "field.changed", f"field:{code}", now=now, count=1)


def move_field(desk: Desk, actor: Actor, code: str, by: int, *, now: datetime) -> None:
    """Move a field up (-1) or down (1) among those in use. Refuses ``field_unknown``."""
    with desk.db.write(Area.MEMBERS) as session:
        _find(session, code)
        rows = queries.all_fields(session)
        shown = [row.code for row in rows if row.archived_at is None]
        if code in shown:
            place = shown.index(code)
            shown.insert(max(min(place + by, len(shown) - 1), 0), shown.pop(place))
        places = {one: number for number, one in enumerate(shown, start=1)}
        for row in rows:
            queries.change_field(session, row.id or 0, position=places.get(row.code, len(rows) + row.position))
        record(session, actor.name, "field.changed", f"field:{code}", now=now, count=1)


def archive_field(desk: Desk, actor: Actor, code: str, *, now: datetime, away: bool = True) -> None:
    """Put a field away, with ``away=False`` back into use; its values stay. Refuses ``field_unknown``."""
    with desk.db.write(Area.MEMBERS) as session:
        own = _find(session, code)
        queries.change_field(session, own.id or 0, archived_at=now if away else None)
        action = "field.archived" if away else "field.revived"
        record(session, actor.name, action, f"field:{code}", now=now, count=1)


def values_of(desk: Desk, member_id: int) -> list[FieldValue]:
    """Every field in use with what it holds of a person, in the owner's order."""
    with desk.db.read() as session:
        held = {row.field_id: (row.text, row.number) for row in queries.values_of(session, member_id)}
        fields = load_fields(session)
    return [FieldValue(one, show_value(one.kind, *held[one.id]) if one.id in held else None) for one in fields]


def set_value(desk: Desk, actor: Actor, member_id: int, code: str, raw: str | None, *, now: datetime) -> None:
    """Write one value of a person; blank or none forgets it.

    Refuses ``custom_value_*`` where it does not fit, ``field_unknown`` and ``member_unknown``. The audit names the field only.
    """
    with desk.db.write(Area.MEMBERS) as session:
        own = _view(_find(session, code), 0)
        if not member_there(session, member_id):
            raise Refusal("member_unknown", member=member_id)
        if raw is None or not raw.strip():
            queries.clear_values(session, own.id, [member_id])
        else:
            queries.put_values(session, {(member_id, own.id): parse_value(own.kind, own.choices, raw)})
        record(session, actor.name, "field.value_set", f"member:{member_id}", now=now, count=1, field=code)


def _find(session: Session, code: str) -> CustomField:
    found = next((row for row in queries.all_fields(session) if row.code == code), None)
    if found is None:
        raise Refusal("field_unknown", field=code)
    return found


def _view(row: CustomField, people: int) -> FieldView:
    choices = tuple(json.loads(row.choices))
    kind = next(one for one in KINDS if one == row.kind)
    return FieldView(row.id or 0, row.code, row.name, kind, choices, row.archived_at is not None, people)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refusal("field_name", most=LONGEST_NAME)
    return name


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    if kind not in KINDS:
        raise Refusal("field_kind", kind=kind)
    if kind != "choice":
        return []
    found = list(dict.fromkeys(" ".join(one.split()) for one in choices if one.strip()))
    if not 1 < len(found) <= MOST_CHOICES or any(len(one) > LONGEST_TEXT for one in found):
        raise Refusal("field_choices", most=MOST_CHOICES)
    return found


def _code(name: str, taken: set[str]) -> str:
    """A code for groups and files: the name's Latin letters, else field; numbered where it is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:24] or "field"
    return next(code for n in range(1, MOST_FIELDS + 2) if (code := stem if n == 1 else f"{stem}_{n}") not in taken)
