"""Everything that happened with one person, each kind by its own query: rows of [at, what, id, and what its sentence needs].

A person has hundreds of events, not millions: they are read whole and put in order by the service. Every query follows an
index on the member.
"""

from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

_IN_FORCE = (
    "p.corrects_id IS NULL AND NOT EXISTS (SELECT 1 FROM points_entry c WHERE c.corrects_id = p.id)"
    " AND p.from_account <> 'pending'"
)
# By kind of event: the query, with ``:member``. ``at`` is epoch microseconds, ``what`` picks the sentence.
QUERIES: dict[str, str] = {
    "order": (
        "SELECT coalesce(o.paid_at, o.ordered_at, o.recorded_at) AS at,"
        " CASE WHEN o.paid_at IS NULL THEN 'unpaid' ELSE 'paid' END AS what, o.id AS id, o.order_no AS subject,"
        " o.paid_fen AS fen, (SELECT p.title FROM order_item i JOIN product p ON p.id = i.product_id"
        " WHERE i.order_id = o.id ORDER BY i.amount_fen DESC, i.line_no LIMIT 1) AS detail FROM shop_order o"
        " WHERE o.member_id = :member"
    ),
    "refund": (
        "SELECT r.occurred_at AS at, 'given' AS what, r.id AS id, o.order_no AS subject, r.amount_fen AS fen"
        " FROM shop_order o JOIN refund r ON r.order_id = o.id WHERE o.member_id = :member"
    ),
    "tier": (
        "SELECT changed_at AS at, CASE WHEN from_tier IS NULL THEN 'first' ELSE 'changed' END AS what, id AS id,"
        " to_tier AS tier, from_tier AS was, reason AS reason FROM tier_change"
        " WHERE member_id = :member AND superseded_at IS NULL"
    ),
    "points": (
        "SELECT p.occurred_at AS at, CASE WHEN p.to_account IN ('active', 'pending') THEN"
        " CASE WHEN p.from_account = 'spent' THEN 'back' ELSE 'earned' END ELSE p.to_account END AS what,"
        " max(p.id) AS id, sum(p.amount) AS points FROM points_entry p"
        f" WHERE p.member_id = :member AND {_IN_FORCE} GROUP BY p.occurred_at, p.from_account, p.to_account"
    ),
    "coupon": (
        "SELECT c.issued_at AS at, 'issued' AS what, c.id AS id, o.name AS subject, c.value_fen AS fen"
        " FROM coupon c JOIN offer o ON o.id = c.offer_id WHERE c.member_id = :member"
        " UNION ALL SELECT r.occurred_at, 'redeemed', c.id, o.name, r.discount_fen FROM coupon c"
        " JOIN offer o ON o.id = c.offer_id JOIN redemption r ON r.coupon_id = c.id WHERE c.member_id = :member"
        " UNION ALL SELECT c.valid_until, 'expired', c.id, o.name, c.value_fen FROM coupon c"
        " JOIN offer o ON o.id = c.offer_id WHERE c.member_id = :member AND c.status = 'expired'"
    ),
    "message": (
        "SELECT coalesce(m.sent_at, d.decided_at) AS at, CASE WHEN d.arm = 'held_out' THEN 'held_out'"
        " WHEN m.status IS NULL THEN 'suppressed' ELSE m.status END AS what, d.id AS id, d.rule AS rule,"
        " c.name AS subject, coalesce(d.reason, m.reason) AS reason, m.channel AS channel FROM decision d"
        " LEFT JOIN campaign c ON c.id = d.campaign_id LEFT JOIN outbox_message m ON m.decision_id = d.id"
        " WHERE d.member_id = :member"
    ),
    "interaction": (
        "SELECT occurred_at AS at, kind AS what, id AS id, subject AS subject, stars AS stars, note AS detail"
        " FROM interaction WHERE member_id = :member"
    ),
    "promise": (
        "SELECT created_at AS at, 'made' AS what, id AS id, what_zh AS what_zh, what_en AS what_en FROM obligation"
        " WHERE member_id = :member UNION ALL SELECT done_at, 'done', id, what_zh, what_en FROM obligation"
        " WHERE member_id = :member AND done_at IS NOT NULL"
    ),
    "note": (
        "SELECT written_at AS at, 'written' AS what, id AS id, text AS detail, author AS author FROM member_note"
        " WHERE member_id = :member AND removed_at IS NULL"
    ),
    "goodwill": (
        "SELECT occurred_at AS at, kind AS what, id AS id, value AS value, what AS subject, reason AS detail"
        " FROM goodwill WHERE member_id = :member"
    ),
    "consent": (
        "SELECT occurred_at AS at, CASE WHEN granted THEN 'granted' ELSE 'refused' END AS what, id AS id,"
        " channel AS channel, source AS subject FROM consent WHERE member_id = :member"
    ),
    "joined": (
        "SELECT joined_at AS at, 'joined' AS what, id AS id, source AS subject FROM member"
        " WHERE id = :member AND joined_at IS NOT NULL"
    ),
    "mark": (
        "SELECT marked_at AS at, CASE WHEN mark IS NULL THEN 'again' ELSE 'out' END AS what, member_id AS id,"
        " mark AS mark FROM member_mark WHERE member_id = :member"
    ),
    "stored": (
        "SELECT occurred_at AS at, kind AS what, id AS id, abs(amount_fen) AS fen, order_no AS subject"
        " FROM stored_transaction WHERE member_id = :member"
    ),
    "plan": (
        "SELECT p.occurred_at AS at, 'bought' AS what, p.id AS id, p.paid_fen AS fen FROM plan_purchase p"
        " WHERE p.member_id = :member UNION ALL SELECT r.refunded_at, 'refunded', p.id, r.refunded_fen"
        " FROM plan_purchase p JOIN plan_refund r ON r.purchase_id = p.id WHERE p.member_id = :member"
    ),
}


def events_of(session: Session, kind: str, member_id: int) -> list[Row[Any]]:
    """All events of one kind."""
    return list(session.execute(text(QUERIES[kind]), {"member": member_id}))
