"""What was imported before, and the rows that stayed out, to be corrected and imported again."""

import io
import json
from dataclasses import dataclass
from datetime import datetime

from core.documents.enums import ImportKind
from core.i18n import Lang
from core.importers.rejects import Reject, write_rejects
from core.services.desk import Desk
from core.store.queries.imports import any_batch, find_batches, find_rejects


@dataclass(frozen=True)
class BatchLine:
    """One import as listed; ``added`` counts new orders or people, ``kept_rejects`` rejected rows still to be had."""

    id: int
    kind: ImportKind
    file_name: str
    preset: str
    rows: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    kept_rejects: int
    paid_fen: int
    actor: str
    recorded_at: datetime


def list_batches(desk: Desk, *, now: datetime, limit: int = 50) -> list[BatchLine]:
    """The newest imports, the last one first."""
    with desk.db.read() as session:
        found = find_batches(session, limit, now)
    lines = []
    for batch, kept in found:
        members = batch.kind is ImportKind.MEMBERS
        added = batch.people_new if members else batch.orders_new
        updated = batch.accepted - batch.unchanged - added if members else batch.orders_updated
        lines.append(
            BatchLine(
                id=batch.id or 0,
                kind=batch.kind,
                file_name=batch.file_name,
                preset=batch.preset,
                rows=batch.rows,
                added=added,
                updated=max(updated, 0),
                unchanged=batch.unchanged,
                rejected=batch.rejected,
                kept_rejects=kept,
                paid_fen=batch.paid_fen,
                actor=batch.actor,
                recorded_at=batch.recorded_at,
            )
        )
    return lines


def has_imports(desk: Desk) -> bool:
    """Whether anything was ever imported; the worker's rounds on an empty shop are no import."""
    with desk.db.read() as session:
        return any_batch(session)


def read_rejects(desk: Desk, batch_id: int, *, now: datetime) -> list[Reject]:
    """The kept rejected rows of a batch, opened."""
    with desk.db.read() as session:
        rows = list(find_rejects(session, batch_id, now))
    found = []
    for row in rows:
        raw = json.loads(desk.vault.unseal(row.row_cipher))
        found.append(Reject(row.line, row.column, raw.get(row.column, ""), row.code, json.loads(row.params), raw))
    return found


def rejects_file(rejects: list[Reject], headers: tuple[str, ...], lang: Lang) -> bytes:
    """The rejected rows as a CSV to correct and import again; without ``headers`` those of the rows themselves."""
    own = list(headers) or list(dict.fromkeys(name for reject in rejects for name in reject.raw))
    with io.StringIO(newline="") as text:
        write_rejects(text, rejects, own, lang)
        return text.getvalue().encode("utf-8-sig")
