"""The shop's one goal (J10): set, given up, and where it stands against where it should be today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from core.analytics.goal_pace import LEAST_PEOPLE, WHOLE_BP, Metric, Outlook, Pace, Part, judge_pace, people_needed
from core.clock import ShopZone, day_number, day_of
from core.documents.canonical import LARGEST_FEN
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.goal_course import rate_counts, rate_course, sum_course
from core.services.goal_moves import Helped, helpful_campaigns, what_moved
from core.services.shop_settings import load_settings
from core.services.visits import visits_of
from core.store.audit import record
from core.store.queries import numbers
from core.store.queries import shop_goals as queries
from core.store.tables import ShopGoal

MOST_DAYS = 731


@dataclass(frozen=True)
class Goal:
    """What was decided: from ``starts`` up to and with ``last_day``; values in basis points, fen or people."""

    id: int
    metric: Metric
    baseline: int
    target: int
    starts: date
    last_day: date
    author: str


@dataclass(frozen=True)
class Standing:
    """Where a metric stands: its value and, for a rate, the people behind it and those who did it."""

    value: int
    people: int | None = None
    held: int | None = None


@dataclass(frozen=True)
class GoalState:
    """The goal as of the last day with orders (``until``, not in).

    ``needed``: people who must still do it (a rate), or what is missing of the sum. ``outlook`` is None while nothing can
    be said.
    """

    goal: Goal
    until: date
    standing: Standing
    should: int
    needed: int
    pace: Pace
    days_left: int
    outlook: Outlook | None


@dataclass(frozen=True)
class GoalMoves:
    """What moved it since it was set, by "visit" and "tier" ("source" for joins), and the campaigns proven to have helped."""

    moved: Mapping[str, tuple[Part, ...]]
    against: date | None
    campaigns: tuple[Helped, ...]


def read_goal(desk: Desk) -> Goal | None:
    """The goal in force, whether or not its last day has passed."""
    with desk.db.read() as session:
        row = queries.open_goal(session)
    return None if row is None else _goal(row)


def measure(desk: Desk, metric: Metric, *, now: datetime) -> Standing:
    """A rate as it stands; of a sum what the last as many days (365) brought, to aim from."""
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        until = _until(session, zone.day(now))
        if until is None:
            return Standing(0, 0, 0)
        if metric.is_rate:
            return _rate(session, metric, until)
        return Standing(sum_course(session, zone, metric, until - 365, until, until).so_far)


def comparable(desk: Desk, metric: Metric, starts: date, last_day: date, *, now: datetime) -> Standing:
    """What to aim from: a rate as it stands; for a sum the same days a year before, else as many days before now."""
    if metric.is_rate:
        return measure(desk, metric, now=now)
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        until = _until(session, zone.day(now))
        if until is None:
            return Standing(0)
        return Standing(sum_course(session, zone, metric, day_number(starts), day_number(last_day) + 1, until).before)


def set_goal(
    desk: Desk, actor: Actor, metric: str, target: int, last_day: date, *, now: datetime, starts: date | None = None
) -> Goal:
    """Aim at ``target`` by ``last_day``; the goal before it is given up.

    Refuses ``goal_metric``, ``goal_past``, ``goal_too_long``, ``goal_share`` above 100 %, ``goal_amount``,
    ``goal_no_base`` (under 30 people to measure a rate on), ``goal_not_above`` the baseline.
    """
    if metric not in list(Metric):
        raise Refusal("goal_metric", value=metric)
    wanted, today = Metric(metric), desk.zone.day(now)
    starts = starts or today
    if last_day < today or last_day <= starts:
        raise Refusal("goal_past")
    if (last_day - starts).days >= MOST_DAYS:
        raise Refusal("goal_too_long", days=MOST_DAYS)
    if wanted.is_rate and target > WHOLE_BP:
        raise Refusal("goal_share")
    if not 0 < target <= LARGEST_FEN:
        raise Refusal("goal_amount")
    base = comparable(desk, wanted, starts, last_day, now=desk.zone.at(starts, 12) if starts < today else now)
    if wanted.is_rate and (base.people or 0) < LEAST_PEOPLE:
        raise Refusal("goal_no_base", least=LEAST_PEOPLE)
    if target <= base.value:
        raise _not_above(wanted, base.value)
    with desk.db.write(Area.SETTINGS) as session:
        before = queries.open_goal(session)
        if before is not None:
            before.given_up_at = now
            session.add(before)
        row = ShopGoal(
            metric=wanted.value,
            baseline=base.value,
            target=target,
            starts_day=day_number(starts),
            ends_day=day_number(last_day) + 1,
            author=actor.name,
            set_at=now,
        )
        session.add(row)
        session.flush()
        record(session, actor.name, "goal.set", f"goal:{row.id}", now=now, metric=wanted.value, target=target)
        return _goal(row)


def give_up_goal(desk: Desk, actor: Actor, goal_id: int, *, now: datetime) -> None:
    """Give a goal up; refuses ``goal_gone`` for one that is not in force."""
    with desk.db.write(Area.SETTINGS) as session:
        row = queries.open_goal(session)
        if row is None or row.id != goal_id:
            raise Refusal("goal_gone")
        row.given_up_at = now
        session.add(row)
        record(session, actor.name, "goal.given_up", f"goal:{row.id}", now=now)


def read_goal_state(desk: Desk, *, now: datetime) -> GoalState | None:
    """The goal with its pace and where it is likely to end; None without a goal or without orders."""
    goal = read_goal(desk)
    if goal is None:
        return None
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        until = _until(session, zone.day(now))
        if until is None:
            return None
        until = min(until, day_number(goal.last_day) + 1)
        first, end = day_number(goal.starts), day_number(goal.last_day) + 1
        if goal.metric.is_rate:
            course = rate_course(session, goal.metric, first, end, until)
            standing = _standing(course.people, course.held)
        else:
            course = sum_course(session, zone, goal.metric, first, end, until)
            standing = Standing(course.so_far)
    should = course.should(goal.baseline, goal.target, goal.metric)
    return GoalState(
        goal=goal,
        until=day_of(until),
        standing=standing,
        should=should,
        needed=_needed(goal, standing),
        pace=judge_pace(standing.value, should, goal.target, goal.baseline, cases=standing.people),
        days_left=max(end - max(until, first), 0),
        outlook=course.outlook,
    )


def read_goal_moves(desk: Desk, goal: Goal, *, now: datetime) -> GoalMoves:
    """Who moved a goal: reads two windows of orders, so it is asked for only when somebody wants to know."""
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        first, end = day_number(goal.starts), day_number(goal.last_day) + 1
        until = min(_until(session, zone.day(now)) or first, end)
        moved, against = what_moved(session, zone, goal.metric, first, end, until)
    return GoalMoves(moved, against, helpful_campaigns(desk, zone.start(goal.starts), now=now))


def _goal(row: ShopGoal) -> Goal:
    assert row.id is not None
    last_day = day_of(row.ends_day) - timedelta(days=1)
    return Goal(row.id, Metric(row.metric), row.baseline, row.target, day_of(row.starts_day), last_day, row.author)


def _until(session: Session, today: date) -> int | None:
    """The shop day after the last one with orders, never after today; None in an empty store."""
    span = numbers.data_span(session)
    return None if span is None else min(span[1], day_number(today)) + 1


def _rate(session: Session, metric: Metric, until: int) -> Standing:
    return _standing(*rate_counts(visits_of(session), metric, until))


def _standing(people: int, held: int) -> Standing:
    return Standing(held * WHOLE_BP // people if people else 0, people, held)


def _needed(goal: Goal, standing: Standing) -> int:
    if standing.people is not None and standing.held is not None:
        return people_needed(goal.target, standing.people, standing.held)
    return max(goal.target - standing.value, 0)


def _not_above(metric: Metric, value: int) -> Refusal:
    """A target that is no aim, with what there is already."""
    match metric:
        case Metric.MEMBER_SALES:
            return Refusal("goal_not_above_sales", value=f"{value // 100:,}")
        case Metric.MEMBERS_JOINED:
            return Refusal("goal_not_above_people", value=f"{value:,}")
        case _:
            return Refusal("goal_not_above_rate", value=f"{value / 100:.1f}")
