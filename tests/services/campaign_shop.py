"""A shop of a few hundred people for tests of campaigns: plain rows, as an import would leave them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from core.clock import ShopZone, day_number
from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.enums import ImportKind, OrderStatus, VersionStatus
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.database import Database
from core.store.queries.profiles import rebuild_profiles
from core.store.tables import ImportBatch, Member, MemberTier, Order, RuleVersion
from core.store.vault import Vault

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)  # ten in the morning of a Monday in Shanghai
OWNER = Actor.owner()
ZONE = ShopZone()
OFFER: dict[str, Any] = {
    "name": "老客券",
    "kind": "threshold",
    "value": 20_00,
    "threshold_fen": 100_00,
    "validity": {"kind": "relative", "days": 7},
}


def open_shop(db: Database, people: int = 60) -> Desk:
    """A desk on a store with so many people; every fifth is of the tier vip, every tenth opted out."""
    with db.write() as session:
        session.add(
            RuleVersion(status=VersionStatus.DRAFT, document="{}", document_hash="h", author="test", created_at=NOW)
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
        session.add_all(_member(number) for number in range(1, people + 1))
        session.flush()
        session.add_all(_tier(number) for number in range(1, people + 1))
        session.add_all(
            _order(number, f"before-{number}", NOW - timedelta(days=5 + number % 60), 100_00 + number)
            for number in range(1, people + 1, 3)
        )
        session.flush()
        rebuild_profiles(session)
    return Desk(db, Vault({1: b"k" * 32}), "shop")


def _member(number: int) -> Member:
    return Member(
        public_id=f"m{number}",
        platform="shop",
        nickname=f"小{number}",
        joined_at=NOW - timedelta(days=100),
        opted_out=number % 10 == 0,
        recorded_at=NOW,
    )


def _tier(number: int) -> MemberTier:
    return MemberTier(
        member_id=number,
        tier="vip" if number % 5 == 0 else "regular",
        since=NOW,
        window_spend_fen=0,
        window_orders=0,
        rule_version_id=1,
        evaluated_at=NOW,
    )


def add_order(
    db: Database,
    member_id: int | None,
    order_no: str,
    paid_at: datetime,
    paid_fen: int,
    refund_fen: int = 0,
    code: str | None = None,
) -> None:
    """One paid order, as an import would write it."""
    with db.write() as session:
        session.add(_order(member_id, order_no, paid_at, paid_fen, refund_fen, code))


def _order(
    member_id: int | None,
    order_no: str,
    paid_at: datetime,
    paid_fen: int,
    refund_fen: int = 0,
    code: str | None = None,
) -> Order:
    return Order(
        platform="shop",
        order_no=order_no,
        member_id=member_id,
        status=OrderStatus.FINISHED,
        paid_at=paid_at,
        paid_fen=paid_fen,
        refund_fen=refund_fen,
        quantity=1,
        shop_day=day_number(ZONE.day(paid_at)),
        coupon_code=code,
        batch_id=1,
        recorded_at=paid_at,
    )


def document(**changes: Any) -> CampaignDocument:
    """A campaign to everybody by the call list, a third left out."""
    plain: dict[str, Any] = {
        "name": "春季老客券",
        "goal": "win_back",
        "segment": {"all": []},
        "offer": OFFER,
        "message": {"text": "{昵称}，{优惠}，券码 {券码}，{有效期}前可用。"},
        "channels": ["call_list"],
        "hold_out_share": 0.3,
        "measure_days": 14,
    }
    return read_campaign(plain | changes)


def all_rows(session: Session, table: type[Any]) -> list[Any]:
    """All rows of a table, by id."""
    return list(session.exec(select(table).order_by(col(table.id))))
