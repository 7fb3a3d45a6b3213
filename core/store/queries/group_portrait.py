"""The people of a group counted by what is known of them: three statements, a few hundred rows, whatever its size."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, select
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


def place_counts(session: Session, members: Select[Any]) -> list[CountRow]:
    """By (province, city)."""
    return _counted(session, members, (col(Member.province), col(Member.city)))


def person_counts(session: Session, members: Select[Any], today: int) -> list[CountRow]:
    """By (whole years of age, gender); without a birthday the year alone is counted."""
    day = day_of(today)
    birthday = col(Member.birth_month) * 100 + col(Member.birth_day)
    age = day.year - col(Member.birth_year) - case((birthday > day.month * 100 + day.day, 1), else_=0)
    return _counted(session, members, (age, col(Member.gender)))


def standing_counts(
    session: Session,
    members: Select[Any],
    edges: Sequence[int],
    *,
    now: datetime,
    today: int,
    new_days: int,
    loyal_from: int,
) -> list[StandingRow]:
    """By tier, state of today (core.analytics.lifecycle), band of net spend ("0", "1" ... by ``edges``) and last category."""
    group, profile = members.subquery(), MemberProfile
    keys = (
        case((col(Member.joined_at) <= now, col(MemberTier.tier)), else_=NONE).label("tier"),
        _state(today, new_days, loyal_from).label("state"),
        _band(edges).label("band"),
        case((col(profile.member_id).is_(None), NONE), else_=col(profile.last_category)).label("category"),
    )
    people = (
        select(
            *keys,
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
    by = (people.c.tier, people.c.state, people.c.band, people.c.category)
    sums = (func.coalesce(func.sum(people.c[name]), 0) for name in ("orders", "net_fen", "again"))
    rows = session.execute(select(*by, func.count(), *sums).group_by(*by))
    return [StandingRow(*row[:4], *(int(value) for value in row[4:])) for row in rows]


def spend_quantiles(session: Session, shares: Sequence[float]) -> list[int]:
    """The net spend in fen below which these shares of the customers are; none without customers."""
    number = int(session.execute(select(func.count()).select_from(MemberProfile)).scalar_one())
    spent = select(col(MemberProfile.net_fen)).order_by(col(MemberProfile.net_fen)).limit(1)
    places = [min(int(share * number), number - 1) for share in shares] if number else []
    return [int(session.execute(spent.offset(place)).scalar_one()) for place in places]


def _counted(session: Session, members: Select[Any], keys: Sequence[Any]) -> list[CountRow]:
    """People of a group by some columns of ``member``."""
    group = members.subquery()
    people = (
        select(*(key.label(f"key_{place}") for place, key in enumerate(keys)))
        .select_from(group)
        .join(Member, col(Member.id) == group.c.id)
        .subquery()
    )
    by = list(people.c)
    rows = session.execute(select(*by, func.count()).group_by(*by))
    return [CountRow(tuple(row[:-1]), int(row[-1])) for row in rows]


def _state(today: int, new_days: int, loyal_from: int) -> ColumnElement[Any]:
    profile, outlook = MemberProfile, MemberOutlook
    fresh = (literal(today) - col(profile.first_day) < new_days) & (col(profile.buying_days) == 1)
    return case(
        (col(profile.member_id).is_(None), NONE),
        (col(outlook.member_id).is_(None), None),
        (col(outlook.lost_day) <= today, "lost"),
        (col(outlook.dormant_day) <= today, "dormant"),
        (col(outlook.slipping_day) <= today, "slipping"),
        (fresh, "newcomer"),
        (col(profile.buying_days) >= loyal_from, "loyal"),
        else_="active",
    )


def _band(edges: Sequence[int]) -> ColumnElement[Any]:
    net = col(MemberProfile.net_fen)
    bands = [(net < edge, str(place)) for place, edge in enumerate(edges)]
    return case((col(MemberProfile.member_id).is_(None), NONE), *bands, else_=str(len(edges)))
