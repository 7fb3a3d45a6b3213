"""A group's rule tree as one SELECT of member ids, the same for a page, the command line and a send, on both databases.

Conditions are made of a fixed set of fields and operators; what the owner typed only ever travels as a bound value.
A leaf about something unknown is NULL in SQL. And/or keep NULL harmless (it ends as "no"), so only ``not`` has to turn it
into false first, and every other condition stays one that an index can serve.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, false, func, not_, or_, select, true
from sqlmodel import Session, col

from core.documents.segment import Group, Leaf, Node, Not
from core.store.queries.segment_leaves import CONDITIONS, Condition, Day
from core.store.tables import Member, MemberProfile, MemberTier


def select_members(tree: Node, day: Day) -> Select[Any]:
    """The ids of the people in a group, each once, in no order; whoever is not counted is in none."""
    statement = (
        select(col(Member.id))
        .select_from(Member)
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Member.id))
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
    )
    return statement.where(col(Member.not_counted).is_(None), _condition(tree, day))


def count_members(session: Session, members: Select[Any]) -> int:
    """How many people a selection holds."""
    return int(session.execute(select(func.count()).select_from(members.subquery())).scalar_one())


def load_members(session: Session, members: Select[Any]) -> list[int]:
    """The ids of a selection, ascending."""
    return sorted(session.execute(members).scalars())


@dataclass(frozen=True)
class SegmentMember:
    """One person of a group as listed; nickname and name are clear here, the page masks them."""

    id: int
    nickname: str | None
    name: str | None
    tier: str | None
    orders: int
    net_fen: int
    last_day: int | None


def list_members(session: Session, members: Select[Any], limit: int, after: int = 0) -> list[SegmentMember]:
    """The people of a selection by id, those after ``after`` first."""
    profile = MemberProfile
    rows = session.execute(
        members.with_only_columns(
            col(Member.id),
            col(Member.nickname),
            col(Member.name),
            col(MemberTier.tier),
            func.coalesce(profile.orders, 0),
            func.coalesce(profile.net_fen, 0),
            col(profile.last_day),
        )
        .where(col(Member.id) > after)
        .order_by(col(Member.id))
        .limit(limit)
    )
    return [SegmentMember(*row) for row in rows]


def _condition(node: Node, day: Day) -> Condition:
    match node:
        case Leaf():
            return CONDITIONS[node.field](node, day)
        case Not(part=part):
            return not_(func.coalesce(_condition(part, day), false()))
        case Group(op="all", parts=parts):
            return and_(true(), *(_condition(part, day) for part in parts))
        case Group(parts=parts):
            return or_(false(), *(_condition(part, day) for part in parts))
