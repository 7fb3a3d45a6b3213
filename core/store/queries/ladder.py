"""The ladder in numbers: people on each tier, and how far the others are from the next one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, select
from sqlmodel import Session, col

from core.store.tables import MemberTier


def count_tiers(session: Session, now: datetime, until: datetime) -> list[Row[Any]]:
    """[tier, people, spend_fen, dropping, held] by tier.

    ``dropping``: who loses it by ``until`` if nothing more is bought; ``held``: who has it only because it is kept.
    """
    falls = and_(
        col(MemberTier.drops_to).is_not(None), col(MemberTier.drops_at) > now, col(MemberTier.drops_at) <= until
    )
    statement = select(
        col(MemberTier.tier),
        func.count().label("people"),
        func.sum(col(MemberTier.window_spend_fen)).label("spend_fen"),
        func.sum(case((falls, 1), else_=0)).label("dropping"),
        func.count(col(MemberTier.held_by)).label("held"),
    )
    return list(session.execute(statement.group_by(col(MemberTier.tier))))


def count_missing(session: Session, edges: Sequence[int]) -> list[Row[Any]]:
    """[next_tier, band, people]: band ``n`` misses at most ``edges[n]`` fen to the next tier, the last one more."""
    missing = col(MemberTier.missing_fen)
    band = case(*((missing <= edge, index) for index, edge in enumerate(edges)), else_=len(edges)).label("band")
    statement = select(col(MemberTier.next_tier), band, func.count().label("people"))
    statement = statement.where(col(MemberTier.next_tier).is_not(None), missing > 0)
    return list(session.execute(statement.group_by(col(MemberTier.next_tier), band)))


def list_dropping(session: Session, now: datetime, until: datetime, most: int) -> list[Row[Any]]:
    """[member_id, tier, drops_to, drops_at, keep_fen, keep_orders, keep_growth, grace], the soonest first."""
    tier = MemberTier
    statement = (
        select(
            col(tier.member_id), col(tier.tier), col(tier.drops_to), col(tier.drops_at), col(tier.keep_fen),
            col(tier.keep_orders), col(tier.keep_growth), col(tier.grace), col(tier.window_spend_fen),
        )
        .where(col(tier.drops_to).is_not(None), col(tier.drops_at) > now, col(tier.drops_at) <= until)
        .order_by(col(tier.drops_at), col(tier.window_spend_fen).desc(), col(tier.member_id))
        .limit(most)
    )  # fmt: skip
    return list(session.execute(statement))


def list_near(session: Session, most_fen: int, most: int) -> list[Row[Any]]:
    """[member_id, tier, next_tier, missing_fen, missing_orders] of who misses little money to the next tier, least first."""
    tier = MemberTier
    statement = (
        select(
            col(tier.member_id), col(tier.tier), col(tier.next_tier), col(tier.missing_fen), col(tier.missing_orders),
            col(tier.window_spend_fen),
        )
        .where(col(tier.next_tier).is_not(None), col(tier.missing_fen) > 0, col(tier.missing_fen) <= most_fen)
        .order_by(col(tier.missing_fen), col(tier.member_id))
        .limit(most)
    )  # fmt: skip
    return list(session.execute(statement))


def count_progress(session: Session, tenths: int = 10) -> list[Row[Any]]:
    """[next_tier, tenth, people]: how far by money people are on the way to the next tier, 0 (nothing) to ``tenths`` - 1."""
    spend, missing = col(MemberTier.window_spend_fen), col(MemberTier.missing_fen)
    tenth = (spend * tenths / func.nullif(spend + missing, 0)).label("tenth")
    place = func.coalesce(func.floor(tenth), 0).label("place")
    statement = select(col(MemberTier.next_tier), place, func.count().label("people"))
    statement = statement.where(col(MemberTier.next_tier).is_not(None), missing > 0)
    return list(session.execute(statement.group_by(col(MemberTier.next_tier), place)))
