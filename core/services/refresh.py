"""Keep what is derived up to date: after an import for whom it touched, nightly or on demand for everybody."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.clock import to_micros
from core.documents.enums import Area
from core.services.actor import Actor
from core.services.cohorts import refresh_cohorts
from core.services.desk import Desk
from core.services.insight import follow_insight, refresh_insight
from core.services.member_tags import keep_tags
from core.services.milestones import reward_milestones
from core.services.not_counted import keep_marks
from core.services.programme import review_programme
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import profiles
from core.store.queries.facts import member_range
from core.store.queries.tiers import EVERYBODY, OWED, batch_members, joined_meanwhile
from core.store.tables import Setting
from core.store.write_lock import Turn, take_turn


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh did."""

    people: int
    tier_changes: int


def owe_review(session: Session, batch_id: int) -> None:
    """Inside the merge: note that a batch's people must be reviewed, so that a process killed before it did leaves word."""
    _put_owed(session, [*owed_numbers(session), batch_id])


def owe_everybody(session: Session) -> int:
    """Inside a write that concerns everybody: note the review that must follow it; the number to settle it by.

    Each note has a number of its own: whoever ends an earlier review does not strike out a later one's.
    """
    owed = owed_numbers(session)
    number = min([EVERYBODY, *owed]) - 1
    _put_owed(session, [*owed, number])
    return number


def review_owed(desk: Desk, *, now: datetime) -> int:
    """Review the tiers of everybody whom merged batches touched, killed imports' too; returns the number of new changes."""
    with desk.db.read() as session:
        batches = owed_numbers(session)
        touched = {member for batch in batches if batch > EVERYBODY for member in batch_members(session, batch)}
        members = None if _all_owed(batches) else _to_review(session, touched, batches, now)
    if not batches:
        return 0
    if EVERYBODY in batches:
        _derive_anew(desk, now)
    keep_marks(desk, now=now)
    changes = review_programme(desk, now=now, members=members)
    reward_milestones(desk, now=now, members=members)
    follow_insight(desk, touched, now=now)
    keep_tags(desk, now=now, members=members)
    refresh_cohorts(desk)
    settle_owed(desk, batches)
    return changes


def _derive_anew(desk: Desk, now: datetime) -> None:
    """After a new version of the product: what it derives of people and the one before did not."""
    with desk.db.write(Area.ORDERS, Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        profiles.rebuild_profiles(session)
    refresh_insight(desk, now=now)


def settle_owed(desk: Desk, numbers: Sequence[int]) -> None:
    """Strike out what was reviewed; what was noted meanwhile stays."""
    with desk.db.write() as session:
        take_turn(session, Turn.IMPORT)
        _put_owed(session, [number for number in owed_numbers(session) if number not in numbers])


def owed_members(session: Session) -> set[int]:
    """Whom merged batches touched that wait for their review; everybody after a new version of the product."""
    if _all_owed(owed_numbers(session)):
        low, high = member_range(session)
        return set(range(low, high + 1))
    return {member for batch in owed_numbers(session) for member in batch_members(session, batch)}


def _to_review(session: Session, touched: Iterable[int], batches: Sequence[int], now: datetime) -> list[int]:
    """Whom batches touched, and whose day of joining has come since the import before them."""
    joined = joined_meanwhile(session, min(batches), to_micros(now)) if batches else []
    return sorted({*touched, *joined})


def _all_owed(batches: Sequence[int]) -> bool:
    return any(batch <= EVERYBODY for batch in batches)


def owed_numbers(session: Session) -> list[int]:
    """What waits for its review: batches, and below 1 everybody."""
    row = session.get(Setting, OWED)
    return [] if row is None else [int(batch) for batch in json.loads(row.value)]


def _put_owed(session: Session, batches: list[int]) -> None:
    session.merge(Setting(key=OWED, value=json.dumps(batches)))


def review_batch_of_members(desk: Desk, members: Sequence[int], batch_id: int, owed: int, *, now: datetime) -> int:
    """Review the tiers after a member file, when it changed who counts as joined everybody's; settles what was ``owed``."""
    keep_marks(desk, now=now)
    with desk.db.read() as session:
        everybody = not load_settings(session).members_from_first_order
        listed = None if everybody else _to_review(session, members, [batch_id], now)
    changes = review_programme(desk, now=now, members=listed)
    keep_tags(desk, now=now, members=listed)
    settle_owed(desk, [owed])
    return changes


def refresh(desk: Desk, actor: Actor, *, now: datetime) -> RefreshReport:
    """Follow the rules of who counts; rebuild profiles, day summaries, tiers, and what is foreseen of everybody from the facts.

    It is the review that anybody could be owed by then: the worker does not make a second one after it.
    """
    with desk.db.read() as session:
        owed = owed_numbers(session)
    keep_marks(desk, now=now)
    with desk.db.write(Area.ORDERS, Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        profiles.rebuild_profiles(session)
        if load_settings(session).members_from_first_order:
            profiles.join_from_first_order(session, None)
        profiles.rebuild_days(session)
        people = profiles.count_people(session)
        record(session, actor.name, "profiles.refreshed", "store", now=now, count=people)
    changes = review_programme(desk, now=now)
    reward_milestones(desk, now=now)
    refresh_insight(desk, now=now)
    keep_tags(desk, now=now)
    if owed:
        settle_owed(desk, owed)
    return RefreshReport(people, changes)
