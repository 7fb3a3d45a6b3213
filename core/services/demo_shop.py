"""Going into the demo shop and out of it, and turning its clock forward so that what is due happens now."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from core.config import config
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk, open_desk
from core.services.reset_demo import demo_source, reset_demo
from core.services.shop_settings import load_settings, put_settings
from core.services.worker import TickResult, tick
from core.store.audit import record
from core.store.queries.profiles import count_people

SENDING_HOUR = 10  # each day on the way also has a round when messages may leave
TURN_SECONDS = 30.0


def enter_demo(
    actor: Actor, *, now: datetime, source: str = "", progress: Callable[[float], None] | None = None
) -> None:
    """Make the demo store the one in use, built first where it is empty, from another source, or sealed with another key.

    ``source``: "" is the invented shop, else the public data set. The shop's own store is not touched.
    """
    if not _is_built(source):
        reset_demo(actor, now=now, source=source, progress=progress)
    config().activate("demo")


def _is_built(source: str) -> bool:
    try:
        desk = open_desk("demo")
    except Refusal as refusal:
        if refusal.code == "key_wrong":
            return False
        raise
    try:
        with desk.db.read() as session:
            return count_people(session) > 0 and demo_source(desk) == source
    finally:
        desk.close()


def leave_demo() -> None:
    """Make the shop's own store the one in use; the demo stays as it is."""
    config().activate("shop")


def turn_clock(desk: Desk, actor: Actor, days: int, *, progress: Callable[[float], None] | None = None) -> TickResult:
    """Turn the demo clock forward, day by day, and do each day's work; refuses ``not_a_demo`` and ``worker_busy``.

    A message held back for the night leaves on the next morning on the way, as it would have.
    """
    if not desk.is_demo:
        raise Refusal("not_a_demo")
    report = progress or (lambda share: None)
    start = desk.now()
    end = start + timedelta(days=days)
    result = TickResult()
    for stop in _stops(desk, start, end):
        _set_clock(desk, actor, stop)
        result.add(_work(desk, stop))
        report((stop - start) / (end - start))
    return result


def _stops(desk: Desk, start: datetime, end: datetime) -> Iterator[datetime]:
    """Each morning between the two instants, then the end."""
    zone = desk.zone
    day: date = zone.day(start)
    while (morning := zone.at(day, SENDING_HOUR)) < end:
        if morning > start:
            yield morning
        day += timedelta(days=1)
    yield end


def _set_clock(desk: Desk, actor: Actor, to: datetime) -> None:
    with desk.db.write(*Area) as session:
        settings = load_settings(session)
        offset = round((to - config().clock()).total_seconds())
        put_settings(session, settings.model_copy(update={"clock_offset_seconds": max(offset, 0)}))
        record(session, actor.name, "demo.clock_turned", "store", now=to)


def _work(desk: Desk, now: datetime) -> TickResult:
    """One whole round; waits a little while the worker beside has its turn."""
    ends = time.monotonic() + TURN_SECONDS
    total = TickResult()
    while True:
        total.add(tick(desk, now))
        if total.standby and time.monotonic() > ends:
            raise Refusal("worker_busy")
        if total.standby:
            time.sleep(0.2)
        elif not total.unfinished:
            return total
