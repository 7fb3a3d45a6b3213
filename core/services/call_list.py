"""The call list: whom to write to by hand, why, the words to copy, and what came back."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.enums import Area, CallEnd
from core.errors import Refusal
from core.i18n import translate
from core.importers.rejects import neutral
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.letters import make_writer, write_letter
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import call_list, outbox

LONGEST_ANSWER = 500
CHUNK = 500
MOST = 100_000
COLUMNS = ("nickname", "handle", "tier", "reason", "text")


@dataclass(frozen=True)
class Call:
    """One line of the list; ``text`` is written now and never stored, None where the words cannot be filled in.

    ``handle``: the person's id on the platform (淘宝: 买家会员名), None where none is known; ``tier``: its name, or None.
    ``end``: why it was closed before anybody wrote; such a line has no answer and stays closed.
    """

    id: int
    member_id: int
    nickname: str
    handle: str | None
    tier: str | None
    reason: str
    text: str | None
    listed_at: datetime
    done_at: datetime | None
    done_by: str | None
    answer: str | None
    end: CallEnd | None


@dataclass(frozen=True)
class CallSource:
    """A campaign or reminder with lines on the list; ``campaign`` None: a reminder, named by ``rule``."""

    rule: str
    campaign: str | None
    open: int
    done: int


@dataclass(frozen=True)
class CallSummary:
    """The list in numbers: its sources, and how many lines were ticked since the start of the shop's day."""

    sources: list[CallSource]
    done_today: int

    @property
    def open(self) -> int:
        """Lines that nobody has ticked yet."""
        return sum(source.open for source in self.sources)


def summarise_calls(desk: Desk, *, now: datetime) -> CallSummary:
    """How much there is to do, and for what."""
    zone = desk.zone
    with desk.db.read() as session:
        rows = call_list.count_by_rule(session)
        done = call_list.count_done(session, zone.start(zone.day(now)))
    return CallSummary([CallSource(row.rule, row.campaign, row.open, row.done) for row in rows], done)


def list_calls(
    desk: Desk,
    actor: Actor,
    *,
    now: datetime,
    done: bool | None = False,
    rule: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[Call]:
    """Open lines (or done ones, or with None all) with their words; of one campaign or reminder, or of all."""
    with desk.db.read() as session:
        return _read_calls(session, now, done, limit, rule, offset)


def count_calls(desk: Desk) -> tuple[int, int]:
    """Open and done lines."""
    with desk.db.read() as session:
        return call_list.count_tasks(session)


def tick_call(desk: Desk, actor: Actor, call_id: int, *, now: datetime, answer: str = "") -> None:
    """Tick a line off, with what the person answered; refuses (``call_unknown``) one that is not open."""
    with desk.db.write(Area.MESSAGES) as session:
        if not call_list.tick_task(session, call_id, actor.name, answer.strip()[:LONGEST_ANSWER] or None, now):
            raise Refusal("call_unknown")
        record(session, actor.name, "call.ticked", f"call:{call_id}", now=now, answered=bool(answer.strip()))


def untick_call(desk: Desk, actor: Actor, call_id: int, *, now: datetime) -> None:
    """Take a tick back; refuses (``call_unknown``) a line that has none or was closed for good."""
    with desk.db.write(Area.MESSAGES) as session:
        if not call_list.untick_task(session, call_id):
            raise Refusal("call_unknown")
        record(session, actor.name, "call.unticked", f"call:{call_id}", now=now)


def export_calls(desk: Desk, actor: Actor, *, now: datetime, rule: str | None = None) -> list[tuple[str, ...]]:
    """The open lines as rows (nickname, platform id, tier, reason, text) for a file, the heading first; no cell runs as a formula."""
    with desk.db.write() as session:
        settings = load_settings(session)
        calls = _read_calls(session, now, False, MOST, rule)
        record(
            session,
            actor.name,
            "calls.exported",
            "call_list",
            now=now,
            count=len(calls),
            ids=[call.id for call in calls],
        )
    heading = tuple(translate(settings.lang, f"call.column.{name}") for name in COLUMNS)
    cells = [(call.nickname, call.handle, call.tier, call.reason, call.text) for call in calls]
    return [heading, *(tuple(neutral(cell or "") for cell in row) for row in cells)]


def _read_calls(
    session: Session, now: datetime, done: bool | None, limit: int, rule: str | None = None, offset: int = 0
) -> list[Call]:
    settings = load_settings(session)
    writer = make_writer(session, settings, now)
    tasks = call_list.read_tasks(session, done=done, limit=limit, rule=rule, offset=offset)
    ids = [task.message_id for task in tasks]
    rows = {
        row.id: row
        for start in range(0, len(ids), CHUNK)
        for row in outbox.read_messages(session, ids[start : start + CHUNK])
    }
    members = list({row.member_id for row in rows.values()})
    handles: dict[int, str] = {}
    for start in range(0, len(members), CHUNK):
        handles |= call_list.read_handles(session, members[start : start + CHUNK])
    calls = []
    for task in tasks:
        row = rows[task.message_id]
        try:
            text: str | None = write_letter(row, writer)[1]
        except Refusal:  # a person looks at every line and sees that there are no words for this one
            text = None
        reason = row.campaign_name or translate(settings.lang, f"journey.{row.rule.partition(':')[2]}.name")
        nickname = row.nickname or row.name or f"#{row.member_id}"
        end = CallEnd(task.answer) if task.answer in list(CallEnd) else None
        answer = task.answer if end is None else None
        worked = (task.listed_at, task.done_at, task.done_by, answer, end)
        tier = writer.tiers.get(row.tier, row.tier) if row.tier else None
        calls.append(Call(task.id, row.member_id, nickname, handles.get(row.member_id), tier, reason, text, *worked))
    return calls
