"""A temporary store with many people and ten orders each, written as fast as the driver takes it: what benches measure on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.clock import DAY_MICROSECONDS, DEFAULT_ZONE, ShopZone, to_micros
from core.documents.enums import ImportKind, OrderStatus
from core.services.desk import Desk, prepare_store
from core.store.bulk import bulk_insert, reserve_ids, without_indexes
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.tables import ImportBatch, Member, Order, OrderItem, Product
from core.store.vault import Vault

Ints = npt.NDArray[np.int64]

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
ORDERS_EACH = 10
DAYS = 1_095
PLATFORM = "bench"
CATEGORIES = ("奶粉", "纸尿裤", "辅食", "洗护", "服饰", "玩具")
PRODUCTS = 120
PROVINCES = ("浙江省", "广东省", "江苏省", "四川省", "北京市", "河南省")
_CHUNK = 250_000
_ZONE = ShopZone(DEFAULT_ZONE)


def open_bench_store(path: Path) -> Desk:
    """A SQLite file at the present schema, new or built before."""
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    return Desk(db, Vault({1: b"bench store, nothing secret here"}), "shop")


def build_bench_store(path: Path, members: int, *, seed: int, orders_each: int = ORDERS_EACH) -> Desk:
    """A SQLite file with people, goods, orders of three years ending at ``NOW``, and one line each; ids run in time."""
    desk = open_bench_store(path)
    db = desk.db
    prepare_store(db, desk.vault)
    rng = np.random.default_rng(seed)
    with db.write() as session:
        session.add(_batch(members * orders_each))
        session.flush()
        bulk_insert(session, Product, ("id", "platform", "product_key", "title", "category", "price_fen"), _products())
        bulk_insert(session, Member, _MEMBER, _members(members, rng))
        member, paid_at = _orders(members, orders_each, rng)
        day = _ZONE.day_numbers(paid_at)
        paid = rng.integers(20_00, 600_00, len(member))
        with without_indexes(session, Order, OrderItem):
            for first in range(0, len(member), _CHUNK):
                cut = slice(first, first + _CHUNK)
                rows = _order_rows(first, member[cut], paid_at[cut], day[cut], paid[cut])
                bulk_insert(session, Order, _ORDER, rows)
                bulk_insert(session, OrderItem, _ITEM, _item_rows(first, paid[cut], rng))
    return desk


def add_bench_orders(desk: Desk, members: int, count: int, *, seed: int) -> int:
    """New orders of people picked at random, on the last day; the id of their batch."""
    rng = np.random.default_rng(seed)
    with desk.db.write() as session:
        batch = _batch(count)
        session.add(batch)
        session.flush()
        assert batch.id is not None
        first = reserve_ids(session, Order, count)[0] - 1
        lines = reserve_ids(session, OrderItem, count)[0] - 1
        member = rng.integers(1, members + 1, count)
        at = to_micros(NOW) - rng.integers(0, DAY_MICROSECONDS // 2, count)
        paid = rng.integers(20_00, 600_00, count)
        rows = _order_rows(first, member, at, _ZONE.day_numbers(at), paid, batch.id)
        bulk_insert(session, Order, _ORDER, rows)
        bulk_insert(session, OrderItem, _ITEM, _item_rows(first, paid, rng, lines - first))
    return batch.id


_MEMBER = (
    *("id", "public_id", "platform", "nickname", "gender", "birth_year", "birth_month", "birth_day", "province"),
    *("joined_at", "joined_by", "consent_sms", "consent_email", "opted_out", "personalised", "recorded_at"),
)
_ORDER = (
    *("id", "platform", "order_no", "member_id", "status", "ordered_at", "paid_at", "paid_fen", "refund_fen"),
    *("quantity", "shop_day", "province", "batch_id", "recorded_at"),
)
_ITEM = ("id", "order_id", "line_no", "product_id", "quantity", "amount_fen", "refund_fen")


def _batch(orders: int) -> ImportBatch:
    return ImportBatch(
        kind=ImportKind.ORDERS,
        file_name="bench",
        file_hash="bench",
        preset="mapped",
        platform=PLATFORM,
        rows=orders,
        accepted=orders,
        orders_new=orders,
        actor="bench",
        recorded_at=NOW,
    )


def _products() -> Iterator[tuple[object, ...]]:
    for number in range(1, PRODUCTS + 1):
        category = CATEGORIES[number % len(CATEGORIES)]
        yield number, PLATFORM, f"g{number}", f"{category} {number}", category, 20_00 + number * 300


def _members(members: int, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    joined = to_micros(NOW - timedelta(days=DAYS))
    gender = rng.integers(0, 3, members).tolist()
    year, month, day = (rng.integers(low, high, members).tolist() for low, high in ((1965, 2006), (1, 13), (1, 29)))
    place = rng.integers(0, len(PROVINCES), members).tolist()
    agreed = (rng.random((members, 2)) < 0.5).tolist()
    for one in range(members):
        yield (
            *(one + 1, f"B{one + 1:08d}", PLATFORM, f"客户{one + 1}", (None, "female", "male")[gender[one]]),
            *(year[one], month[one], day[one], PROVINCES[place[one]], joined, "file", *agreed[one]),
            *(False, True, joined),
        )


def _orders(members: int, each: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Who and when (µs), in time: everybody one order, the others by how keen each is, at a rhythm of their own."""
    keen = np.cumsum(rng.gamma(1.5, 1.0, members))
    others = np.searchsorted(keen, rng.random(members * (each - 1)) * keen[-1])
    member = np.sort(np.concatenate([np.arange(members), others]))
    start = rng.random(members) * DAYS * 0.9
    life = (DAYS - start) * np.sqrt(rng.random(members))
    through = np.cumsum(rng.gamma(1.5, 1.0, len(member)))
    first, end = (np.searchsorted(member, np.arange(members), side=side) for side in ("left", "right"))
    whole = (
        np.append(through, through[-1] + 1.0)[end] - through[first]
    )  # to the next person's first: nobody ends at the end
    days = start[member] + life[member] * (through - through[first][member]) / whole[member]
    at = to_micros(NOW) - ((DAYS - days) * DAY_MICROSECONDS).astype(np.int64)
    order = np.argsort(at, kind="stable")
    return (member[order] + 1).astype(np.int64), at[order]


def _order_rows(
    first: int, member: Ints, at: Ints, day: Ints, paid: Ints, batch: int = 1
) -> Iterator[tuple[object, ...]]:
    """One in twelve was refunded."""
    ids = range(first + 1, first + len(member) + 1)
    place = [PROVINCES[one % len(PROVINCES)] for one in member.tolist()]
    back = np.where(np.arange(len(paid)) % 12 == 0, paid, 0).tolist()
    whole = zip(ids, member.tolist(), at.tolist(), paid.tolist(), back, day.tolist(), place, strict=True)
    finished = OrderStatus.FINISHED.value
    for number, who, when, fen, refund, shop_day, province in whole:
        head = (number, PLATFORM, f"N{number:09d}", who, finished, when, when, fen, refund)
        yield (*head, 1, shop_day, province, batch, when)


def _item_rows(first: int, paid: Ints, rng: np.random.Generator, ahead: int = 0) -> Iterator[tuple[object, ...]]:
    product = rng.integers(1, PRODUCTS + 1, len(paid)).tolist()
    for place, (goods, fen) in enumerate(zip(product, paid.tolist(), strict=True)):
        number = first + place + 1
        yield number + ahead, number, "1", goods, 1, fen, 0 if place % 12 else fen
