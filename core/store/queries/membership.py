"""Members in figures: who bought, who used what they are given, who came and went."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.numbers import PAID


class Moves(NamedTuple):
    """People who joined and who left in a stretch of time."""

    joined: int
    left: int


def active_members(session: Session, first: int, now: int) -> int:
    """Members at ``now`` (µs) whose last paid order is of shop day ``first`` or later."""
    statement = text(
        "SELECT count(*) FROM member_profile p JOIN member m ON m.id = p.member_id WHERE p.last_day >= :first AND m.joined_at <= :now"
    )
    return int(session.execute(statement, {"first": first, "now": now}).scalar_one())


def nobodys_sales(session: Session, first: int, end: int) -> int:
    """What orders without a buyer brought in the shop days ``[first, end)`` (fen)."""
    return int(
        session.execute(
            text(
                f"SELECT coalesce(sum(o.paid_fen), 0) FROM shop_order o WHERE {PAID} AND o.member_id IS NULL"
                " AND o.shop_day >= :first AND o.shop_day < :end"
            ),
            {"first": first, "end": end},
        ).scalar_one()
    )


def benefit_users(session: Session, first: int, end: int) -> int:
    """Members who used something in ``[first, end)`` (µs): a coupon, points, or a promise that was kept to them."""
    return int(
        session.execute(
            text(
                "SELECT count(*) FROM member m WHERE m.joined_at < :end AND m.not_counted IS NULL AND m.id IN ("
                "SELECT c.member_id FROM redemption r JOIN coupon c ON c.id = r.coupon_id"
                " WHERE r.occurred_at >= :first AND r.occurred_at < :end"
                " UNION SELECT f.member_id FROM points_fact f WHERE f.kind = 'spend'"
                " AND f.occurred_at >= :first AND f.occurred_at < :end"
                " UNION SELECT b.member_id FROM obligation b WHERE b.status = 'done'"
                " AND b.done_at >= :first AND b.done_at < :end)"
            ),
            {"first": first, "end": end},
        ).scalar_one()
    )


def moves_between(session: Session, first: int, end: int) -> Moves:
    """Who joined and is a member still, and who left, in ``[first, end)`` (µs)."""
    row = session.execute(
        text(
            "SELECT count(CASE WHEN joined_at >= :first AND joined_at < :end THEN 1 END),"
            " count(CASE WHEN left_at >= :first AND left_at < :end THEN 1 END) FROM member WHERE not_counted IS NULL"
            " AND (joined_at >= :first OR left_at >= :first)"
        ),
        {"first": first, "end": end},
    ).one()
    return Moves(int(row[0]), int(row[1]))
