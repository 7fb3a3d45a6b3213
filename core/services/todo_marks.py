"""Lines of today that the owner ticked off or put off: a small kept row, which forgets what is over."""

import json
from datetime import date, datetime, timedelta

from sqlmodel import Session

from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.tables import Setting

KEY = "todo_marks"
MOST_DAYS = 30
MOST_MARKS = 200
LONGEST = 120


def read_marks(desk: Desk, *, now: datetime) -> dict[str, date]:
    """The lines that are out of sight today, each with the day it comes back."""
    today = desk.zone.day(now)
    with desk.db.read() as session:
        return {name: day for name, day in _kept(session).items() if day > today}


def mark_todo(desk: Desk, actor: Actor, name: str, *, days: int = 1, now: datetime) -> date:
    """Put a line out of sight for ``days``: 1 is ticked off for today. The day it comes back. Refuses ``todo_mark``."""
    if not (1 <= days <= MOST_DAYS and 0 < len(name) <= LONGEST):
        raise Refusal("todo_mark", most=MOST_DAYS)
    today = desk.zone.day(now)
    back = today + timedelta(days=days)
    with desk.db.write(Area.SETTINGS) as session:
        kept = {one: day for one, day in _kept(session).items() if day > today}
        _put(session, dict(list(kept.items())[1 - MOST_MARKS :]) | {name: back})
        record(session, actor.name, "todo.marked", f"todo:{name.split(':')[0]}", now=now, days=days)
    return back


def clear_marks(desk: Desk, actor: Actor, *, now: datetime) -> int:
    """Bring every line back; how many were out of sight."""
    found = read_marks(desk, now=now)
    if found:
        with desk.db.write(Area.SETTINGS) as session:
            _put(session, {})
            record(session, actor.name, "todo.marked", "todo:all", now=now, count=len(found), days=0)
    return len(found)


def _kept(session: Session) -> dict[str, date]:
    row = session.get(Setting, KEY)
    return {} if row is None else {name: date.fromisoformat(day) for name, day in json.loads(row.value).items()}


def _put(session: Session, marks: dict[str, date]) -> None:
    value = json.dumps({name: day.isoformat() for name, day in marks.items()}, ensure_ascii=False)
    session.merge(Setting(key=KEY, value=value))
