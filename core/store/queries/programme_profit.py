"""What the programme cost, by steps of time; and who stood near a threshold on a day. One pass over each table."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.numbers import COUNTED, PAID

Sums = dict[int, int]


def _step(column: str, bounds: Sequence[int]) -> tuple[str, dict[str, int]]:
    """An expression for the place of ``column`` among rising ``bounds`` (the first is where it begins), and its names."""
    cases = " ".join(f"WHEN {column} < :s{k} THEN {k - 1}" for k in range(1, len(bounds)))
    return f"CASE {cases} END", {f"s{k}": bound for k, bound in enumerate(bounds)}


def _summed(session: Session, what: str, source: str, column: str, bounds: Sequence[int]) -> Sums:
    step, names = _step(column, bounds)
    last = len(bounds) - 1
    rows = session.execute(
        text(
            f"SELECT step, sum(amount) FROM (SELECT {step} AS step, {what} AS amount FROM {source}"
            f" AND {column} >= :s0 AND {column} < :s{last}) x GROUP BY step"
        ),
        names,
    )
    return {int(place): int(amount or 0) for place, amount in rows}


def benefit_costs(session: Session, days: Sequence[int]) -> Sums:
    """What benefits that were done cost (fen), by steps of shop days; goodwill apart."""
    return _summed(
        session,
        "coalesce(actual_fen, cost_fen)",
        "obligation WHERE status = 'done' AND benefit_code <> 'goodwill'",
        "done_day",
        days,
    )


def coupon_costs(session: Session, instants: Sequence[int]) -> Sums:
    """What coupons took off (fen), by steps of instants; goodwill apart."""
    source = "redemption r JOIN coupon c ON c.id = r.coupon_id WHERE c.rule <> 'goodwill'"
    return _summed(session, "r.discount_fen", source, "r.occurred_at", instants)


def goodwill_coupons(session: Session, instants: Sequence[int]) -> Sums:
    """What goodwill coupons took off (fen)."""
    source = "redemption r JOIN coupon c ON c.id = r.coupon_id WHERE c.rule = 'goodwill'"
    return _summed(session, "r.discount_fen", source, "r.occurred_at", instants)


def goodwill_gifts(session: Session, days: Sequence[int]) -> Sums:
    """What goodwill gifts that were sent cost (fen)."""
    source = "obligation WHERE status = 'done' AND benefit_code = 'goodwill'"
    return _summed(session, "coalesce(actual_fen, cost_fen)", source, "done_day", days)


def messages_by_channel(session: Session, instants: Sequence[int]) -> dict[tuple[int, str], int]:
    """Messages sent, by step and channel."""
    step, names = _step("sent_at", instants)
    rows = session.execute(
        text(
            f"SELECT step, channel, count(*) FROM (SELECT {step} AS step, channel FROM outbox_message"
            f" WHERE status = 'sent' AND sent_at >= :s0 AND sent_at < :s{len(instants) - 1}) x GROUP BY step, channel"
        ),
        names,
    )
    return {(int(place), str(channel)): int(count) for place, channel, count in rows}


def points_moved(session: Session, instants: Sequence[int]) -> tuple[Sums, Sums]:
    """Points used, and the growth of points that are held (pending and active), by steps of instants."""
    spent = "(CASE WHEN to_account = 'spent' THEN amount ELSE 0 END) - (CASE WHEN from_account = 'spent' THEN amount ELSE 0 END)"
    held = (
        "(CASE WHEN to_account IN ('pending', 'active') THEN amount ELSE 0 END)"
        " - (CASE WHEN from_account IN ('pending', 'active') THEN amount ELSE 0 END)"
    )
    # A row and the row that corrects it cancel out wherever both lie.
    step, names = _step("occurred_at", instants)
    rows = session.execute(
        text(
            f"SELECT step, sum(spent), sum(held) FROM (SELECT {step} AS step, {spent} AS spent, {held} AS held FROM points_entry"
            f" WHERE amount > 0 AND occurred_at >= :s0 AND occurred_at < :s{len(instants) - 1}) x GROUP BY step"
        ),
        names,
    ).all()
    return {int(place): int(one) for place, one, _ in rows}, {int(place): int(one) for place, _, one in rows}


def spent_around(
    session: Session, threshold_fen: int, width_fen: int, window: tuple[int, int], after: int
) -> list[tuple[int, int]]:
    """(spend in the window, spend in the days from its end to ``after``) of members near a threshold, net fen.

    ``window``: shop days ``[first, end)``; near: within ``width_fen`` either side of ``threshold_fen``.
    """
    rows = session.execute(
        text(
            "SELECT before_fen, after_fen FROM (SELECT o.member_id,"
            " sum(CASE WHEN o.shop_day < :end THEN o.paid_fen - o.refund_fen ELSE 0 END) AS before_fen,"
            " sum(CASE WHEN o.shop_day >= :end THEN o.paid_fen - o.refund_fen ELSE 0 END) AS after_fen"
            " FROM shop_order o JOIN member m ON m.id = o.member_id AND m.joined_at IS NOT NULL"
            f" WHERE {PAID} AND {COUNTED} AND o.shop_day >= :first AND o.shop_day < :after GROUP BY o.member_id) x"
            " WHERE before_fen >= :low AND before_fen < :high"
        ),
        {"first": window[0], "end": window[1], "after": after}
        | {"low": threshold_fen - width_fen, "high": threshold_fen + width_fen},
    )
    return [(int(before), int(later)) for before, later in rows]
