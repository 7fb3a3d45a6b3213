"""Promises are made: each once, by the pass after midnight, after an import and on demand; and what time does to them."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.clock import ShopZone, day_number, day_of
from core.documents.benefits import Benefit
from core.documents.enums import Area
from core.documents.rules import RuleDocument
from core.rules.benefits import Strategy, strategy
from core.rules.benefits.occasions import Occasion, birthday_occasion, in_season, open_occasions, order_key
from core.rules.timing import birthdays_kept_on
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.revisions import revisions
from core.services.rule_versions import read_live
from core.store.audit import record
from core.store.queries import obligations as queries
from core.store.queries.promises import BY_IMPORT
from core.store.tables import Setting
from core.store.write_lock import Turn, take_turn

PASSED = "promises"
CATCH_UP_DAYS = 31  # a longer sleep of the worker is not made up for: nobody expects last season's gift
ORDER_DAYS = 14  # an order that has not left for so long waits for something else
Find = Callable[[Session, int], list[tuple[int, dict[str, Any]]]]


@dataclass
class PassReport:
    """What one pass did, in promises."""

    created: int = 0
    ended: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether there is anything new to show."""
        return bool(self.created or self.ended)


@dataclass(frozen=True)
class _Pass:
    """What the whole pass stands on: the rules in force and the days ``[first, today]`` that it makes up for."""

    document: RuleDocument
    version: int
    zone: ShopZone
    first: date
    today: date
    now: datetime


def create_due(desk: Desk, actor: Actor, *, now: datetime) -> PassReport:
    """Make every promise that has come round and is not there yet, then close what is over; safe to repeat."""
    run = _begin(desk, now)
    seen = _mark(desk, run.today)  # before the work: what is written meanwhile is for the next pass
    report = PassReport()
    for benefit in run.document.benefits:
        kind = strategy(benefit.kind)
        tiers = [code for code, cell in benefit.cells.items() if kind.owes(benefit, cell)]
        if tiers:
            for find in _finders(run, benefit, kind, tiers):
                report.created += _add_all(desk, actor, benefit.code, find, now)
    report.ended = _settle(desk, actor, run)
    with desk.db.write() as session:
        take_turn(session, Turn.IMPORT)  # two first passes at once would both insert it
        session.merge(Setting(key=PASSED, value=json.dumps(seen)))
    return report


def create_when_owed(desk: Desk, actor: Actor, *, now: datetime) -> PassReport:
    """The pass, where the day has turned or orders or rules were written since the last one; else nothing."""
    with desk.db.read() as session:
        if _passed(session) == _mark(desk, desk.zone.day(now)):
            return PassReport()
    return create_due(desk, actor, now=now)


def _mark(desk: Desk, today: date) -> list[int]:
    """What a pass has seen: the day, and how often orders and rules were written by then."""
    found = revisions(desk)
    return [day_number(today), found[Area.ORDERS.value], found[Area.RULES.value]]


def _passed(session: Session) -> list[int] | None:
    row = session.get(Setting, PASSED)
    return None if row is None else [int(number) for number in json.loads(row.value)]


def _begin(desk: Desk, now: datetime) -> _Pass:
    document, version = read_live(desk, now=now)
    zone = desk.zone
    today = zone.day(now)
    with desk.db.read() as session:
        passed = _passed(session)
    first = today
    if passed is not None and passed[0] < day_number(today):
        first = max(day_of(passed[0] + 1), today - timedelta(days=CATCH_UP_DAYS))
    return _Pass(document, version, zone, first, today, now)


def _finders(run: _Pass, benefit: Benefit, kind: Strategy, tiers: list[str]) -> Iterator[Find]:
    """For each occasion of a benefit the search for those who have no promise of it yet.

    Tiers may differ in how often: each period is searched with the tiers that have it.
    """
    periods: dict[str, list[str]] = {}
    for code in tiers:
        periods.setdefault(kind.occasion(benefit.cells[code]), []).append(code)
    for period, codes in periods.items():
        if period == "order":
            yield _order_finder(run, benefit, kind, codes)
        elif period == "birthday":
            yield from _birthday_finders(run, benefit, kind, codes)
        else:
            for occasion in open_occasions(period, benefit.season, run.first, run.today):
                yield _member_finder(run, benefit, kind, codes, occasion)


def _member_finder(run: _Pass, benefit: Benefit, kind: Strategy, tiers: list[str], occasion: Occasion) -> Find:
    unserved = kind.kind == "dedicated_service"
    # Who came to the tier when the occasion was over has no claim to it.
    reached_by = run.now if occasion.ends >= run.today else run.zone.start(occasion.ends + timedelta(days=1))

    def find(session: Session, after: int) -> list[tuple[int, dict[str, Any]]]:
        rows = queries.members_without(
            session, benefit.code, occasion.key, tiers, after, now=reached_by, unserved=unserved
        )
        found = []
        for row in rows:
            begins = max(occasion.begins, run.zone.day(row.since))
            found.append((row.member_id, _row(run, benefit, kind, row.member_id, row.tier, occasion, begins)))
        return found

    return find


def _birthday_finders(run: _Pass, benefit: Benefit, kind: Strategy, tiers: list[str]) -> Iterator[Find]:
    """A birthday's promise begins so early that it is due on the day itself."""
    ahead = timedelta(days=kind.due_days(benefit))
    day = run.first
    while day <= run.today + ahead:
        for birthday in birthdays_kept_on(day):
            occasion = birthday_occasion(*birthday, benefit.season, day, day)
            if occasion is not None:
                yield _birthday_finder(run, benefit, kind, tiers, birthday, occasion, day - ahead)
        day += timedelta(days=1)


def _birthday_finder(
    run: _Pass,
    benefit: Benefit,
    kind: Strategy,
    tiers: list[str],
    birthday: tuple[int, int],
    occasion: Occasion,
    begins: date,
) -> Find:
    def find(session: Session, after: int) -> list[tuple[int, dict[str, Any]]]:
        rows = queries.members_born(session, benefit.code, occasion.key, tiers, birthday, after, now=run.now)
        return [
            (row.member_id, _row(run, benefit, kind, row.member_id, row.tier, occasion, begins, occasion.begins))
            for row in rows
        ]

    return find


def _order_finder(run: _Pass, benefit: Benefit, kind: Strategy, tiers: list[str]) -> Find:
    last = day_number(run.today)
    first = last - ORDER_DAYS

    def find(session: Session, after: int) -> list[tuple[int, dict[str, Any]]]:
        found = []
        for row in queries.orders_without(session, benefit.code, tiers, first, last, after):
            day = day_of(row.shop_day)
            if not in_season(benefit.season, day):
                continue
            ends = day + timedelta(days=ORDER_DAYS)
            occasion = Occasion(order_key(row.order_id), day, ends)
            made = _row(run, benefit, kind, row.member_id, row.tier, occasion, day)
            found.append((row.order_id, made | {"order_id": row.order_id}))
        return found

    return find


def _row(
    run: _Pass,
    benefit: Benefit,
    kind: Strategy,
    member_id: int,
    tier: str,
    occasion: Occasion,
    begins: date,
    due: date | None = None,
) -> dict[str, Any]:
    """One promise: owed with its due day, or offered until the occasion ends."""
    cell = benefit.cells[tier]
    offered = benefit.mode == "claim"
    days = kind.due_days(benefit)
    last = due or begins + timedelta(days=days)
    return {
        "member_id": member_id,
        "benefit_code": benefit.code,
        "kind": benefit.kind,
        "tier": tier,
        "occasion": occasion.key,
        "what_zh": _what(benefit.name_zh, cell.value_zh),
        "what_en": _what(benefit.name_en, cell.value_en),
        "rule_version_id": run.version,
        "order_id": None,
        "status": "offered" if offered else "owed",
        "begins_day": day_number(begins),
        "due_day": day_number(max(occasion.ends, begins) if offered else last),
        "due_days": days,
        "quantity": cell.quantity,
        "cost_fen": cell.cost_fen * cell.quantity,
        "created_at": run.now,
        "note": "",
    }


def _what(name: str, value: str) -> str:
    return f"{name} · {value}" if value and value != name else name


def _add_all(desk: Desk, actor: Actor, code: str, find: Find, now: datetime) -> int:
    """Make what a search finds, a chunk a transaction so that others can write in between; how many were new."""
    after, made = 0, 0
    while True:
        with desk.db.read() as session:  # most searches find nobody: they need no turn at writing
            if not find(session, after):
                return made
        with desk.db.write(Area.MEMBERS) as session:
            rows = find(session, after)
            new = queries.add_promises(session, desk.db, [row for _, row in rows])
            if new:
                record(session, actor.name, "promises.made", f"benefit:{code}", now=now, count=len(new), ids=new)
        if not rows:
            return made
        made, after = made + len(new), rows[-1][0]


def _settle(desk: Desk, actor: Actor, run: _Pass) -> dict[str, int]:
    """What is over by itself: refunded, not counted any more, not claimed, the tier lost, the order gone out, a person named."""
    holders = {benefit.code: list(benefit.cells) for benefit in run.document.benefits}
    today = day_number(run.today)
    ended: dict[str, int] = {}
    with desk.db.write(Area.MEMBERS) as session:
        found: dict[str, Sequence[int]] = {
            "refunded": queries.cancel_refunded(session),
            "not_counted": queries.cancel_not_counted(session),
            "over": queries.lapse_over(session, today),
            "tier_lost": [
                number
                for code in queries.offered_codes(session)
                for number in queries.lapse_lost(session, code, holders.get(code, []))
            ],
            "shipped": queries.finish_shipped(session, "priority_shipping", run.now, today, BY_IMPORT),
            "served": queries.finish_served(session, "dedicated_service", run.now, today, actor.name),
        }
        for reason, ids in found.items():
            if ids:
                ended[reason] = len(ids)
                record(
                    session,
                    actor.name,
                    "promises.ended",
                    "promises",
                    now=run.now,
                    count=len(ids),
                    ids=ids,
                    reason=reason,
                )
    return ended
