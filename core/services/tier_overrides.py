"""Tiers that somebody has at least, whatever the rules say: kept when rules changed, bought, or given by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.facts import timeline_of
from core.services.programme import derive_members
from core.store.audit import record
from core.store.queries import programme_facts as queries
from core.store.tables import TierOverride
from core.store.write_lock import Turn, take_turn

Source = Literal["grandfather", "plan", "hand"]


def hold_tier(
    session: Session,
    desk: Desk,
    member_id: int,
    tier: str | None,
    *,
    source: Source,
    reason: str = "",
    starts_at: datetime,
    ends_at: datetime | None = None,
    key: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Inside the caller's write: hold a tier (None: the one that the member has then); the override's id.

    The same key again is the same override. Refuses ``key_taken``, ``member_unknown``, ``hold_span``, ``tier_unknown``.
    """
    take_turn(session, Turn.TIERS)
    fact = TierOverride(
        member_id=member_id,
        tier=tier,
        source=source,
        reason=reason,
        starts_at=starts_at,
        ends_at=ends_at,
        key=key,
        actor=actor.name,
        recorded_at=now,
    )
    if (known := queries.override(session, key)) is not None and known.id is not None:
        content = ("member_id", "tier", "source", "starts_at", "ends_at")
        if any(getattr(known, name) != getattr(fact, name) for name in content):
            raise Refusal("key_taken", key=key)
        return known.id
    if ends_at is not None and ends_at <= starts_at:
        raise Refusal("hold_span")
    if tier is not None and not any(tier in rule.document.codes for rule in timeline_of(session)):
        raise Refusal("tier_unknown", tier=tier)
    if queries.lock_member(session, member_id) is None:
        raise Refusal("member_unknown", member=member_id)
    session.add(fact)
    session.flush()
    assert fact.id is not None
    derive_members(session, desk, [member_id], now)
    record(session, actor.name, "tier.held", f"member:{member_id}", now=now, tier=tier, source=source, override=fact.id)
    return fact.id


def revoke_hold(session: Session, desk: Desk, override_id: int, *, actor: Actor, now: datetime) -> None:
    """Inside the caller's write: end an override now; one that has ended stays as it is. Refuses ``hold_unknown``."""
    take_turn(session, Turn.TIERS)
    fact = session.get(TierOverride, override_id)
    if fact is None:
        raise Refusal("hold_unknown", id=override_id)
    if fact.revoked_at is not None or (fact.ends_at is not None and fact.ends_at <= now):
        return
    fact.revoked_at = now
    session.add(fact)
    session.flush()
    derive_members(session, desk, [fact.member_id], now)
    record(session, actor.name, "tier.released", f"member:{fact.member_id}", now=now, override=override_id)


def hold_many(
    session: Session,
    rows: Sequence[tuple[int, str | None]],
    *,
    source: Source,
    reason: str,
    starts_at: datetime,
    ends_at: datetime | None,
    key_prefix: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Hold (member, tier) for many under the keys ``key_prefix:MEMBER``, known ones are left; how many are new.

    The caller has the write and reviews the members after it.
    """
    keys = [f"{key_prefix}:{member}" for member, _ in rows]
    taken = queries.taken_keys(session, keys)
    fresh = [
        (member, tier, source, reason, starts_at, ends_at, key, actor.name, now)
        for (member, tier), key in zip(rows, keys, strict=True)
        if key not in taken
    ]
    queries.insert_overrides(session, fresh)
    if fresh:
        who = [row[0] for row in fresh]
        record(session, actor.name, "tier.held", key_prefix, now=now, count=len(fresh), ids=who, source=source)
    return len(fresh)


def holds_of(desk: Desk, member_id: int) -> list[TierOverride]:
    """All that was ever held for a member, oldest first."""
    with desk.db.read() as session:
        found = queries.overrides_of(session, member_id)
        session.expunge_all()
    return found
