"""The shop's goal, and what its pace is read from: people of rolling windows in one pass, sums of days."""

import numpy as np
from sqlalchemy import select, text
from sqlmodel import Session, col

from core.clock import ShopZone
from core.store.queries.numbers import COUNTED, PAID
from core.store.tables import ShopGoal

Groups = dict[str, tuple[int, int]]  # people and those who did it, by group


def open_goal(session: Session) -> ShopGoal | None:
    """The newest goal that was not given up."""
    statement = select(ShopGoal).where(col(ShopGoal.given_up_at).is_(None)).order_by(col(ShopGoal.id).desc()).limit(1)
    return session.execute(statement).scalar_one_or_none()


def repeat_groups(session: Session, first: int, end: int, by: str) -> Groups:
    """Buyers of ``[first, end)`` and those with two or more orders, by "visit" (new | returning) or by today's "tier"."""
    group = (
        "CASE WHEN p.first_day >= :first THEN 'new' ELSE 'returning' END" if by == "visit" else "coalesce(t.tier, '')"
    )
    rows = session.execute(
        text(
            f"SELECT {group}, count(*), count(CASE WHEN b.n >= 2 THEN 1 END) FROM (SELECT o.member_id, count(*) AS n"
            f" FROM shop_order o WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND o.shop_day >= :first"
            " AND o.shop_day < :end GROUP BY o.member_id) b JOIN member_profile p ON p.member_id = b.member_id"
            f" LEFT JOIN member_tier t ON t.member_id = b.member_id GROUP BY {group}"
        ),
        {"first": first, "end": end},
    )
    return {str(name): (int(people), int(held)) for name, people, held in rows}


def member_sales(session: Session, first: int, end: int) -> dict[int, int]:
    """Members' sales in fen by shop day of ``[first, end)``."""
    rows = session.execute(
        text("SELECT shop_day, member_sales_fen FROM day_summary WHERE shop_day >= :first AND shop_day < :end"),
        {"first": first, "end": end},
    )
    return {int(day): int(fen) for day, fen in rows}


def tier_sales(session: Session, first: int, end: int) -> Groups:
    """Buyers and sales in fen of ``[first, end)`` by the tier of today."""
    rows = session.execute(
        text(
            "SELECT t.tier, count(DISTINCT o.member_id), sum(o.paid_fen) FROM shop_order o"
            " JOIN member_tier t ON t.member_id = o.member_id JOIN member m ON m.id = o.member_id AND m.joined_at <= o.paid_at"
            f" WHERE {PAID} AND {COUNTED} AND o.shop_day >= :first AND o.shop_day < :end GROUP BY t.tier"
        ),
        {"first": first, "end": end},
    )
    return {str(tier): (int(people), int(fen)) for tier, people, fen in rows}


def joined_by_day(session: Session, zone: ShopZone, start: int, until: int) -> dict[int, int]:
    """How many people joined by shop day, of the instants ``[start, until)`` (µs)."""
    rows = session.execute(
        text("SELECT joined_at FROM member WHERE not_counted IS NULL AND joined_at >= :start AND joined_at < :until"),
        {"start": start, "until": until},
    )
    instants = np.fromiter((row[0] for row in rows), np.int64)
    if not len(instants):
        return {}
    days, counts = np.unique(zone.day_numbers(instants), return_counts=True)
    return dict(zip(days.tolist(), counts.tolist(), strict=True))


def joined_groups(session: Session, start: int, until: int) -> Groups:
    """People who joined in ``[start, until)`` (µs) and those of them who have bought, by where they came from."""
    rows = session.execute(
        text(
            "SELECT coalesce(m.source, ''), count(*), count(p.member_id) FROM member m"
            " LEFT JOIN member_profile p ON p.member_id = m.id"
            " WHERE m.not_counted IS NULL AND m.joined_at >= :start AND m.joined_at < :until GROUP BY coalesce(m.source, '')"
        ),
        {"start": start, "until": until},
    )
    return {str(name): (int(people), int(held)) for name, people, held in rows}
