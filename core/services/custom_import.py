"""The owner's own fields in a member file: what they would change, and writing them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from core.documents.custom_field import OwnField, Stored, parse_value
from core.importers.own_fields import OWN
from core.services.custom_fields import FieldView, load_fields
from core.services.desk import Desk
from core.store.queries import custom_fields as queries

Held = Mapping[tuple[int, int], Stored]


def own_fields(desk: Desk) -> list[OwnField]:
    """The fields in use as the parser of a file needs them."""
    with desk.db.read() as session:
        return [OwnField(one.code, one.name, one.kind, one.choices) for one in load_fields(session)]


class OwnValues:
    """The values that a file's rows give, against what is kept now."""

    def __init__(self, session: Session, rows: Sequence[Mapping[str, Any]], known: Sequence[int]) -> None:
        named = {name.removeprefix(OWN) for name in rows[0] if name.startswith(OWN)} if rows else set()
        self.fields = [one for one in load_fields(session) if one.code in named]
        self._held: Held = queries.load_values(session, known) if self.fields else {}

    def differ(self, row: Mapping[str, Any], member_id: int) -> bool:
        """Whether a row says something about a person that is not there yet; a blank cell says nothing."""
        return any(self._held.get((member_id, one.id)) != value for one, value in self._given(row))

    def write(self, session: Session, rows: Sequence[Mapping[str, Any]], ids: Sequence[int]) -> None:
        """Write what is other than what is kept."""
        given = {
            (member, one.id): value
            for row, member in zip(rows, ids, strict=True)
            for one, value in self._given(row)
            if self._held.get((member, one.id)) != value
        }
        if given:
            queries.put_values(session, given)

    def _given(self, row: Mapping[str, Any]) -> list[tuple[FieldView, Stored]]:
        cells = ((one, row[OWN + one.code]) for one in self.fields)
        return [(one, parse_value(one.kind, one.choices, cell)) for one, cell in cells if cell]
