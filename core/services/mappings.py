"""Remember which column means which field, by the set of a file's headers, so that the next file needs no choosing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.documents.enums import ImportKind
from core.importers.headers import fingerprint
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries.mappings import find_mapping, save_mapping


@dataclass(frozen=True)
class Remembered:
    """Field -> column, and the platform whose file it was."""

    mapping: dict[str, str]
    platform: str


def recall_mapping(desk: Desk, headers: Sequence[str], kind: ImportKind) -> Remembered | None:
    """What was used the last time for a file with these headers; none for a header set never seen."""
    with desk.db.read() as session:
        found = find_mapping(session, fingerprint(headers), kind)
        return None if found is None else Remembered(json.loads(found.mapping), found.platform)


def remember_mapping(
    desk: Desk,
    actor: Actor,
    headers: Sequence[str],
    kind: ImportKind,
    mapping: Mapping[str, str],
    platform: str,
    *,
    now: datetime,
) -> None:
    """Keep the mapping that was used for a file with these headers."""
    key = fingerprint(headers)
    with desk.db.write() as session:
        save_mapping(session, desk.db, key, kind, mapping, platform, now)
        record(session, actor.name, "mapping.remembered", f"mapping:{key}", now=now, count=len(mapping))
