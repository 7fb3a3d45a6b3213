"""People who are not counted: staff, tests, resellers, the blacklist; out of figures, tiers, points, groups and sends (B12).

Marked by hand or by rule; a hand is never overruled. Nothing is deleted: orders and messages stay, and who counts again
has every figure back, because all of them are derived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.enums import Area, CallEnd
from core.documents.not_counted import MARKS, CountRules
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.outlook import derive_outlook
from core.services.programme import derive_members
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import marks, profiles
from core.store.queries.call_list import close_person
from core.store.tables import MemberMark, Setting
from core.store.write_lock import Turn, take_turn

KEY = "not_counted"
LONGEST_WHY = 200
MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class CountPlan:
    """What the rules would change: ``fresh`` by member id (mark, rule), and who would count again."""

    fresh: dict[int, tuple[str, str]]
    released: list[int]

    @property
    def changed(self) -> list[int]:
        """Everybody whom it touches, by id."""
        return sorted([*self.fresh, *self.released])


def mark_members(
    desk: Desk, actor: Actor, members: Sequence[int], mark: str, *, reason: str = "", now: datetime
) -> int:
    """Some people do not count from now on, for every day there ever was; how many were marked.

    Refuses ``mark_unknown``, ``members_too_many``.
    """
    if mark not in MARKS:
        raise Refusal("mark_unknown", mark=mark)
    return _say(desk, actor, members, mark, reason, now)


def count_again(desk: Desk, actor: Actor, members: Sequence[int], *, reason: str = "", now: datetime) -> int:
    """Some people count, whatever the rules say; how many. Refuses ``members_too_many``."""
    return _say(desk, actor, members, None, reason, now)


def read_mark(desk: Desk, member_id: int) -> MemberMark | None:
    """What was last said about whether a person counts; None: nothing ever was."""
    with desk.db.read() as session:
        found = marks.read_mark(session, member_id)
        session.expunge_all()
    return found


def count_marks(desk: Desk) -> dict[str, int]:
    """How many people are not counted, by mark."""
    with desk.db.read() as session:
        return marks.count_marks(session)


def read_count_rules(desk: Desk) -> CountRules:
    """The rules in force; empty ones where none were set."""
    with desk.db.read() as session:
        return _load(session)


def preview_count_rules(desk: Desk, rules: CountRules) -> CountPlan:
    """Whom rules would leave out or count again; changes nothing."""
    with desk.db.read() as session:
        return _plan(session, rules)


def save_count_rules(desk: Desk, actor: Actor, rules: CountRules, *, now: datetime) -> CountPlan:
    """Keep rules and follow them; what that changed. They are followed again after every import and every night."""
    with desk.db.write(Area.SETTINGS) as session:
        session.merge(Setting(key=KEY, value=rules.canonical()))
        detail = rules.as_json() | {"names": len(rules.names)}  # a list of people is no matter for the trail
        record(session, actor.name, "not_counted.rules", "settings", now=now, **detail)
    return _follow(desk, actor, now)


def keep_marks(desk: Desk, *, now: datetime) -> int:
    """Follow the rules; how many people changed. Cheap while there are none."""
    with desk.db.read() as session:
        rules = _load(session)
        if rules.empty or not _plan(session, rules).changed:
            return 0
    return len(_follow(desk, Actor.worker(), now).changed)


def _follow(desk: Desk, actor: Actor, now: datetime) -> CountPlan:
    with desk.db.write(Area.MEMBERS, Area.ORDERS, Area.MESSAGES) as session:
        _take_turns(session)
        plan = _plan(session, _load(session))
        if plan.fresh:
            marks.write_marks(session, plan.fresh, source="rule", actor=actor.name, now=now)
        if plan.released:
            marks.release_marks(session, plan.released)
        _settle(session, desk, actor, plan.fresh, plan.changed, now)
    return plan


def _take_turns(session: Session) -> None:
    """No import and no review beside it; both before the first row is held."""
    take_turn(session, Turn.IMPORT)
    take_turn(session, Turn.TIERS)


def _say(desk: Desk, actor: Actor, members: Sequence[int], mark: str | None, reason: str, now: datetime) -> int:
    if len(members) > MOST_AT_ONCE:
        raise Refusal("members_too_many", most=MOST_AT_ONCE)
    with desk.db.write(Area.MEMBERS, Area.ORDERS, Area.MESSAGES) as session:
        _take_turns(session)
        ids = marks.known_ids(session, list(members))
        said = dict.fromkeys(ids, (mark, reason.strip()[:LONGEST_WHY]))
        marks.write_marks(session, said, source="hand", actor=actor.name, now=now)
        _settle(session, desk, actor, said, ids, now)
    return len(ids)


def _settle(
    session: Session,
    desk: Desk,
    actor: Actor,
    said: Mapping[int, tuple[str | None, str]],
    changed: Sequence[int],
    now: datetime,
) -> None:
    """What follows from marks inside their transaction: profiles, days, who joined, tiers and points, open calls, the trail."""
    if not changed:
        return
    days = profiles.refresh_people(session, changed)
    derive_outlook(session, changed, now)
    if load_settings(session).members_from_first_order:
        profiles.join_from_first_order(session, None)  # who bought for the first time while marked
    profiles.refresh_days(session, days)
    derive_members(session, desk, changed, now)
    out = [number for number, (mark, _) in said.items() if mark is not None]
    for number in out:
        close_person(session, number, CallEnd.NOT_COUNTED, actor.name, now)
    counts = {"out": len(out), "again": len(changed) - len(out)}
    record(session, actor.name, "members.not_counted", "members", now=now, count=len(changed), ids=changed, **counts)


def _load(session: Session) -> CountRules:
    row = session.get(Setting, KEY)
    return CountRules() if row is None else CountRules.read(row.value)


def _plan(session: Session, rules: CountRules) -> CountPlan:
    """The rules against what is said now; whom a hand has marked, or counted again, is left as they are."""
    said = marks.read_marks(session)
    found = {} if rules.empty else marks.find_by_rules(session, rules)
    by_rule = {number: (row.mark, row.why) for number, row in said.items() if row.source == "rule"}
    fresh = {
        number: what
        for number, what in found.items()
        if by_rule.get(number) != what and (number not in said or number in by_rule)
    }
    return CountPlan(fresh, [number for number in by_rule if number not in found])
