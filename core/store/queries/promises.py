"""The work list of promises: what is open, what was done, and the acts of people on single rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, update
from sqlmodel import Session, col

from core.store.tables import Member, MemberService, MemberTier, Obligation, Order

CHUNK = 500
BY_IMPORT = "import"
_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True)
class PromiseFilter:
    """Which promises: by status, benefit, tier then, owner, and the last day they may be due on."""

    status: str = "owed"
    benefit: str | None = None
    tier: str | None = None
    owner: str | None = None
    due_until: int | None = None
    kind: str | None = None


def _where(wanted: PromiseFilter) -> list[ColumnElement[bool]]:
    conditions = [col(Obligation.status) == wanted.status]
    for column, value in (
        (col(Obligation.benefit_code), wanted.benefit),
        (col(Obligation.tier), wanted.tier),
        (col(Obligation.owner), wanted.owner),
        (col(Obligation.kind), wanted.kind),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.due_until is not None:
        conditions.append(col(Obligation.due_day) <= wanted.due_until)
    return conditions


def _lines() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Obligation.id, Obligation.member_id, Obligation.benefit_code, Obligation.kind, Obligation.tier,
        Obligation.occasion, Obligation.what_zh, Obligation.what_en, Obligation.status, Obligation.begins_day,
        Obligation.due_day, Obligation.quantity, Obligation.cost_fen, Obligation.actual_fen, Obligation.owner,
        Obligation.done_at, Obligation.done_day, Obligation.done_by, Obligation.closed_for, Obligation.note,
        Obligation.order_id,
    )  # fmt: skip
    statement: Select[Any] = (
        select(
            *(col(column) for column in columns),
            col(Member.public_id),
            col(Member.name),
            col(Member.nickname),
            col(Order.order_no),
            col(MemberService.person),
        )
        .join(Member, col(Member.id) == col(Obligation.member_id))
        .outerjoin(Order, col(Order.id) == col(Obligation.order_id))
        .outerjoin(MemberService, col(MemberService.member_id) == col(Obligation.member_id))
    )
    return statement


def list_promises(session: Session, wanted: PromiseFilter, offset: int, size: int) -> list[Row[Any]]:
    """One page of promises: the soonest due first; what is over, the latest first."""
    order = (
        (col(Obligation.due_day), col(Obligation.id))
        if wanted.status in ("owed", "offered")
        else (col(Obligation.done_at).desc(), col(Obligation.id).desc())
    )
    return list(session.execute(_lines().where(*_where(wanted)).order_by(*order).offset(offset).limit(size)))


def read_promises(session: Session, ids: Sequence[int]) -> list[Row[Any]]:
    """Some promises, the soonest due first."""
    rows: list[Row[Any]] = []
    for start in range(0, len(ids), CHUNK):
        rows += session.execute(_lines().where(col(Obligation.id).in_(ids[start : start + CHUNK])))
    return sorted(rows, key=lambda row: (row.due_day, row.id))


def promises_of(session: Session, member_id: int, size: int) -> list[Row[Any]]:
    """One person's promises, open ones first, then the newest."""
    first = case((col(Obligation.status).in_(("owed", "offered")), 0), else_=1)
    statement = _lines().where(col(Obligation.member_id) == member_id)
    return list(session.execute(statement.order_by(first, col(Obligation.due_day).desc()).limit(size)))


def count_promises(session: Session, wanted: PromiseFilter) -> int:
    """How many promises a filter finds."""
    return int(session.execute(select(func.count()).select_from(Obligation).where(*_where(wanted))).scalar_one())


def count_open(session: Session, today: int) -> list[Row[Any]]:
    """[benefit_code, kind, tier, owner, what_zh, what_en, status, late, due_today, total] of what is open."""
    due = col(Obligation.due_day)
    names = (Obligation.benefit_code, Obligation.kind, Obligation.tier, Obligation.owner, Obligation.status)
    keys = [col(name) for name in names]
    statement = select(
        *keys,
        func.max(col(Obligation.what_zh)).label("what_zh"),
        func.max(col(Obligation.what_en)).label("what_en"),
        func.sum(case((due < today, 1), else_=0)).label("late"),
        func.sum(case((due == today, 1), else_=0)).label("due_today"),
        func.count().label("total"),
    )
    statement = statement.where(col(Obligation.status).in_(("owed", "offered")))
    return list(session.execute(statement.group_by(*keys)))


def sum_done(session: Session, first: int, end: int) -> tuple[int, int, int, int]:
    """Done on the shop days ``[first, end)``: how many, of how many the day is known, how many in time, cost (fen).

    When an order that an import saw gone had left, nobody wrote down.
    """
    done = and_(col(Obligation.status) == "done", col(Obligation.done_day) >= first, col(Obligation.done_day) < end)
    known = col(Obligation.done_by) != BY_IMPORT
    statement = select(
        func.count(),
        func.sum(case((known, 1), else_=0)),
        func.sum(case((and_(known, col(Obligation.done_day) <= col(Obligation.due_day)), 1), else_=0)),
        func.sum(col(Obligation.actual_fen)),
    ).where(done)
    row = session.execute(statement).one()
    return int(row[0]), int(row[1] or 0), int(row[2] or 0), int(row[3] or 0)


def owners(session: Session) -> list[str]:
    """Everybody who was ever given a promise or a member to look after."""
    named = select(col(Obligation.owner)).where(col(Obligation.owner).is_not(None))
    serving = select(col(MemberService.person))
    return sorted(
        {str(name) for one in (named.distinct(), serving.distinct()) for name in session.execute(one).scalars()}
    )


def finish(
    session: Session, ids: Sequence[int], *, now: datetime, today: int, by: str, each_fen: int | None, note: str
) -> list[int]:
    """Owed promises are done; ``each_fen``: what each cost (None: as expected). The ids of those that were still owed."""
    cost = col(Obligation.cost_fen) if each_fen is None else each_fen
    values: dict[str, Any] = {"status": "done", "done_at": now, "done_day": today, "done_by": by, "actual_fen": cost}
    return _change(session, ids, ("owed",), values | ({"note": note} if note else {}))


def reopen(session: Session, ids: Sequence[int]) -> list[int]:
    """Done by mistake: owed again."""
    values = {"status": "owed", "done_at": None, "done_day": None, "done_by": None, "actual_fen": None}
    return _change(session, ids, ("done",), values)


def claim(session: Session, ids: Sequence[int], *, now: datetime, today: int) -> list[int]:
    """Offered promises are claimed: owed from today on, with as many days as the benefit gives."""
    values = {
        "status": "owed",
        "claimed_at": now,
        "begins_day": today,
        "due_day": today + col(Obligation.due_days),
    }
    return _change(session, ids, ("offered",), values, col(Obligation.due_day) >= today)


def cancel(session: Session, ids: Sequence[int], reason: str, note: str) -> list[int]:
    """Open promises are cancelled by hand."""
    return _change(session, ids, ("owed", "offered"), {"status": "cancelled", "closed_for": reason, "note": note})


def assign(session: Session, ids: Sequence[int], owner: str | None) -> list[int]:
    """Open promises are given to somebody."""
    return _change(session, ids, ("owed", "offered"), {"owner": owner})


def _change(
    session: Session, ids: Sequence[int], at: Sequence[str], values: dict[str, Any], *more: ColumnElement[bool]
) -> list[int]:
    """The guard stands in the UPDATE itself: what is no longer in one of these states stays as it is."""
    changed: list[int] = []
    for start in range(0, len(ids), CHUNK):
        those = col(Obligation.id).in_(ids[start : start + CHUNK])
        statement = update(Obligation).where(those, col(Obligation.status).in_(at), *more).values(**values)
        changed += session.execute(statement.returning(col(Obligation.id)), execution_options=_PLAIN).scalars()
    return sorted(changed)


def newest_receivers(session: Session, member_ids: Sequence[int]) -> dict[int, bytes]:
    """The sealed receiver of each person's newest order that has one."""
    found: dict[int, bytes] = {}
    for start in range(0, len(member_ids), CHUNK):
        statement = select(col(Order.member_id), col(Order.receiver_cipher)).where(
            col(Order.member_id).in_(member_ids[start : start + CHUNK]), col(Order.receiver_cipher).is_not(None)
        )
        found |= {row[0]: row[1] for row in session.execute(statement.order_by(col(Order.paid_at), col(Order.id)))}
    return found


def service_person(session: Session, member_id: int) -> str | None:
    """Who looks after a member."""
    statement = select(col(MemberService.person)).where(col(MemberService.member_id) == member_id)
    return session.execute(statement).scalar_one_or_none()


def unserved_members(session: Session, tiers: Sequence[str]) -> list[int]:
    """Members on some tiers whom nobody looks after, by id; nobody who is not to be counted."""
    served = select(col(MemberService.member_id))
    statement = (
        select(col(MemberTier.member_id))
        .join(Member, col(Member.id) == col(MemberTier.member_id))
        .where(col(MemberTier.tier).in_(tiers), col(Member.not_counted).is_(None))
        .where(col(MemberTier.member_id).not_in(served))
    )
    return list(session.execute(statement.order_by(col(MemberTier.member_id))).scalars())


def count_served(session: Session) -> dict[str, int]:
    """How many members each person looks after."""
    statement = select(col(MemberService.person), func.count()).group_by(col(MemberService.person))
    return {row[0]: int(row[1]) for row in session.execute(statement)}
