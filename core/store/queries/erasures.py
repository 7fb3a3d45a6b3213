"""Take a person's data away and keep only what recognises them if a file brings them back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlmodel import Session, col

from core.store.tables import (
    CallTask,
    CustomValue,
    ErasedIdentity,
    Erasure,
    Goodwill,
    Interaction,
    Member,
    MemberIdentity,
    MemberMark,
    MemberNote,
    MemberTag,
    Obligation,
    Order,
    PointsFact,
    StaticListMember,
    TierOverride,
)

_PLAIN = {"synchronize_session": False}
PERSONAL = (
    *("nickname", "name", "gender", "birth_year", "birth_month", "birth_day", "province", "city", "source", "grade"),
    *("phone_cipher", "phone_last4", "email_cipher"),
)


def add_erasure(session: Session, member_id: int, reason: str, actor: str, now: datetime) -> None:
    """The erasure with the hashes of all that the person was recognised by."""
    erasure = Erasure(member_id=member_id, reason=reason, erased_at=now, actor=actor)
    session.add(erasure)
    session.flush()
    owned = select(col(MemberIdentity.platform), col(MemberIdentity.kind), col(MemberIdentity.value_hash))
    rows = session.execute(owned.where(col(MemberIdentity.member_id) == member_id)).all()
    if rows:
        values = [
            {"erasure_id": erasure.id, "platform": row.platform, "kind": row.kind, "value_hash": row.value_hash}
            for row in rows
        ]
        session.execute(insert(ErasedIdentity), values)


def list_erasures(session: Session) -> list[tuple[Erasure, list[ErasedIdentity]]]:
    """Every erasure with what its person was recognised by, in order."""
    found = list(session.execute(select(Erasure).order_by(col(Erasure.id))).scalars())
    owned: dict[int, list[ErasedIdentity]] = {}
    for one in session.execute(select(ErasedIdentity).order_by(col(ErasedIdentity.id))).scalars():
        owned.setdefault(one.erasure_id, []).append(one)
    return [(one, owned.get(one.id or 0, [])) for one in found]


def copy_erasure(session: Session, member_id: int | None, one: Erasure, owned: Sequence[ErasedIdentity]) -> None:
    """An erasure of another copy of this store, with its hashes as far as they are not here."""
    mine = Erasure(member_id=member_id, reason=one.reason, erased_at=one.erased_at, actor=one.actor)
    session.add(mine)
    session.flush()
    known = erased_hashes(session, [row.value_hash for row in owned])
    values = [
        {"erasure_id": mine.id, "platform": row.platform, "kind": row.kind, "value_hash": row.value_hash}
        for row in owned
        if bytes(row.value_hash) not in known
    ]
    if values:
        session.execute(insert(ErasedIdentity), values)


def blank_person(session: Session, member_id: int, now: datetime) -> None:
    """Everything that says who somebody is or what was said of them; orders and ledgers stay without a name."""
    for table in (MemberIdentity, MemberTag, CustomValue, StaticListMember):
        session.execute(delete(table).where(col(table.member_id) == member_id), execution_options=_PLAIN)
    changes: tuple[tuple[Any, dict[str, Any]], ...] = (
        (Order, {"receiver_cipher": None}),
        (Interaction, {"note": ""}),
        (CallTask, {"answer": None}),
        (MemberNote, {"text": "", "removed_at": now}),
        (MemberMark, {"why": ""}),
        (Goodwill, {"reason": ""}),
        (PointsFact, {"reason": ""}),
        (TierOverride, {"reason": ""}),
        (Obligation, {"note": ""}),
    )
    for table, values in changes:
        statement = update(table).where(col(table.member_id) == member_id).values(**values)
        session.execute(statement, execution_options=_PLAIN)
    blank = dict.fromkeys(PERSONAL) | {"erased_at": now, "personalised": False}
    session.execute(update(Member).where(col(Member.id) == member_id).values(**blank), execution_options=_PLAIN)


def forget_staged(session: Session, stage: int) -> None:
    """Inside a merge: the staged orders of who was erased since they were read come in without a buyer and an address."""
    gone = "SELECT value_hash FROM erased_identity"
    session.execute(
        text(
            "UPDATE staged_order SET identity_hash = NULL, receiver_cipher = NULL"
            f" WHERE batch_id = :stage AND identity_hash IN ({gone})"
        ),
        {"stage": stage},
    )


def erased_hashes(session: Session, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these identities belonged to somebody who was erased."""
    found: set[bytes] = set()
    statement = text("SELECT value_hash FROM erased_identity WHERE value_hash IN :hashes")
    statement = statement.bindparams(bindparam("hashes", expanding=True))
    if session.execute(text("SELECT 1 FROM erased_identity LIMIT 1")).first() is None:
        return found
    for start in range(0, len(hashes), 5_000):
        rows = session.execute(statement, {"hashes": list(hashes[start : start + 5_000])})
        found |= {bytes(row[0]) for row in rows}
    return found


def set_personalised(session: Session, member_id: int, personalised: bool) -> bool:
    """Compare-and-set whether offers may be chosen by what a person did; false when it was so already."""
    changed = update(Member).where(col(Member.id) == member_id, col(Member.personalised).is_(not personalised))
    done = session.execute(changed.values(personalised=personalised), execution_options=_PLAIN)
    return bool(done.rowcount)  # type: ignore[attr-defined]
