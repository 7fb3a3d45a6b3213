"""What today's page asks of the store: small counts over covered columns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from core.clock import to_micros
from core.store.queries.numbers import PAID
from core.store.queries.profiles import OUT


@dataclass(frozen=True)
class SalesSplit:
    """Members' sales of a period in fen, from those who first bought in it and from the others."""

    new_fen: int
    returning_fen: int

    @property
    def total_fen(self) -> int:
        """Both together."""
        return self.new_fen + self.returning_fen


def split_sales(session: Session, first: int, end: int) -> SalesSplit:
    """Members' sales of the shop days ``[first, end)`` by newcomers and by the others."""
    row = session.execute(
        text(
            "SELECT coalesce(sum(CASE WHEN p.first_day >= :first THEN o.paid_fen ELSE 0 END), 0),"
            " coalesce(sum(CASE WHEN p.first_day < :first THEN o.paid_fen ELSE 0 END), 0) FROM shop_order o"
            " JOIN member m ON m.id = o.member_id AND m.joined_at <= o.paid_at JOIN member_profile p ON p.member_id = o.member_id"
            f" WHERE {PAID} AND o.shop_day >= :first AND o.shop_day < :end"
        ),
        {"first": first, "end": end},
    ).one()
    return SalesSplit(int(row[0]), int(row[1]))


def count_dropping(session: Session, start: datetime, until: datetime) -> int:
    """Members who lose their tier in ``[start, until)`` if they buy nothing more."""
    return _count(
        session,
        "SELECT count(*) FROM member_tier WHERE drops_at >= :low AND drops_at < :high AND drops_to IS NOT NULL",
        low=to_micros(start),
        high=to_micros(until),
    )


def expiring_coupons(session: Session, now: datetime, until: datetime) -> tuple[int, int]:
    """Unused coupons that end between two instants, and the sum of their values in fen."""
    row = session.execute(
        text(
            "SELECT count(*), coalesce(sum(value_fen), 0) FROM coupon WHERE status = 'issued'"
            f" AND valid_until > :low AND valid_until <= :high AND member_id NOT IN {OUT}"
        ),
        {"low": to_micros(now), "high": to_micros(until)},
    ).one()
    return int(row[0]), int(row[1])


def count_just_bought(session: Session, first: int) -> int:
    """Customers who paid on shop day ``first`` or later."""
    return _count(session, "SELECT count(*) FROM member_profile WHERE last_day >= :first", first=first)


def count_open_calls(session: Session) -> int:
    """Lines of the call list that nobody has ticked yet."""
    return _count(session, "SELECT count(*) FROM call_task WHERE done_at IS NULL")


def count_unknown(session: Session) -> int:
    """Messages of which nobody knows whether they arrived."""
    return _count(session, "SELECT count(*) FROM outbox_message WHERE status = 'unknown'")


def sent_since(session: Session, since: datetime) -> int:
    """Messages that left since an instant."""
    return _count(
        session,
        "SELECT count(*) FROM outbox_message WHERE status = 'sent' AND sent_at >= :since",
        since=to_micros(since),
    )


def last_import(session: Session) -> Row[Any] | None:
    """The newest merged order file: when, and how many new orders."""
    return session.execute(
        text(
            "SELECT recorded_at, orders_new, file_name FROM import_batch WHERE kind = 'orders' ORDER BY id DESC LIMIT 1"
        )
    ).first()


def newest_heartbeat(session: Session) -> Row[Any] | None:
    """The sign of life of the worker that was last heard of."""
    return session.execute(text("SELECT worker, beat_at, error FROM heartbeat ORDER BY beat_at DESC LIMIT 1")).first()


def _count(session: Session, statement: str, **names: int) -> int:
    return int(session.execute(text(statement), names).scalar_one())
