"""Where customers live and where they came from, counted in one pass over people and their profiles."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session


class PlaceRow(NamedTuple):
    """The people of one province, city and source summed up; ``again``: with two paid orders or more."""

    province: str | None
    city: str | None
    source: str | None
    people: int
    customers: int
    orders: int
    sales_fen: int
    again: int
    first_fen: int


def place_rows(session: Session) -> list[PlaceRow]:
    """Everybody who counts, by province, city and source."""
    rows = session.execute(
        text(
            "SELECT m.province, m.city, m.source, count(*), count(p.member_id), coalesce(sum(p.orders), 0),"
            " coalesce(sum(p.paid_fen), 0), count(CASE WHEN p.orders > 1 THEN 1 END), coalesce(sum(p.first_day_net_fen), 0)"
            " FROM member m LEFT JOIN member_profile p ON p.member_id = m.id WHERE m.not_counted IS NULL"
            " GROUP BY m.province, m.city, m.source"
        )
    )
    return [PlaceRow(*row[:3], *(int(value) for value in row[3:])) for row in rows]
