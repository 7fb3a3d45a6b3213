"""Bring a member file in: match by platform id, then by phone; attributes, joined dates, tags, consents."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from core.clock import from_micros
from core.documents.enums import Area, ImportKind, Purpose
from core.errors import Refusal
from core.importers.members import ParsedMembers
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.import_files import BAD_SHARE, ImportReport, hash_file, keep_rejects
from core.services.refresh import review_batch_of_members
from core.services.shop_settings import load_settings, put_settings
from core.services.stage_orders import identity_key
from core.store.audit import record
from core.store.queries import people, profiles
from core.store.tables import Consent, ImportBatch, Member, MemberTag
from core.store.vault import Vault

PLAIN = ("name", "nickname", "gender", "birth_year", "birth_month", "birth_day", "province", "city", "grade", "source")
RENAMED = {"birthday_year": "birth_year", "birthday_month": "birth_month", "birthday_day": "birth_day"}


def import_members(
    desk: Desk,
    actor: Actor,
    parsed: ParsedMembers,
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    max_bad: float = BAD_SHARE,
    file_name: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> ImportReport:
    """Merge a parsed member file in one transaction, or with ``dry_run`` say what would change."""
    started = time.monotonic()
    rows = _rows(desk.vault, parsed)
    if progress:
        progress(0.3)
    with desk.db.read() as session:
        known = people.find_identities(
            session, [row[name] for row in rows for name in ("id_hash", "phone_hash") if row[name]]
        )
    new = sum(1 for row in rows if row["id_hash"] not in known and row["phone_hash"] not in known)
    report = ImportReport(
        rows=parsed.rows,
        accepted=parsed.accepted,
        rejected=len(parsed.rejects),
        unchanged=0,
        people_new=new,
        rejects=parsed.rejects,
    )
    if not dry_run:
        if report.needs_consent(max_bad):
            raise Refusal("too_many_bad_rows", rejected=report.rejected, rows=report.rows)
        report, touched = _merge(desk, actor, parsed, rows, report, path, file_name or path.name, now)
        if progress:
            progress(0.8)
        review_batch_of_members(desk, touched, now=now)
    return replace(report, seconds=time.monotonic() - started)


def _rows(vault: Vault, parsed: ParsedMembers) -> list[dict[str, Any]]:
    """The file's members as plain rows (missing = None) with the hashes that find them."""
    frame = parsed.members.rename(columns=RENAMED).astype(object)
    frame = frame.where(frame.notna(), None)
    rows: list[dict[str, Any]] = frame.to_dict("records")
    own = identity_key("platform_id", parsed.platform)
    for row in rows:
        row["id_hash"] = vault.fingerprint(own, row["member_id"]) if row["member_id"] else None
        row["phone_hash"] = vault.fingerprint("phone", row["phone"]) if row["phone"] else None
    return rows


def _merge(
    desk: Desk,
    actor: Actor,
    parsed: ParsedMembers,
    rows: list[dict[str, Any]],
    report: ImportReport,
    path: Path,
    name: str,
    now: datetime,
) -> tuple[ImportReport, list[int]]:
    with desk.db.write(Area.MEMBERS, Area.ORDERS) as session:
        known = people.find_identities(session, [row[k] for row in rows for k in ("id_hash", "phone_hash") if row[k]])
        ids = _place(session, desk.vault, rows, known, parsed.platform, now)
        brings_joined = bool(parsed.members["joined_at"].notna().any() or (parsed.members["grade"].fillna(0) > 0).any())
        settings = load_settings(session)
        if brings_joined and settings.joined_rule == "auto":
            profiles.leave_first_order_rule(session)
            put_settings(session, settings.model_copy(update={"joined_rule": "file"}))
        members = people.load_people(session, ids)
        changed = _update(session, desk.vault, rows, [members[number] for number in ids])
        joined = _join(session, rows, [members[number] for number in ids], now)
        _agree(session, rows, [members[number] for number in ids], name, now)
        _tag(session, rows, ids)
        profiles.rebuild_days(session)
        batch = ImportBatch(
            kind=ImportKind.MEMBERS,
            file_name=name[-255:],
            file_hash=hash_file(path),
            preset="members",
            platform=parsed.platform,
            rows=report.rows,
            accepted=report.accepted,
            rejected=report.rejected,
            unchanged=report.accepted - changed,
            people_new=report.people_new,
            actor=actor.name,
            recorded_at=now,
        )
        session.add(batch)
        session.flush()
        assert batch.id is not None
        keep_rejects(session, desk.vault, batch.id, report.rejects, now)
        record(
            session,
            actor.name,
            "members.imported",
            f"batch:{batch.id}",
            now=now,
            count=report.accepted,
            ids=ids,
            new=report.people_new,
            rejected=report.rejected,
        )
        report = replace(report, batch_id=batch.id, members_new=joined, unchanged=report.accepted - changed)
    return report, sorted(set(ids))


def _place(
    session: Session, vault: Vault, rows: list[dict[str, Any]], known: dict[bytes, int], platform: str, now: datetime
) -> list[int]:
    """The person of every row: by platform id, then by phone, else a new one; both identities point to it."""
    missing = []
    for row in rows:
        if row["id_hash"] in known or row["phone_hash"] in known:
            continue
        kind = "platform_id" if row["id_hash"] else "phone"
        first = row["id_hash"] or row["phone_hash"]
        missing.append(
            row
            | {
                "kind": kind,
                "platform": platform if row["id_hash"] else "",
                "hash": first,
                "label": row["member_id"],
                "joined_at": None,
            }
        )
        known[first] = -len(missing)
    created = people.add_people(session, vault, missing, platform=platform, now=now)
    ids = []
    links: list[tuple[int, str, str, bytes, str | None]] = []
    for row in rows:
        found = known.get(row["id_hash"]) or known[row["phone_hash"]]
        number = created[-found - 1] if found < 0 else found
        ids.append(number)
        for key, kind, where, label in (
            ("id_hash", "platform_id", platform, row["member_id"]),
            ("phone_hash", "phone", "", None),
        ):
            value = row[key]
            if value and value not in known:
                links.append((number, where, kind, value, label))
                known[value] = number
            elif value and known[value] < 0:
                known[value] = number
    people.add_identities(session, links)
    return ids


def _update(session: Session, vault: Vault, rows: list[dict[str, Any]], members: list[Member]) -> int:
    """Write what the file gives over what is there; a blank cell keeps it. Returns how many rows changed somebody."""
    changed = 0
    for row, member in zip(rows, members, strict=True):
        before = [getattr(member, name) for name in PLAIN]
        for name in PLAIN:
            if row[name] is not None:
                setattr(member, name, row[name])
        touched = before != [getattr(member, name) for name in PLAIN]
        for field, cipher in (("phone", "phone_cipher"), ("email", "email_cipher")):
            held = getattr(member, cipher)
            if row[field] and (held is None or vault.unseal(held) != row[field]):
                setattr(member, cipher, vault.seal(row[field]))
                touched = True
        if row["phone"]:
            member.phone_last4 = row["phone"][-4:]
        elif row["phone_masked"] and member.phone_cipher is None:
            member.phone_last4 = row["phone_masked"][-4:]
        if touched:
            session.add(member)
            changed += 1
    session.flush()
    return changed


def _join(session: Session, rows: list[dict[str, Any]], members: list[Member], now: datetime) -> int:
    """A joined date or a platform grade above 0 makes a member; returns how many were none before."""
    joined = 0
    for row, member in zip(rows, members, strict=True):
        if row["joined_at"] is None and not (row["grade"] or 0) > 0:
            continue
        if member.joined_at is None:
            joined += 1
        if row["joined_at"] is not None:
            member.joined_at = from_micros(row["joined_at"])
        elif member.joined_at is None:  # a grade without a date: the first order is the first that shows it
            member.joined_at = profiles.first_paid_at(session, member.id or 0) or now
        member.joined_by = "file"
        session.add(member)
    session.flush()
    return joined


def _agree(session: Session, rows: list[dict[str, Any]], members: list[Member], source: str, now: datetime) -> None:
    """Consents as evidence rows where they differ from what holds; a blank cell says nothing."""
    for row, member in zip(rows, members, strict=True):
        for channel in ("sms", "email"):
            given, field = row[f"consent_{channel}"], f"consent_{channel}"
            if given is None or bool(given) == getattr(member, field):
                continue
            setattr(member, field, bool(given))
            session.add(
                Consent(
                    member_id=member.id or 0,
                    channel=channel,
                    purpose=Purpose.MARKETING,
                    granted=bool(given),
                    source=f"file:{source}"[:64],
                    occurred_at=now,
                    recorded_at=now,
                )
            )
    session.flush()


def _tag(session: Session, rows: list[dict[str, Any]], ids: list[int]) -> None:
    wanted = {(number, tag) for row, number in zip(rows, ids, strict=True) for tag in row["tags"] or ()}
    held = {(row.member_id, row.tag) for row in session.exec(select(MemberTag))} if wanted else set()
    session.add_all(MemberTag(member_id=number, tag=tag) for number, tag in sorted(wanted - held))
    session.flush()
