"""The weekly letter by mail to the owner: set once, sent by the worker each Monday, never twice."""

import json
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from core.channels.base import Delivery, Message, Outcome
from core.channels.registry import build_channel
from core.channels.smtp import is_address
from core.config import config
from core.documents.enums import Area, Purpose
from core.errors import Refusal
from core.i18n import translate
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import load_settings, read_settings, smtp_plain
from core.services.weekly_letter import letter_text, week_of, write_letter
from core.store.audit import record
from core.store.tables import Setting

PLAN, STATE = "letter_mail", "letter_sent"
HOUR = 8
AGAIN = timedelta(hours=3)  # between tries at a letter that could not be handed over


class LetterPlan(BaseModel):
    """Where the letter goes, on Mondays from ``hour`` of the shop's day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: str = ""
    hour: int = Field(default=HOUR, ge=0, le=23)
    enabled: bool = False


class LetterState(BaseModel):
    """What became of the newest letter; ``week`` is its Monday. ``sending`` for good: the line broke, nobody knows."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    week: str = ""
    status: Literal["", "sending", "sent", "failed", "unknown"] = ""
    at: datetime | None = None
    reason: str = ""


def read_plan(desk: Desk) -> LetterPlan:
    """What was set."""
    with desk.db.read() as session:
        return LetterPlan.model_validate(_load(session, PLAN))


def read_state(desk: Desk) -> LetterState:
    """What became of the newest one."""
    with desk.db.read() as session:
        return LetterState.model_validate(_load(session, STATE))


def plan_letter(desk: Desk, actor: Actor, *, to: str, hour: int, enabled: bool, now: datetime) -> LetterPlan:
    """Set or end the weekly mail. Refuses ``letter_address``, ``letter_hour``, ``letter_no_smtp``."""
    if enabled and not is_address(to.strip()):
        raise Refusal("letter_address")
    if not 0 <= hour <= 23:
        raise Refusal("letter_hour")
    plan = LetterPlan(to=to.strip(), hour=hour, enabled=enabled)
    with desk.db.write(Area.SETTINGS) as session:
        if enabled and not desk.is_demo and not load_settings(session).smtp.configured:
            raise Refusal("letter_no_smtp")
        session.merge(Setting(key=PLAN, value=plan.model_dump_json()))
        record(session, actor.name, "letter.scheduled", "letter", now=now, enabled=enabled, hour=hour)
    return plan


def send_due_letter(desk: Desk, actor: Actor, *, now: datetime) -> Delivery | None:
    """Send this week's letter when its hour has come and it was not sent; what became of it, None when nothing was due.

    It is marked before it leaves: a process that dies in between leaves *unknown*, and no second letter.
    """
    plan, zone = read_plan(desk), desk.zone
    local = zone.local(now)
    monday = local.date() - timedelta(days=local.weekday())
    if not plan.enabled or now < zone.at(monday, plan.hour):
        return None
    week = monday.isoformat()
    if not _owed(read_state(desk), week, now):
        _settle(desk, week)
        return None
    message = _compose(desk, plan.to, week, now)
    with desk.db.write() as session:
        if not _owed(LetterState.model_validate(_load(session, STATE)), week, now):
            return None
        _keep(session, LetterState(week=week, status="sending", at=now))
    delivery = _send(desk, message)
    with desk.db.write(Area.SETTINGS) as session:
        status = delivery.outcome.value
        _keep(session, LetterState.model_validate({"week": week, "status": status, "at": now, "reason": delivery.code}))
        if delivery.outcome is Outcome.SENT:
            record(session, actor.name, "letter.sent", "letter", now=now, count=1)
    return delivery


def _owed(state: LetterState, week: str, now: datetime) -> bool:
    """Whether the letter of a week may still go: not yet tried, or refused a while ago. A clock turned back owes nothing."""
    if state.week != week:
        return state.week < week
    return state.status == "failed" and (state.at is None or now - state.at >= AGAIN)


def _settle(desk: Desk, week: str) -> None:
    """What was being sent when the process died: nobody knows whether it left."""
    if read_state(desk).status != "sending":
        return
    with desk.db.write() as session:
        state = LetterState.model_validate(_load(session, STATE))
        if state.week == week and state.status == "sending":
            _keep(session, state.model_copy(update={"status": "unknown"}))


def _compose(desk: Desk, to: str, week: str, now: datetime) -> Message:
    settings = read_settings(desk)
    letter = write_letter(desk, settings.lang, week=week_of(desk.zone.day(now)), now=now)
    return Message(
        message_id=f"letter-{week}",
        channel="practice" if desk.is_demo else "email",
        address=to,
        subject=translate(settings.lang, "letter.mail.subject", title=letter.title, subtitle=letter.subtitle),
        text=letter_text(letter, settings.lang),
        shop_name=settings.shop_name or translate(settings.lang, "terms.shop"),
        purpose=Purpose.NOTICE,
    )


def _send(desk: Desk, message: Message) -> Delivery:
    smtp = smtp_plain(desk, read_settings(desk).smtp)
    channel = build_channel(message.channel, smtp, config().data_dir / "outbox" / desk.store)
    try:
        return channel.send(message)
    finally:
        channel.close()


def _load(session: Session, key: str) -> dict[str, Any]:
    row = session.get(Setting, key)
    return {} if row is None else dict(json.loads(row.value))


def _keep(session: Session, state: LetterState) -> None:
    session.merge(Setting(key=STATE, value=state.model_dump_json()))
