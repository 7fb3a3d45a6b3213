"""A group's rule tree as one SELECT of member ids, the same for a page, the command line and a send, on both databases.

Conditions are made of a fixed set of fields and operators; what the owner typed only ever travels as a bound value.
A leaf about something unknown is NULL in SQL. And/or keep NULL harmless (it ends as "no"), so only ``not`` has to turn it
into false first, and every other condition stays one that an index can serve. Only the tables that a tree reads are joined,
and what it cannot hold without is where the reading starts: at a million people that is the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.documents.segment import Group, Leaf, Node, Not, leaves
from core.store.queries.segment_leaves import SOURCES, Condition, Day, Scope, condition_of, last_of_best
from core.store.tables import Member, MemberOutlook, MemberPoints, MemberProfile, MemberTier

# Where a reading may start, the narrowest first; ``Member`` where nothing else is certain.
_STARTS = (MemberProfile, MemberOutlook, MemberPoints, MemberTier)


def select_members(session: Session, tree: Node, day: Day) -> Select[Any]:
    """The ids of the people in a group, each once, in no order; whoever is not counted is in none. No ``segment`` leaf."""
    certain, start = _certain(tree), _start_of(tree)
    scope = _scope(session, tree, day, start)
    statement = _joined(select(scope.person.label("id")), tree, scope, start, certain)
    return statement.where(_condition(tree, scope), *_counted(tree, scope, start))


def select_held(session: Session, tree: Node, day: Day, held: Sequence[Leaf]) -> Select[Any]:
    """The people of a group with a number whose bit k says whether the k-th of ``held`` (leaves of the tree) holds: [id, held]."""
    members, scope = select_members(session, tree, day), _scope(session, tree, day, _start_of(tree))
    bits = [case((condition_of(leaf, scope), literal(1 << place)), else_=0) for place, leaf in enumerate(held)]
    total: Any = literal(0)
    for bit in bits:
        total = total + bit
    return members.add_columns(total.label("held"))


def select_truths(session: Session, tree: Node, day: Day, member_id: int) -> Select[Any]:
    """For one person, counted or not: a column of 0 or 1 for each leaf of a tree, left to right."""
    scope = _scope(session, tree, day, Member)
    columns = [case((condition_of(leaf, scope), 1), else_=0).label(f"leaf_{n}") for n, leaf in enumerate(leaves(tree))]
    return _joined(select(*columns), tree, scope, Member, frozenset()).where(col(Member.id) == member_id)


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
    number = members.selected_columns.id
    ids = list(session.execute(members.where(number > after).order_by(number).limit(limit)).scalars())
    profile = MemberProfile
    rows = session.execute(
        select(
            col(Member.id),
            col(Member.nickname),
            col(Member.name),
            col(MemberTier.tier),
            func.coalesce(profile.orders, 0),
            func.coalesce(profile.net_fen, 0),
            col(profile.last_day),
        )
        .outerjoin(profile, col(profile.member_id) == col(Member.id))
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
        .where(col(Member.id).in_(ids))
        .order_by(col(Member.id))
    )
    return [SegmentMember(*row) for row in rows]


def _start_of(tree: Node) -> Any:
    certain = _certain(tree)
    return next((table for table in _STARTS if table in certain), Member)


def _certain(node: Node) -> frozenset[Any]:
    """The tables in which everybody of a group has a row."""
    match node:
        case Leaf():
            source = SOURCES[node.field]
            return frozenset(source.reads) if source.needs(node) else frozenset()
        case Group(op="all", parts=parts):
            return frozenset[Any]().union(*(_certain(part) for part in parts))
        case Group(parts=parts):
            return frozenset.intersection(*(_certain(part) for part in parts)) if parts else frozenset()
        case Not():
            return frozenset()


def _scope(session: Session, tree: Node, day: Day, start: Any) -> Scope:
    person: Any = _number_of(start)
    shares = {int(leaf.value) for leaf in leaves(tree) if leaf.field == "top_spend_share"}  # type: ignore[arg-type]
    return Scope(day, person, {share: last_of_best(session, share) for share in sorted(shares)})


def _joined(statement: Select[Any], tree: Node, scope: Scope, start: Any, certain: frozenset[Any]) -> Select[Any]:
    """The tables that a tree reads beside the first; whole where a row is certain, so that the database may turn them round."""
    statement = statement.select_from(start)
    read = {table for leaf in leaves(tree) for table in SOURCES[leaf.field].reads} - {start}
    for table in (Member, *_STARTS):
        if table in read:
            outer = table is not Member and table not in certain
            statement = statement.join(table, _number_of(table) == scope.person, isouter=outer)
    return statement


def _number_of(table: Any) -> Any:
    return col(Member.id) if table is Member else col(table.member_id)


def _counted(tree: Node, scope: Scope, start: Any) -> list[Condition]:
    """Not staff, a test, a reseller or on the blacklist; they have no profile (core.store.queries.profiles)."""
    if start is MemberProfile:
        return []
    if start is Member and not any(True for _ in leaves(tree)):
        return [col(Member.not_counted).is_(None)]
    other = aliased(Member)  # few people: to ask for those is cheaper than to read everybody's row
    return [scope.person.not_in(select(col(other.id)).where(col(other.not_counted).is_not(None)))]


def _condition(node: Node, scope: Scope) -> Condition:
    match node:
        case Leaf():
            return condition_of(node, scope)
        case Not(part=part):
            return not_(func.coalesce(_condition(part, scope), false()))
        case Group(op="all", parts=parts):
            return and_(true(), *(_condition(part, scope) for part in parts))
        case Group(parts=parts):
            return or_(false(), *(_condition(part, scope) for part in parts))
