"""Bring a member file in: match by platform id, then by phone; attributes, joined dates, tags, consents."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from core.clock import from_micros, to_micros
from core.documents.enums import Area, ImportKind, Purpose
from core.errors import Refusal
from core.importers.members import ParsedMembers
from core.services.actor import Actor
from core.services.custom_import import OwnValues
from core.services.desk import Desk
from core.services.erasures import without_erased
from core.services.import_files import BAD_SHARE, ImportReport, hash_file, keep_rejects
from core.services.refresh import owe_everybody, review_batch_of_members
from core.services.shop_settings import load_settings, put_settings
from core.services.stage_orders import identity_key
from core.store.audit import record
from core.store.queries import people, profiles
from core.store.tables import Consent, ImportBatch, Member, MemberTag
from core.store.vault import Vault
from core.store.write_lock import Turn, take_turn

PLAIN = ("name", "nickname", "gender", "birth_year", "birth_month", "birth_day", "province", "city", "grade", "source")
CONTACTS = ("phone", "email")
COUNTED = ("rows", "accepted", "rejected", "unchanged", "people_new")
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
    parsed = without_erased(desk, parsed)
    rows = _rows(desk.vault, parsed)
    if progress:
        progress(0.3)
    if dry_run:
        with desk.db.read() as session:
            report = _report(session, desk.vault, parsed, rows)
        return replace(report, seconds=time.monotonic() - started)
    batch = _batch(parsed, path, file_name or path.name, actor, now)
    report, touched, owed = _merge(desk, actor, parsed, rows, batch, max_bad, now)
    if progress:
        progress(0.8)
    assert report.batch_id is not None
    review_batch_of_members(desk, touched, report.batch_id, owed, now=now)
    return replace(report, seconds=time.monotonic() - started)


def _report(session: Session, vault: Vault, parsed: ParsedMembers, rows: list[dict[str, Any]]) -> ImportReport:
    """What the rows would change, against what is there now."""
    known = _find(session, rows)
    places = [known.get(row["id_hash"]) or known.get(row["phone_hash"]) for row in rows]
    found = [number for number in places if number is not None]
    members, tags = people.load_people(session, found), people.load_tags(session, found)
    own = OwnValues(session, rows, found)
    changed = joined = 0
    for row, number in zip(rows, places, strict=True):
        member = None if number is None else members[number]
        held = tags.get(number or 0, set())
        changed += member is None or _differs(vault, row, member, held) or own.differ(row, number or 0)
        joined += _joins(row, member) and (member is None or member.joined_at is None)
    return ImportReport(
        rows=parsed.rows,
        accepted=parsed.accepted,
        rejected=len(parsed.rejects),
        unchanged=parsed.accepted - changed,
        people_new=places.count(None),
        members_new=joined,
        rejects=parsed.rejects,
    )


def _find(session: Session, rows: list[dict[str, Any]]) -> dict[bytes, int]:
    return people.find_identities(session, [row[k] for row in rows for k in ("id_hash", "phone_hash") if row[k]])


def _joins(row: dict[str, Any], member: Member | None) -> bool:
    """Whether a row says that somebody is a member: by a date or by a grade of the platform above 0.

    Who has left the programme comes back into it only by a date after that.
    """
    if member is not None and member.left_at is not None:
        return row["joined_at"] is not None and row["joined_at"] > to_micros(member.left_at)
    return row["joined_at"] is not None or (row["grade"] or 0) > 0


def _differs(vault: Vault, row: dict[str, Any], member: Member, tags: set[str]) -> bool:
    """Whether a row says anything about a person that is not there yet; a blank cell says nothing."""
    consents = () if member.opted_out else ("consent_sms", "consent_email")
    if any(row[name] is not None and row[name] != getattr(member, name) for name in PLAIN + consents):
        return True
    if any(row[field] and _is_other(vault, getattr(member, f"{field}_cipher"), row[field]) for field in CONTACTS):
        return True
    if row["phone_masked"] and member.phone_cipher is None and member.phone_last4 != row["phone_masked"][-4:]:
        return True
    joins = _joins(row, member)
    if joins and member.joined_by != "file":
        return True
    other_date = row["joined_at"] is not None and (
        member.joined_at is None or to_micros(member.joined_at) != row["joined_at"]
    )
    return (joins and other_date) or not tags.issuperset(row["tags"] or ())


def _is_other(vault: Vault, held: bytes | None, value: str) -> bool:
    return held is None or vault.unseal(held) != value


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
    batch: ImportBatch,
    max_bad: float,
    now: datetime,
) -> tuple[ImportReport, list[int], int]:
    with desk.db.write(Area.MEMBERS, Area.ORDERS) as session:
        take_turn(session, Turn.IMPORT)
        report = _report(session, desk.vault, parsed, rows)
        if report.needs_consent(max_bad):
            raise Refusal("too_many_bad_rows", rejected=report.rejected, rows=report.rows)
        ids = _place(session, desk.vault, rows, _find(session, rows), parsed.platform, now)
        members = people.load_people(session, ids)
        _update(session, desk.vault, rows, [members[number] for number in ids])
        _join(session, rows, [members[number] for number in ids], now)
        if any(_joins(row, members[number]) for row, number in zip(rows, ids, strict=True)):
            _end_first_order_rule(session)
        _agree(session, rows, [members[number] for number in ids], batch.file_name, now)
        _tag(session, rows, ids)
        OwnValues(session, rows, ids).write(session, rows, ids)
        profiles.rebuild_days(session)
        for name in COUNTED:
            setattr(batch, name, getattr(report, name))
        session.add(batch)
        session.flush()
        assert batch.id is not None
        keep_rejects(session, desk.vault, batch.id, report.rejects, now)
        owed = owe_everybody(session)
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
    return replace(report, batch_id=batch.id), sorted(set(ids)), owed


def _batch(parsed: ParsedMembers, path: Path, name: str, actor: Actor, now: datetime) -> ImportBatch:
    return ImportBatch(
        kind=ImportKind.MEMBERS,
        file_name=name[-255:],
        file_hash=hash_file(path),
        preset="members",
        platform=parsed.platform,
        actor=actor.name,
        recorded_at=now,
    )


def _end_first_order_rule(session: Session) -> None:
    """A file says who joined: from now on only it, unless the owner chose otherwise."""
    settings = load_settings(session)
    if settings.joined_rule == "auto":
        profiles.leave_first_order_rule(session)
        put_settings(session, settings.model_copy(update={"joined_rule": "file"}))


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


def _update(session: Session, vault: Vault, rows: list[dict[str, Any]], members: list[Member]) -> None:
    """Write what the file gives over what is there; a blank cell keeps it."""
    for row, member in zip(rows, members, strict=True):
        for name in PLAIN:
            if row[name] is not None:
                setattr(member, name, row[name])
        for field in CONTACTS:
            if row[field] and _is_other(vault, getattr(member, f"{field}_cipher"), row[field]):
                setattr(member, f"{field}_cipher", vault.seal(row[field]))
        if row["phone"]:
            member.phone_last4 = row["phone"][-4:]
        elif row["phone_masked"] and member.phone_cipher is None:
            member.phone_last4 = row["phone_masked"][-4:]
        session.add(member)
    session.flush()


def _join(session: Session, rows: list[dict[str, Any]], members: list[Member], now: datetime) -> None:
    """A joined date or a platform grade above 0 makes a member."""
    for row, member in zip(rows, members, strict=True):
        if not _joins(row, member):
            continue
        if row["joined_at"] is not None:
            member.joined_at = from_micros(row["joined_at"])
        elif member.joined_at is None:  # a grade without a date: the first order is the first that shows it
            member.joined_at = profiles.first_paid_at(session, member.id or 0) or now
        member.joined_by, member.left_at = "file", None
        session.add(member)
    session.flush()


def _agree(session: Session, rows: list[dict[str, Any]], members: list[Member], source: str, now: datetime) -> None:
    """Consents as evidence rows where they differ from what holds; a blank cell says nothing.

    An old file does not undo an opt-out: only the person does, and the owner writes it down.
    """
    for row, member in zip(rows, members, strict=True):
        if member.opted_out:
            continue
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
    held = people.load_tags(session, [number for number, _ in wanted])
    session.add_all(MemberTag(member_id=n, tag=tag) for n, tag in sorted(wanted) if tag not in held.get(n, ()))
    session.flush()
