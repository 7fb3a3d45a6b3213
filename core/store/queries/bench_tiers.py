"""What the benches of tiers and groups hold the product against: plain columns of the tables, and who a new day can touch."""

from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.numbers import PAID

WINDOW_ORDERS = text(
    f"SELECT o.member_id, o.paid_fen FROM shop_order o WHERE {PAID} AND o.shop_day > :after AND o.paid_at <= :now"
)
MEMBERS = text("SELECT id, province, consent_sms, opted_out FROM member WHERE not_counted IS NULL")
PAID_ORDERS = text(f"SELECT o.member_id, o.shop_day, o.paid_fen, o.refund_fen FROM shop_order o WHERE {PAID}")


def due_members(session: Session, left_day: int, since: int, now: int) -> list[int]:
    """Whose window of whole shop days moves between two instants (µs): an order of ``left_day`` leaves it, or one was paid since."""
    statement = text(
        f"SELECT o.member_id FROM shop_order o WHERE {PAID} AND o.shop_day = :left AND o.member_id IS NOT NULL"
        f" UNION SELECT o.member_id FROM shop_order o WHERE {PAID} AND o.shop_day BETWEEN :first AND :last"
        " AND o.paid_at > :since AND o.paid_at <= :now AND o.member_id IS NOT NULL"
        " UNION SELECT t.member_id FROM member_tier t WHERE t.drops_at > :since AND t.drops_at <= :now"
    )
    days = {"first": left_day, "last": left_day + 100_000}
    found = session.execute(statement, {"left": left_day, "since": since, "now": now, **days})
    return sorted(int(number) for number in found.scalars())
