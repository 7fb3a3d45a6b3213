"""Finding people: the list with its filters, the search, and everything about one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Row, Select, and_, func, literal, or_, select, text
from sqlalchemy.orm import aliased
from sqlalchemy.sql.visitors import iterate
from sqlmodel import Session, col
from sqlmodel import select as entity_select

from core.store.tables import Consent, Member, MemberIdentity, MemberProfile, MemberTag, MemberTier, Order

Kind = Literal["all", "members", "customers_only", "not_counted"]
FEW = 2_000  # so many are sooner put in order than looked for along an index
Sort = Literal["last_paid", "net_fen", "orders", "joined", "missing_fen"]


@dataclass(frozen=True)
class MemberFilter:
    """What the list shows; empty values filter nothing. Last purchase: a shop day in ``[from, before)``.

    Whoever is not counted is only shown by the kind ``not_counted``, or where ``anybody`` may be found (a search).
    """

    search: str = ""
    kind: Kind = "all"
    tiers: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    tag: str = ""
    bought_from_day: int | None = None
    bought_before_day: int | None = None
    dropping: tuple[datetime, datetime] | None = None
    ids: tuple[int, ...] | None = None
    anybody: bool = False


def _like(needle: str) -> str:
    escaped = needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _found_by_text(session: Session, needle: str) -> Select[Any]:
    """The ids of people by nickname, name or phone tail, out of the narrow index alone: nothing else of a person is read."""
    pattern, person = _like(needle), aliased(Member)
    # SQLite's LIKE knows no case of Latin letters by itself; its ILIKE would lower a million names first.
    like = "like" if session.get_bind().dialect.name == "sqlite" else "ilike"
    by_text: list[ColumnElement[bool]] = [
        getattr(col(getattr(person, name)), like)(pattern, escape="\\") for name in ("nickname", "name")
    ]
    if needle.isascii() and needle.isdigit() and len(needle) == 4:
        by_text.append(col(person.phone_last4) == needle)
    return select(col(person.id)).where(or_(*by_text))


def _conditions(session: Session, wanted: MemberFilter, *, marks: bool = True) -> list[ColumnElement[bool]]:
    """What a filter asks of a person with profile and tier beside; ``marks=False`` leaves out who counts."""
    found: list[ColumnElement[bool]] = []
    marked = col(Member.not_counted)
    if marks and not wanted.anybody:
        found.append(marked.is_not(None) if wanted.kind == "not_counted" else marked.is_(None))
    needle = wanted.search.strip()
    if needle:
        found.append(col(Member.id).in_(_found_by_text(session, needle)))
    if wanted.kind == "members":
        found.append(col(Member.joined_at).is_not(None))
    elif wanted.kind == "customers_only":
        found.append(and_(col(Member.joined_at).is_(None), col(MemberProfile.member_id).is_not(None)))
    if wanted.tiers:
        found.append(col(MemberTier.tier).in_(wanted.tiers))
    if wanted.provinces:
        found.append(col(Member.province).in_(wanted.provinces))
    if wanted.tag:
        tagged = select(col(MemberTag.member_id)).where(col(MemberTag.tag) == wanted.tag)
        found.append(col(Member.id).in_(tagged))
    if wanted.bought_from_day is not None:
        found.append(col(MemberProfile.last_day) >= wanted.bought_from_day)
    if wanted.bought_before_day is not None:
        found.append(col(MemberProfile.last_day) < wanted.bought_before_day)
    if wanted.dropping is not None:
        start, until = wanted.dropping
        lost = and_(col(MemberTier.drops_at) >= start, col(MemberTier.drops_at) < until)
        found.append(and_(col(MemberTier.drops_to).is_not(None), lost))
    if wanted.ids is not None:
        found.append(col(Member.id).in_(wanted.ids))
    return found


def _joined(statement: Select[Any], conditions: list[ColumnElement[bool]]) -> Select[Any]:
    """A statement over people, with the profile and the tier where a condition asks for them."""
    asked = {table.name for one in conditions for table in _tables(one)}
    statement = statement.select_from(Member)
    for table in (MemberProfile, MemberTier):
        if table.__tablename__ in asked:
            statement = statement.outerjoin(table, col(table.member_id) == col(Member.id))
    return statement.where(*conditions)


def _tables(condition: ColumnElement[bool]) -> set[Any]:
    return {one.table for one in iterate(condition) if isinstance(one, Column)}


def count_members(session: Session, wanted: MemberFilter, within: Select[Any] | None = None) -> int:
    """How many people a filter finds; ``within``: among the ids of a selection, in which everybody counts.

    Whoever is not counted is few: everybody less those is two counts over narrow indexes, without a look at each row.
    """
    if within is not None and wanted == MemberFilter():
        return int(session.execute(select(func.count()).select_from(within.subquery())).scalar_one())
    if within is not None or wanted.anybody or wanted.kind == "not_counted":
        return _count(session, _conditions(session, wanted) + _within(within))
    conditions = _conditions(session, wanted, marks=False)
    return _count(session, conditions) - _count(session, [col(Member.not_counted).is_not(None), *conditions])


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    return int(session.execute(_joined(select(func.count()), conditions)).scalar_one())


def select_found(session: Session, wanted: MemberFilter, within: Select[Any] | None = None) -> Select[Any]:
    """The ids of everybody whom a filter finds."""
    return _joined(select(col(Member.id)), _conditions(session, wanted) + _within(within))


def _within(members: Select[Any] | None) -> list[ColumnElement[bool]]:
    return [] if members is None else [col(Member.id).in_(members)]


def list_members(
    session: Session, wanted: MemberFilter, sort: Sort, offset: int, limit: int, within: Select[Any] | None = None
) -> list[Row[Any]]:
    """One page of people, the first by ``sort``; who has no value there comes last.

    In two parts, those with a value and those without: the first can then follow the index of the value. Only the ids are
    put in order; the rest is read of the one page.
    """
    ids = _have(session, wanted, sort, within, offset, limit)
    if len(ids) < limit:
        before = offset + len(ids) if ids or not offset else _count_have(session, wanted, sort, within)
        key = _SORT_KEYS[sort][0]
        conditions = [*_conditions(session, wanted), *_within(within), key.is_(None)]
        rest = _joined(select(col(Member.id)), conditions).order_by(col(Member.id))
        ids += session.execute(rest.offset(max(offset - before, 0)).limit(limit - len(ids))).scalars()
    lines = (
        select(*_COLUMNS)
        .select_from(Member)
        .outerjoin(MemberProfile, col(MemberProfile.member_id) == col(Member.id))
        .outerjoin(MemberTier, col(MemberTier.member_id) == col(Member.id))
    )
    found = {row.id: row for row in session.execute(lines.where(col(Member.id).in_(ids)))}
    return [found[number] for number in ids]


def _have(
    session: Session, wanted: MemberFilter, sort: Sort, within: Select[Any] | None, offset: int, limit: int
) -> list[int]:
    """The ids of one page of those with a value.

    A search, a list of ids, or a filter that few pass finds few: they are put in order. All else walks the index of the value
    and asks of each person whether the filter holds (a scalar subquery, which no planner turns around) until the page is full.
    """
    key, conditions = _SORT_KEYS[sort][0], _conditions(session, wanted)
    order = [one.asc() if sort == "missing_fen" else one.desc() for one in _SORT_KEYS[sort]]
    table = {"joined": Member, "missing_fen": MemberTier}.get(sort, MemberProfile)
    few = wanted.search.strip() or wanted.ids is not None or wanted.kind == "not_counted"
    few = few or (len(conditions) > 1 and _at_most(session, conditions, FEW))
    if table is Member or few:
        some = [*conditions, *_within(within), key.is_not(None)]
        statement = _joined(select(col(Member.id)), some).order_by(*order, col(Member.id))
    else:
        walked: Any = aliased(table)
        owner, value = walked.member_id, getattr(walked, key.key)
        holds = _joined(select(literal(1)), conditions).where(col(Member.id) == owner).correlate(walked)
        statement = select(owner).where(value.is_not(None), holds.scalar_subquery() == 1)
        statement = statement if within is None else statement.where(owner.in_(within))
        along = [getattr(walked, one.key) for one in _SORT_KEYS[sort]]
        order = [one.asc() if sort == "missing_fen" else one.desc() for one in along]
        statement = statement.order_by(*order, owner)
    return list(session.execute(statement.offset(offset).limit(limit)).scalars())


def _at_most(session: Session, conditions: list[ColumnElement[bool]], most: int) -> bool:
    """Whether conditions find no more people than that; it stops looking at the first one beyond."""
    return len(session.execute(_joined(select(col(Member.id)), conditions).limit(most + 1)).all()) <= most


def _count_have(session: Session, wanted: MemberFilter, sort: Sort, within: Select[Any] | None) -> int:
    return _count(session, [*_conditions(session, wanted), *_within(within), _SORT_KEYS[sort][0].is_not(None)])


_SORT_KEYS: dict[str, tuple[Any, ...]] = {
    "last_paid": (col(MemberProfile.last_day), col(MemberProfile.last_paid_at)),
    "net_fen": (col(MemberProfile.net_fen),),
    "orders": (col(MemberProfile.orders),),
    "joined": (col(Member.joined_at),),
    "missing_fen": (col(MemberTier.missing_fen),),
}
_COLUMNS: tuple[Any, ...] = (
    col(Member.id),
    col(Member.public_id),
    col(Member.nickname),
    col(Member.name),
    col(Member.province),
    col(Member.city),
    col(Member.joined_at),
    col(Member.phone_last4),
    col(Member.not_counted),
    col(MemberTier.tier),
    col(MemberTier.missing_fen),
    col(MemberProfile.orders),
    col(MemberProfile.net_fen),
    col(MemberProfile.last_paid_at),
    col(MemberProfile.last_day),
)


# Order numbers are indexed within their platform: one look at each platform, which are found by leaps along the same index.
_BY_ORDER = text(
    "WITH RECURSIVE place(platform) AS (SELECT min(platform) FROM shop_order UNION ALL"
    " SELECT (SELECT min(o.platform) FROM shop_order o WHERE o.platform > place.platform) FROM place"
    " WHERE place.platform IS NOT NULL)"
    " SELECT o.member_id FROM place JOIN shop_order o ON o.platform = place.platform AND o.order_no = :needle"
    " WHERE o.member_id IS NOT NULL"
)


def search_people(session: Session, needle: str, limit: int = 20) -> list[int]:
    """People by order number, by exact platform id, or by nickname, name or phone tail; ids."""
    needle = needle.strip()
    if not needle:
        return []
    by_order = session.execute(_BY_ORDER, {"needle": needle}).all()
    by_label = session.execute(
        select(col(MemberIdentity.member_id)).where(col(MemberIdentity.label) == needle).limit(limit)
    ).all()
    exact = list(dict.fromkeys(int(row[0]) for row in [*by_order, *by_label]))
    if exact:
        return exact[:limit]
    return [
        int(row.id) for row in list_members(session, MemberFilter(search=needle, anybody=True), "net_fen", 0, limit)
    ]


def find_public(session: Session, public_id: str) -> int | None:
    """The id behind a public id."""
    found = session.execute(select(col(Member.id)).where(col(Member.public_id) == public_id)).scalar_one_or_none()
    return None if found is None else int(found)


def rank_by_spend(session: Session, net_fen: int) -> tuple[int, int]:
    """How many customers spent more (net), and how many customers there are."""
    row = session.execute(
        text(
            "SELECT (SELECT count(*) FROM member_profile WHERE net_fen > :net), (SELECT count(*) FROM member_profile)"
        ),
        {"net": net_fen},
    ).one()
    return int(row[0]), int(row[1])


def orders_of(session: Session, member_id: int, limit: int = 200) -> list[Order]:
    """A person's orders, newest first."""
    statement = entity_select(Order).where(Order.member_id == member_id)
    newest = func.coalesce(col(Order.paid_at), col(Order.ordered_at)).desc()
    return list(session.exec(statement.order_by(newest, col(Order.id).desc()).limit(limit)))


def categories_of(session: Session, member_id: int) -> list[tuple[str, int, int]]:
    """What a person buys: category (or product title), orders and net fen, most money first."""
    rows = session.execute(
        text(
            "SELECT coalesce(p.category, p.title) AS what, count(DISTINCT o.id), sum(i.amount_fen - i.refund_fen)"
            " FROM shop_order o JOIN order_item i ON i.order_id = o.id JOIN product p ON p.id = i.product_id"
            " WHERE o.member_id = :member AND o.paid_at IS NOT NULL AND o.paid_fen > 0 GROUP BY coalesce(p.category, p.title)"
            " ORDER BY 3 DESC, 1 LIMIT 12"
        ),
        {"member": member_id},
    )
    return [(str(what), int(orders), int(net)) for what, orders, net in rows]


def item_titles(session: Session, order_ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    """By order: the titles and quantities of its lines."""
    found: dict[int, list[tuple[str, int]]] = {}
    for start in range(0, len(order_ids), 500):
        ids = order_ids[start : start + 500]
        rows = session.execute(
            text(
                "SELECT i.order_id, p.title, i.quantity FROM order_item i JOIN product p ON p.id = i.product_id"
                f" WHERE i.order_id IN ({', '.join(str(int(number)) for number in ids)}) ORDER BY i.order_id, i.line_no"
            )
        )
        for order_id, title, quantity in rows:
            found.setdefault(int(order_id), []).append((str(title), int(quantity)))
    return found


def main_categories(session: Session, member_id: int) -> dict[int, str]:
    """By order of a person: the category (or product title) with the most money in it."""
    rows = session.execute(
        text(
            "SELECT i.order_id, coalesce(p.category, p.title) AS what, sum(i.amount_fen) FROM shop_order o"
            " JOIN order_item i ON i.order_id = o.id JOIN product p ON p.id = i.product_id WHERE o.member_id = :member"
            " GROUP BY i.order_id, coalesce(p.category, p.title) ORDER BY 3, 2"
        ),
        {"member": member_id},
    )
    return {int(order): str(what) for order, what, _ in rows}


def consents_of(session: Session, member_id: int) -> list[Consent]:
    """What a person agreed to or refused, newest first."""
    statement = entity_select(Consent).where(Consent.member_id == member_id)
    return list(session.exec(statement.order_by(col(Consent.occurred_at).desc(), col(Consent.id).desc())))


def identities_of(session: Session, member_id: int) -> list[tuple[str, str, str | None]]:
    """A person's identities: platform, kind, readable label."""
    rows = session.execute(
        text("SELECT platform, kind, label FROM member_identity WHERE member_id = :member ORDER BY id"),
        {"member": member_id},
    )
    return [(str(platform), str(kind), label) for platform, kind, label in rows]


def tags_of(session: Session, member_id: int) -> list[str]:
    """A person's tags."""
    rows = session.execute(
        text("SELECT tag FROM member_tag WHERE member_id = :member ORDER BY tag"), {"member": member_id}
    )
    return [str(row[0]) for row in rows]


def coupons_of(session: Session, member_id: int) -> list[Row[Any]]:
    """A person's coupons, newest first, with their offer's name and their use."""
    return list(
        session.execute(
            text(
                "SELECT c.id, c.code, c.value_fen, c.status, c.rule, c.issued_at, c.valid_from, c.valid_until, o.name AS offer,"
                " r.occurred_at AS redeemed_at, r.discount_fen FROM coupon c JOIN offer o ON o.id = c.offer_id"
                " LEFT JOIN redemption r ON r.coupon_id = c.id WHERE c.member_id = :member ORDER BY c.issued_at DESC, c.id DESC"
            ),
            {"member": member_id},
        )
    )


def decisions_of(session: Session, member_id: int) -> list[Row[Any]]:
    """What was decided about a person, newest first, with what became of the message."""
    return list(
        session.execute(
            text(
                "SELECT d.id, d.rule, d.occasion, d.arm, d.reason, d.decided_at, c.name AS campaign, m.id AS message_id,"
                " m.channel, m.status, m.reason AS message_reason, m.sent_at, m.not_before FROM decision d"
                " LEFT JOIN campaign c ON c.id = d.campaign_id LEFT JOIN outbox_message m ON m.decision_id = d.id"
                " WHERE d.member_id = :member ORDER BY d.decided_at DESC, d.id DESC"
            ),
            {"member": member_id},
        )
    )


def known_values(session: Session, field: Literal["province", "city", "source"]) -> list[str]:
    """The values of a field that occur, most frequent first."""
    rows = session.execute(
        text(f"SELECT {field}, count(*) FROM member WHERE {field} IS NOT NULL GROUP BY {field} ORDER BY 2 DESC, 1")
    )
    return [str(row[0]) for row in rows]


def known_tags(session: Session) -> list[str]:
    """All tags in use, most frequent first."""
    rows = session.execute(text("SELECT tag, count(*) FROM member_tag GROUP BY tag ORDER BY 2 DESC, 1"))
    return [str(row[0]) for row in rows]


def known_categories(session: Session) -> list[str]:
    """All product categories."""
    rows = session.execute(text("SELECT DISTINCT category FROM product WHERE category IS NOT NULL ORDER BY category"))
    return [str(row[0]) for row in rows]
