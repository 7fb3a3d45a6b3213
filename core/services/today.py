"""Today: one headline, the state of data and worker, and what to do, each line with its number and its next click."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from core.analytics.periods import Period, last_year
from core.clock import ShopZone, day_number, day_of, from_micros, real_now
from core.documents.enums import CampaignStatus
from core.rules.timing import birthdays_kept_on
from core.services.campaign_results import CampaignResult, campaign_result
from core.services.campaigns import list_campaigns
from core.services.desk import Desk
from core.services.journeys import list_journeys
from core.services.numbers import day_range
from core.store.queries import numbers
from core.store.queries import today as queries

STALE_DAYS = 2
NEAR_UPGRADE_FEN = 100_00
EXPIRING_DAYS = 3
BIRTHDAY_DAYS = 7
QUIET_DAYS = (60, 90)
DROP_DAYS = 30
LEAVE_ALONE_DAYS = 3
RESULT_DAYS = 60
WORKER_ALIVE = timedelta(minutes=2)


@dataclass(frozen=True)
class Todo:
    """One line of the page: ``kind`` names its sentences and its link, the rest fills them."""

    kind: str
    count: int
    fen: int = 0
    minutes: int = 0
    params: dict[str, object] = field(default_factory=dict)
    result: CampaignResult | None = None


@dataclass(frozen=True)
class Headline:
    """Members' sales of this month up to yesterday, and of the same days a year before; None when there was no shop then."""

    period: Period
    sales: queries.SalesSplit
    before: queries.SalesSplit | None


@dataclass(frozen=True)
class Today:
    """What the first page shows."""

    headline: Headline | None
    data_until: date | None
    last_import_at: datetime | None
    worker_beat_at: datetime | None
    worker_alive: bool
    sent_last_night: int
    todos: list[Todo]
    leave_alone: int

    @property
    def minutes(self) -> int:
        """About how long it all takes."""
        return sum(todo.minutes for todo in self.todos)


def read_today(desk: Desk, *, now: datetime) -> Today:
    """Everything on today's page."""
    zone = desk.zone
    today = zone.day(now)
    reminders = {view.document.code: view.enabled for view in list_journeys(desk)}
    with desk.db.read() as session:
        span = numbers.data_span(session)
        imported = queries.last_import(session)
        beat = queries.newest_heartbeat(session)
        todos = _counts(session, zone, now, reminders)
        headline = _headline(session, today, span)
        leave_alone = queries.count_just_bought(session, day_number(today) - LEAVE_ALONE_DAYS)
        sent = queries.sent_since(session, zone.start(today) - timedelta(hours=12))
    until = None if span is None else day_of(span[1])
    todos = [*_stale(until, today), *todos, *_results(desk, now)]
    beat_at = None if beat is None else from_micros(beat.beat_at)
    return Today(
        headline=headline,
        data_until=until,
        last_import_at=None if imported is None else from_micros(imported.recorded_at),
        worker_beat_at=beat_at,
        worker_alive=beat_at is not None and real_now() - beat_at < WORKER_ALIVE,
        sent_last_night=sent,
        todos=todos,
        leave_alone=leave_alone,
    )


def _headline(session: Session, today: date, span: tuple[int, int] | None) -> Headline | None:
    """The month so far, or the month before when it has just begun."""
    if span is None:
        return None
    end = min(today, day_of(span[1] + 1))
    start = (end - timedelta(days=1)).replace(day=1)
    period = Period(start, end)
    before = last_year(period)
    known = span[0] <= day_number(before.start)
    return Headline(
        period,
        queries.split_sales(session, *day_range(period)),
        queries.split_sales(session, *day_range(before)) if known else None,
    )


def _stale(until: date | None, today: date) -> list[Todo]:
    behind = 0 if until is None else (today - until).days
    return [Todo("stale", behind, minutes=2)] if behind > STALE_DAYS else []


def _counts(session: Session, zone: ShopZone, now: datetime, reminders: dict[str, bool]) -> list[Todo]:
    today = zone.day(now)
    week = [pair for ahead in range(BIRTHDAY_DAYS) for pair in birthdays_kept_on(today + timedelta(days=ahead))]
    expiring, face_fen = queries.expiring_coupons(session, now, now + timedelta(days=EXPIRING_DAYS))
    near, tier = queries.count_near_upgrade(session, NEAR_UPGRADE_FEN)
    first, end = (day_number(today) - days for days in reversed(QUIET_DAYS))
    found = [
        Todo("calls", queries.count_open_calls(session), minutes=10),
        Todo("unknown", queries.count_unknown(session), minutes=3),
        Todo("near_upgrade", near, minutes=3, params={"tier": tier, "fen": NEAR_UPGRADE_FEN}),
        Todo("quiet", queries.count_quiet(session, first, end), minutes=4),
        Todo("dropping", queries.count_dropping(session, now, now + timedelta(days=DROP_DAYS)), minutes=2),
    ]
    if not reminders.get("coupon_expiring", False):
        found.append(Todo("expiring", expiring, face_fen, minutes=1))
    if not reminders.get("birthday", False):
        found.append(Todo("birthdays", queries.count_birthdays(session, week), minutes=1))
    return [todo for todo in found if todo.count > 0]


def _results(desk: Desk, now: datetime) -> list[Todo]:
    """Campaigns whose comparison ended lately: what each of them showed."""
    recent = [
        line
        for line in list_campaigns(desk, now=now)
        if line.status == CampaignStatus.FINISHED and line.measure_until and now - line.measure_until < timedelta(days=RESULT_DAYS)
    ]
    return [
        Todo("result", 1, minutes=1, params={"id": line.id, "name": line.name}, result=campaign_result(desk, line.id, now=now))
        for line in recent
    ]
