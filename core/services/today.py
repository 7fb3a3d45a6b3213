"""Today: one headline, the state of data and worker, and what to do, each line with its number and its next click."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from core.analytics.festivals import Festival
from core.analytics.periods import Period, last_year_aligned, previous
from core.clock import ShopZone, day_number, day_of, from_micros, real_now
from core.documents.enums import CampaignStatus
from core.documents.segment import Group, Leaf, Node
from core.documents.segment_templates import template
from core.i18n import LANGS
from core.services.campaign_list import CampaignLine, list_campaigns
from core.services.campaign_results import CampaignResult, campaign_result
from core.services.desk import Desk
from core.services.journeys import list_journeys
from core.services.numbers import day_range
from core.services.promises import PromiseSummary, summarise_promises
from core.services.segments import compile_segment
from core.store.queries import numbers, segments, today_cards
from core.store.queries import today as queries

STALE_DAYS = 2
EXPIRING_DAYS = 3
DROP_DAYS = 30
LEAVE_ALONE_DAYS = 3
RESULT_DAYS = 60
YEAR_DAYS = 365
PROMISE_LINES = 2
WORKER_ALIVE = timedelta(minutes=2)
DUE_DAYS = 5
DUE_LEAST = 10
DUE_LINES = 2
# Lines that end in a campaign: the ready group behind the number, the minutes it takes, the goal of such campaigns.
TO_SEND = (("near_upgrade", 3, "upgrade"), ("best_at_risk", 4, "win_back"), ("one_time", 3, "second_order"))
# The best fifth who are silent for longer than is usual for them, and not yet gone.
SLIPPING = Group("all", (Leaf("lifecycle", "in", ("slipping",)), Leaf("top_spend_share", "le", 20)))


@dataclass(frozen=True)
class Todo:
    """One line of the page: ``kind`` names its sentences and its link, the rest fills them.

    ``result``: what a campaign showed: the one that the line is about, or the biggest one with the same goal.
    ``tree``: whom it is about, where no ready group of that name exists.
    """

    kind: str
    count: int
    fen: int = 0
    minutes: int = 0
    params: dict[str, object] = field(default_factory=dict)
    result: CampaignResult | None = None
    tree: Node | None = None

    @property
    def name(self) -> str:
        """What a mark on this line is kept under."""
        parts = (str(self.params[part]) for part in ("id", "benefit", "tier", "category") if self.params.get(part))
        return ":".join((self.kind, *parts))


@dataclass(frozen=True)
class Headline:
    """Members' sales of this month up to the last day with orders, and what they are compared with.

    ``basis``: "last_year" (by festival where one rules it), "last_month" where there was no shop a year ago, None where
    there was none then either.
    """

    period: Period
    sales: queries.SalesSplit
    basis: str | None
    festival: Festival | None
    before: queries.SalesSplit | None


@dataclass(frozen=True)
class Today:
    """What the first page says above its charts."""

    headline: Headline | None
    data_until: date | None
    last_import_at: datetime | None
    todos: list[Todo]
    leave_alone: int


@dataclass(frozen=True)
class Pulse:
    """What the worker changes while one looks: its sign of life (on the machine's clock) and what it left to do."""

    beat_at: datetime | None
    alive: bool
    sent_last_night: int
    todos: list[Todo]


def read_pulse(desk: Desk, *, now: datetime) -> Pulse:
    """The worker's state; a few counts, never cached."""
    zone = desk.zone
    with desk.db.read() as session:
        beat = queries.newest_heartbeat(session)
        sent = queries.sent_since(session, zone.start(zone.day(now)) - timedelta(hours=12))
        todos = [
            Todo("calls", queries.count_open_calls(session), minutes=10),
            Todo("unknown", queries.count_unknown(session), minutes=3),
        ]
    at = None if beat is None else from_micros(beat.beat_at)
    alive = at is not None and real_now() - at < WORKER_ALIVE
    return Pulse(at, alive, sent, [todo for todo in todos if todo.count])


def read_today(desk: Desk, *, now: datetime) -> Today:
    """Headline and to-dos; what only changes when something is written or the day turns."""
    zone = desk.zone
    today = zone.day(now)
    reminders = {view.document.code: view.enabled for view in list_journeys(desk)}
    with desk.db.read() as session:
        span = numbers.data_span(session)
        imported = queries.last_import(session)
        sending = _to_send(session, day_number(today), now)
        owed = _owed(session, zone, now, reminders)
        headline = _headline(session, today, span)
        leave_alone = queries.count_just_bought(session, day_number(today) - LEAVE_ALONE_DAYS)
    until = None if span is None else day_of(span[1])
    promised = _promised(summarise_promises(desk, now=now))
    sending, results = _campaigns(desk, sending, now)
    return Today(
        headline=headline,
        data_until=until,
        last_import_at=None if imported is None else from_micros(imported.recorded_at),
        todos=[*_stale(until, today), *promised, *owed, *sending, *results],
        leave_alone=leave_alone,
    )


def whole_days(zone: ShopZone, first: date, days: int) -> tuple[datetime, datetime]:
    """The instants from the start of a shop day to the end of the one so many days later, half-open."""
    return zone.start(first), zone.start(first + timedelta(days=days + 1))


def about_minutes(todos: list[Todo]) -> int:
    """About how long it all takes."""
    return sum(todo.minutes for todo in todos)


def _headline(session: Session, today: date, span: tuple[int, int] | None) -> Headline | None:
    """The month so far, or the month before when it has just begun."""
    if span is None:
        return None
    end = min(today, day_of(span[1] + 1))
    period = Period((end - timedelta(days=1)).replace(day=1), end)
    split = partial(queries.split_sales, session)
    sales = split(*day_range(period))
    aligned = last_year_aligned(period)
    if span[0] <= day_number(aligned.period.start):
        return Headline(period, sales, "last_year", aligned.festival, split(*day_range(aligned.period)))
    earlier = _month_before(period)
    if span[0] <= day_number(earlier.start):
        return Headline(period, sales, "last_month", None, split(*day_range(earlier)))
    return Headline(period, sales, None, None, None)


def _month_before(period: Period) -> Period:
    """The same days of the month before; the whole month before for a whole month."""
    if period.whole_months:
        return previous(period)
    start = (period.start - timedelta(days=1)).replace(day=1)
    return Period(start, min(start + timedelta(days=period.days), period.start))


def _stale(until: date | None, today: date) -> list[Todo]:
    behind = 0 if until is None else (today - until).days
    return [Todo("stale", behind, minutes=2)] if behind > STALE_DAYS else []


def _promised(found: PromiseSummary) -> list[Todo]:
    """What was promised and is late or due today, each benefit and tier its line; the latest two, the rest together."""
    due: Counter[tuple[str, str | None]] = Counter()
    late: Counter[tuple[str, str | None]] = Counter()
    names = {}
    for group in found.groups:
        if group.status == "owed" and group.late + group.due_today:
            due[group.benefit_code, group.tier] += group.late + group.due_today
            late[group.benefit_code, group.tier] += group.late
            names[group.benefit_code, group.tier] = group
    lines = []
    for key in sorted(due, key=lambda one: (-late[one], -due[one]))[:PROMISE_LINES]:
        group = names[key]
        named: dict[str, object] = {"benefit": group.benefit_code, "tier": group.tier, "late": late[key]}
        named |= {f"what_{lang}": group.name(lang) for lang in LANGS}
        lines.append(Todo("promise_late" if late[key] else "promise_due", due[key], minutes=3, params=named))
    rest = due.total() - sum(line.count for line in lines)
    return [*lines, *([Todo("promises", rest, minutes=5)] if rest else [])]


def _owed(session: Session, zone: ShopZone, now: datetime, reminders: dict[str, bool]) -> list[Todo]:
    """What ends by itself soon; coupons and birthdays only while their reminder is off."""
    soon, face_fen = queries.expiring_coupons(session, now, now + timedelta(days=EXPIRING_DAYS))
    found = [Todo("dropping", queries.count_dropping(session, *whole_days(zone, zone.day(now), DROP_DAYS)), minutes=2)]
    if not reminders.get("coupon_expiring", False):
        found.insert(0, Todo("expiring", soon, face_fen, minutes=1))
    if not reminders.get("birthday", False):
        found.insert(0, Todo("birthdays", _count_group(session, "birthday_soon", now), minutes=1))
    return [todo for todo in found if todo.count]


def _to_send(session: Session, today: int, now: datetime) -> list[Todo]:
    """The groups worth a campaign, counted as the campaign page will count them.

    Who is slipping by their own rhythm takes the place of the fixed 90 days as soon as rhythms are known.
    """
    known, _ = today_cards.count_risk(session, numbers.known_day(session, today))
    lines = [Todo(code, _count_group(session, code, now), minutes=minutes) for code, minutes, _ in TO_SEND]
    if known:
        slipping = Todo("slipping", _count(session, SLIPPING, now), minutes=4, tree=SLIPPING)
        lines = [slipping if line.kind == "best_at_risk" else line for line in lines]
        lines += _due(session, today, now)
    return [line for line in lines if line.count]


def _due(session: Session, today: int, now: datetime) -> list[Todo]:
    """The goods that most people are about to have used up, a line each."""
    lines = []
    for category, _, ahead in today_cards.due_categories(session, today, DUE_DAYS, DUE_LEAST)[:DUE_LINES]:
        tree = Group(
            "all",
            (Leaf("next_purchase_days", "le", DUE_DAYS), Leaf("bought", "category", category, YEAR_DAYS, 1)),
        )
        params: dict[str, object] = {"category": category, "days": max(ahead, 1)}
        lines.append(Todo("due", _count(session, tree, now), minutes=2, params=params, tree=tree))
    return lines


def _count(session: Session, tree: Node, now: datetime) -> int:
    return segments.count_members(session, compile_segment(session, tree, now=now))


def _count_group(session: Session, code: str, now: datetime) -> int:
    return _count(session, template(code).tree(), now)


def _campaigns(desk: Desk, sending: list[Todo], now: datetime) -> tuple[list[Todo], list[Todo]]:
    """The lines to send with what the biggest campaign of their goal showed, and the comparisons that ended lately."""
    over = [line for line in list_campaigns(desk, now=now) if line.status is CampaignStatus.FINISHED]
    recent = [line for line in over if line.measure_until and now - line.measure_until < timedelta(days=RESULT_DAYS)]
    goals = {code: goal for code, _, goal in TO_SEND} | {"slipping": "win_back"}
    past = {line.goal: line.id for line in sorted(over, key=lambda line: line.treated)}
    alike = {todo.kind: past.get(goals.get(todo.kind, ""), 0) for todo in sending}
    wanted = {line.id for line in recent} | {number for number in alike.values() if number}
    found = {number: campaign_result(desk, number, now=now) for number in sorted(wanted)}
    lines = [replace(todo, result=found.get(alike[todo.kind])) for todo in sending]
    return lines, [_result(line, found[line.id]) for line in recent]


def _result(line: CampaignLine, result: CampaignResult) -> Todo:
    return Todo("result", line.treated, minutes=1, params={"id": line.id, "name": line.name}, result=result)
