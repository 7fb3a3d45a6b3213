"""Traffic by day and advertising by month, and what customers were won in each month."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, delete, select, text
from sqlmodel import Session, col

from core.store.database import Database
from core.store.tables import AdSpend, TrafficDay

VALUES = ("visitors", "page_views", "favourites", "cart_adds", "buyers", "orders", "sales_fen")


def days_between(session: Session, first: int, end: int) -> dict[int, tuple[int | None, ...]]:
    """What is stored of the shop days ``[first, end)``: VALUES by day."""
    rows = session.execute(
        text(
            f"SELECT shop_day, {', '.join(VALUES)} FROM traffic_day WHERE shop_day >= :first AND shop_day < :end"
            " ORDER BY shop_day"
        ),
        {"first": first, "end": end},
    )
    return {int(day): tuple(values) for day, *values in rows}


def put_days(session: Session, db: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Insert days or put them in the place of those that are there."""
    for start in range(0, len(rows), 500):
        statement = db.upsert(TrafficDay).values(list(rows[start : start + 500]))
        kept = {name: getattr(statement.excluded, name) for name in (*VALUES, "recorded_at")}
        session.execute(statement.on_conflict_do_update(index_elements=["shop_day"], set_=kept))


def traffic_span(session: Session) -> tuple[int, int, int] | None:
    """First and last shop day of the traffic there is, and how many days."""
    row = session.execute(text("SELECT min(shop_day), max(shop_day), count(*) FROM traffic_day")).one()
    return None if row[0] is None else (int(row[0]), int(row[1]), int(row[2]))


def traffic_sums(session: Session, first: int, end: int) -> Row[Any]:
    """days, visitors, and buyers with the visitors of the days that have them, of ``[first, end)``."""
    return session.execute(
        text(
            "SELECT count(*) AS days, coalesce(sum(visitors), 0) AS visitors, coalesce(sum(buyers), 0) AS buyers,"
            " coalesce(sum(CASE WHEN buyers IS NOT NULL THEN visitors ELSE 0 END), 0) AS visitors_of_buyers"
            " FROM traffic_day WHERE shop_day >= :first AND shop_day < :end"
        ),
        {"first": first, "end": end},
    ).one()


def spend_lines(session: Session) -> list[AdSpend]:
    """All advertising, the newest month first."""
    return list(session.execute(select(AdSpend).order_by(col(AdSpend.month).desc(), col(AdSpend.channel))).scalars())


def put_spend(session: Session, db: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Insert lines or put them in the place of those of the same month and channel."""
    if not rows:
        return
    statement = db.upsert(AdSpend).values(list(rows))
    kept = {name: getattr(statement.excluded, name) for name in ("amount_fen", "actor", "recorded_at")}
    session.execute(statement.on_conflict_do_update(index_elements=["month", "channel"], set_=kept))


def drop_spend(session: Session, ids: Iterable[int]) -> None:
    """Take lines away."""
    session.execute(delete(AdSpend).where(col(AdSpend.id).in_(list(ids))))


def spend_by_month(session: Session, first: int, end: int) -> dict[int, int]:
    """Advertising in fen of the months ``[first, end)`` that have any."""
    rows = session.execute(
        text("SELECT month, sum(amount_fen) FROM ad_spend WHERE month >= :first AND month < :end GROUP BY month"),
        {"first": first, "end": end},
    )
    return {int(month): int(fen) for month, fen in rows}


def won_between(session: Session, first: int, end: int) -> tuple[int, int]:
    """People who first bought on the shop days ``[first, end)``, and how many of them are members by now."""
    row = session.execute(
        text(
            "SELECT count(*), count(m.joined_at) FROM member_profile p JOIN member m ON m.id = p.member_id"
            " WHERE m.not_counted IS NULL AND p.first_day >= :first AND p.first_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    return int(row[0]), int(row[1])
