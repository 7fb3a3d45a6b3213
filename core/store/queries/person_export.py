"""Everything stored of one person, as plain rows by what it is."""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session

# Amounts are fen, instants epoch microseconds; nothing of other people, no internal hash.
_PARTS = {
    "person": "SELECT platform, nickname, name, gender, birth_year, birth_month, birth_day, province, city, joined_at, grade,"
    " source, consent_sms, consent_email, opted_out, personalised, left_at, erased_at, recorded_at FROM member WHERE id = :id",
    "known_by": "SELECT platform, kind, label FROM member_identity WHERE member_id = :id",
    "consents": "SELECT channel, purpose, granted, source, occurred_at FROM consent WHERE member_id = :id ORDER BY id",
    "tags": "SELECT tag, by_rule FROM member_tag WHERE member_id = :id ORDER BY tag",
    "own_fields": "SELECT f.name, f.kind, v.text, v.number FROM custom_value v JOIN custom_field f ON f.id = v.field_id"
    " WHERE v.member_id = :id ORDER BY f.position",
    "notes": "SELECT text, author, written_at FROM member_note WHERE member_id = :id AND removed_at IS NULL ORDER BY id",
    "orders": "SELECT order_no, status, ordered_at, paid_at, completed_at, refunded_at, paid_fen, refund_fen, province, city"
    " FROM shop_order WHERE member_id = :id ORDER BY ordered_at, id",
    "goods": "SELECT o.order_no, p.title, i.quantity, i.amount_fen, i.refund_fen FROM order_item i JOIN shop_order o ON o.id = i.order_id"
    " JOIN product p ON p.id = i.product_id WHERE o.member_id = :id ORDER BY o.id, i.id",
    "deeds": "SELECT kind, occurred_at, subject, stars, note FROM interaction WHERE member_id = :id ORDER BY occurred_at, id",
    "tiers": "SELECT changed_at, from_tier, to_tier, reason FROM tier_change WHERE member_id = :id AND superseded_at IS NULL"
    " ORDER BY changed_at, id",
    "growth": "SELECT occurred_at, amount, fact_kind FROM growth_entry WHERE member_id = :id ORDER BY id",
    "points": "SELECT occurred_at, from_account, to_account, amount FROM points_entry WHERE member_id = :id ORDER BY id",
    "coupons": "SELECT code, value_fen, status, issued_at, valid_from, valid_until FROM coupon WHERE member_id = :id ORDER BY id",
    "messages": "SELECT rule, channel, purpose, status, reason, sent_at FROM outbox_message WHERE member_id = :id ORDER BY id",
    "points_moved": "SELECT kind, points, subject, reason, occurred_at FROM points_fact WHERE member_id = :id ORDER BY id",
    "points_now": "SELECT pending, active, debt, spent, expired, next_expiry_at, next_expiry_points FROM member_points"
    " WHERE member_id = :id",
    "tier_now": "SELECT tier, since AS since_at, window_spend_fen, window_orders, window_growth FROM member_tier WHERE member_id = :id",
    "tiers_held": "SELECT tier, source, reason, starts_at, ends_at, revoked_at FROM tier_override WHERE member_id = :id ORDER BY id",
    "promises": "SELECT what_zh, what_en, occasion, status, due_day, done_at, note FROM obligation WHERE member_id = :id ORDER BY id",
    "goodwill": "SELECT kind, value, what, reason, occurred_at FROM goodwill WHERE member_id = :id ORDER BY id",
    "exchanges": "SELECT points, status, claimed_at, cancelled_at FROM reward_claim WHERE member_id = :id ORDER BY id",
    "partner_codes": "SELECT n.name AS partner, c.code, c.given_at, c.used_at FROM partner_code c JOIN partner n ON n.id = c.partner_id"
    " WHERE c.member_id = :id ORDER BY c.id",
    "paid_plans": "SELECT tier, months, paid_fen, starts_at, ends_at, occurred_at FROM plan_purchase WHERE member_id = :id ORDER BY id",
    "stored_value": "SELECT kind, amount_fen, route, order_no, note, occurred_at FROM stored_transaction WHERE member_id = :id ORDER BY id",
    "looked_after_by": "SELECT person, since AS since_at FROM member_service WHERE member_id = :id",
    "calls": "SELECT listed_at, done_at, answer FROM call_task WHERE member_id = :id ORDER BY id",
    "decisions": "SELECT rule, occasion, arm, reason, channel, tier, decided_at FROM decision WHERE member_id = :id ORDER BY id",
    "not_counted": "SELECT mark, source, why, marked_at FROM member_mark WHERE member_id = :id",
    "lists": "SELECT l.name FROM static_list_member s JOIN static_list l ON l.id = s.list_id WHERE s.member_id = :id ORDER BY l.id",
    "groups_then": "SELECT g.subject, g.taken_at FROM segment_snapshot_member s JOIN segment_snapshot g ON g.id = s.snapshot_id"
    " WHERE s.member_id = :id ORDER BY g.id",
    "foreseen": "SELECT rhythm_days, next_day, r_score, f_score, m_score, rfm_group, alive_bp, expected_milli, value_fen"
    " FROM member_outlook WHERE member_id = :id",
}


def read_everything(session: Session, member_id: int) -> dict[str, list[dict[str, Any]]]:
    """By part the rows of one person."""
    return {
        name: [dict(row) for row in session.execute(text(statement), {"id": member_id}).mappings()]
        for name, statement in _PARTS.items()
    }
