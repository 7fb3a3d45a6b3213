"""Facts of the programme that somebody records: points that move without an order, held tiers, interactions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from core.clock import to_micros
from core.store.bulk import bulk_insert
from core.store.tables import Interaction, Member, PointsFact, Refund, TierOverride

_HELD = (
    "member_id",
    "tier",
    "source",
    "reason",
    "starts_at",
    "ends_at",
    "key",
    "actor",
    "recorded_at",
)


def lock_member(session: Session, member_id: int) -> Member | None:
    """A member, kept from other writers to the end of the transaction."""
    statement = select(Member).where(Member.id == member_id).with_for_update(key_share=True)
    return session.exec(statement).first()


def lock_members(session: Session, member_ids: Sequence[int]) -> None:
    """Some members, kept from other writers: before the first audit row, so that nobody waits for us who holds one of them."""
    statement = select(Member.id).where(col(Member.id).in_(member_ids)).order_by(col(Member.id))
    session.exec(statement.with_for_update(key_share=True)).all()


def points_fact(session: Session, key: str) -> PointsFact | None:
    """The points fact with a key."""
    return session.exec(select(PointsFact).where(PointsFact.key == key)).first()


def given_back(session: Session, spend_id: int) -> PointsFact | None:
    """What cancelled a spend."""
    return session.exec(select(PointsFact).where(PointsFact.refers_to == spend_id)).first()


def interaction(session: Session, key: str) -> Interaction | None:
    """The interaction with a key."""
    return session.exec(select(Interaction).where(Interaction.key == key)).first()


def override(session: Session, key: str) -> TierOverride | None:
    """The held tier with a key."""
    return session.exec(select(TierOverride).where(TierOverride.key == key)).first()


def overrides_of(session: Session, member_id: int) -> list[TierOverride]:
    """All that was ever held for a member, oldest first."""
    statement = select(TierOverride).where(TierOverride.member_id == member_id)
    return list(session.exec(statement.order_by(col(TierOverride.starts_at), col(TierOverride.id))))


def interactions_of(session: Session, member_id: int, limit: int) -> list[Interaction]:
    """What a member did that is no order, the newest first."""
    statement = select(Interaction).where(Interaction.member_id == member_id)
    return list(
        session.exec(statement.order_by(col(Interaction.occurred_at).desc(), col(Interaction.id).desc()).limit(limit))
    )


def taken_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Which keys of held tiers are in use."""
    return _taken(session, TierOverride, keys)


def insert_overrides(session: Session, rows: Iterable[Sequence[Any]]) -> None:
    """Held tiers in bulk, without revocation; instants may be aware."""
    plain = ([value if not hasattr(value, "tzinfo") else to_micros(value) for value in row] for row in rows)
    bulk_insert(session, TierOverride, _HELD, plain)


def interaction_kinds(session: Session, ids: Collection[int]) -> dict[int, str]:
    """By interaction its kind."""
    rows = session.exec(select(Interaction.id, Interaction.kind).where(col(Interaction.id).in_(ids)))
    return {int(number or 0): kind for number, kind in rows}


def points_reasons(session: Session, ids: Collection[int]) -> dict[int, str]:
    """By points fact what was said for it."""
    rows = session.exec(select(PointsFact.id, PointsFact.reason).where(col(PointsFact.id).in_(ids)))
    return {int(number or 0): reason for number, reason in rows}


def refunded_orders(session: Session, ids: Collection[int]) -> dict[int, int]:
    """By refund its order."""
    rows = session.exec(select(Refund.id, Refund.order_id).where(col(Refund.id).in_(ids)))
    return {int(number or 0): order for number, order in rows}


def taken_interactions(session: Session, keys: Sequence[str]) -> set[str]:
    """Which keys of interactions are in use."""
    return _taken(session, Interaction, keys)


def insert_interactions(session: Session, rows: Iterable[Mapping[str, Any]], actor: str, recorded_at: int) -> None:
    """Deeds in bulk: person, kind, created_at (µs), subject, stars, text, key."""
    columns = ("member_id", "kind", "occurred_at", "subject", "stars", "note", "key", "actor", "recorded_at")
    names = ("person", "kind", "created_at", "subject", "stars", "text", "key")
    plain = ([row[name] if name != "text" else row[name] or "" for name in names] for row in rows)
    bulk_insert(session, Interaction, columns, ([*values, actor, recorded_at] for values in plain))


def _taken(session: Session, table: type[TierOverride] | type[Interaction], keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 5_000):
        among = col(table.key).in_(list(keys[start : start + 5_000]))
        found |= set(session.exec(select(table.key).where(among)))
    return found
