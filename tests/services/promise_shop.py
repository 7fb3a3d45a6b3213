"""A shop of a dozen members with a rule document of its own, for tests of what was promised."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.clock import ShopZone, day_number
from core.documents.benefits import Benefit, Cell
from core.documents.enums import ImportKind, OrderStatus, VersionStatus
from core.documents.rules import RuleDocument, Tier
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.database import Database
from core.store.tables import ImportBatch, Member, MemberTier, Order, RuleVersion
from core.store.vault import Vault

NOW = datetime(2027, 3, 2, 2, tzinfo=UTC)  # ten in the morning of 2 March in Shanghai
OWNER = Actor.owner()
ZONE = ShopZone()
TIERS = (
    Tier(code="regular", name_zh="普通", name_en="Regular", min_spend_fen=0, min_orders=0),
    Tier(code="vip", name_zh="贵宾", name_en="VIP", min_spend_fen=1_000_00, min_orders=None),
)


def benefit(code: str, kind: str, period: str, tiers: tuple[str, ...] = ("vip",), **options: Any) -> Benefit:
    """One benefit with the same cell for each tier."""
    cell = {name: options.pop(name) for name in ("quantity", "level", "cost_fen") if name in options}
    cells = {tier: Cell(period=period, value_zh="礼盒", value_en="box", **cell) for tier in tiers}
    return Benefit(code=code, kind=kind, name_zh=f"权益{code}", name_en=code, cells=cells, **options)


def open_shop(db: Database, *benefits: Benefit, people: int = 12) -> Desk:
    """A desk on a store with so many members, every second of them vip, born on 1 to 12 March."""
    document = RuleDocument(tiers=TIERS, benefits=benefits)
    with db.write() as session:
        session.add(
            RuleVersion(
                status=VersionStatus.PUBLISHED,
                document=document.canonical(),
                document_hash=document.digest(),
                author="test",
                created_at=NOW,
                published_at=NOW,
            )
        )
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
        for number in range(1, people + 1):
            session.add(
                Member(
                    public_id=f"m{number}",
                    platform="shop",
                    nickname=f"小{number}",
                    birth_month=3,
                    birth_day=(number - 1) % 28 + 1,
                    joined_at=NOW - timedelta(days=100),
                    recorded_at=NOW,
                )
            )
        session.flush()
        for number in range(1, people + 1):
            session.add(
                MemberTier(
                    member_id=number,
                    tier="vip" if number % 2 == 0 else "regular",
                    since=NOW - timedelta(days=50),
                    window_spend_fen=0,
                    window_orders=0,
                    rule_version_id=1,
                    evaluated_at=NOW,
                )
            )
    return Desk(db, Vault({1: b"k" * 32}), "shop")


def add_order(
    desk: Desk,
    member_id: int,
    order_no: str,
    *,
    paid_at: datetime = NOW,
    status: OrderStatus = OrderStatus.PAID,
    receiver: str | None = None,
    paid_fen: int = 100_00,
) -> None:
    """One paid order of a member."""
    with desk.db.write() as session:
        session.add(
            Order(
                platform="shop",
                order_no=order_no,
                member_id=member_id,
                status=status,
                paid_at=paid_at,
                paid_fen=paid_fen,
                shop_day=day_number(ZONE.day(paid_at)),
                receiver_cipher=None if receiver is None else desk.vault.seal(receiver),
                batch_id=1,
                recorded_at=paid_at,
            )
        )
