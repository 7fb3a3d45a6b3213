"""People and what identifies them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text, update
from sqlmodel import Session, col, select

from core.clock import to_micros
from core.store.bulk import bulk_insert, reserve_ids
from core.store.tables import Consent, Member, MemberIdentity, MemberTag
from core.store.vault import Vault

_MEMBER = (
    "id",
    "public_id",
    "platform",
    "nickname",
    "name",
    "gender",
    "birth_year",
    "birth_month",
    "birth_day",
    "province",
    "city",
    "joined_at",
    "joined_by",
    "grade",
    "source",
    "phone_cipher",
    "phone_last4",
    "email_cipher",
    "consent_sms",
    "consent_email",
    "opted_out",
    "recorded_at",
)
_IDENTITY = ("member_id", "platform", "kind", "value_hash", "label")


def add_people(
    session: Session, vault: Vault, rows: Sequence[Mapping[str, Any]], *, platform: str, now: datetime
) -> list[int]:
    """Insert people with their first identity; returns their ids in order.

    A row has ``hash, kind, platform, label`` of the identity and any of the person's fields; ``phone`` and ``email`` are sealed.
    """
    ids = reserve_ids(session, Member, len(rows))
    at = to_micros(now)
    people, identities = [], []
    for number, row in zip(ids, rows, strict=True):
        phone, email = row.get("phone"), row.get("email")
        known = {
            "id": number,
            "public_id": secrets.token_hex(8),
            "platform": platform,
            "phone_cipher": vault.seal(phone) if phone else None,
            "phone_last4": phone[-4:] if phone else None,
            "email_cipher": vault.seal(email) if email else None,
            "consent_sms": False,
            "consent_email": False,
            "opted_out": False,
            "recorded_at": at,
        }
        people.append([known[name] if name in known else row.get(name) for name in _MEMBER])
        identities.append([number, row["platform"], row["kind"], row["hash"], row.get("label")])
    bulk_insert(session, Member, _MEMBER, people)
    bulk_insert(session, MemberIdentity, _IDENTITY, identities)
    return ids


def flag_consents(session: Session) -> None:
    """Set the consent flags of people from their consents, for a store in which nobody refused anything yet."""
    for channel in ("sms", "email"):
        agreed = select(col(Consent.member_id)).where(col(Consent.channel) == channel, col(Consent.granted).is_(True))
        statement = update(Member).where(col(Member.id).in_(agreed)).values({f"consent_{channel}": True})
        session.execute(statement, execution_options={"synchronize_session": False})


def add_identities(session: Session, links: Sequence[tuple[int, str, str, bytes, str | None]]) -> None:
    """Insert (member id, platform, kind, hash, label) rows."""
    bulk_insert(session, MemberIdentity, _IDENTITY, links)


def find_identities(session: Session, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """By identity hash the person it belongs to; unknown ones are missing."""
    found: dict[bytes, int] = {}
    statement = text("SELECT value_hash, member_id FROM member_identity WHERE value_hash IN :hashes")
    statement = statement.bindparams(bindparam("hashes", expanding=True))
    for start in range(0, len(hashes), 5_000):
        for value, member in session.execute(statement, {"hashes": list(hashes[start : start + 5_000])}):
            found[bytes(value)] = int(member)
    return found


def load_people(session: Session, ids: Sequence[int]) -> dict[int, Member]:
    """People by id, to be changed in this session."""
    found: dict[int, Member] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 5_000):
        statement = select(Member).where(col(Member.id).in_(wanted[start : start + 5_000]))
        found.update((member.id or 0, member) for member in session.exec(statement))
    return found


def load_tags(session: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """The tags of some people, by id; who has none is missing."""
    found: dict[int, set[str]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 5_000):
        statement = select(MemberTag).where(col(MemberTag.member_id).in_(wanted[start : start + 5_000]))
        for row in session.exec(statement):
            found.setdefault(row.member_id, set()).add(row.tag)
    return found


def find_by_label(session: Session, platform: str, label: str) -> int | None:
    """The person with a platform's id."""
    found = session.execute(
        text(
            "SELECT member_id FROM member_identity WHERE platform = :platform AND kind = 'platform_id' AND label = :label"
        ),
        {"platform": platform, "label": label},
    ).first()
    return None if found is None else int(found[0])
