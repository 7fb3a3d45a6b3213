"""Products, from the lines of imported orders."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session, col

from core.store.database import Database
from core.store.tables import Product


def upsert_products(session: Session, db: Database, platform: str, items: pd.DataFrame) -> list[int]:
    """Insert the products of ``items`` (product_key, title, category); a known one takes a new title, and a category if it has none.

    The known ones that took a category.
    """
    frame = items.drop_duplicates("product_key", keep="last")[["product_key", "title", "category"]].astype(object)
    rows = frame.where(frame.notna(), None).to_dict("records")
    if not rows:
        return []
    newest = session.execute(select(func.max(col(Product.id)))).scalar_one() or 0
    plain = select(col(Product.id)).where(col(Product.id) <= newest, col(Product.category).is_(None))
    before = set(session.scalars(plain))
    for row in rows:
        row["platform"] = platform
        row["title"] = (row["title"] or row["product_key"])[:512]
    statement = db.upsert(Product)
    excluded, stored = statement.excluded, Product.__table__.c  # type: ignore[attr-defined]
    statement = statement.on_conflict_do_update(
        index_elements=["platform", "product_key"],
        set_={"title": excluded.title, "category": func.coalesce(stored.category, excluded.category)},
        where=stored.title.is_distinct_from(excluded.title)
        | (stored.category.is_(None) & excluded.category.is_not(None)),
    )
    for start in range(0, len(rows), 1_000):
        session.execute(statement, rows[start : start + 1_000])
    return sorted(number for number in before - set(session.scalars(plain)) if number is not None)


def product_ids(session: Session, platform: str) -> dict[str, int]:
    """The ids of a platform's products by their key."""
    found = select(col(Product.product_key), col(Product.id)).where(col(Product.platform) == platform)
    return {str(key): int(number) for key, number in session.execute(found)}


def buyers_of(session: Session, products: Sequence[int]) -> list[int]:
    """Everybody with a line of one of some products, by id."""
    statement = text(
        "SELECT DISTINCT o.member_id FROM order_item i JOIN shop_order o ON o.id = i.order_id"
        " WHERE i.product_id IN :products AND o.member_id IS NOT NULL ORDER BY o.member_id"
    )
    found = session.execute(statement.bindparams(bindparam("products", list(products), expanding=True)))
    return [int(row[0]) for row in found]
