"""Whose moment a reminder has come, and the rows a reminder leaves behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from core.documents.enums import CouponStatus
from core.store.database import Database
from core.store.tables import Coupon, Decision, Member, MemberProfile, MemberTier

CHUNK = 500
COLUMNS = (
    "rule",
    "occasion",
    "member_id",
    "arm",
    "reason",
    "channel",
    "tier",
    "prior_net_fen",
    "coupon_id",
    "decided_at",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person whose moment has come; ``fact`` is the row it hangs on (a coupon, an order), 0 for a birthday."""

    member_id: int
    fact: int
    until: datetime | None = None


def members_born_on(session: Session, days: Sequence[tuple[int, int]]) -> list[Candidate]:
    """Members (not mere customers) whose birthday, as (month, day), is one of these."""
    statement = select(col(Member.id)).where(
        tuple_(col(Member.birth_month), col(Member.birth_day)).in_(days), col(Member.joined_at).is_not(None)
    )
    return [Candidate(number, 0) for number in session.execute(statement.order_by(col(Member.id))).scalars()]


def coupons_ending_between(
    session: Session, start: datetime, end: datetime, issued_before: datetime
) -> list[Candidate]:
    """Unused coupons that end in ``(start, end]`` and were in hand before the moment of the reminder."""
    statement = select(col(Coupon.member_id), col(Coupon.id), col(Coupon.valid_until)).where(
        col(Coupon.status) == CouponStatus.ISSUED,
        col(Coupon.valid_until) > start,
        col(Coupon.valid_until) <= end,
        col(Coupon.issued_at) < issued_before,
    )
    return [Candidate(row[0], row[1], row[2]) for row in session.execute(statement.order_by(col(Coupon.id)))]


def buyers_last_seen(session: Session, shop_day: int) -> list[Candidate]:
    """People whose last paid order was on a shop day."""
    statement = select(col(MemberProfile.member_id), col(MemberProfile.last_order_id)).where(
        col(MemberProfile.last_day) == shop_day
    )
    return [Candidate(row[0], row[1]) for row in session.execute(statement.order_by(col(MemberProfile.member_id)))]


def members_dropping(session: Session, after: datetime, until: datetime) -> list[Candidate]:
    """Members who would lose their tier in ``(after, until]`` and could still keep it, or are told that they will not."""
    statement = select(col(MemberTier.member_id), col(MemberTier.drops_at)).where(
        col(MemberTier.drops_to).is_not(None), col(MemberTier.drops_at) > after, col(MemberTier.drops_at) <= until
    )
    return [Candidate(row[0], 0, row[1]) for row in session.execute(statement.order_by(col(MemberTier.member_id)))]


def nearly_upgraded(session: Session, shop_day: int, most_fen: int) -> list[Candidate]:
    """Members who miss little money to the next tier and whose last paid order was on a shop day."""
    statement = (
        select(col(MemberProfile.member_id), col(MemberProfile.last_order_id))
        .join(MemberTier, col(MemberTier.member_id) == col(MemberProfile.member_id))
        .where(
            col(MemberProfile.last_day) == shop_day,
            col(MemberTier.next_tier).is_not(None),
            col(MemberTier.missing_fen) > 0,
            col(MemberTier.missing_fen) <= most_fen,
        )
    )
    return [Candidate(row[0], row[1]) for row in session.execute(statement.order_by(col(MemberProfile.member_id)))]


def decided(session: Session, rule: str, member_ids: Sequence[int]) -> set[tuple[int, str]]:
    """(member, occasion) that a rule has decided already, for these people."""
    found: set[tuple[int, str]] = set()
    for start in range(0, len(member_ids), CHUNK):
        statement = select(col(Decision.member_id), col(Decision.occasion)).where(
            col(Decision.rule) == rule, col(Decision.member_id).in_(member_ids[start : start + CHUNK])
        )
        found |= {(row[0], row[1]) for row in session.execute(statement)}
    return found


def tiers_of(session: Session, member_ids: Sequence[int]) -> dict[int, str]:
    """Tier codes of those who have one."""
    found: dict[int, str] = {}
    for start in range(0, len(member_ids), CHUNK):
        statement = select(col(MemberTier.member_id), col(MemberTier.tier)).where(
            col(MemberTier.member_id).in_(member_ids[start : start + CHUNK])
        )
        found |= {row[0]: row[1] for row in session.execute(statement)}
    return found


def save_decisions(session: Session, db: Database, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], int]:
    """Decisions made once for (rule, occasion, member); the ids of the new ones by (member, occasion)."""
    batch = list(rows)
    new: dict[tuple[int, str], int] = {}
    for start in range(0, len(batch), CHUNK):
        values = [{column: row[column] for column in COLUMNS} for row in batch[start : start + CHUNK]]
        statement = db.upsert(Decision).values(values)
        statement = statement.on_conflict_do_nothing(index_elements=["rule", "occasion", "member_id"])
        returning = statement.returning(col(Decision.id), col(Decision.member_id), col(Decision.occasion))
        new |= {(row[1], row[2]): int(row[0]) for row in session.execute(returning)}
    return new
