"""Tiers, growth and points of everybody or of some: run the kernels over the facts and keep what follows from them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.clock import ShopZone
from core.documents.enums import Area
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.programme_review import load_rules, review, save
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries.facts import Whom, member_range
from core.store.queries.tiers import written
from core.store.write_lock import Turn, take_turn

BLOCK = 50_000
LISTED = 10_000
DERIVED = Actor.worker().name  # nobody decides it: it follows from facts and rules


def review_programme(desk: Desk, *, now: datetime, members: Sequence[int] | None = None) -> int:
    """Bring tiers, growth and points up to date for everybody or for ``members``; returns how many tier changes were new.

    Reads and computes outside the write transaction; each block is saved in one short transaction of its own.
    """
    zone = desk.zone
    with desk.db.read() as session:
        blocks = everybody(session) if members is None else _listed(members)
    return sum(_review_block(desk, whom, zone, now) for whom in blocks)


def derive_members(session: Session, desk: Desk, members: Sequence[int], now: datetime) -> None:
    """Make tiers, growth and points of some members exact at ``now`` inside a write transaction that changed their facts."""
    take_turn(session, Turn.TIERS)
    session.flush()
    rules = load_rules(session, ShopZone(load_settings(session).zone))
    for whom in _listed(sorted(set(members))):
        save(session, review(session, whom, rules, now), now)


def everybody(session: Session) -> list[Whom]:
    """All members, block by block."""
    low, high = member_range(session)
    return [Whom(first, first + BLOCK - 1) for first in range(low, high + 1, BLOCK)]


def _listed(members: Sequence[int]) -> list[Whom]:
    return [Whom(ids=tuple(members[start : start + LISTED])) for start in range(0, len(members), LISTED)]


def _review_block(desk: Desk, whom: Whom, zone: ShopZone, now: datetime) -> int:
    with desk.db.read() as session:
        seen = written(session)
        found = review(session, whom, load_rules(session, zone), now)
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.TIERS)
        if written(session) != seen:  # somebody wrote meanwhile: what was computed may be old
            found = review(session, whom, load_rules(session, zone), now)
        save(session, found, now)
        fresh = len(found.changes.fresh["member_id"])
        if touched := found.changes.members | found.growth.members | found.points.members:
            record(session, DERIVED, "tiers.derived", "tiers", now=now, ids=touched, count=fresh, **found.counts)
    return fresh
