"""How often each area of the store was written: the key of every page cache."""

from sqlmodel import select

from core.documents.enums import Area
from core.services.desk import Desk
from core.store.tables import Revision


def revisions(desk: Desk) -> dict[str, int]:
    """The revision number of every area; 0 for one never written."""
    with desk.db.read() as session:
        found = {row.area.value: row.number for row in session.exec(select(Revision))}
    return {area.value: found.get(area.value, 0) for area in Area}
