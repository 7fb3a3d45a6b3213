"""Put the facts of a demo shop into an empty store through the driver: people, products, orders, lines, refunds."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd
from sqlmodel import Session

from core.clock import ShopZone, from_micros, to_micros
from core.demo.shop import ShopFacts
from core.documents.enums import ImportKind, Purpose
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.stage_orders import identity_key
from core.store.bulk import bulk_insert, reserve_ids
from core.store.queries import people, products
from core.store.tables import Consent, ImportBatch, MemberTag, Order, OrderItem, Product, Refund

PERSON = (
    "number",
    "buyer_id",
    "nickname",
    "name",
    "gender",
    "province",
    "city",
    "joined_at",
    "source",
    "phone",
    "email",
    "grade",
)
ORDER: tuple[str, ...] = (
    "platform",
    "order_no",
    "member_id",
    "status",
    "ordered_at",
    "paid_at",
    "completed_at",
    "refunded_at",
    "paid_fen",
)
ORDER += ("refund_fen", "quantity", "shop_day", "province", "city", "coupon_code", "batch_id", "recorded_at", "id")
ITEM = ("order_id", "line_no", "product_id", "quantity", "amount_fen", "refund_fen")


def _tuples(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """Rows as tuples of plain values, missing = None; a column at a time, which is what a million lines need."""
    columns = []
    for name in frame.columns:
        column = frame[name].astype(object)
        columns.append(column.where(column.notna(), None).tolist())
    return zip(*columns, strict=True)


def _plain(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as plain values, missing = None."""
    plain = frame.astype(object)
    rows: list[dict[str, object]] = plain.where(plain.notna(), None).to_dict("records")
    return rows


def add_people(session: Session, desk: Desk, shop: ShopFacts, now: datetime) -> None:
    """Insert the people with their consents and tags, numbered as in the frame; refuses ``store_not_empty``."""
    rows = _plain(shop.people)
    own = identity_key("platform_id", shop.platform)
    for row in rows:
        row |= {
            "kind": "platform_id",
            "platform": shop.platform,
            "label": row["buyer_id"],
            "hash": desk.vault.fingerprint(own, str(row["buyer_id"])),
            "joined_by": "file" if row["joined_at"] is not None else None,
            "birth_year": row["birthday_year"],
            "birth_month": row["birthday_month"],
            "birth_day": row["birthday_day"],
        }
    ids = people.add_people(session, desk.vault, rows, platform=shop.platform, now=now)
    if ids != [row["number"] for row in rows]:
        raise Refusal("store_not_empty")
    at = to_micros(now)
    consents = [
        (row["number"], channel, Purpose.MARKETING.value, True, "入会授权", row[f"consent_{channel}_at"] or at, at)
        for row in rows
        for channel in ("sms", "email")
        if row[f"consent_{channel}"]
    ]
    columns = ("member_id", "channel", "purpose", "granted", "source", "occurred_at", "recorded_at")
    bulk_insert(session, Consent, columns, consents)
    people.flag_consents(session)
    tags = [(row["number"], tag) for row in rows for tag in row["tags"] or ()]  # type: ignore[attr-defined]
    bulk_insert(session, MemberTag, ("member_id", "tag"), tags)


def add_orders(session: Session, shop: ShopFacts, zone: ShopZone, actor: Actor, now: datetime) -> dict[str, int]:
    """Insert products, orders, lines and refunds; returns the order ids by order number."""
    at = to_micros(now)
    batch = ImportBatch(
        kind=ImportKind.ORDERS,
        file_name="demo",
        file_hash="demo",
        preset="demo",
        platform=shop.platform,
        rows=len(shop.orders),
        accepted=len(shop.orders),
        orders_new=len(shop.orders),
        people_new=len(shop.people),
        paid_fen=int(shop.orders["paid_fen"].sum()),
        refunded_fen=int(shop.orders["refund_fen"].sum()),
        actor=actor.name,
        recorded_at=from_micros(shop.data_until),
    )
    session.add(batch)
    session.flush()
    goods = shop.products.assign(platform=shop.platform)
    bulk_insert(session, Product, tuple(goods.columns), _tuples(goods))
    keys = products.product_ids(session, shop.platform)
    ids = reserve_ids(session, Order, len(shop.orders))
    paid = shop.orders["paid_at"].notna() & (shop.orders["paid_fen"] > 0)
    days = pd.Series(pd.NA, index=shop.orders.index, dtype="Int64")
    days[paid] = zone.day_numbers(shop.orders.loc[paid, "paid_at"].to_numpy(dtype="int64"))
    frame = shop.orders.rename(columns={"number": "member_id", "created_at": "ordered_at"})
    frame = frame.assign(id=ids, shop_day=days, platform=shop.platform, batch_id=batch.id, recorded_at=at)
    frame["paid_at"] = frame["paid_at"].where(paid, pd.NA)
    bulk_insert(session, Order, ORDER, _tuples(frame[list(ORDER)]))
    by_number: dict[str, int] = dict(zip(shop.orders["order_no"], ids, strict=True))
    items = shop.items.assign(
        order_id=shop.items["order_no"].map(by_number),
        product_id=shop.items["product_key"].map(keys),
        line_no=shop.items["line_no"].astype(str),
    )
    bulk_insert(session, OrderItem, ITEM, _tuples(items[list(ITEM)]))
    refunded = frame[frame["refund_fen"] > 0]
    rows = zip(refunded["id"], refunded["refund_fen"], refunded["refunded_at"].fillna(at), strict=True)
    columns = ("order_id", "amount_fen", "occurred_at", "recorded_at")
    bulk_insert(session, Refund, columns, [(int(order), int(fen), int(when), at) for order, fen, when in rows])
    return by_number
