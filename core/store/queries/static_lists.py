"""Lists of people from a file: who stands in them, and whose an order number is."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlmodel import Session, col

from core.store.bulk import bulk_insert
from core.store.database import Database
from core.store.tables import ImportBatch, Member, Order, StaticList, StaticListMember

CHUNK = 2_000
_QUIET = {"synchronize_session": False}


def list_names(session: Session) -> dict[int, str]:
    """The names of all lists by id, the newest first."""
    rows = session.execute(select(col(StaticList.id), col(StaticList.name)).order_by(col(StaticList.id).desc()))
    return {int(number): str(name) for number, name in rows}


def all_lists(session: Session) -> list[Row[Any]]:
    """[id, name, file_name, author, created_at, people] of every list, the newest first."""
    sizes = (
        select(col(StaticListMember.list_id).label("list_id"), func.count().label("people"))
        .group_by(col(StaticListMember.list_id))
        .subquery()
    )
    columns: list[Any] = [
        col(getattr(StaticList, name)).label(name) for name in ("id", "name", "file_name", "author", "created_at")
    ]
    statement = select(*columns, func.coalesce(sizes.c.people, 0).label("people"))
    statement = statement.outerjoin(sizes, sizes.c.list_id == col(StaticList.id))
    return list(session.execute(statement.order_by(col(StaticList.id).desc())))


def insert_list(session: Session, db: Database, members: Iterable[int], **values: Any) -> int | None:
    """Keep a new list with its people; its id, or none where the name is taken."""
    statement = db.upsert(StaticList).values(**values).on_conflict_do_nothing(index_elements=["name"])
    found = session.execute(statement.returning(col(StaticList.id))).scalar_one_or_none()
    if found is not None:
        bulk_insert(session, StaticListMember, ("list_id", "member_id"), [(int(found), one) for one in members])
    return None if found is None else int(found)


def delete_list(session: Session, list_id: int) -> bool:
    """Forget a list and who stood in it; whether it was there."""
    session.execute(delete(StaticListMember).where(col(StaticListMember.list_id) == list_id), execution_options=_QUIET)
    gone = session.execute(delete(StaticList).where(col(StaticList.id) == list_id), execution_options=_QUIET)
    return int(gone.rowcount) == 1  # type: ignore[attr-defined]


def known_platforms(session: Session) -> list[str]:
    """The platforms that files came from."""
    return sorted(session.execute(select(col(ImportBatch.platform)).distinct()).scalars())


def people_by_order(session: Session, numbers: Sequence[str], platforms: Sequence[str]) -> dict[str, set[int | None]]:
    """By order number whose order it is, on any of the platforms; None: an order without a buyer."""
    found: dict[str, set[int | None]] = {}
    for start in range(0, len(numbers), CHUNK):
        statement = select(col(Order.order_no), col(Order.member_id)).where(
            col(Order.platform).in_(platforms), col(Order.order_no).in_(numbers[start : start + CHUNK])
        )
        for value, member in session.execute(statement):
            found.setdefault(str(value), set()).add(None if member is None else int(member))
    return found


def people_there(session: Session, member_ids: Sequence[int]) -> set[int]:
    """Of some ids those that are people."""
    found: set[int] = set()
    for start in range(0, len(member_ids), CHUNK):
        part = select(col(Member.id)).where(col(Member.id).in_(member_ids[start : start + CHUNK]))
        found |= {int(number) for number in session.execute(part).scalars()}
    return found
