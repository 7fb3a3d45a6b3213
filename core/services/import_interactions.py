"""Bring a file of deeds in: each is one fact, once; the growth and points that it earns follow in the same transaction."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlmodel import Session

from core.clock import to_micros
from core.documents.enums import Area, ImportKind
from core.errors import Refusal
from core.importers.interactions import ParsedInteractions
from core.importers.rejects import Reject
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.import_files import BAD_SHARE, ImportReport, hash_file, keep_rejects
from core.services.programme import derive_members
from core.services.stage_orders import identity_key
from core.store.audit import record
from core.store.queries import people, programme_facts
from core.store.tables import ImportBatch
from core.store.write_lock import Turn, take_turn

PRESET = "interactions"


def import_interactions(
    desk: Desk,
    actor: Actor,
    parsed: ParsedInteractions,
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    max_bad: float = BAD_SHARE,
    file_name: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> ImportReport:
    """Merge a parsed file in one transaction, or with ``dry_run`` say what would come in.

    A deed of somebody whom the shop does not know is rejected; the same deed again changes nothing. In the report
    ``orders_*`` and ``people_new`` stay 0: ``accepted - unchanged`` deeds are new. Refuses ``too_many_bad_rows``.
    """
    started = time.monotonic()
    rows = _rows(desk, parsed)
    if dry_run:
        with desk.db.read() as session:
            report, _ = _report(session, parsed, rows)
        return replace(report, seconds=time.monotonic() - started)
    with desk.db.write(Area.MEMBERS, Area.ORDERS) as session:
        take_turn(session, Turn.IMPORT)
        report, fresh = _report(session, parsed, rows)
        if report.needs_consent(max_bad):
            raise Refusal("too_many_bad_rows", rejected=report.rejected, rows=report.rows)
        batch = _batch(parsed, report, path, file_name or path.name, actor, now)
        session.add(batch)
        session.flush()
        assert batch.id is not None
        keep_rejects(session, desk.vault, batch.id, report.rejects, now)
        touched = sorted({row["person"] for row in fresh})
        if fresh:
            programme_facts.insert_interactions(session, fresh, actor.name, to_micros(now))
            derive_members(session, desk, touched, now)
        about = {"new": len(fresh), "rejected": report.rejected}
        subject = f"batch:{batch.id}"
        record(session, actor.name, "interactions.imported", subject, now=now, count=len(fresh), ids=touched, **about)
        number = batch.id
    if progress:
        progress(1.0)
    return replace(report, batch_id=number, seconds=time.monotonic() - started)


def _rows(desk: Desk, parsed: ParsedInteractions) -> list[dict[str, Any]]:
    """The file's deeds as plain rows (missing = None) with the hash that finds their person and the key that makes them one."""
    frame = parsed.deeds.astype(object)
    rows: list[dict[str, Any]] = frame.where(frame.notna(), None).to_dict("records")
    own = identity_key("platform_id", parsed.platform)
    for row in rows:
        name, value = (own, row["member_id"]) if row["member_id"] else ("phone", row["phone"])
        row["hash"] = desk.vault.fingerprint(name, value)
        row["subject"] = (row["product"] or row["product_id"] or "")[:256]
        row["key"] = _key(row, parsed.platform)
    return rows


def _key(row: dict[str, Any], platform: str) -> str:
    """The file's own number of a deed, else what makes it this one: who, what, when, about which goods."""
    if row["key"]:
        return f"file:{platform}:{row['key']}"[:128]
    parts = (
        row["hash"].hex(),
        row["kind"],
        str(row["created_at"]),
        row["subject"],
        str(row["stars"]),
        row["text"] or "",
    )
    return "file:" + sha256("\x1f".join(parts).encode()).hexdigest()


def _report(
    session: Session, parsed: ParsedInteractions, rows: list[dict[str, Any]]
) -> tuple[ImportReport, list[dict[str, Any]]]:
    """What would come in, and the new deeds: of known people, not there yet, each once."""
    known = people.find_identities(session, sorted({row["hash"] for row in rows}))
    strangers = [row for row in rows if row["hash"] not in known]
    mine = [row for row in rows if row["hash"] in known]
    taken = programme_facts.taken_interactions(session, [row["key"] for row in mine])
    fresh: dict[str, dict[str, Any]] = {}
    for row in mine:
        row["person"] = known[row["hash"]]
        if row["key"] not in taken:
            fresh.setdefault(row["key"], row)
    rejects = sorted([*parsed.rejects, *(_stranger(row, parsed) for row in strangers)], key=lambda one: one.line)
    accepted = len(mine)
    report = ImportReport(
        rows=parsed.rows,
        accepted=accepted,
        rejected=len(rejects),
        unchanged=accepted - len(fresh),
        rejects=rejects,
    )
    return report, list(fresh.values())


def _stranger(row: dict[str, Any], parsed: ParsedInteractions) -> Reject:
    field = "member_id" if row["member_id"] else "phone"
    raw = {parsed.mapping[name]: str(row[name]) for name in parsed.mapping if row.get(name) is not None}
    return Reject(int(row["line"]), parsed.mapping[field], str(row[field])[:80], "interaction_person", {}, raw)


def _batch(
    parsed: ParsedInteractions, report: ImportReport, path: Path, name: str, actor: Actor, now: datetime
) -> ImportBatch:
    return ImportBatch(
        kind=ImportKind.MEMBERS,  # what people did is part of what a shop knows of its people
        file_name=name[-255:],
        file_hash=hash_file(path),
        preset=PRESET,
        platform=parsed.platform,
        rows=report.rows,
        accepted=report.accepted,
        rejected=report.rejected,
        unchanged=report.unchanged,
        actor=actor.name,
        recorded_at=now,
    )
