"""Optional features: off in a new shop, switched on by the owner; their pages are in the menu only then."""

import json
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from core.documents.enums import Area
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.tables import Setting

Option = Literal["stored_value", "paid_plan"]
OPTIONS: tuple[Option, ...] = ("stored_value", "paid_plan")
KEY = "options"


def load_options(session: Session) -> frozenset[str]:
    """The options that are on, inside a transaction that is already open."""
    row = session.get(Setting, KEY)
    return frozenset() if row is None else frozenset(json.loads(row.value))


def read_options(desk: Desk) -> frozenset[str]:
    """The options that are on."""
    with desk.db.read() as session:
        return load_options(session)


def put_option(session: Session, actor: Actor, option: Option, on: bool, *, now: datetime, **detail: Any) -> None:
    """Switch inside a transaction that is already open; what speaks against it is for the feature's own service to say."""
    before = load_options(session)
    after = before | {option} if on else before - {option}
    session.merge(Setting(key=KEY, value=json.dumps(sorted(after))))
    record(session, actor.name, f"option.{'on' if on else 'off'}", f"option:{option}", now=now, **detail)


def switch_plans(desk: Desk, actor: Actor, on: bool, *, now: datetime) -> None:
    """Show or hide paid membership; what was sold stays sold."""
    with desk.db.write(Area.SETTINGS) as session:
        put_option(session, actor, "paid_plan", on, now=now)
