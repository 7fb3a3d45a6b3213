"""What a review of benefits reads: promises and coupons of a period by tier, who bought when, how often people buy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, text
from sqlmodel import Session

Ints = npt.NDArray[np.int64]


def count_counted(session: Session) -> dict[str, int]:
    """Members by tier, without those who are not to be counted."""
    rows = session.execute(
        text(
            "SELECT t.tier, count(*) FROM member_tier t JOIN member m ON m.id = t.member_id"
            " WHERE m.not_counted IS NULL GROUP BY t.tier"
        )
    )
    return {row[0]: int(row[1]) for row in rows}


def sum_promises(session: Session, first: int, end: int, today: int) -> list[Row[Any]]:
    """[benefit_code, tier, people, users, done, timed, in_time, cost_fen, missed] of promises that began in the days.

    people: with a promise or an offer that was not cancelled; missed: owed and past their day ``today``.
    """
    return list(
        session.execute(
            text(
                "SELECT benefit_code, tier, count(DISTINCT member_id) AS people,"
                " count(DISTINCT CASE WHEN status = 'done' THEN member_id END) AS users,"
                " sum(CASE WHEN status = 'done' THEN 1 ELSE 0 END) AS done,"
                " sum(CASE WHEN status = 'done' AND done_by <> 'import' THEN 1 ELSE 0 END) AS timed,"
                " sum(CASE WHEN status = 'done' AND done_by <> 'import' AND done_day <= due_day THEN 1 ELSE 0 END) AS in_time,"
                " sum(CASE WHEN status = 'done' THEN actual_fen ELSE 0 END) AS cost_fen,"
                " sum(CASE WHEN status = 'owed' AND due_day < :today THEN 1 ELSE 0 END) AS missed"
                " FROM obligation WHERE begins_day >= :first AND begins_day < :end AND status <> 'cancelled'"
                " AND rule_version_id IS NOT NULL AND tier IS NOT NULL GROUP BY benefit_code, tier"
            ),
            {"first": first, "end": end, "today": today},
        )
    )


def sum_coupons(session: Session, rule: str, first: int, end: int) -> list[Row[Any]]:
    """[tier, people, used, cost_fen] of coupons that a rule issued at ``[first, end)`` (epoch microseconds), by tier now."""
    return list(
        session.execute(
            text(
                "SELECT coalesce(c.tier, t.tier) AS tier, count(DISTINCT c.member_id) AS people, count(r.id) AS used,"
                " coalesce(sum(r.discount_fen), 0) AS cost_fen FROM coupon c LEFT JOIN redemption r ON r.coupon_id = c.id"
                " LEFT JOIN member_tier t ON t.member_id = c.member_id"
                " WHERE c.rule = :rule AND c.issued_at >= :first AND c.issued_at < :end GROUP BY coalesce(c.tier, t.tier)"
            ),
            {"rule": rule, "first": first, "end": end},
        )
    )


def sum_orders(session: Session, first: int, end: int) -> list[Row[Any]]:
    """[tier, buyers, orders, net_fen] of counted members' paid orders on the shop days ``[first, end)``, by tier now."""
    return list(
        session.execute(
            text(
                "SELECT t.tier, count(DISTINCT o.member_id) AS buyers, count(*) AS orders,"
                " sum(o.paid_fen - o.refund_fen) AS net_fen FROM shop_order o JOIN member_tier t ON t.member_id = o.member_id"
                " JOIN member m ON m.id = o.member_id AND m.not_counted IS NULL"
                " WHERE o.shop_day >= :first AND o.shop_day < :end AND o.paid_fen > 0 GROUP BY t.tier"
            ),
            {"first": first, "end": end},
        )
    )


def users_of(session: Session, benefit_code: str, tier: str, first: int, end: int) -> Ints:
    """[member, day] of the first time each member had a promised benefit on the shop days ``[first, end)``, by member."""
    rows = session.execute(
        text(
            "SELECT member_id, min(done_day) FROM obligation WHERE benefit_code = :code AND tier = :tier"
            " AND status = 'done' AND done_day >= :first AND done_day < :end GROUP BY member_id ORDER BY member_id"
        ),
        {"code": benefit_code, "tier": tier, "first": first, "end": end},
    )
    return _pairs(rows.all())


def members_of(session: Session, tier: str) -> Ints:
    """[member, since] of counted members on a tier now, by id; ``since`` in epoch microseconds."""
    rows = session.execute(
        text(
            "SELECT t.member_id, t.since FROM member_tier t JOIN member m ON m.id = t.member_id"
            " WHERE t.tier = :tier AND m.not_counted IS NULL ORDER BY t.member_id"
        ),
        {"tier": tier},
    )
    return _pairs(rows.all())


def purchase_days(session: Session, tier: str, first: int, end: int) -> Ints:
    """[member, day] of paid orders of members on a tier now on the shop days ``[first, end)``, by member and day."""
    rows = session.execute(
        text(
            "SELECT DISTINCT o.member_id, o.shop_day FROM shop_order o JOIN member_tier t ON t.member_id = o.member_id"
            " WHERE t.tier = :tier AND o.shop_day >= :first AND o.shop_day < :end AND o.paid_fen > 0 ORDER BY 1, 2"
        ),
        {"tier": tier, "first": first, "end": end},
    )
    return _pairs(rows.all())


def year_sums(session: Session, first: int, end: int) -> list[Row[Any]]:
    """[tier, member_id, orders, net_fen] of counted members with a paid order on the shop days ``[first, end)``."""
    return list(
        session.execute(
            text(
                "SELECT t.tier, o.member_id, count(*) AS orders, sum(o.paid_fen - o.refund_fen) AS net_fen"
                " FROM shop_order o JOIN member_tier t ON t.member_id = o.member_id"
                " JOIN member m ON m.id = o.member_id AND m.not_counted IS NULL"
                " WHERE o.shop_day >= :first AND o.shop_day < :end AND o.paid_fen > 0 GROUP BY t.tier, o.member_id"
            ),
            {"first": first, "end": end},
        )
    )


def count_gaps(session: Session) -> list[Row[Any]]:
    """[gap, people]: mean whole days between the buying days of everybody with two or more."""
    return list(
        session.execute(
            text(
                "SELECT (last_day - first_day) / (buying_days - 1) AS gap, count(*) AS people FROM member_profile"
                " WHERE buying_days > 1 GROUP BY (last_day - first_day) / (buying_days - 1) ORDER BY 1"
            )
        )
    )


def promised_work(session: Session, today: int, days: int) -> list[Row[Any]]:
    """[benefit_code, done, ahead, late, due, kept]: done in the last ``days``, owed in the next, late now; all that was due.

    ``kept``: of what was due by today, ever done.
    """
    return list(
        session.execute(
            text(
                "SELECT benefit_code,"
                " sum(CASE WHEN status = 'done' AND done_day >= :first THEN 1 ELSE 0 END) AS done,"
                " sum(CASE WHEN status = 'owed' AND due_day < :last THEN 1 ELSE 0 END) AS ahead,"
                " sum(CASE WHEN status = 'owed' AND due_day < :today THEN 1 ELSE 0 END) AS late,"
                " sum(CASE WHEN status IN ('owed', 'done') AND due_day < :today THEN 1 ELSE 0 END) AS due,"
                " sum(CASE WHEN status = 'done' THEN 1 ELSE 0 END) AS kept"
                " FROM obligation WHERE status IN ('owed', 'done') GROUP BY benefit_code"
            ),
            {"first": today - days, "last": today + days, "today": today},
        )
    )


def _pairs(rows: Sequence[Row[Any]]) -> Ints:
    return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
