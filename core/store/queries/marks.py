"""Who is not counted: whom the rules find, what was said of whom, and the writing of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from core.clock import to_micros
from core.documents.not_counted import CountRules
from core.store.bulk import bulk_insert
from core.store.tables import Member, MemberIdentity, MemberMark, MemberTag, Order

CHUNK = 500
Found = dict[int, tuple[str, str]]
_PLAIN = {"synchronize_session": False}


def find_by_rules(session: Session, rules: CountRules) -> Found:
    """By member id the mark and the rule (``names | tag | pieces | orders_a_day``); the first that fits, in this order."""
    found: Found = {}
    for why, mark, ids in (
        ("names", rules.names_mark, _named(session, rules.names)),
        ("tag", rules.tag_mark, _tagged(session, rules.tag)),
        ("pieces", "reseller", _many_pieces(session, rules.pieces)),
        ("orders_a_day", "reseller", _many_orders(session, rules.orders_a_day)),
    ):
        found |= {number: (mark, why) for number in ids if number not in found}
    return found


def _named(session: Session, names: Sequence[str]) -> Iterable[int]:
    found: set[int] = set()
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        by_label = select(col(MemberIdentity.member_id)).where(
            col(MemberIdentity.kind) == "platform_id", col(MemberIdentity.label).in_(part)
        )
        found |= set(session.execute(by_label).scalars())
        found |= set(session.execute(select(col(Member.id)).where(col(Member.nickname).in_(part))).scalars())
    return found


def _tagged(session: Session, tag: str) -> Iterable[int]:
    return session.execute(select(col(MemberTag.member_id)).where(col(MemberTag.tag) == tag)).scalars() if tag else ()


def _many_pieces(session: Session, least: int | None) -> Iterable[int]:
    if least is None:
        return ()
    statement = select(col(Order.member_id)).where(col(Order.quantity) >= least, *_PAID)
    return session.execute(statement.distinct()).scalars()


def _many_orders(session: Session, least: int | None) -> Iterable[int]:
    if least is None:
        return ()
    by_day = select(col(Order.member_id)).where(*_PAID).group_by(col(Order.member_id), col(Order.shop_day))
    return set(session.execute(by_day.having(func.count() >= least)).scalars())


_PAID = (col(Order.member_id).is_not(None), col(Order.paid_at).is_not(None), col(Order.paid_fen) > 0)


def read_marks(session: Session) -> dict[int, MemberMark]:
    """What was said of whom, by member id."""
    return {row.member_id: row for row in session.execute(select(MemberMark)).scalars()}


def read_mark(session: Session, member_id: int) -> MemberMark | None:
    """What was last said of one person."""
    return session.get(MemberMark, member_id)


def count_marks(session: Session) -> dict[str, int]:
    """People not counted, by mark."""
    statement = select(col(Member.not_counted), func.count()).where(col(Member.not_counted).is_not(None))
    return {str(mark): int(count) for mark, count in session.execute(statement.group_by(col(Member.not_counted)))}


def known_ids(session: Session, members: Sequence[int]) -> list[int]:
    """Those of some ids that are people, ascending."""
    found: set[int] = set()
    for start in range(0, len(members), CHUNK):
        part = members[start : start + CHUNK]
        found |= set(session.execute(select(col(Member.id)).where(col(Member.id).in_(part))).scalars())
    return sorted(found)


def write_marks(
    session: Session, marks: Mapping[int, tuple[str | None, str]], *, source: str, actor: str, now: datetime
) -> None:
    """Say (mark, why) of some people, in place of what was said before; a mark None counts them."""
    _forget(session, list(marks))
    columns = ("member_id", "mark", "source", "why", "actor", "marked_at")
    at = to_micros(now)
    rows = ((number, mark, source, why, actor, at) for number, (mark, why) in sorted(marks.items()))
    bulk_insert(session, MemberMark, columns, rows)
    by_mark: dict[str | None, list[int]] = {}
    for number, (mark, _) in marks.items():
        by_mark.setdefault(mark, []).append(number)
    for said, ids in by_mark.items():
        _project(session, ids, said)


def release_marks(session: Session, members: Sequence[int]) -> None:
    """No rule finds them any more: they count, and nothing is said of them."""
    _forget(session, members)
    _project(session, members, None)


def _forget(session: Session, members: Sequence[int]) -> None:
    for start in range(0, len(members), CHUNK):
        gone = delete(MemberMark).where(col(MemberMark.member_id).in_(members[start : start + CHUNK]))
        session.execute(gone, execution_options=_PLAIN)


def _project(session: Session, members: Sequence[int], mark: str | None) -> None:
    for start in range(0, len(members), CHUNK):
        statement = update(Member).where(col(Member.id).in_(members[start : start + CHUNK])).values(not_counted=mark)
        session.execute(statement, execution_options=_PLAIN)
