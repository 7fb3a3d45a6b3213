"""How people are called, for lists that hold ids: clear here, masked by the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.services.desk import Desk
from core.store.queries.people_names import read_names


@dataclass(frozen=True)
class PersonName:
    """One person; ``public_id`` is the one for links."""

    id: int
    public_id: str
    name: str | None
    nickname: str | None


def name_people(desk: Desk, ids: Sequence[int]) -> dict[int, PersonName]:
    """Names by id; ids that are nobody's are missing."""
    with desk.db.read() as session:
        return {row.id: PersonName(row.id, row.public_id, row.name, row.nickname) for row in read_names(session, ids)}
