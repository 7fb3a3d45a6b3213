"""Rule versions: drafted, compared, tried on everybody, published with an effective date, never edited afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from core.documents.enums import Area, VersionStatus
from core.documents.rule_faults import checked
from core.documents.rules import RuleDocument, read_rules
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.grandfather import find_losers, keep_tiers
from core.services.refresh import owe_everybody, review_owed
from core.services.rule_lookup import get_version, live_version
from core.store.audit import record
from core.store.queries.tiers import published_versions
from core.store.tables import RuleVersion
from core.store.write_lock import Turn, take_turn


@dataclass(frozen=True)
class VersionLine:
    """One version as listed: ``status`` is draft, published (live or yet to come) or retired."""

    id: int
    status: VersionStatus
    effective_from: datetime | None
    live: bool
    author: str
    note: str
    document_hash: str
    created_at: datetime


def list_versions(desk: Desk, *, now: datetime) -> list[VersionLine]:
    """Retired first, then drafts, then what is yet to come, the live one last."""
    with desk.db.read() as session:
        published = published_versions(session)
        drafts = session.exec(
            select(RuleVersion).where(RuleVersion.status == VersionStatus.DRAFT).order_by(col(RuleVersion.id))
        )
        live = live_version(published, now)
        past = [v for v in published if v.id != live.id and (v.effective_from is None or v.effective_from <= now)]
        future = [v for v in published if v.effective_from is not None and v.effective_from > now]
        lines = [_line(v, VersionStatus.RETIRED) for v in past]
        lines += [_line(v, VersionStatus.DRAFT) for v in drafts]
        lines += [_line(v, VersionStatus.PUBLISHED) for v in future]
        return [*lines, _line(live, VersionStatus.PUBLISHED, live=True)]


def _line(version: RuleVersion, status: VersionStatus, *, live: bool = False) -> VersionLine:
    assert version.id is not None
    return VersionLine(
        version.id,
        status,
        version.effective_from,
        live,
        version.author,
        version.note,
        version.document_hash,
        version.created_at,
    )


def read_live(desk: Desk, *, now: datetime) -> tuple[RuleDocument, int]:
    """The rules in force and their version id."""
    with desk.db.read() as session:
        version = live_version(published_versions(session), now)
        assert version.id is not None
        return read_rules(version.document), version.id


def read_version(desk: Desk, version_id: int) -> RuleDocument:
    """The document of any version; refuses ``version_unknown``."""
    with desk.db.read() as session:
        return read_rules(get_version(session, version_id).document)


def draft_version(
    desk: Desk, actor: Actor, document: RuleDocument, *, now: datetime, note: str = "", version_id: int | None = None
) -> int:
    """Save a draft; with ``version_id`` replace that draft's document. Returns its id; refuses the document's first fault."""
    checked(document)
    with desk.db.write(Area.RULES) as session:
        take_turn(session, Turn.RULES)
        if version_id is None:
            version = RuleVersion(
                status=VersionStatus.DRAFT, document="", document_hash="", author=actor.name, created_at=now
            )
        else:
            version = get_version(session, version_id)
            if version.status != VersionStatus.DRAFT:
                raise Refusal("version_published", id=version_id)
        version.document = document.canonical()
        version.document_hash = document.digest()
        version.note = note
        session.add(version)
        session.flush()
        record(session, actor.name, "rules.drafted", f"rules:{version.id}", now=now, hash=version.document_hash)
        assert version.id is not None
        return version.id


def publish_version(
    desk: Desk,
    actor: Actor,
    version_id: int,
    *,
    effective_from: datetime | None = None,
    keep_losers: bool = False,
    grandfather_until: datetime | None = None,
    now: datetime,
) -> int:
    """Publish a draft from ``now`` or a later instant; refuses its first fault, and a collision with another version.

    ``keep_losers``: who would lose their tier by it keeps it, to ``grandfather_until`` or for good; returns how many.
    """
    effective_from = effective_from or now
    if effective_from < now:
        raise Refusal("effective_in_the_past", at=effective_from.isoformat())
    if keep_losers and grandfather_until is not None and grandfather_until <= effective_from:
        raise Refusal("hold_span")
    tried = read_version(desk, version_id)
    losers = find_losers(desk, tried, effective_from) if keep_losers else None
    kept = 0
    with desk.db.write(Area.RULES, Area.MEMBERS) if losers else desk.db.write(Area.RULES) as session:
        take_turn(session, Turn.IMPORT)
        take_turn(session, Turn.RULES)
        if losers is not None:
            kept = keep_tiers(
                session, losers, version_id, starts_at=effective_from, ends_at=grandfather_until, actor=actor, now=now
            )
        version = get_version(session, version_id)
        if version.status != VersionStatus.DRAFT:
            raise Refusal("version_published", id=version_id)
        if checked(read_rules(version.document)) != tried:
            raise Refusal("draft_changed", id=version_id)
        last = published_versions(session)[-1]
        if last.effective_from is not None and last.effective_from >= effective_from:
            raise Refusal("effective_before_another", at=last.effective_from.isoformat())
        version.status = VersionStatus.PUBLISHED
        version.effective_from = effective_from
        version.published_at = now
        session.add(version)
        record(
            session,
            actor.name,
            "rules.published",
            f"rules:{version_id}",
            now=now,
            effective=effective_from.isoformat(),
            kept=kept,
        )
        if effective_from <= now or kept:  # what is held from a later day on tells already how long a tier lasts
            owe_everybody(session)
    review_owed(desk, now=now)
    return kept


def delete_draft(desk: Desk, actor: Actor, version_id: int, *, now: datetime) -> None:
    """Throw a draft away; a published version stays for good."""
    with desk.db.write(Area.RULES) as session:
        take_turn(session, Turn.RULES)
        version = get_version(session, version_id)
        if version.status != VersionStatus.DRAFT:
            raise Refusal("version_published", id=version_id)
        session.delete(version)
        record(session, actor.name, "rules.draft_deleted", f"rules:{version_id}", now=now)
