"""The one thing to do next for a person: the facts of the portrait and of the store, judged by core.rules.next_action."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.clock import ShopZone, day_number, day_of, from_micros, to_micros
from core.rules.next_action import REVIEW_DAYS, Action, PersonFacts, decide
from core.rules.timing import birthdays_kept_on
from core.services.desk import Desk
from core.services.members import Portrait
from core.services.outlook import PersonOutlook, read_outlook
from core.store.queries.portrait import next_facts
from core.store.tables import Member


@dataclass(frozen=True)
class NextStep:
    """What to do for a person, the facts behind it, and what its sentences are filled with (plain values)."""

    action: Action
    facts: PersonFacts
    params: dict[str, Any]


def next_step(desk: Desk, portrait: Portrait, *, now: datetime, outlook: PersonOutlook | None = None) -> NextStep:
    """The next best action for the person of a portrait; ``outlook`` where it was read already."""
    member = portrait.member
    number, zone = member.id or 0, desk.zone
    outlook = outlook or read_outlook(desk, number, now=now)
    with desk.db.read() as session:
        row = next_facts(session, number, to_micros(now))
    today = day_number(zone.day(now))
    found = _Store(row, zone, today)
    profile, tier = portrait.profile, portrait.tier
    rank = portrait.spend_rank
    facts = PersonFacts(
        not_counted=member.not_counted is not None,
        erased=member.erased_at is not None,
        opted_out=member.opted_out,
        promise_due_days=None if row.promise_day is None else int(row.promise_day) - today,
        bad_stars=found.bad_stars,
        bad_days=found.since(row.bad_at),
        bad_answered=found.answered,
        coupon_days=found.until(row.coupon_until),
        missing_fen=None if tier is None else tier.missing_fen,
        order_fen=None if profile is None else profile.net_fen // max(profile.orders, 1),
        next_tier=None if tier is None else tier.next_tier,
        next_days=None if outlook is None else day_number(outlook.next_day) - today,
        state=None if outlook is None else outlook.state,
        rhythm_days=None if outlook is None else outlook.rhythm_days,
        silent_days=portrait.recency_days,
        spend_share=None if rank is None else (rank[0] + 1) / max(rank[1], 1),
        birthday_days=_birthday(member, zone.day(now)),
        touched_days=found.touched,
    )
    return NextStep(decide(facts), facts, {"coupon": row.coupon or "", "due": _day(row.promise_day)})


class _Store:
    """The row of ``next_facts`` in days from today."""

    def __init__(self, row: Any, zone: ShopZone, today: int) -> None:
        self._zone, self._today = zone, today
        self._row = row

    def since(self, micros: int | None) -> int | None:
        """How many shop days ago."""
        return None if micros is None else self._today - day_number(self._zone.day(from_micros(micros)))

    def until(self, micros: int | None) -> int | None:
        """In how many shop days the last day is; the instant itself is the first that is too late."""
        return None if micros is None else day_number(self._zone.day(from_micros(micros - 1))) - self._today

    @property
    def bad_stars(self) -> int | None:
        """The stars of a bad review of the last weeks."""
        days = self.since(self._row.bad_at)
        return None if days is None or days > REVIEW_DAYS else int(self._row.bad_stars)

    @property
    def answered(self) -> bool:
        """Whether somebody wrote a note or gave something since the bad review."""
        bad = self._row.bad_at
        return any(at is not None and bad is not None and at >= bad for at in (self._row.noted_at, self._row.gave_at))

    @property
    def touched(self) -> int | None:
        """Days since somebody of the shop, or the worker, last wrote, or something was given."""
        row = self._row
        found = [days for at in (row.sent_at, row.noted_at, row.gave_at) if (days := self.since(at)) is not None]
        return min(found, default=None)


def _birthday(member: Member, today: date) -> int | None:
    """Days to the next birthday as the shop keeps it (29 February on the 28th)."""
    if not member.birth_month or not member.birth_day:
        return None
    own = (member.birth_month, member.birth_day)
    first = day_number(today)
    return next((n for n in range(8) if own in birthdays_kept_on(day_of(first + n))), None)


def _day(number: int | None) -> date | None:
    return None if number is None else day_of(int(number))
