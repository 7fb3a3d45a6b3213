"""The people of a group counted by what is known of them: one statement, a few hundred rows, whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal, select, union_all
from sqlmodel import Session, col

from core.clock import day_of
from core.store.tables import Member, MemberOutlook, MemberProfile, MemberTier

NONE = "none"  # never bought, or not a member: known, and no class of those who did


class CountRow(NamedTuple):
    """Some classes and how many people are in all of them."""

    keys: tuple[Any, ...]
    people: int


class StandingRow(NamedTuple):
    """Tier, state, band of net spend (``NONE`` where there is none of it), last category; people and what they bought."""

    tier: str | None
    state: str | None
    band: str
    category: str | None
    people: int
    orders: int
    net_fen: int
    again: int


@dataclass(frozen=True)
class GroupRows:
    """A group counted three ways: by (province, city), by (whole years of age, gender), and by how the people stand."""

    places: list[CountRow]
    persons: list[CountRow]
    standing: list[StandingRow]


def group_rows(
    session: Session,
    members: Select[Any],
    edges: Sequence[int],
    *,
    now: datetime,
    today: int,
    known: int,
    new_days: int,
    loyal_from: int,
) -> GroupRows:
    """The counts of a group. It is found once, in a WITH that all three read; bands of net spend are "0", "1" ... by ``edges``.

    ``known``: the shop day up to which a silence counts; ages are those of ``today``.
    """
    group = members.cte("found").prefix_with("MATERIALIZED")
    counted = union_all(
        _part("place", _people(group, (col(Member.province), col(Member.city)))),
        _part("person", _people(group, (cast(_age(today), Text), col(Member.gender)))),
        _part("standing", _standing(group, edges, now, known, new_days, loyal_from)),
    )
    found: dict[str, list[Any]] = {"place": [], "person": [], "standing": []}
    for part, *row in session.execute(counted):
        found[part].append(row)
    return GroupRows(
        [CountRow(tuple(row[:2]), int(row[4])) for row in found["place"]],
        [CountRow((None if row[0] is None else int(row[0]), row[1]), int(row[4])) for row in found["person"]],
        [StandingRow(*row[:4], *(int(value) for value in row[4:])) for row in found["standing"]],
    )


def _part(name: str, people: Any) -> Any:
    """One way to count: its name, four keys, people and the sums of what they bought."""
    keys = [people.c[f"key_{place}"] for place in range(4)]
    sums = (func.coalesce(func.sum(people.c[bought]), 0) for bought in ("orders", "net_fen", "again"))
    return select(literal(name), *keys, func.count(), *sums).group_by(*keys)


def _people(group: Any, keys: Sequence[Any]) -> Any:
    """The people of a group with two keys of their own, as a selection that ``_part`` counts."""
    nothing = [cast(None, Text).label(f"key_{place}") for place in (2, 3)]
    bought = [literal(0).label(name) for name in ("orders", "net_fen", "again")]
    named = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    return select(*named, *nothing, *bought).select_from(group).join(Member, col(Member.id) == group.c.id).subquery()


def _standing(group: Any, edges: Sequence[int], now: datetime, known: int, new_days: int, loyal_from: int) -> Any:
    """The people of a group with tier, state of today (core.analytics.lifecycle), band of net spend and last category."""
    profile = MemberProfile
    return (
        select(
            case((col(Member.joined_at) <= now, col(MemberTier.tier)), else_=NONE).label("key_0"),
            _state(known, new_days, loyal_from).label("key_1"),
            _band(edges).label("key_2"),
            case((col(profile.member_id).is_(None), NONE), else_=col(profile.last_category)).label("key_3"),
            col(profile.orders).label("orders"),
            col(profile.net_fen).label("net_fen"),
            case((col(profile.orders) > 1, 1), else_=0).label("again"),
        )
        .select_from(group)
        .join(Member, col(Member.id) == group.c.id)
        .outerjoin(profile, col(profile.member_id) == group.c.id)
        .outerjoin(MemberOutlook, col(MemberOutlook.member_id) == group.c.id)
        .outerjoin(MemberTier, col(MemberTier.member_id) == group.c.id)
        .subquery()
    )


def _age(today: int) -> Any:
    """Whole years; without a birthday the year alone is counted."""
    day = day_of(today)
    birthday = col(Member.birth_month) * 100 + col(Member.birth_day)
    return day.year - col(Member.birth_year) - case((birthday > day.month * 100 + day.day, 1), else_=0)


def spend_quantiles(session: Session, shares: Sequence[float]) -> list[int]:
    """The net spend in fen below which these shares of the customers are; none without customers."""
    number = int(session.execute(select(func.count()).select_from(MemberProfile)).scalar_one())
    spent = select(col(MemberProfile.net_fen)).order_by(col(MemberProfile.net_fen)).limit(1)
    places = [min(int(share * number), number - 1) for share in shares] if number else []
    return [int(session.execute(spent.offset(place)).scalar_one()) for place in places]


def _state(known: int, new_days: int, loyal_from: int) -> ColumnElement[Any]:
    profile, outlook = MemberProfile, MemberOutlook
    fresh = (literal(known) - col(profile.first_day) < new_days) & (col(profile.buying_days) == 1)
    return case(
        (col(profile.member_id).is_(None), NONE),
        (col(outlook.member_id).is_(None), None),
        (col(outlook.lost_day) <= known, "lost"),
        (col(outlook.dormant_day) <= known, "dormant"),
        (col(outlook.slipping_day) <= known, "slipping"),
        (fresh, "newcomer"),
        (col(profile.buying_days) >= loyal_from, "loyal"),
        else_="active",
    )


def _band(edges: Sequence[int]) -> ColumnElement[Any]:
    net = col(MemberProfile.net_fen)
    bands = [(net < edge, str(place)) for place, edge in enumerate(edges)]
    return case((col(MemberProfile.member_id).is_(None), NONE), *bands, else_=str(len(edges)))
