"""Which column means which field, by the fingerprint of a file's headers."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from core.documents.enums import ImportKind
from core.store.database import Database
from core.store.tables import ImportMapping


def find_mapping(session: Session, fingerprint: str, kind: ImportKind) -> ImportMapping | None:
    """The mapping that was last used for files of this kind with these headers."""
    found = session.get(ImportMapping, fingerprint)
    return found if found is not None and found.kind is kind else None


def save_mapping(
    session: Session,
    db: Database,
    fingerprint: str,
    kind: ImportKind,
    mapping: Mapping[str, str],
    platform: str,
    now: datetime,
) -> None:
    """Keep a mapping in the place of the one before."""
    values = {
        "kind": kind,
        "platform": platform,
        "mapping": json.dumps(dict(mapping), ensure_ascii=False, sort_keys=True),
        "used_at": now,
    }
    statement = db.upsert(ImportMapping).values(fingerprint=fingerprint, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_=values))
