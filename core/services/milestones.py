"""Rewards on the way: once in a lifetime, for whoever comes that far after the milestone was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from core.documents.earning import Milestone
from core.documents.enums import Area
from core.documents.rules import RuleDocument, read_rules
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.points_ledger import grant_points
from core.services.promises import promise
from core.services.rule_lookup import live_version
from core.store.audit import record
from core.store.queries import milestones as queries
from core.store.queries.programme_facts import lock_members
from core.store.queries.tiers import published_versions
from core.store.tables import RuleVersion
from core.store.write_lock import Turn, take_turn

CHUNK = 100
GIFT_DAYS = 14


@dataclass(frozen=True)
class Promised:
    """A milestone in force: by which version, and since when it is promised."""

    milestone: Milestone
    version_id: int
    since: datetime
    finished: bool

    @property
    def subject(self) -> str:
        """What its points and its gift are booked under."""
        return f"milestone:{self.milestone.code}"


def reward_milestones(desk: Desk, *, now: datetime, members: Sequence[int] | None = None) -> int:
    """Give what is due for milestones reached, to everybody or to some; how many rewards.

    Reached means: now far enough, and not yet when it was promised: a milestone owes nothing for the past. A reward stands
    once it is given, also when a refund takes the member back below it; nobody gets it twice.
    """
    given = 0
    with desk.db.read() as session:
        due = [(one, _due(session, one, now, members)) for one in _in_force(session, now)]
    for one, people in due:
        for start in range(0, len(people), CHUNK):
            given += _give(desk, one, people[start : start + CHUNK], now)
    return given


def _in_force(session: Session, now: datetime) -> list[Promised]:
    versions = published_versions(session)
    live = live_version(versions, now)
    document = read_rules(live.document)
    assert live.id is not None
    past = [version for version in versions if version.effective_from is None or version.effective_from <= now]
    finished = document.spend_counts_from == "finished"
    return [Promised(one, live.id, _since(past, one), finished) for one in document.milestones]


def _since(past: Sequence[RuleVersion], milestone: Milestone) -> datetime:
    """From when on this goal has been promised without a break; the first rules count from their publication."""
    first = past[-1]
    for version in reversed(past):
        if not _asks(read_rules(version.document), milestone):
            break
        first = version
    return first.effective_from or first.published_at or first.created_at


def _asks(document: RuleDocument, milestone: Milestone) -> bool:
    """Whether rules have this milestone with this goal."""
    goal = (milestone.code, milestone.measure, milestone.at)
    return any((one.code, one.measure, one.at) == goal for one in document.milestones)


def _due(session: Session, one: Promised, now: datetime, members: Sequence[int] | None) -> list[int]:
    measure, at = one.milestone.measure, one.milestone.at
    there = queries.reached(
        session, measure, at, now + timedelta(microseconds=1), joined=now, finished=one.finished, members=members
    )
    if not there:
        return []
    before = queries.reached(session, measure, at, one.since, joined=now, finished=one.finished, members=sorted(there))
    return sorted(there - before - queries.rewarded(session, one.subject, points=one.milestone.points > 0))


def _give(desk: Desk, one: Promised, people: Sequence[int], now: datetime) -> int:
    """Points first, then the gift, then the audit row, in one transaction; keys make a second run harmless."""
    actor, milestone = Actor.worker(), one.milestone
    due_day = desk.zone.day(now) + timedelta(days=GIFT_DAYS)
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        take_turn(session, Turn.TIERS)
        lock_members(session, people)
        for member in people:
            if milestone.points:
                key = f"{one.subject}:{member}"
                grant_points(
                    session, desk, member, milestone.points, subject=one.subject, key=key, actor=actor, now=now
                )
            if milestone.gift_zh or milestone.gift_en:
                promise(
                    session,
                    desk,
                    member,
                    code=one.subject,
                    occasion="once",
                    what_zh=milestone.gift_zh or milestone.gift_en,
                    what_en=milestone.gift_en or milestone.gift_zh,
                    due_day=due_day,
                    cost_fen=milestone.cost_fen,
                    rule_version_id=one.version_id,
                    now=now,
                    actor=actor,
                )
        record(session, actor.name, "milestone.rewarded", one.subject, now=now, count=len(people), ids=people)
    return len(people)
