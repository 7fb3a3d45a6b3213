"""The ladder in numbers: people on each tier, and how far the others are from the next one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, select
from sqlmodel import Session, col

from core.store.tables import MemberTier


def count_tiers(session: Session, now: datetime, until: datetime) -> list[Row[Any]]:
    """[tier, people, spend_fen, dropping] by tier; ``dropping``: who loses it by ``until`` if nothing more is bought."""
    falls = and_(
        col(MemberTier.drops_to).is_not(None), col(MemberTier.drops_at) > now, col(MemberTier.drops_at) <= until
    )
    statement = select(
        col(MemberTier.tier),
        func.count().label("people"),
        func.sum(col(MemberTier.window_spend_fen)).label("spend_fen"),
        func.sum(case((falls, 1), else_=0)).label("dropping"),
    )
    return list(session.execute(statement.group_by(col(MemberTier.tier))))


def count_missing(session: Session, edges: Sequence[int]) -> list[Row[Any]]:
    """[next_tier, band, people]: band ``n`` misses at most ``edges[n]`` fen to the next tier, the last one more."""
    missing = col(MemberTier.missing_fen)
    band = case(*((missing <= edge, index) for index, edge in enumerate(edges)), else_=len(edges)).label("band")
    statement = select(col(MemberTier.next_tier), band, func.count().label("people"))
    statement = statement.where(col(MemberTier.next_tier).is_not(None), missing > 0)
    return list(session.execute(statement.group_by(col(MemberTier.next_tier), band)))
