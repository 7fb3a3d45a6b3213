"""The rows of a small random shop beside trade: what is foreseen, points, coupons, messages, deeds, own fields, lists, terms."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from core.documents.enums import CouponStatus, MessageStatus, Purpose, RedemptionKind
from core.store.tables import (
    Coupon,
    CustomField,
    CustomValue,
    Decision,
    Interaction,
    MemberOutlook,
    MemberPoints,
    MessageTemplate,
    Offer,
    OutboxMessage,
    PaidPlan,
    PlanPurchase,
    PlanRefund,
    Redemption,
    StaticList,
    StaticListMember,
)

if TYPE_CHECKING:
    from tests.store.small_shop import SmallShop

AT = datetime.fromisoformat("2026-02-27T06:00:00+00:00")
KINDS = {"skin": "choice", "baby": "number", "met": "date", "vegan": "flag"}


def save_touches(session: Session, shop: "SmallShop") -> None:
    """Put these rows into a store that has the people."""
    for member_id, outlook in shop.outlooks.items():
        session.add(MemberOutlook(member_id=member_id, **outlook))
    for member_id, points in shop.points.items():
        session.add(MemberPoints(member_id=member_id, evaluated_at=AT, **points))
    _save_coupons(session, shop)
    _save_messages(session, shop)
    for number, deed in enumerate(shop.deeds):
        session.add(Interaction(key=str(number), actor="test", recorded_at=AT, **deed))
    for number, (code, kind) in enumerate(KINDS.items(), 1):
        session.add(CustomField(id=number, code=code, name=code, kind=kind, created_at=AT))
    session.add(StaticList(id=1, name="l", author="test", created_at=AT))
    session.add(PaidPlan(id=1, document="{}", document_hash="h", saved_at=AT))
    session.flush()
    numbers = {code: number for number, code in enumerate(KINDS, 1)}
    for (member_id, code), value in shop.own.items():
        kept: dict[str, Any] = {"text": value} if isinstance(value, str) else {"number": value}
        session.add(CustomValue(member_id=member_id, field_id=numbers[code], **kept))
    session.add_all([StaticListMember(list_id=1, member_id=member_id) for member_id in shop.listed])
    for number, plan in enumerate(shop.plans, 1):
        term = {name: plan[name] for name in ("member_id", "starts_at", "ends_at")}
        fixed = {"plan_id": 1, "paid_fen": 1, "months": 1, "actor": "test", "occurred_at": AT, "recorded_at": AT}
        session.add(PlanPurchase(id=number, key=str(number), **term, **fixed))
        session.flush()
        if plan["back_at"]:
            back = {"refunded_fen": 1, "actor": "test", "refunded_at": plan["back_at"], "recorded_at": AT}
            session.add(PlanRefund(purchase_id=number, **back))
    session.flush()


def _save_coupons(session: Session, shop: "SmallShop") -> None:
    for number in (1, 2):
        session.add(Offer(id=number, name=f"o{number}", document="{}", document_hash="h", created_at=AT))
    session.flush()
    for number, coupon in enumerate(shop.coupons, 1):
        known = {name: coupon[name] for name in ("member_id", "offer_id", "issued_at", "valid_until")}
        fixed = {"rule": "campaign:1", "value_fen": 1, "valid_from": coupon["issued_at"]}
        session.add(Coupon(id=number, status=CouponStatus(coupon["status"]), **known, **fixed))
        session.flush()
        if coupon["used_at"]:
            used = {"occurred_at": coupon["used_at"], "recorded_at": AT, "discount_fen": 1, "actor": "test"}
            session.add(Redemption(coupon_id=number, kind=RedemptionKind.EXPLICIT, source="desk", **used))


def _save_messages(session: Session, shop: "SmallShop") -> None:
    session.add(MessageTemplate(hash="h", subject="", text=""))
    for number, (member_id, _) in enumerate(shop.sent):
        told = {"rule": "journey:x", "occasion": str(number), "member_id": member_id, "decided_at": AT}
        session.add(Decision(id=10_000 + number, reason="cap", **told))
    session.flush()
    for number, (member_id, at) in enumerate(shop.sent):
        told = {"decision_id": 10_000 + number, "member_id": member_id, "rule": "journey:x", "occasion": str(number)}
        status = MessageStatus.SENT if at else MessageStatus.PENDING
        when = {"not_before": AT, "deadline": AT, "created_at": AT, "sent_at": at, "tried_at": at}
        way: dict[str, Any] = {"channel": "practice", "purpose": Purpose.MARKETING, "template_hash": "h"}
        session.add(OutboxMessage(status=status, **told, **when, **way))
