"""How people are called, by id."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from core.store.tables import Member

CHUNK = 500


def read_names(session: Session, ids: Sequence[int]) -> list[Row[Any]]:
    """[id, public_id, name, nickname] of some people, in no order."""
    columns = (col(Member.id), col(Member.public_id), col(Member.name), col(Member.nickname))
    rows: list[Row[Any]] = []
    for start in range(0, len(ids), CHUNK):
        rows += session.execute(select(*columns).where(col(Member.id).in_(ids[start : start + CHUNK])))
    return rows
