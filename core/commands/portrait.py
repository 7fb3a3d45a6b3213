"""One person's portrait for the command line: everything that is known, names and contacts masked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core.commands.output import money, table
from core.commands.shop import Shop
from core.i18n import translate
from core.rules.masking import mask_name, mask_nickname, mask_person, mask_phone_tail
from core.rules.tier_reasons import TierProof
from core.rules.tier_words import sentences
from core.services.members import Portrait

SHOWN = 5


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def portrait_json(portrait: Portrait) -> dict[str, Any]:
    """The portrait as one JSON object. Amounts in fen, instants ISO."""
    return {
        **_person(portrait),
        "profile": _profile(portrait),
        "tier": _tier(portrait),
        "tier_history": [
            {
                "at": change.changed_at.isoformat(),
                "from": change.from_tier,
                "to": change.to_tier,
                "reason": change.reason,
                "rule_version": change.rule_version_id,
            }
            for change in portrait.history
        ],
        "orders": [_order(order) for order in portrait.orders],
        "categories": [
            {"category": name, "orders": orders, "net_fen": net} for name, orders, net in portrait.categories
        ],
        "coupons": [_coupon(coupon) for coupon in portrait.coupons],
        "messages": [_touch(touch) for touch in portrait.touches],
        "tags": portrait.tags,
    }


def _person(portrait: Portrait) -> dict[str, Any]:
    member = portrait.member
    birthday = member.birth_month and member.birth_day and f"{member.birth_month:02d}-{member.birth_day:02d}"
    return {
        "id": member.id,
        "platform": member.platform,
        "name": mask_name(member.name) if member.name else None,
        "nickname": mask_nickname(member.nickname) if member.nickname else None,
        "phone": mask_phone_tail(member.phone_last4) if member.phone_last4 else None,
        "has_email": member.email_cipher is not None,
        "gender": member.gender,
        "birthday": birthday or None,
        "province": member.province,
        "city": member.city,
        "joined_at": _iso(member.joined_at),
        "joined_by": member.joined_by,
        "grade": member.grade,
        "source": member.source,
        "consent_sms": member.consent_sms,
        "consent_email": member.consent_email,
        "opted_out": member.opted_out,
        "identities": [
            {"platform": platform, "kind": kind, "label": mask_nickname(label) if label else None}
            for platform, kind, label in portrait.identities
        ],
    }


def _profile(portrait: Portrait) -> dict[str, Any] | None:
    profile = portrait.profile
    if profile is None:
        return None
    above, customers = portrait.spend_rank or (0, 0)
    return {
        "orders": profile.orders,
        "buying_days": profile.buying_days,
        "quantity": profile.quantity,
        "paid_fen": profile.paid_fen,
        "refund_fen": profile.refund_fen,
        "net_fen": profile.net_fen,
        "first_paid_at": profile.first_paid_at.isoformat(),
        "last_paid_at": profile.last_paid_at.isoformat(),
        "recency_days": portrait.recency_days,
        "usual_gap_days": portrait.usual_gap_days,
        "spend_rank": above + 1,
        "customers": customers,
    }


def _tier(portrait: Portrait) -> dict[str, Any] | None:
    tier = portrait.tier
    if tier is None:
        return None
    return {
        "tier": tier.tier,
        "since": tier.since.isoformat(),
        "rule_version": tier.rule_version_id,
        "window_spend_fen": tier.window_spend_fen,
        "window_orders": tier.window_orders,
        "next_tier": tier.next_tier,
        "missing_fen": tier.missing_fen,
        "missing_orders": tier.missing_orders,
        "drops_at": _iso(tier.drops_at),
        "drops_to": tier.drops_to,
    }


def _order(order: Any) -> dict[str, Any]:
    return {
        "order_no": order.order_no,
        "at": _iso(order.at),
        "paid": order.paid,
        "status": order.status.value,
        "paid_fen": order.paid_fen,
        "refund_fen": order.refund_fen,
        "items": [{"title": title, "quantity": quantity} for title, quantity in order.items],
    }


def _coupon(coupon: Any) -> dict[str, Any]:
    return {
        "code": coupon.code,
        "offer": coupon.offer,
        "value_fen": coupon.value_fen,
        "status": coupon.status,
        "rule": coupon.rule,
        "issued_at": coupon.issued_at.isoformat(),
        "valid_until": coupon.valid_until.isoformat(),
        "redeemed_at": _iso(coupon.redeemed_at),
        "discount_fen": coupon.discount_fen,
    }


def _touch(touch: Any) -> dict[str, Any]:
    return {
        "rule": touch.rule,
        "occasion": touch.occasion,
        "campaign": touch.campaign,
        "arm": touch.arm,
        "reason": touch.reason,
        "channel": touch.channel,
        "status": touch.status,
        "at": touch.at.isoformat(),
    }


def portrait_lines(shop: Shop, portrait: Portrait, proof: TierProof) -> Iterator[str]:
    """Who it is, the tier and why, what they buy, the last orders."""
    member, profile = portrait.member, portrait.profile
    place = " ".join(text for text in (member.province, member.city) if text)
    yield " · ".join(
        text for text in (mask_person(member.name, member.nickname, member.id or 0), f"#{member.id}", place) if text
    )
    if profile is None:
        yield shop.say("member.no_orders")
    else:
        rank, customers = portrait.spend_rank or (0, 0)
        yield shop.say(
            "member.orders",
            orders=f"{profile.orders:,}",
            net=money(profile.net_fen),
            rank=f"{rank + 1:,}",
            customers=f"{customers:,}",
            days=portrait.recency_days,
        )
    for key, params in sentences(proof, portrait.rules, shop.lang, shop.zone, shop.now):
        yield translate(shop.lang, key, **params)
    if portrait.categories:
        headers = [shop.say(f"column.{name}") for name in ("category", "orders", "net")]
        yield from table(headers, [(name, orders, money(net)) for name, orders, net in portrait.categories[:SHOWN]])
    if portrait.orders:
        headers = [shop.say(f"column.{name}") for name in ("time", "order_no", "paid", "refunds")]
        yield from table(
            headers,
            [
                (shop.moment(o.at) if o.at else None, o.order_no, money(o.paid_fen), money(o.refund_fen))
                for o in portrait.orders[:SHOWN]
            ],
        )
