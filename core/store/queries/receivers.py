"""What the placeholders of a message need to know of its receiver."""

from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from core.store.tables import Member, MemberTier


def read_receiver(session: Session, member_id: int) -> Row[Any] | None:
    """One person's names, tier and birthday; None for nobody."""
    statement = (
        select(
            col(Member.nickname), col(Member.name), col(Member.birth_month), col(Member.birth_day),
            col(MemberTier.tier), col(MemberTier.next_tier), col(MemberTier.missing_fen),
            col(MemberTier.drops_at), col(MemberTier.drops_to), col(MemberTier.keep_fen), col(MemberTier.keep_orders),
            col(MemberTier.keep_growth),
        )
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .where(col(Member.id) == member_id)
    )  # fmt: skip
    return session.execute(statement).one_or_none()
