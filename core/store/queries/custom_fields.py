"""The owner's own fields and what they hold of people."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlmodel import Session, col

from core.store.bulk import bulk_insert
from core.store.tables import CustomField, CustomValue

_QUIET = {"synchronize_session": False}
_VALUE = ("member_id", "field_id", "text", "number")
CHUNK = 2_000


def all_fields(session: Session) -> list[CustomField]:
    """Every field in the owner's order, archived ones too."""
    order = (col(CustomField.position), col(CustomField.id))
    return list(session.execute(select(CustomField).order_by(*order)).scalars())


def count_values(session: Session) -> dict[int, int]:
    """By field, of how many people it holds something."""
    rows = session.execute(select(col(CustomValue.field_id), func.count()).group_by(col(CustomValue.field_id)))
    return {int(field): int(people) for field, people in rows}


def change_field(session: Session, field_id: int, **values: Any) -> None:
    """Change what may change of a field: name, choices, position, archived_at."""
    statement = update(CustomField).where(col(CustomField.id) == field_id).values(**values)
    session.execute(statement, execution_options=_QUIET)


def values_of(session: Session, member_id: int) -> list[Row[Any]]:
    """[field_id, text, number] of one person."""
    statement = select(col(CustomValue.field_id), col(CustomValue.text), col(CustomValue.number))
    return list(session.execute(statement.where(col(CustomValue.member_id) == member_id)))


def load_values(session: Session, member_ids: Sequence[int]) -> dict[tuple[int, int], tuple[str | None, int | None]]:
    """By (member, field) what is kept of some people."""
    found: dict[tuple[int, int], tuple[str | None, int | None]] = {}
    wanted = sorted(set(member_ids))
    columns = [col(getattr(CustomValue, name)) for name in _VALUE]
    for start in range(0, len(wanted), CHUNK):
        among = col(CustomValue.member_id).in_(wanted[start : start + CHUNK])
        for member, field, text, number in session.execute(select(*columns).where(among)):
            found[(int(member), int(field))] = (text, number)
    return found


def put_values(session: Session, values: Mapping[tuple[int, int], tuple[str | None, int | None]]) -> None:
    """Write values by (member, field) over what is there."""
    by_field: dict[int, list[int]] = {}
    for member, field in values:
        by_field.setdefault(field, []).append(member)
    for field, members in by_field.items():
        for start in range(0, len(members), CHUNK):
            clear_values(session, field, members[start : start + CHUNK])
    bulk_insert(session, CustomValue, _VALUE, [(*key, *value) for key, value in values.items()])


def clear_values(session: Session, field_id: int, member_ids: Sequence[int]) -> None:
    """Forget one field of some people."""
    statement = delete(CustomValue).where(
        col(CustomValue.field_id) == field_id, col(CustomValue.member_id).in_(member_ids)
    )
    session.execute(statement, execution_options=_QUIET)
