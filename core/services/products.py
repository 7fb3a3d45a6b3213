"""The goods of the shop: price and cost of each, as typed in by the owner; orders bring the goods themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from core.clock import day_number
from core.documents.canonical import LARGEST_FEN
from core.documents.enums import Area
from core.errors import Refusal
from core.rules.baskets import Goods
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import prices as queries

# What sold in these days says what baskets look like and what a product without a price goes for.
SOLD_DAYS = 180
MOST_ORDERS = 20_000
_WHOLE = 10_000


@dataclass(frozen=True)
class ProductLine:
    """One product; ``seen_fen``: the highest price a piece was sold for lately. ``orders``: those it was in lately."""

    id: int
    title: str
    category: str | None
    price_fen: int | None
    cost_fen: int | None
    seen_fen: int | None
    orders: int


@dataclass(frozen=True)
class ProductEdit:
    """What a product's price and cost become; None: not known."""

    price_fen: int | None
    cost_fen: int | None


@dataclass(frozen=True)
class Sold:
    """The goods that have a price, by id, and the lines sold lately as (order, product, pieces)."""

    goods: Mapping[int, Goods]
    lines: list[tuple[int, int, int]]
    orders: int


def list_products(desk: Desk, *, now: datetime) -> list[ProductLine]:
    """Every product, those in most orders first."""
    with desk.db.read() as session:
        lines = queries.recent_lines(session, _since(desk, now), MOST_ORDERS)
        rows = queries.list_products(session)
    seen: dict[int, int] = {}
    orders: dict[int, set[int]] = {}
    for line in lines:
        if line.quantity > 0:
            seen[line.product_id] = max(seen.get(line.product_id, 0), line.amount_fen // line.quantity)
            orders.setdefault(line.product_id, set()).add(line.order_id)
    found = [
        ProductLine(
            row.id, row.title, row.category, row.price_fen, row.cost_fen, seen.get(row.id), len(orders.get(row.id, ()))
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.orders, one.id))


def edit_products(desk: Desk, actor: Actor, edits: Mapping[int, ProductEdit], *, now: datetime) -> int:
    """Change prices and costs; how many products changed. Refuses ``product_unknown``, ``product_amount``."""
    for edit in edits.values():
        for fen in (edit.price_fen, edit.cost_fen):
            if fen is not None and not 0 <= fen <= LARGEST_FEN:
                raise Refusal("product_amount")
    with desk.db.write(Area.ORDERS) as session:
        held = {row.id: ProductEdit(row.price_fen, row.cost_fen) for row in queries.list_products(session)}
        if unknown := set(edits) - set(held):
            raise Refusal("product_unknown", product=min(unknown))
        changed = {number: edit for number, edit in edits.items() if held[number] != edit}
        for number, edit in sorted(changed.items()):
            queries.set_product(session, number, {"price_fen": edit.price_fen, "cost_fen": edit.cost_fen})
        if changed:
            record(session, actor.name, "products.edited", "products", now=now, count=len(changed), ids=list(changed))
    return len(changed)


def load_sold(session: Session, desk: Desk, now: datetime) -> Sold:
    """What was sold lately, and the goods with a price: the one typed in, else the highest that was paid for a piece.

    A product without a cost is reckoned at the shop's usual margin.
    """
    lines = queries.recent_lines(session, _since(desk, now), MOST_ORDERS)
    margin = load_settings(session).margin_bp
    seen: dict[int, int] = {}
    for line in lines:
        if line.quantity > 0:
            seen[line.product_id] = max(seen.get(line.product_id, 0), line.amount_fen // line.quantity)
    goods = {}
    for row in queries.list_products(session):
        price = row.price_fen if row.price_fen is not None else seen.get(row.id)
        if price:
            cost = price * (_WHOLE - margin) // _WHOLE if row.cost_fen is None else row.cost_fen
            goods[row.id] = Goods(row.id, row.title, row.category, price, cost, row.cost_fen is None)
    sold = [(line.order_id, line.product_id, line.quantity) for line in lines]
    return Sold(goods, sold, len({order for order, _, _ in sold}))


def _since(desk: Desk, now: datetime) -> int:
    return day_number(desk.zone.day(now) - timedelta(days=SOLD_DAYS))
