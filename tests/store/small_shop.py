"""A small random shop for tests: plain rows that a test's oracle reads, and the same rows in a store."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.clock import ShopZone, day_number
from core.documents.enums import Arm, CampaignStatus, ImportKind, OrderStatus, VersionStatus
from core.documents.segment_fields import RFM_GROUPS
from core.store.database import Database
from core.store.queries.profiles import rebuild_profiles
from core.store.tables import (
    Campaign,
    Decision,
    ImportBatch,
    Member,
    MemberTag,
    MemberTier,
    Order,
    OrderItem,
    Product,
    RuleVersion,
)
from tests.store.small_shop_touches import save_touches

NOW = datetime(2026, 2, 27, 6, tzinfo=UTC)
ZONE = ShopZone()
TODAY = day_number(ZONE.day(NOW))
TIERS = ("regular", "silver", "vip")
CATEGORIES = ("奶粉", "纸尿裤", None)
TITLES = ("A2 奶粉 3段", "a2奶粉_礼盒", "纸尿裤 100% 棉 L", "É 杯")


@dataclass
class SmallShop:
    """Plain rows, as dicts by column."""

    members: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    tiers: dict[int, dict[str, Any]] = field(default_factory=dict)
    tags: set[tuple[int, str]] = field(default_factory=set)
    arms: dict[int, str | None] = field(default_factory=dict)
    outlooks: dict[int, dict[str, Any]] = field(default_factory=dict)
    points: dict[int, dict[str, Any]] = field(default_factory=dict)
    coupons: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[int, datetime | None]] = field(default_factory=list)
    deeds: list[dict[str, Any]] = field(default_factory=list)
    own: dict[tuple[int, str], str | int] = field(default_factory=dict)
    listed: set[int] = field(default_factory=set)
    plans: list[dict[str, Any]] = field(default_factory=list)


def make_shop(seed: int, people: int = 40) -> SmallShop:
    """A shop of a few dozen people with everything that can be missing missing somewhere."""
    rng = random.Random(seed)
    shop = SmallShop()
    for number, title in enumerate(TITLES, 1):
        category = CATEGORIES[(number - 1) // 2] if number < 4 else None
        shop.products.append(
            {"id": number, "platform": "shop", "product_key": f"p{number}", "title": title, "category": category}
        )
    for member_id in range(1, people + 1):
        shop.members.append(_member(rng, member_id))
        for _ in range(rng.choice((0, 1, 1, 2, 5))):
            _order(rng, shop, member_id)
        if rng.random() < 0.6:
            missing = rng.choice((None, 0, 50_00, 99_99, 100_00, 200_00))
            shop.tiers[member_id] = {
                "tier": rng.choice(TIERS),
                "missing_fen": missing,
                "missing_orders": rng.choice((None, 1, 3)),
                "missing_growth": rng.choice((None, 50, 150)),
                "window_growth": rng.choice((0, 7, 100, 500)),
            }
        shop.tags |= {(member_id, tag) for tag in ("母婴", "%", "老客_1") if rng.random() < 0.3}
        shop.arms[member_id] = rng.choice((None, "treated", "held_out"))
    _order(rng, shop, None)
    for member_id in range(1, people + 1):
        _foreseen(rng, shop, member_id)
        _touched(rng, shop, member_id)
    return shop


def _member(rng: random.Random, member_id: int) -> dict[str, Any]:
    year = rng.choice((None, 1990, 2000, 2006))
    born = rng.choice((None, (2, 28), (2, 29), (3, 1), (3, 6), (12, 31), (rng.randint(1, 12), rng.randint(1, 28))))
    joined = rng.choice((None, NOW - timedelta(hours=rng.randint(0, 24 * 60)), NOW + timedelta(hours=1)))
    return {
        "id": member_id,
        "public_id": f"m{member_id}",
        "platform": "shop",
        "nickname": rng.choice((None, f"小{member_id}")),
        "gender": rng.choice((None, "female", "male")),
        "birth_year": year,
        "birth_month": born and born[0],
        "birth_day": born and born[1],
        "province": rng.choice((None, "浙江", "广东", "上海")),
        "city": rng.choice((None, "杭州", "深圳", "")),
        "joined_at": joined,
        "grade": rng.choice((None, 0, 1, 2)),
        "source": rng.choice((None, "直播", "扫码")),
        "phone_cipher": rng.choice((None, b"p")),
        "email_cipher": rng.choice((None, b"e")),
        "consent_sms": rng.random() < 0.5,
        "consent_email": rng.random() < 0.5,
        "opted_out": rng.random() < 0.2,
        "personalised": rng.random() < 0.8,
        "recorded_at": NOW,
    }


def _foreseen(rng: random.Random, shop: SmallShop, member_id: int) -> None:
    """What is derived of a customer, and their points; of some nothing is, as before the first night."""
    bought = [order["shop_day"] for order in shop.orders if order["member_id"] == member_id and order["paid_fen"] > 0]
    if bought and rng.random() < 0.8:
        slipping = max(bought) + rng.choice((1, 5, 40))
        dormant = slipping + rng.choice((0, 5, 40))
        scored = rng.random() < 0.8
        shop.outlooks[member_id] = {
            "rhythm_days": rng.choice((1, 7, 30)),
            "next_day": max(bought) + rng.choice((1, 7, 30, 60)),
            "slipping_day": slipping,
            "dormant_day": dormant,
            "lost_day": dormant + rng.choice((0, 5, 40)),
            **{name: rng.randint(1, 5) if scored else None for name in ("r_score", "f_score", "m_score")},
            "rfm_group": rng.choice(RFM_GROUPS) if scored else None,
            "alive_bp": rng.choice((None, 0, 700, 701, 10_000)),
            "value_fen": rng.choice((None, 0, 50_00, 120_00)),
            "as_of_day": TODAY,
        }
    if rng.random() < 0.6:
        ends = rng.choice((None, NOW - timedelta(days=1), NOW + timedelta(days=rng.choice((0, 1, 7, 8)), hours=1)))
        points = {"active": rng.choice((0, 7, 30)), "debt": rng.choice((0, 0, 8)), "next_expiry_at": ends}
        shop.points[member_id] = {**points, "next_expiry_points": rng.choice((0, 5)), "pending": 3}


def _touched(rng: random.Random, shop: SmallShop, member_id: int) -> None:
    """Coupons, messages, deeds, own fields, the list, paid terms."""
    ago = (0, 1, 6, 7, 8, 30, 90)
    for _ in range(rng.choice((0, 0, 1, 3))):
        issued = NOW - timedelta(days=rng.choice(ago), hours=1)
        status = rng.choice(("issued", "redeemed", "expired", "void"))
        until = NOW + timedelta(days=rng.choice((1, 30) if status == "issued" and rng.random() < 0.7 else (-1, -7, 0)))
        issued = min(issued, until - timedelta(hours=2))
        used = NOW - timedelta(days=rng.choice(ago)) if status == "redeemed" else None
        offer = rng.choice((1, 2))
        coupon = {"member_id": member_id, "offer_id": offer, "status": status, "issued_at": issued}
        shop.coupons.append({**coupon, "valid_until": until, "used_at": used})
    for _ in range(rng.choice((0, 0, 1, 2, 3))):
        shop.sent.append((member_id, rng.choice((None, NOW - timedelta(days=rng.choice(ago), minutes=5)))))
    for _ in range(rng.choice((0, 0, 1, 3))):
        kind = rng.choice(("review", "share", "cart"))
        stars = rng.choice((None, 1, 3, 5)) if kind == "review" else None
        at = NOW - timedelta(days=rng.choice(ago), hours=rng.choice((0, 7, -1)))
        shop.deeds.append({"member_id": member_id, "kind": kind, "occurred_at": at, "stars": stars})
    values = {"skin": ("干", "油"), "baby": (500, 6_000, 12_500), "met": (TODAY - 7, TODAY), "vegan": (0, 1)}
    for code, known in values.items():
        if rng.random() < 0.5:
            shop.own[member_id, code] = rng.choice(known)
    if rng.random() < 0.3:
        shop.listed.add(member_id)
    for _ in range(rng.choice((0, 0, 1))):
        starts = NOW - timedelta(days=rng.choice((1, 40)))
        back = rng.choice((None, None, NOW - timedelta(hours=1), NOW + timedelta(days=1)))
        ends = starts + timedelta(days=rng.choice((20, 60)))
        shop.plans.append({"member_id": member_id, "starts_at": starts, "ends_at": ends, "back_at": back})


def _order(rng: random.Random, shop: SmallShop, member_id: int | None) -> None:
    number = len(shop.orders) + 1
    paid_at = rng.choice(
        (
            None,
            *[
                NOW - timedelta(hours=rng.choice((0, 5, 15, 24 * 7, 24 * 20, rng.randint(0, 24 * 60))))
                for _ in range(9)
            ],
        )
    )
    paid = rng.choice((0, 50_00, 120_00, rng.randint(1, 500_00))) if paid_at else 0
    shop.orders.append(
        {
            "id": number,
            "platform": "shop",
            "order_no": f"T{number}",
            "member_id": member_id,
            "status": OrderStatus.FINISHED,
            "paid_at": paid_at,
            "paid_fen": paid,
            "refund_fen": rng.choice((0, 0, paid, paid // 3)),
            "quantity": 1,
            "shop_day": paid_at and day_number(ZONE.day(paid_at)),
            "batch_id": 1,
            "recorded_at": NOW,
        }
    )
    for line in range(rng.randint(0, 2)):
        item = {
            "order_id": number,
            "line_no": str(line),
            "product_id": rng.randint(1, 4),
            "quantity": 1,
            "amount_fen": paid,
        }
        shop.items.append(item)


def save_shop(db: Database, shop: SmallShop) -> None:
    """Put the rows into an empty store, and derive the profiles as an import does."""
    with db.write() as session:
        session.add(
            ImportBatch(
                kind=ImportKind.ORDERS,
                file_name="f",
                file_hash="h",
                preset="mapped",
                platform="shop",
                actor="test",
                recorded_at=NOW,
            )
        )
        session.add(
            RuleVersion(status=VersionStatus.DRAFT, document="{}", document_hash="h", author="test", created_at=NOW)
        )
        _add(session, Member, shop.members)
        _add(session, Product, shop.products)
        session.add(
            Campaign(
                draft_key="k",
                name="c",
                goal="other",
                status=CampaignStatus.RUNNING,
                document="{}",
                document_hash="h",
                salt="s",
                author="test",
                created_at=NOW,
            )
        )
        session.flush()
        _add(session, Order, shop.orders)
        session.flush()
        _add(session, OrderItem, shop.items)
        _add(session, MemberTag, [{"member_id": member, "tag": tag} for member, tag in shop.tags])
        for member_id, tier in shop.tiers.items():
            session.add(
                MemberTier(
                    member_id=member_id,
                    since=NOW,
                    window_spend_fen=0,
                    window_orders=0,
                    rule_version_id=1,
                    evaluated_at=NOW,
                    **tier,
                )
            )
        for member_id, arm in shop.arms.items():
            if arm:
                session.add(
                    Decision(
                        rule="campaign:1",
                        occasion="launch",
                        campaign_id=1,
                        member_id=member_id,
                        arm=Arm(arm),
                        decided_at=NOW,
                    )
                )
        session.flush()
        rebuild_profiles(session)
        save_touches(session, shop)


def _add(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    session.add_all([table(**row) for row in rows])
