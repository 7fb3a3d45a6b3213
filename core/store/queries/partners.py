"""Partners and the codes that they left: who gets which, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlmodel import Session, col

from core.store.database import Database
from core.store.tables import Obligation, Partner, PartnerCode

CHUNK = 500
_PLAIN = {"synchronize_session": False}


def find_partner(session: Session, code: str) -> Partner | None:
    """A partner by its code."""
    return session.execute(select(Partner).where(col(Partner.code) == code)).scalar_one_or_none()


def list_partners(session: Session) -> list[Row[Any]]:
    """[Partner, codes, given, used] of every partner, by name."""
    statement = (
        select(
            Partner,
            func.count(col(PartnerCode.id)),
            func.count(col(PartnerCode.given_at)),
            func.count(col(PartnerCode.used_at)),
        )
        .outerjoin(PartnerCode, col(PartnerCode.partner_id) == col(Partner.id))
        .group_by(*Partner.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(Partner.name), col(Partner.id))
    )
    return list(session.execute(statement))


def add_codes(session: Session, db: Database, partner_id: int, codes: Sequence[str], now: datetime) -> list[int]:
    """Put codes into a partner's pool; those that were there already stay as they are. The ids of the new ones."""
    new: list[int] = []
    for start in range(0, len(codes), CHUNK):
        rows = [{"partner_id": partner_id, "code": code, "recorded_at": now} for code in codes[start : start + CHUNK]]
        statement = db.upsert(PartnerCode).values(rows).on_conflict_do_nothing(index_elements=["partner_id", "code"])
        new += session.execute(statement.returning(col(PartnerCode.id))).scalars()
    return sorted(new)


def take_code(session: Session, partner_id: int, member_id: int, obligation_id: int, now: datetime) -> str | None:
    """Give the oldest free code to a member; None when the pool is empty. The guard stands in the UPDATE itself."""
    free = (
        select(col(PartnerCode.id))
        .where(col(PartnerCode.partner_id) == partner_id, col(PartnerCode.given_at).is_(None))
        .order_by(col(PartnerCode.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (number := session.execute(free).scalar_one_or_none()) is not None:
        statement = update(PartnerCode).where(col(PartnerCode.id) == number, col(PartnerCode.given_at).is_(None))
        given = statement.values(member_id=member_id, obligation_id=obligation_id, given_at=now)
        code = session.execute(given.returning(col(PartnerCode.code)), execution_options=_PLAIN).scalar_one_or_none()
        if code is not None:
            return str(code)
    return None


def code_of(session: Session, obligation_id: int) -> str | None:
    """The code that a promise was kept with."""
    statement = select(col(PartnerCode.code)).where(col(PartnerCode.obligation_id) == obligation_id)
    return session.execute(statement).scalar_one_or_none()


def lock_owed(session: Session, ids: Sequence[int]) -> list[Obligation]:
    """Owed promises by id, held until the end of the transaction."""
    statement = select(Obligation).where(col(Obligation.id).in_(ids), col(Obligation.status) == "owed")
    return list(session.execute(statement.order_by(col(Obligation.id)).with_for_update()).scalars())


def mark_used(session: Session, partner_id: int, codes: Sequence[str], now: datetime) -> list[int]:
    """Codes that the partner reports as used; only those that were given, each once. Their ids."""
    used: list[int] = []
    for start in range(0, len(codes), CHUNK):
        statement = update(PartnerCode).where(
            col(PartnerCode.partner_id) == partner_id,
            col(PartnerCode.code).in_(codes[start : start + CHUNK]),
            col(PartnerCode.given_at).is_not(None),
            col(PartnerCode.used_at).is_(None),
        )
        returning = statement.values(used_at=now).returning(col(PartnerCode.id))
        used += session.execute(returning, execution_options=_PLAIN).scalars()
    return sorted(used)


def code_times(session: Session, partner_id: int) -> list[Row[Any]]:
    """[given_at, used_at] of the codes that were given."""
    statement = select(col(PartnerCode.given_at), col(PartnerCode.used_at))
    return list(
        session.execute(
            statement.where(col(PartnerCode.partner_id) == partner_id, col(PartnerCode.given_at).is_not(None))
        )
    )
