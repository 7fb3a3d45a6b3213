"""Keep what is derived up to date: after an import for whom it touched, nightly or on demand for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.documents.enums import Area
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.services.tiers import review_tiers
from core.store.audit import record
from core.store.queries import profiles
from core.store.queries.tiers import batch_members
from core.store.write_lock import Turn, take_turn


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh did."""

    people: int
    tier_changes: int


def review_batch(desk: Desk, batch_id: int, *, now: datetime) -> int:
    """Review the tiers of everybody whom a batch touched; returns the number of new changes."""
    with desk.db.read() as session:
        members = batch_members(session, batch_id)
    return review_tiers(desk, now=now, members=members)


def review_batch_of_members(desk: Desk, members: Sequence[int], *, now: datetime) -> int:
    """Review the tiers after a member file; when it changed who counts as joined, everybody's."""
    with desk.db.read() as session:
        everybody = not load_settings(session).members_from_first_order
    return review_tiers(desk, now=now, members=None if everybody else members)


def refresh(desk: Desk, actor: Actor, *, now: datetime) -> RefreshReport:
    """Rebuild profiles, day summaries and tiers of everybody from the facts."""
    with desk.db.write(Area.ORDERS, Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        profiles.rebuild_profiles(session)
        if load_settings(session).members_from_first_order:
            profiles.join_from_first_order(session, None)
        profiles.rebuild_days(session)
        people = profiles.count_people(session)
        record(session, actor.name, "profiles.refreshed", "store", now=now, count=people)
    return RefreshReport(people, review_tiers(desk, now=now))
