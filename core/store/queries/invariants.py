"""The invariants of TRUST.md as counts of violations; each must be zero."""

from collections.abc import Callable

import numpy as np
from sqlalchemy import bindparam, text
from sqlmodel import Session

from core.clock import DAY_MICROSECONDS, ShopZone

_PROFILE = (
    "SELECT o.member_id, count(*) AS orders, sum(o.paid_fen) AS paid, sum(o.refund_fen) AS refund,"
    " min(o.paid_at) AS first_at, max(o.paid_at) AS last_at FROM shop_order o"
    " JOIN member m ON m.id = o.member_id AND m.not_counted IS NULL WHERE o.paid_at IS NOT NULL AND o.paid_fen > 0"
    " GROUP BY o.member_id"
)
_FIRST_DAY = (
    "SELECT o.member_id, sum(o.paid_fen - o.refund_fen) AS net FROM shop_order o JOIN member_profile p ON p.member_id = o.member_id"
    " AND p.first_day = o.shop_day WHERE o.paid_at IS NOT NULL AND o.paid_fen > 0 GROUP BY o.member_id"
)
_CATEGORY = (
    "SELECT o.member_id, g.category, row_number() OVER (PARTITION BY o.member_id ORDER BY o.paid_at DESC, o.id DESC,"
    " i.amount_fen DESC, i.id) AS place FROM shop_order o JOIN order_item i ON i.order_id = o.id JOIN product g ON g.id = i.product_id"
    " WHERE o.member_id IS NOT NULL AND o.paid_at IS NOT NULL AND o.paid_fen > 0 AND g.category IS NOT NULL"
)
_DAY = (
    "SELECT o.shop_day, count(*) AS orders, count(DISTINCT o.member_id) AS buyers, sum(o.paid_fen) AS sales,"
    " sum(o.refund_fen) AS refunds, sum(CASE WHEN m.joined_at <= o.paid_at THEN o.paid_fen ELSE 0 END) AS member_sales"
    " FROM shop_order o LEFT JOIN member m ON m.id = o.member_id WHERE o.shop_day IS NOT NULL AND o.paid_fen > 0"
    " AND m.not_counted IS NULL GROUP BY o.shop_day"
)
_STATEMENTS: dict[str, tuple[str, ...]] = {
    # A coupon is redeemed exactly when there is its one redemption.
    "I7": (
        "SELECT count(*) FROM coupon c LEFT JOIN redemption r ON r.coupon_id = c.id"
        " WHERE (c.status = 'redeemed') <> (r.id IS NOT NULL)",
    ),
    # A redemption lies within its coupon's life.
    "I8": ("SELECT count(*) FROM redemption r JOIN coupon c ON c.id = r.coupon_id WHERE r.occurred_at < c.issued_at",),
    # What was issued never exceeds the budget, and the counters are the coupons' sums.
    "I9": (
        "SELECT count(*) FROM offer o LEFT JOIN (SELECT offer_id, count(*) AS n, sum(value_fen) AS fen FROM coupon"
        " WHERE status <> 'void' GROUP BY offer_id) c ON c.offer_id = o.id"
        " WHERE o.issued <> coalesce(c.n, 0) OR o.liability_fen <> coalesce(c.fen, 0)",
        "SELECT count(*) FROM offer WHERE liability_fen > budget_fen OR issued > total_limit",
    ),
    "I10": ("SELECT count(*) - count(DISTINCT code) FROM coupon WHERE code IS NOT NULL",),
    # At most one coupon for (campaign, person).
    "I11": (
        "SELECT count(*) FROM (SELECT 1 FROM coupon WHERE rule LIKE 'campaign:%' GROUP BY rule, member_id"
        " HAVING count(*) > 1) AS twice",
    ),
    # Everyone treated has exactly one message.
    "I12": (
        "SELECT count(*) FROM (SELECT d.id FROM decision d LEFT JOIN outbox_message m ON m.decision_id = d.id"
        " WHERE d.arm = 'treated' GROUP BY d.id HAVING count(m.id) <> 1) AS wrong",
    ),
    "I13": (
        "SELECT count(*) FROM (SELECT 1 FROM outbox_message GROUP BY member_id, rule, occasion HAVING count(*) > 1) AS twice",
    ),
    # A sent e-mail had a consent in force when it was sent.
    "I16": (
        "SELECT count(*) FROM outbox_message m WHERE m.status = 'sent' AND m.purpose = 'marketing' AND m.channel = 'email'"
        " AND coalesce((SELECT CASE WHEN c.granted THEN 1 ELSE 0 END FROM consent c WHERE c.member_id = m.member_id"
        " AND c.channel = 'email' AND c.occurred_at <= m.sent_at ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1), 0) = 0",
    ),
    # One current tier each, on an unbroken history that ends there.
    "I19": (
        "SELECT count(*) FROM (SELECT to_tier, lead(from_tier) OVER w AS after, lead(changed_at) OVER w AS at_after FROM tier_change"
        " WHERE superseded_at IS NULL WINDOW w AS (PARTITION BY member_id ORDER BY changed_at, id)) AS steps"
        " WHERE at_after IS NOT NULL AND after IS DISTINCT FROM to_tier",
        "SELECT count(*) FROM member_tier t WHERE t.tier IS DISTINCT FROM (SELECT c.to_tier FROM tier_change c"
        " WHERE c.member_id = t.member_id AND c.superseded_at IS NULL ORDER BY c.changed_at DESC, c.id DESC LIMIT 1)",
        "SELECT count(*) FROM member_tier t JOIN member m ON m.id = t.member_id WHERE m.joined_at IS NULL",
    ),
    # Every row of a file is accounted for, and nothing is left half merged.
    "I20": (
        "SELECT count(*) FROM import_batch b WHERE b.accepted + b.rejected <> b.rows",
        "SELECT count(*) FROM import_batch b WHERE b.unchanged > b.accepted",
    ),
    # Refunds: never above what was paid, and the ledger says the same as the order.
    "I22": (
        "SELECT count(*) FROM shop_order WHERE refund_fen > paid_fen",
        "SELECT count(*) FROM shop_order o LEFT JOIN (SELECT order_id, sum(amount_fen) AS fen FROM refund GROUP BY order_id) r"
        " ON r.order_id = o.id WHERE o.refund_fen <> coalesce(r.fen, 0)",
    ),
    # The held-out never get a message.
    "I25": (
        "SELECT count(*) FROM outbox_message m JOIN decision d ON d.id = m.decision_id WHERE d.arm = 'held_out' OR d.arm IS NULL",
        "SELECT count(*) FROM coupon c JOIN decision d ON d.coupon_id = c.id WHERE d.arm = 'held_out' OR d.arm IS NULL",
    ),
    # What is derived says what the facts say.
    "profiles": (
        f"SELECT count(*) FROM ({_PROFILE}) AS f LEFT JOIN member_profile p ON p.member_id = f.member_id WHERE p.member_id IS NULL"
        " OR p.orders <> f.orders OR p.paid_fen <> f.paid OR p.refund_fen <> f.refund OR p.net_fen <> f.paid - f.refund"
        " OR p.first_paid_at <> f.first_at"
        " OR p.last_paid_at <> f.last_at",
        f"SELECT count(*) FROM member_profile p LEFT JOIN ({_PROFILE}) AS f ON f.member_id = p.member_id WHERE f.member_id IS NULL",
    ),
    "days": (
        f"SELECT count(*) FROM ({_DAY}) AS f LEFT JOIN day_summary d ON d.shop_day = f.shop_day WHERE d.shop_day IS NULL"
        " OR d.orders <> f.orders OR d.buyers <> f.buyers OR d.sales_fen <> f.sales OR d.refund_fen <> f.refunds"
        " OR d.member_sales_fen <> f.member_sales",
        f"SELECT count(*) FROM day_summary d LEFT JOIN ({_DAY}) AS f ON f.shop_day = d.shop_day WHERE f.shop_day IS NULL",
        "SELECT abs((SELECT coalesce(sum(new_buyers), 0) FROM day_summary) - (SELECT count(*) FROM member_profile))",
    ),
    # Who does not count has no tier, and counts nowhere; the mark is what was last said of the person.
    "not_counted": (
        "SELECT count(*) FROM member_tier t JOIN member m ON m.id = t.member_id WHERE m.not_counted IS NOT NULL",
        "SELECT count(*) FROM member m LEFT JOIN member_mark k ON k.member_id = m.id WHERE m.not_counted IS DISTINCT FROM k.mark",
    ),
    # The lines of an order sum to the order, in what was paid and in what went back.
    "items": (
        "SELECT count(*) FROM (SELECT o.id FROM shop_order o JOIN order_item i ON i.order_id = o.id WHERE o.paid_at IS NOT NULL"
        " GROUP BY o.id, o.paid_fen, o.refund_fen HAVING sum(i.amount_fen) <> o.paid_fen OR sum(i.refund_fen) <> o.refund_fen)"
        " AS wrong",
    ),
}


# Each by another way than the profile is made: a join with the first day, and ranks.
_DETAILS = (
    f"SELECT count(*) FROM member_profile p JOIN ({_FIRST_DAY}) AS f ON f.member_id = p.member_id"
    " WHERE p.first_day_net_fen <> f.net",
    f"SELECT count(*) FROM member_profile p LEFT JOIN ({_CATEGORY}) AS f ON f.member_id = p.member_id AND f.place = 1"
    " WHERE p.last_category IS DISTINCT FROM f.category",
)


def _counter(statements: tuple[str, ...]) -> Callable[[Session], int]:
    return lambda session: sum(int(session.execute(text(statement)).scalar_one()) for statement in statements)


COUNTS: dict[str, Callable[[Session], int]] = {name: _counter(statements) for name, statements in _STATEMENTS.items()}


def over_cap(session: Session, per_day: int, per_30_days: int) -> int:
    """I14: marketing messages that left, or may have, although the person's cap was reached."""
    rows = session.execute(
        text(
            "SELECT member_id, tried_at FROM outbox_message WHERE purpose = 'marketing' AND tried_at IS NOT NULL"
            " AND status IN ('sent', 'sending', 'unknown') ORDER BY member_id, tried_at"
        )
    ).all()
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(len(rows), 2)
    over = np.zeros(len(table), dtype=bool)
    for allowed, days in ((per_day, 1), (per_30_days, 30)):
        if len(table) > allowed:
            same = table[allowed:, 0] == table[:-allowed, 0]
            near = table[allowed:, 1] - table[:-allowed, 1] < days * DAY_MICROSECONDS
            over[allowed:] |= same & near
    return int(np.count_nonzero(over))


def wrong_details(session: Session) -> int:
    """Profiles whose first day, last category, or orders of the first ten days of a month are not what the orders say."""
    return _counter(_DETAILS)(session) + _miscounted_starts(session)


def _miscounted_starts(session: Session) -> int:
    span = session.execute(text("SELECT min(first_day), max(last_day) FROM member_profile")).one()
    if span[0] is None:
        return 0
    days = np.arange(span[0], span[1] + 1)
    dates = days.astype("datetime64[D]")
    early = days[(dates - dates.astype("datetime64[M]")).astype(int) < 10].tolist()
    statement = text(
        "SELECT count(*) FROM member_profile p LEFT JOIN (SELECT o.member_id, count(*) AS n FROM shop_order o"
        " WHERE o.paid_at IS NOT NULL AND o.paid_fen > 0 AND o.shop_day IN :days GROUP BY o.member_id) f"
        " ON f.member_id = p.member_id WHERE p.month_start_orders <> coalesce(f.n, 0)"
    ).bindparams(bindparam("days", expanding=True))
    return int(session.execute(statement, {"days": early}).scalar_one())


def inside_quiet_hours(session: Session, zone: ShopZone, start_hour: int, end_hour: int) -> int:
    """I15: marketing messages that left outside ``[start_hour, end_hour)`` of the shop's day."""
    rows = session.execute(
        text(
            "SELECT sent_at FROM outbox_message WHERE purpose = 'marketing' AND status = 'sent' AND sent_at IS NOT NULL"
        )
    )
    hours = zone.hours(np.array([row[0] for row in rows], dtype=np.int64))
    return int(np.count_nonzero((hours < start_hour) | (hours >= end_hour)))
