"""What a portrait asks beside orders and messages: habits, coupons that end, the last touch."""

from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session


def paid_lines(session: Session, member_id: int) -> list[tuple[int, int]]:
    """(fen a piece, pieces) of every line of a person's paid orders."""
    rows = session.execute(
        text(
            "SELECT i.amount_fen, i.quantity FROM shop_order o JOIN order_item i ON i.order_id = o.id"
            " WHERE o.member_id = :member AND o.paid_at IS NOT NULL AND o.paid_fen > 0 AND i.quantity > 0"
        ),
        {"member": member_id},
    )
    return [(int(fen) // int(quantity), int(quantity)) for fen, quantity in rows]


def next_facts(session: Session, member_id: int, now: int) -> Row[Any]:
    """[sent_at, noted_at, gave_at, bad_at, bad_stars, coupon_until, coupon, promise_day]: the newest touches, the newest bad
    review, the coupon that ends first, the promise due first; null where there is none."""
    return session.execute(text(_FACTS), {"member": member_id, "now": now}).one()


_FACTS = """
SELECT (SELECT max(sent_at) FROM outbox_message WHERE member_id = :member AND status = 'sent') AS sent_at,
 (SELECT max(written_at) FROM member_note WHERE member_id = :member AND removed_at IS NULL) AS noted_at,
 (SELECT max(occurred_at) FROM goodwill WHERE member_id = :member) AS gave_at,
 (SELECT max(occurred_at) FROM interaction WHERE member_id = :member AND kind = 'review' AND stars <= 3) AS bad_at,
 (SELECT stars FROM interaction WHERE member_id = :member AND kind = 'review' AND stars <= 3
  ORDER BY occurred_at DESC, id DESC LIMIT 1) AS bad_stars,
 (SELECT min(valid_until) FROM coupon WHERE member_id = :member AND status = 'issued' AND valid_from <= :now
  AND valid_until > :now) AS coupon_until,
 (SELECT o.name FROM coupon c JOIN offer o ON o.id = c.offer_id WHERE c.member_id = :member AND c.status = 'issued'
  AND c.valid_from <= :now AND c.valid_until > :now ORDER BY c.valid_until, c.id LIMIT 1) AS coupon,
 (SELECT min(due_day) FROM obligation WHERE member_id = :member AND status = 'owed') AS promise_day
"""
