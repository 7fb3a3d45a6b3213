"""Load the demo shop into an empty store: facts through the driver, then the same profiles and tiers as any import."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlmodel import Session

from core.clock import ShopZone, from_micros, to_micros
from core.config import config
from core.demo.generate import generate
from core.demo.prices import demo_prices
from core.demo.shop import DemoShop
from core.documents.enums import Area, ImportKind, Purpose
from core.errors import Refusal
from core.services.actor import Actor
from core.services.demo_campaigns import add_campaigns
from core.services.demo_plans import add_paid_plan
from core.services.demo_promises import add_promises
from core.services.demo_rewards import add_reviews, add_rewards
from core.services.desk import Desk, demo_rules, open_desk, prepare_store
from core.services.price_settings import put_price_settings
from core.services.programme import review_programme
from core.services.shop_settings import load_settings, put_settings
from core.services.stage_orders import identity_key
from core.store.audit import record
from core.store.bulk import bulk_insert, reserve_ids
from core.store.database import Database
from core.store.migrate import rebuild
from core.store.queries import people, products, profiles
from core.store.tables import Consent, ImportBatch, MemberTag, Order, OrderItem, Product, Refund, Setting
from core.store.vault import Vault

TRUTH = "demo_truth"
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


@dataclass(frozen=True)
class DemoReport:
    """What the demo shop holds, and how long it took."""

    people: int
    orders: int
    campaigns: int
    seconds: float


def build_demo(
    desk: Desk,
    actor: Actor,
    *,
    now: datetime,
    members: int = 12_000,
    months: int = 24,
    seed: int = 618,
    progress: Callable[[float], None] | None = None,
) -> DemoReport:
    """Build the demo shop, ending at ``now``, in an empty store; refuses ``store_not_empty``."""
    started = time.monotonic()
    report = progress or (lambda share: None)
    with desk.db.read() as session:
        if profiles.count_people(session):
            raise Refusal("store_not_empty")
    zone = desk.zone
    shop = generate(members, months, seed, now=now, zone=zone)
    report(0.3)
    with desk.db.write(*Area) as session:
        settings = load_settings(session)
        put_settings(session, settings.model_copy(update={"shop_name": shop.name, "joined_rule": "file", "demo": True}))
        put_price_settings(session, demo_prices())
        _add_people(session, desk, shop, now)
        report(0.5)
        orders = _add_orders(session, shop, zone, actor, now)
        report(0.7)
        profiles.rebuild_profiles(session)
        profiles.rebuild_days(session)
        add_campaigns(session, desk, shop, orders, actor)
        add_reviews(session, actor)
        session.add(Setting(key=TRUTH, value=json.dumps(shop.truth, ensure_ascii=False)))
        record(session, actor.name, "demo.built", "store", now=now, count=len(shop.people), seed=seed)
    report(0.8)
    review_programme(desk, now=now)
    report(0.9)
    add_rewards(desk, actor, now=now, seed=seed)
    report(0.95)
    add_promises(desk, actor, now=now)
    add_paid_plan(desk, actor, len(shop.people), now=now)
    report(1.0)
    return DemoReport(len(shop.people), len(shop.orders), len(shop.campaigns), time.monotonic() - started)


def reset_demo(
    actor: Actor, *, now: datetime, members: int = 12_000, progress: Callable[[float], None] | None = None
) -> DemoReport:
    """Throw the demo store away, whatever was done in it, and build it again; the shop's own store is not touched.

    It takes the key in use, also where the old demo was sealed with another: there is nothing in it worth keeping.
    """
    desk = _open_whatever_its_key()
    try:
        rebuild(desk.db)
        prepare_store(desk.db, desk.vault, demo_rules())
        if progress:
            progress(0.02)
        return build_demo(desk, actor, now=now, progress=progress, members=members)
    finally:
        desk.close()


def _open_whatever_its_key() -> Desk:
    """The demo store to be rebuilt, with the key in use."""
    try:
        return open_desk("demo")
    except Refusal as refusal:
        if refusal.code != "key_wrong":
            raise
    settings = config()
    return Desk(Database(settings.url("demo")), Vault.open_file(settings.key_file, create=False), "demo")


def read_truth(desk: Desk) -> dict[str, object]:
    """What was planted in the demo store; refuses ``not_a_demo`` for any other."""
    with desk.db.read() as session:
        row = session.get(Setting, TRUTH)
    if row is None:
        raise Refusal("not_a_demo")
    found: dict[str, object] = json.loads(row.value)
    return found


def _plain(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as plain values, missing = None."""
    plain = frame.astype(object)
    rows: list[dict[str, object]] = plain.where(plain.notna(), None).to_dict("records")
    return rows


def _add_people(session: Session, desk: Desk, shop: DemoShop, now: datetime) -> None:
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


def _add_orders(session: Session, shop: DemoShop, zone: ShopZone, actor: Actor, now: datetime) -> dict[str, int]:
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
    goods = _plain(shop.products.assign(platform=shop.platform))
    bulk_insert(session, Product, tuple(goods[0]), [tuple(row.values()) for row in goods])
    keys = products.product_ids(session, shop.platform)
    ids = reserve_ids(session, Order, len(shop.orders))
    paid = shop.orders["paid_at"].notna() & (shop.orders["paid_fen"] > 0)
    days = pd.Series(pd.NA, index=shop.orders.index, dtype="Int64")
    days[paid] = zone.day_numbers(shop.orders.loc[paid, "paid_at"].to_numpy(dtype="int64"))
    frame = shop.orders.rename(columns={"number": "member_id", "created_at": "ordered_at"})
    frame = frame.assign(id=ids, shop_day=days, platform=shop.platform, batch_id=batch.id, recorded_at=at)
    frame["paid_at"] = frame["paid_at"].where(paid, pd.NA)
    bulk_insert(session, Order, ORDER, [tuple(row.values()) for row in _plain(frame[list(ORDER)])])
    by_number: dict[str, int] = dict(zip(shop.orders["order_no"], ids, strict=True))
    items = shop.items.assign(
        order_id=shop.items["order_no"].map(by_number),
        product_id=shop.items["product_key"].map(keys),
        line_no=shop.items["line_no"].astype(str),
    )
    bulk_insert(session, OrderItem, ITEM, [tuple(row.values()) for row in _plain(items[list(ITEM)])])
    refunded = frame[frame["refund_fen"] > 0]
    rows = zip(refunded["id"], refunded["refund_fen"], refunded["refunded_at"].fillna(at), strict=True)
    columns = ("order_id", "amount_fen", "occurred_at", "recorded_at")
    bulk_insert(session, Refund, columns, [(int(order), int(fen), int(when), at) for order, fen, when in rows])
    return by_number
