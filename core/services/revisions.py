"""How often each area of the store was written: the key of every page cache."""

from collections.abc import Mapping

from sqlmodel import Session, select

from core.documents.enums import Area
from core.services.desk import Desk
from core.store.tables import Revision


def revisions(desk: Desk) -> dict[str, int]:
    """The revision number of every area; 0 for one never written."""
    with desk.db.read() as session:
        found = {row.area.value: row.number for row in session.exec(select(Revision))}
    return {area.value: found.get(area.value, 0) for area in Area}


def raise_revisions(session: Session, before: Mapping[str, int]) -> None:
    """Never below ``before``: after a restore no cache may take old numbers for those of the store that is there now."""
    for name, number in before.items():
        row = session.get(Revision, Area(name))
        session.merge(Revision(area=Area(name), number=max(number, 0 if row is None else row.number)))
