"""One round of the worker: coupons expire, reminders come due, messages leave, campaigns end; once a day review and backup."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.clock import ShopZone, day_number, real_now
from core.documents.enums import Area
from core.services.actor import Actor
from core.services.backup import back_up_nightly
from core.services.campaigns import finish_campaigns
from core.services.desk import Desk
from core.services.journeys import evaluate_journeys
from core.services.letter_mail import send_due_letter
from core.services.obligations import create_when_owed
from core.services.outbox import drain_outbox, recover_messages
from core.services.paid_plans import match_purchases
from core.services.refresh import refresh, review_owed
from core.services.shop_settings import load_settings
from core.services.stored_value import expire_bonus
from core.store.audit import record
from core.store.queries import chores
from core.store.queries.outbox import beat
from core.store.tables import Heartbeat, Setting
from core.store.worker_lock import worker_lock

WORKER = "worker"
REVIEWED = "reviewed_day"
STARTED = real_now()
Chore = Callable[[Session, datetime], list[int]]


@dataclass
class TickResult:
    """What one round did; ``unfinished``: more is due, come back at once. ``standby``: another worker had the turn."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    stopped: dict[str, str] = field(default_factory=dict)
    expired_coupons: int = 0
    finished_campaigns: int = 0
    unfinished: bool = False
    standby: bool = False

    @property
    def changed(self) -> bool:
        """Whether a page could show something new."""
        return bool(self.queued or self.sent or self.failed or self.unknown or self.suppressed)

    def as_json(self) -> dict[str, Any]:
        """The JSON of ``scheduler.py --once``."""
        names = ("queued", "sent", "failed", "unknown")
        counts = {name: getattr(self, name) for name in names}
        return {**counts, "suppressed": dict(self.suppressed), "due": dict(self.due), "seconds": round(self.seconds, 3)}

    def add(self, other: "TickResult") -> None:
        """Sum up rounds; what is unfinished or stopped is as the last one left it."""
        for name in ("queued", "sent", "failed", "unknown", "seconds", "expired_coupons", "finished_campaigns"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.suppressed.update(other.suppressed)
        self.due.update(other.due)
        self.stopped, self.unfinished, self.standby = other.stopped, other.unfinished, other.standby


def tick(desk: Desk, now: datetime, *, should_stop: Callable[[], bool] = lambda: False) -> TickResult:
    """One round, or nothing (``standby``) while another worker has its turn on this store."""
    with worker_lock(desk.db) as mine:
        if not mine:
            return TickResult(standby=True)
        return _work(desk, now, should_stop)


def read_heartbeat(desk: Desk) -> Heartbeat | None:
    """The worker's last sign of life, on the machine's clock; None: there never was one."""
    with desk.db.read() as session:
        return session.get(Heartbeat, WORKER)


def _work(desk: Desk, now: datetime, should_stop: Callable[[], bool]) -> TickResult:
    started, actor, result = time.monotonic(), Actor.worker(), TickResult()
    with _signs_of_life(desk, result):
        # Nobody else is at work here: what is in other hands is in dead ones.
        result.unknown += recover_messages(desk, now=now, real=real_now(), alone=True).unknown
        _review_once_a_day(desk, actor, now)
        review_owed(desk, now=now)  # what an import that was killed could not do any more
        result.expired_coupons = _in_chunks(desk, actor, now, chores.expire_coupons, "coupons")
        evaluation = evaluate_journeys(desk, actor, now=now)
        result.due, result.queued = evaluation.due, evaluation.due.total()
        result.suppressed.update(evaluation.suppressed)
        tally = drain_outbox(desk, now=now, began=started, should_stop=should_stop)
        result.sent, result.failed, result.unknown = tally.sent, tally.failed, result.unknown + tally.unknown
        result.suppressed.update(tally.suppressed)
        result.stopped, result.unfinished = tally.stopped, tally.unfinished and not should_stop()
        result.finished_campaigns = finish_campaigns(desk, actor, now=now)
        _in_chunks(desk, actor, now, chores.forget_rejects, "rejects")
        create_when_owed(desk, actor, now=now)
        send_due_letter(desk, actor, now=now)
        back_up_nightly(desk, actor, now=now)  # last: it takes its time, and a full disk must not keep a message back
        result.seconds = time.monotonic() - started
    return result


@contextmanager
def _signs_of_life(desk: Desk, result: TickResult) -> Iterator[None]:
    """A beat before the round and one after it, with what stopped it; pages look again only when something changed."""
    _beat(desk, result, None)
    error: str | None = "fault"
    try:
        yield
        error = next(iter(result.stopped.values()), None)
    finally:
        _beat(desk, result, error)


def _beat(desk: Desk, result: TickResult, error: str | None) -> None:
    with desk.db.write(*([Area.MESSAGES] if result.changed else [])) as session:
        beat(session, WORKER, STARTED, real_now(), result.sent, result.failed, error)


def _review_once_a_day(desk: Desk, actor: Actor, now: datetime) -> None:
    """Profiles and tiers follow the calendar too: a rolling year moves on without any order."""
    with desk.db.read() as session:
        today = day_number(ShopZone(load_settings(session).zone).day(now))
        if _reviewed_day(session) == today:
            return
    refresh(desk, actor, now=now)
    match_purchases(desk, now=now)
    expire_bonus(desk, actor, now=now)
    with desk.db.write() as session:
        session.merge(Setting(key=REVIEWED, value=json.dumps(today)))


def _reviewed_day(session: Session) -> int | None:
    row = session.get(Setting, REVIEWED)
    return None if row is None else int(json.loads(row.value))


def _in_chunks(desk: Desk, actor: Actor, now: datetime, chore: Chore, what: str) -> int:
    """What has had its time, in chunks so that others can write in between; how many."""
    over = 0
    while True:
        with desk.db.write() as session:
            ids = chore(session, now)
            if not ids:
                return over
            record(session, actor.name, f"{what}.expired", what, now=now, count=len(ids), ids=ids)
            over += len(ids)
