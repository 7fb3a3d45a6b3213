"""The platform's grades beside our tiers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from core.store.tables import Member, MemberTier


def count_grades(session: Session) -> list[Row[Any]]:
    """[grade, tier, people] of counted members whom a file gave a grade."""
    statement = (
        select(col(Member.grade), col(MemberTier.tier), func.count().label("people"))
        .join(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .where(col(Member.grade).is_not(None), col(Member.not_counted).is_(None))
        .group_by(col(Member.grade), col(MemberTier.tier))
        .order_by(col(Member.grade))
    )
    return list(session.execute(statement))


def list_grades(session: Session, pairs: Sequence[tuple[int, str]], most: int) -> list[Row[Any]]:
    """[member_id, platform_id, grade, tier] of members with one of these (grade, tier), at most ``most``, by id."""
    if not pairs:
        return []
    wanted = [(col(Member.grade) == grade) & (col(MemberTier.tier) == tier) for grade, tier in pairs]
    either = wanted[0]
    for one in wanted[1:]:
        either = either | one
    statement: Any = (
        select(col(Member.id).label("member_id"), col(Member.grade), col(MemberTier.tier))
        .join(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .where(either, col(Member.not_counted).is_(None))
        .order_by(col(Member.id))
    )
    return list(session.execute(statement.limit(most)))
