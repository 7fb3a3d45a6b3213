"""Joint membership: partners, their pools of codes, a code for a promise, and the statement of each month."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core.clock import day_number, day_of
from core.documents.benefits import CODE
from core.documents.enums import Area
from core.errors import Refusal
from core.money import share_of
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.store.audit import record
from core.store.queries import partners as queries
from core.store.queries import promises
from core.store.tables import Obligation, Partner

LONGEST_CODE = 64
MOST_CODES = 100_000
_BETWEEN = re.compile(r"[\s,;，；、]+")


@dataclass(frozen=True)
class PartnerLine:
    """One partner and its pool: codes left, given, and used as reported."""

    code: str
    name: str
    contact: str
    gives: str
    share_bp: int
    code_cost_fen: int
    valid_from: date | None
    valid_until: date | None
    codes: int
    given: int
    used: int

    @property
    def left(self) -> int:
        """Codes that nobody has yet."""
        return self.codes - self.given


@dataclass(frozen=True)
class StatementLine:
    """One month with a partner: codes given, codes used as the partner reported, and our share of what these cost."""

    month: date
    given: int
    used: int
    cost_fen: int
    share_fen: int


def list_partners(desk: Desk) -> list[PartnerLine]:
    """All partners by name."""
    with desk.db.read() as session:
        return [_line(*counted) for counted in map(tuple, queries.list_partners(session))]


def save_partner(
    desk: Desk,
    actor: Actor,
    *,
    code: str,
    name: str,
    contact: str = "",
    gives: str = "",
    share_bp: int = 0,
    code_cost_fen: int = 0,
    valid_from: date | None = None,
    valid_until: date | None = None,
    now: datetime,
) -> None:
    """Add a partner or change the one with this code; refuses ``partner_code``, ``partner_name``, ``partner_dates``."""
    if not re.fullmatch(CODE, code):
        raise Refusal("partner_code")
    if not name.strip():
        raise Refusal("partner_name")
    if valid_from and valid_until and valid_until < valid_from:
        raise Refusal("partner_dates")
    with desk.db.write(Area.MEMBERS) as session:
        row = queries.find_partner(session, code) or Partner(code=code, name="", recorded_at=now)
        row.name, row.contact, row.gives = name.strip()[:60], contact.strip()[:120], gives.strip()[:500]
        row.share_bp, row.code_cost_fen = share_bp, code_cost_fen
        row.valid_from = None if valid_from is None else day_number(valid_from)
        row.valid_until = None if valid_until is None else day_number(valid_until)
        session.add(row)
        record(session, actor.name, "partner.saved", f"partner:{code}", now=now, share_bp=share_bp)


def import_codes(desk: Desk, actor: Actor, partner: str, text: str, *, now: datetime) -> tuple[int, int]:
    """Codes out of a text or CSV (first column), into the partner's pool: (new, known before or twice in the text).

    Refuses ``partner_codes_empty``, ``partner_codes_many``, ``partner_code_long``, ``partner_unknown``.
    """
    found = read_codes(text)
    unique = list(dict.fromkeys(found))
    with desk.db.write(Area.MEMBERS) as session:
        row = _partner(session, partner)
        new = queries.add_codes(session, desk.db, row.id or 0, unique, now)
        record(session, actor.name, "partner.codes", f"partner:{partner}", now=now, count=len(new), ids=new)
    return len(new), len(found) - len(new)


def read_codes(text: str) -> list[str]:
    """Codes separated by lines, commas or spaces."""
    found = [code for code in _BETWEEN.split(text.replace("\ufeff", "").replace('"', "")) if code]
    if not found:
        raise Refusal("partner_codes_empty")
    if len(found) > MOST_CODES:
        raise Refusal("partner_codes_many", most=MOST_CODES)
    if any(len(code) > LONGEST_CODE for code in found):
        raise Refusal("partner_code_long", most=LONGEST_CODE)
    return found


def give_codes(desk: Desk, actor: Actor, promise_ids: Sequence[int], *, now: datetime, by: str) -> int:
    """Keep owed promises of partner benefits: each gets a code of the partner's pool, kept in its note. How many.

    All or none: refuses ``partner_codes_none``, ``partner_unknown``, ``partner_over``.
    """
    document, _ = read_live(desk, now=now)
    named = {benefit.code: benefit.partner for benefit in document.benefits}
    today = day_number(desk.zone.day(now))
    with desk.db.write(Area.MEMBERS) as session:
        done = []
        for row in queries.lock_owed(session, promise_ids):
            partner = _partner(session, named.get(row.benefit_code) or "")
            _give(session, partner, row, today, now, by)
            done.append(row.id or 0)
        record(session, actor.name, "partner.given", "promises", now=now, count=len(done), ids=done)
    return len(done)


def _give(session: Session, partner: Partner, row: Obligation, today: int, now: datetime, by: str) -> None:
    """One promise is kept with one code for each piece of it."""
    if (partner.valid_from or today) > today or (partner.valid_until or today) < today:
        raise Refusal("partner_over", partner=partner.name)
    known = queries.code_of(session, row.id or 0)
    code = known or queries.take_code(session, partner.id or 0, row.member_id, row.id or 0, now)
    if code is None:
        raise Refusal("partner_codes_none", partner=partner.name)
    promises.finish(session, [row.id or 0], now=now, today=today, by=by, each_fen=0, note=code)


def report_used(desk: Desk, actor: Actor, partner: str, text: str, *, now: datetime) -> tuple[int, int]:
    """Codes that the partner says were used: (counted now, not counted: unknown, never given or counted before)."""
    codes = list(dict.fromkeys(read_codes(text)))
    with desk.db.write(Area.MEMBERS) as session:
        row = _partner(session, partner)
        used = queries.mark_used(session, row.id or 0, codes, now)
        record(session, actor.name, "partner.used", f"partner:{partner}", now=now, count=len(used), ids=used)
    return len(used), len(codes) - len(used)


def read_statement(desk: Desk, partner: str) -> list[StatementLine]:
    """The partner's months, the newest first; a used code counts in the month in which it was reported."""
    zone = desk.zone
    given: Counter[date] = Counter()
    used: Counter[date] = Counter()
    with desk.db.read() as session:
        row = _partner(session, partner)
        for one in queries.code_times(session, row.id or 0):
            given[zone.day(one.given_at).replace(day=1)] += 1
            if one.used_at is not None:
                used[zone.day(one.used_at).replace(day=1)] += 1
        cost, share = row.code_cost_fen, row.share_bp
    return [
        StatementLine(month, given[month], used[month], used[month] * cost, share_of(used[month] * cost, share))
        for month in sorted({*given, *used}, reverse=True)
    ]


def _partner(session: Session, code: str) -> Partner:
    row = queries.find_partner(session, code)
    if row is None:
        raise Refusal("partner_unknown", partner=code or "-")
    return row


def _line(row: Partner, codes: int, given: int, used: int) -> PartnerLine:
    return PartnerLine(
        row.code,
        row.name,
        row.contact,
        row.gives,
        row.share_bp,
        row.code_cost_fen,
        None if row.valid_from is None else day_of(row.valid_from),
        None if row.valid_until is None else day_of(row.valid_until),
        codes,
        given,
        used,
    )
