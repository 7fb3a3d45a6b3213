"""A tier given or kept by hand, with a reason and a name behind it; and taken back."""

from datetime import date, datetime, timedelta

from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.tier_overrides import hold_tier, revoke_hold

LONGEST_REASON = 200


def hold_by_hand(
    desk: Desk,
    actor: Actor,
    member_id: int,
    tier: str | None,
    *,
    reason: str,
    last_day: date | None = None,
    key: str,
    now: datetime,
) -> int:
    """Hold a tier (None: the one they have) to the end of ``last_day`` or for good; the override's id.

    Refuses ``hold_reason`` (none given, or too long), and as ``hold_tier``.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refusal("hold_reason", most=LONGEST_REASON)
    ends = None if last_day is None else desk.zone.start(last_day + timedelta(days=1))
    with desk.db.write(Area.MEMBERS) as session:
        return hold_tier(
            session,
            desk,
            member_id,
            tier,
            source="hand",
            reason=reason,
            starts_at=now,
            ends_at=ends,
            key=f"hand:{key}",
            actor=actor,
            now=now,
        )


def release_hold(desk: Desk, actor: Actor, override_id: int, *, now: datetime) -> None:
    """End an override now; the rules decide again. Refuses ``hold_unknown``."""
    with desk.db.write(Area.MEMBERS) as session:
        revoke_hold(session, desk, override_id, actor=actor, now=now)
