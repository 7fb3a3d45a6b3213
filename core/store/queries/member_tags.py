"""Tags on people: given by hand or by a rule, set by set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, literal, select, true, update
from sqlmodel import Session, col

from core.store.tables import Member, MemberTag, TagRule

_QUIET = {"synchronize_session": False}
People = Select[Any]  # of member ids


def picked(ids: Sequence[int]) -> People:
    """Some people by id, without whoever was erased."""
    return select(col(Member.id)).where(col(Member.id).in_(sorted(set(ids))), col(Member.erased_at).is_(None))


def not_erased(people: People) -> People:
    """Those of a selection who were not erased: nothing is said of these any more."""
    gone = select(col(Member.id)).where(col(Member.erased_at).is_not(None))
    return people.where(people.selected_columns[0].not_in(gone))


def only(people: People, ids: Sequence[int]) -> People:
    """Those of a selection who are among some ids."""
    return people.where(people.selected_columns[0].in_(list(ids)))


def count_tags(session: Session) -> list[tuple[str, int, int]]:
    """(tag, people by hand, people by rule), most people first."""
    by_rule = func.sum(case((col(MemberTag.by_rule), 1), else_=0))
    rows = session.execute(
        select(col(MemberTag.tag), func.count(), by_rule)
        .group_by(col(MemberTag.tag))
        .order_by(func.count().desc(), col(MemberTag.tag))
    )
    return [(str(tag), int(people) - int(ruled), int(ruled)) for tag, people, ruled in rows]


def tags_with_origin(session: Session, member_id: int) -> list[tuple[str, bool]]:
    """A person's tags and whether a rule gave them."""
    statement = select(col(MemberTag.tag), col(MemberTag.by_rule)).where(col(MemberTag.member_id) == member_id)
    return [(str(tag), bool(ruled)) for tag, ruled in session.execute(statement.order_by(col(MemberTag.tag)))]


def give(session: Session, tag: str, people: People, *, by_rule: bool) -> int:
    """Give a tag to a selection of ids; how many did not have it. By hand, what a rule gave becomes the hand's."""
    found = people.subquery()
    member = found.c[0]
    held = select(col(MemberTag.member_id)).where(col(MemberTag.tag) == tag, col(MemberTag.member_id) == member)
    new = select(member, literal(tag), literal(by_rule)).where(~held.exists())
    statement = insert(MemberTag).from_select(["member_id", "tag", "by_rule"], new)
    given = session.execute(statement, execution_options={"preserve_rowcount": True})
    if not by_rule:
        session.execute(_by_rule(tag, people).values(by_rule=False), execution_options=_QUIET)
    return int(given.rowcount)  # type: ignore[attr-defined]


def _by_rule(tag: str, people: People) -> Any:
    return update(MemberTag).where(
        col(MemberTag.tag) == tag, col(MemberTag.by_rule).is_(True), col(MemberTag.member_id).in_(people)
    )


def take(session: Session, tag: str, people: People) -> int:
    """Take a tag that the hand gave from a selection of ids; how many had it so."""
    return _delete(session, tag, col(MemberTag.by_rule).is_(False), col(MemberTag.member_id).in_(people))


def take_others(session: Session, tag: str, people: People, among: Sequence[int] | None) -> int:
    """Take what the rule gave from whoever is not in a selection, or only from some people; how many."""
    within: ColumnElement[bool] = true() if among is None else col(MemberTag.member_id).in_(list(among))
    return _delete(session, tag, col(MemberTag.by_rule).is_(True), within, col(MemberTag.member_id).not_in(people))


def drop(session: Session, tag: str, *, by_rule_only: bool) -> int:
    """Take a tag from everybody, or what its rule gave; how many."""
    return _delete(session, tag, col(MemberTag.by_rule).is_(True) if by_rule_only else true())


def _delete(session: Session, tag: str, *conditions: ColumnElement[bool]) -> int:
    statement = delete(MemberTag).where(col(MemberTag.tag) == tag, *conditions)
    return int(session.execute(statement, execution_options=_QUIET).rowcount)  # type: ignore[attr-defined]


def rules(session: Session, *, enabled: bool = False) -> list[TagRule]:
    """The tags that keep themselves, by name; only those switched on."""
    statement = select(TagRule).order_by(col(TagRule.tag))
    return list(session.execute(statement.where(col(TagRule.enabled)) if enabled else statement).scalars())


def put_rule(session: Session, tag: str, document: str, *, enabled: bool, author: str, now: datetime) -> None:
    """Keep a tag's rule."""
    session.merge(TagRule(tag=tag, document=document, enabled=enabled, author=author, updated_at=now))


def delete_rule(session: Session, tag: str) -> bool:
    """Forget a tag's rule; whether there was one."""
    statement = delete(TagRule).where(col(TagRule.tag) == tag)
    return int(session.execute(statement, execution_options=_QUIET).rowcount) == 1  # type: ignore[attr-defined]


def evaluated(session: Session, tags: Sequence[str], now: datetime) -> None:
    """Note when rules were last followed for everybody."""
    statement = update(TagRule).where(col(TagRule.tag).in_(tags)).values(evaluated_at=now)
    session.execute(statement, execution_options=_QUIET)
