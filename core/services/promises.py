"""The work list of what was promised: read it, do it, give it to somebody, claim it, call it off; and promise more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from core.clock import day_number, day_of
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries import obligations
from core.store.queries import promises as queries
from core.store.queries.promises import PromiseFilter

PAGE = 50
MOST_AT_ONCE = 2_000
LONGEST_NAME = 64
BY_HAND = "by_hand"


@dataclass(frozen=True)
class Promise:
    """One promise as listed; names are masked by the page. ``late_days``: how long it has been due, 0 when it is not."""

    id: int
    member_id: int
    public_id: str
    name: str | None
    nickname: str | None
    benefit_code: str
    kind: str
    tier: str | None
    occasion: str
    what_zh: str
    what_en: str
    status: str
    begins: date
    due: date
    late_days: int
    quantity: int
    cost_fen: int
    actual_fen: int | None
    owner: str | None
    service_person: str | None
    order_no: str | None
    done_day: date | None
    done_by: str | None
    closed_for: str | None
    note: str

    def what(self, lang: str) -> str:
        """What is to be done, in the reader's language."""
        return self.what_zh if lang == "zh" else self.what_en


@dataclass(frozen=True)
class OpenGroup:
    """Open promises of one benefit, tier and owner: how many are late and due today."""

    benefit_code: str
    kind: str
    tier: str | None
    owner: str | None
    what_zh: str
    what_en: str
    status: str
    late: int
    due_today: int
    total: int

    def name(self, lang: str) -> str:
        """The benefit's name alone, in the reader's language."""
        return (self.what_zh if lang == "zh" else self.what_en).partition(" · ")[0]


@dataclass(frozen=True)
class PromiseSummary:
    """What is open by group, and what was done this month."""

    groups: tuple[OpenGroup, ...]
    owners: tuple[str, ...]
    done: int
    timed: int
    on_time: int
    cost_fen: int

    def count(self, status: str = "owed") -> int:
        """How many are open in a status."""
        return sum(group.total for group in self.groups if group.status == status)

    @property
    def late(self) -> int:
        """Owed and past their day."""
        return sum(group.late for group in self.groups if group.status == "owed")

    @property
    def due_today(self) -> int:
        """Owed and due today."""
        return sum(group.due_today for group in self.groups if group.status == "owed")

    @property
    def on_time_rate(self) -> float | None:
        """Of what was done this month, the share done in time; none where of nothing the day is known."""
        return self.on_time / self.timed if self.timed else None


def promise(
    session: Session,
    desk: Desk,
    member_id: int,
    *,
    code: str,
    occasion: str,
    what_zh: str,
    what_en: str,
    due_day: date,
    now: datetime,
    actor: Actor,
    kind: str = "gift",
    quantity: int = 1,
    cost_fen: int = 0,
    tier: str | None = None,
    order_id: int | None = None,
    rule_version_id: int | None = None,
    owner: str | None = None,
    note: str = "",
) -> int:
    """Promise something to one person in the caller's write transaction; the same (code, occasion) again is the same promise.

    ``cost_fen`` is for one piece. Returns the promise's id. The caller audits.
    """
    begins = desk.zone.day(now)
    row = {
        "member_id": member_id,
        "benefit_code": code,
        "kind": kind,
        "tier": tier,
        "occasion": occasion,
        "what_zh": what_zh,
        "what_en": what_en,
        "rule_version_id": rule_version_id,
        "order_id": order_id,
        "status": "owed",
        "begins_day": day_number(begins),
        "due_day": day_number(max(due_day, begins)),
        "due_days": max((due_day - begins).days, 0),
        "quantity": quantity,
        "cost_fen": cost_fen * quantity,
        "owner": owner,
        "created_at": now,
        "note": note,
    }
    new = obligations.add_promises(session, desk.db, [row])
    found = new[0] if new else obligations.find_promise(session, member_id, code, occasion)
    assert found is not None
    return found


def list_promises(
    desk: Desk, wanted: PromiseFilter, *, now: datetime, offset: int = 0, size: int = PAGE
) -> list[Promise]:
    """One page of the list: the soonest due first, what is done the latest first."""
    today = desk.zone.day(now)
    with desk.db.read() as session:
        return [_promise(row, today) for row in queries.list_promises(session, wanted, offset, size)]


def count_promises(desk: Desk, wanted: PromiseFilter) -> int:
    """How many promises a filter finds."""
    with desk.db.read() as session:
        return queries.count_promises(session, wanted)


def promises_of(desk: Desk, member_id: int, *, now: datetime, size: int = 12) -> list[Promise]:
    """One person's promises, open ones first."""
    today = desk.zone.day(now)
    with desk.db.read() as session:
        return [_promise(row, today) for row in queries.promises_of(session, member_id, size)]


def summarise_promises(desk: Desk, *, now: datetime) -> PromiseSummary:
    """What is open, and this month's work."""
    today = desk.zone.day(now)
    number = day_number(today)
    with desk.db.read() as session:
        groups = [
            OpenGroup(
                row.benefit_code,
                row.kind,
                row.tier,
                row.owner,
                row.what_zh,
                row.what_en,
                row.status,
                int(row.late),
                int(row.due_today),
                int(row.total),
            )
            for row in queries.count_open(session, number)
        ]
        sums = queries.sum_done(session, day_number(today.replace(day=1)), number + 1)
        return PromiseSummary(tuple(groups), tuple(queries.owners(session)), *sums)


def finish_promises(
    desk: Desk, actor: Actor, ids: Sequence[int], *, now: datetime, by: str, each_fen: int | None = None, note: str = ""
) -> int:
    """Owed promises are done, by ``by``, at ``each_fen`` each (None: what was expected); how many still were owed.

    Refuses ``promise_done_by`` without a name, ``promises_none`` and ``promises_many``.
    """
    ids, today = _checked(ids), day_number(desk.zone.day(now))
    with desk.db.write(Area.MEMBERS) as session:
        done = queries.finish(session, ids, now=now, today=today, by=_named(by), each_fen=each_fen, note=note.strip())
        cost = {} if each_fen is None else {"each_fen": each_fen}
        record(session, actor.name, "promises.done", "promises", now=now, count=len(done), ids=done, **cost)
    return len(done)


def reopen_promise(desk: Desk, actor: Actor, promise_id: int, *, now: datetime) -> None:
    """What was ticked by mistake is owed again; refuses (``promise_over``) what is not done."""
    with desk.db.write(Area.MEMBERS) as session:
        if not queries.reopen(session, [promise_id]):
            raise Refusal("promise_over")
        record(session, actor.name, "promises.reopened", f"promise:{promise_id}", now=now, count=1)


def claim_promises(desk: Desk, actor: Actor, ids: Sequence[int], *, now: datetime) -> int:
    """Offered promises were asked for by their members: owed from today on. How many still were on offer."""
    ids, today = _checked(ids), day_number(desk.zone.day(now))
    with desk.db.write(Area.MEMBERS) as session:
        claimed = queries.claim(session, ids, now=now, today=today)
        record(session, actor.name, "promises.claimed", "promises", now=now, count=len(claimed), ids=claimed)
    return len(claimed)


def cancel_promises(desk: Desk, actor: Actor, ids: Sequence[int], *, now: datetime, note: str) -> int:
    """Open promises are called off, with the reason in words (refuses ``promise_reason`` without); how many."""
    if not note.strip():
        raise Refusal("promise_reason")
    with desk.db.write(Area.MEMBERS) as session:
        gone = queries.cancel(session, _checked(ids), BY_HAND, note.strip())
        record(session, actor.name, "promises.cancelled", "promises", now=now, count=len(gone), ids=gone)
    return len(gone)


def assign_promises(desk: Desk, actor: Actor, ids: Sequence[int], owner: str, *, now: datetime) -> int:
    """Open promises are given to somebody; how many."""
    with desk.db.write(Area.MEMBERS) as session:
        given = queries.assign(session, _checked(ids), _named(owner))
        record(session, actor.name, "promises.assigned", "promises", now=now, count=len(given), ids=given)
    return len(given)


def _checked(ids: Sequence[int]) -> list[int]:
    if not ids:
        raise Refusal("promises_none")
    if len(ids) > MOST_AT_ONCE:
        raise Refusal("promises_many", most=MOST_AT_ONCE)
    return list(dict.fromkeys(ids))


def _named(name: str) -> str:
    found = " ".join(name.split())[:LONGEST_NAME]
    if not found:
        raise Refusal("promise_done_by")
    return found


def _promise(row: Any, today: date) -> Promise:
    due = day_of(row.due_day)
    late = max((today - due).days, 0) if row.status == "owed" else 0
    return Promise(
        id=row.id,
        member_id=row.member_id,
        public_id=row.public_id,
        name=row.name,
        nickname=row.nickname,
        benefit_code=row.benefit_code,
        kind=row.kind,
        tier=row.tier,
        occasion=row.occasion,
        what_zh=row.what_zh,
        what_en=row.what_en,
        status=row.status,
        begins=day_of(row.begins_day),
        due=due,
        late_days=late,
        quantity=row.quantity,
        cost_fen=row.cost_fen,
        actual_fen=row.actual_fen,
        owner=row.owner,
        service_person=row.person,
        order_no=row.order_no,
        done_day=None if row.done_day is None else day_of(row.done_day),
        done_by=row.done_by,
        closed_for=row.closed_for,
        note=row.note,
    )
