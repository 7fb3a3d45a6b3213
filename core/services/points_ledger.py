"""Points that move without an order: given, spent, taken, given back; and a member's points as they stand.

Every function works inside the caller's write transaction (``Area.MEMBERS``) and leaves the ledger exact. On PostgreSQL one such
transaction at a time derives (``Turn.TIERS``), so two spends never see the same points; take that turn before row locks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.clock import ShopZone, from_micros
from core.errors import Refusal
from core.rules.derivation import derive
from core.rules.points import LOT_KINDS, PointsWalk
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.facts import load_facts
from core.services.programme import derive_members
from core.services.programme_review import load_rules
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import programme_facts as queries
from core.store.queries.facts import Whom
from core.store.queries.ledgers import points_lines
from core.store.tables import PointsEntry, PointsFact
from core.store.write_lock import Turn, take_turn


@dataclass(frozen=True)
class LotLine:
    """One lot with points left: from which fact, how many, when they become active and when they end."""

    kind: str
    fact_id: int
    earned: int
    remaining: int
    pending: bool
    active_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class PointsView:
    """A member's points at an instant; ``available`` can be spent. ``debt`` was taken back after it had been spent."""

    member_id: int
    pending: int
    active: int
    debt: int
    spent: int
    expired: int
    next_expiry_at: datetime | None
    next_expiry_points: int
    lots: tuple[LotLine, ...]

    @property
    def available(self) -> int:
        """What can be spent."""
        return self.active - self.debt


def grant_points(
    session: Session,
    desk: Desk,
    member_id: int,
    points: int,
    *,
    subject: str,
    reason: str = "",
    key: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Give points, active at once; the fact's id. Refuses ``points_amount``, ``points_not_member``, ``key_taken``."""
    fact = _fact("grant", member_id, points, subject, reason, key, actor, now)
    return _move(session, desk, fact, now)


def spend_points(
    session: Session,
    desk: Desk,
    member_id: int,
    points: int,
    *,
    subject: str,
    reason: str = "",
    key: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Exchange points; the fact's id. Refuses ``points_not_enough`` and what ``grant_points`` does."""
    fact = _fact("spend", member_id, points, subject, reason, key, actor, now)

    def enough() -> None:
        available = _balance(session, member_id, now).available
        if points > available:
            raise Refusal("points_not_enough", available=available, asked=points)

    return _move(session, desk, fact, now, enough)


def take_points(
    session: Session,
    desk: Desk,
    member_id: int,
    points: int,
    *,
    subject: str,
    reason: str = "",
    key: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Take points by hand, more than there are leave a debt; the fact's id. Refuses what ``grant_points`` does."""
    fact = _fact("take", member_id, points, subject, reason, key, actor, now)
    return _move(session, desk, fact, now)


def give_back_points(
    session: Session, desk: Desk, spend_id: int, *, reason: str = "", key: str, actor: Actor, now: datetime
) -> int:
    """Cancel a spend wholly; the fact's id. Refuses ``points_not_spent``, ``points_given_back``, ``key_taken``."""
    take_turn(session, Turn.TIERS)
    spend = session.get(PointsFact, spend_id)
    if spend is None or spend.kind != "spend":
        raise Refusal("points_not_spent", id=spend_id)
    fact = _fact("give_back", spend.member_id, spend.points, spend.subject, reason, key, actor, now)
    fact.refers_to = spend_id

    def once() -> None:
        if queries.given_back(session, spend_id) is not None:
            raise Refusal("points_given_back", id=spend_id)

    return _move(session, desk, fact, now, once)


def read_points(desk: Desk, member_id: int, *, now: datetime) -> PointsView:
    """A member's points at ``now``, from the facts; refuses ``member_unknown``."""
    with desk.db.read() as session:
        return _balance(session, member_id, now)


def points_history(desk: Desk, member_id: int, *, limit: int = 200) -> list[PointsEntry]:
    """A member's ledger rows in force, newest first."""
    with desk.db.read() as session:
        found = points_lines(session, member_id, limit)
        session.expunge_all()
    return found


def _fact(
    kind: str, member_id: int, points: int, subject: str, reason: str, key: str, actor: Actor, now: datetime
) -> PointsFact:
    return PointsFact(
        member_id=member_id,
        kind=kind,
        points=points,
        occurred_at=now,
        subject=subject,
        reason=reason,
        key=key,
        actor=actor.name,
        recorded_at=now,
    )


def _move(
    session: Session, desk: Desk, fact: PointsFact, now: datetime, allowed: Callable[[], None] = lambda: None
) -> int:
    take_turn(session, Turn.TIERS)
    if (known := queries.points_fact(session, fact.key)) is not None:
        content = ("member_id", "kind", "points", "refers_to", "subject")
        if any(getattr(known, name) != getattr(fact, name) for name in content) or known.id is None:
            raise Refusal("key_taken", key=fact.key)
        return known.id
    if fact.points <= 0:
        raise Refusal("points_amount", points=fact.points)
    member = queries.lock_member(session, fact.member_id)
    if member is None:
        raise Refusal("member_unknown", member=fact.member_id)
    if member.joined_at is None or member.joined_at > now or member.not_counted is not None:
        raise Refusal("points_not_member", member=fact.member_id)
    allowed()
    session.add(fact)
    session.flush()
    assert fact.id is not None
    derive_members(session, desk, [fact.member_id], now)
    subject = f"member:{fact.member_id}"
    record(session, fact.actor, f"points.{fact.kind}", subject, now=now, count=fact.points, fact=fact.id)
    return fact.id


def _balance(session: Session, member_id: int, now: datetime) -> PointsView:
    rules = load_rules(session, ShopZone(load_settings(session).zone))
    session.flush()
    ids, facts = load_facts(session, Whom(ids=(member_id,)), rules.timeline)
    if not len(ids):
        raise Refusal("member_unknown", member=member_id)
    return _view(member_id, derive(facts, rules.timeline, rules.zone, now).points)


def _view(member_id: int, walk: PointsWalk) -> PointsView:
    state = {name: int(column[0]) for name, column in walk.state._asdict().items()}
    expiry = state.pop("next_expiry_at")
    lots = [
        dict(zip(walk.lots._fields, row, strict=True)) for row in zip(*(c.tolist() for c in walk.lots), strict=True)
    ]
    lines = [
        LotLine(
            LOT_KINDS[lot["kind"]],
            lot["id"],
            lot["earned"],
            lot["remaining"],
            bool(lot["pending"]),
            from_micros(lot["active_at"]),
            _instant(lot["expires_at"]),
        )
        for lot in lots
        if lot["remaining"] > 0
    ]
    return PointsView(member_id, next_expiry_at=_instant(expiry), lots=tuple(lines), **state)


def _instant(micros: int) -> datetime | None:
    return None if micros < 0 else from_micros(micros)
