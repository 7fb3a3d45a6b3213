"""The goods whose purchase is a paid plan: found by a word, called by their titles, counted in the orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.services.desk import Desk
from core.store.queries import paid_plans as rows


@dataclass(frozen=True)
class Goods:
    """One product by its key."""

    key: str
    title: str


def find_goods(desk: Desk, needle: str) -> list[Goods]:
    """Goods whose title or key holds a text, at most twenty."""
    with desk.db.read() as session:
        return [Goods(row.product_key, row.title) for row in rows.find_products(session, needle.strip())]


def name_goods(desk: Desk, keys: Sequence[str]) -> list[Goods]:
    """The titles of some goods; those that no order has had yet are missing."""
    with desk.db.read() as session:
        return [Goods(row.product_key, row.title) for row in rows.read_products(session, keys)]


def count_orders(desk: Desk, keys: Sequence[str]) -> int:
    """How many order lines of these goods are nobody's purchase yet: saving the plan makes them purchases."""
    with desk.db.read() as session:
        return len(rows.unmatched_items(session, list(keys)))
