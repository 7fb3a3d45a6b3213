"""What the demo shop's exchanges are made with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlmodel import Session, col

from core.store.tables import MemberTier, Reward

_TIERS = select(col(MemberTier.member_id), col(MemberTier.tier))


def finished_orders(session: Session, every: int) -> list[Row[Any]]:
    """[id, member_id, finished_at (µs), title] of every so manieth finished order that was not given back."""
    statement = text(
        "SELECT o.id, o.member_id, o.completed_at AS finished_at, min(p.title) AS title FROM shop_order o"
        " LEFT JOIN order_item i ON i.order_id = o.id LEFT JOIN product p ON p.id = i.product_id"
        " WHERE o.completed_at IS NOT NULL AND o.member_id IS NOT NULL AND o.refund_fen = 0 AND o.id % :every = 0"
        " AND o.paid_fen > 0 GROUP BY o.id, o.member_id, o.completed_at ORDER BY o.id"
    )
    return list(session.execute(statement, {"every": every}))


def tiers(session: Session) -> dict[int, str]:
    """The tier of every member, by id."""
    return {int(member): str(tier) for member, tier in session.execute(_TIERS)}


def offers(session: Session, rewards: Sequence[int]) -> dict[int, int]:
    """The offer of each reward that is a coupon."""
    rows = session.execute(select(col(Reward.id), col(Reward.offer_id)).where(col(Reward.id).in_(list(rewards))))
    return {int(number): int(offer) for number, offer in rows if offer is not None}


def count_claimed(session: Session, reward_id: int, count: int) -> None:
    """So many more of a reward are gone."""
    statement = update(Reward).where(col(Reward.id) == reward_id).values(claimed=col(Reward.claimed) + count)
    session.execute(statement, execution_options={"synchronize_session": False})
