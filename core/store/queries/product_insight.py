"""What sold in a period, by product."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlmodel import Session

from core.store.queries.numbers import COUNTED, PAID

# First by product and person, so that who bought twice is seen; orders without a buyer are one nobody.
_SOLD = (
    "SELECT b.product_id AS id, p.title, p.category, p.cost_fen, sum(b.orders) AS orders, count(b.member_id) AS buyers,"
    " sum(CASE WHEN b.member_id IS NOT NULL AND b.orders >= 2 THEN 1 ELSE 0 END) AS repeat_buyers,"
    " sum(b.quantity) AS quantity, sum(b.sales_fen) AS sales_fen, sum(b.refund_fen) AS refund_fen,"
    " sum(sum(b.sales_fen)) OVER () AS whole_fen"
    " FROM (SELECT i.product_id, o.member_id, count(DISTINCT o.id) AS orders, sum(i.quantity) AS quantity,"
    "  sum(i.amount_fen) AS sales_fen, sum(i.refund_fen) AS refund_fen"
    "  FROM shop_order o JOIN order_item i ON i.order_id = o.id"
    f"  WHERE {PAID} AND (o.member_id IS NULL OR {COUNTED}) AND o.shop_day >= :first AND o.shop_day < :end"
    "  GROUP BY i.product_id, o.member_id) b"
    " JOIN product p ON p.id = b.product_id {where}"
    " GROUP BY b.product_id, p.title, p.category, p.cost_fen ORDER BY sum(b.sales_fen) DESC, b.product_id LIMIT :limit"
)


def best_sellers(session: Session, first: int, end: int, category: str | None, limit: int) -> list[Row[Any]]:
    """[id, title, category, cost_fen, orders, buyers, repeat_buyers, quantity, sales_fen, refund_fen, whole_fen], most sales first.

    ``whole_fen``: the sales of all products, also those beyond ``limit``.
    """
    names = {"first": first, "end": end, "limit": limit} | ({} if category is None else {"category": category})
    statement = text(_SOLD.format(where="" if category is None else "WHERE p.category = :category"))
    return list(session.execute(statement, names))


def titles(session: Session, product_ids: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """Title and category of some products."""
    statement = text("SELECT id, title, category FROM product WHERE id IN :ids")
    rows = session.execute(statement.bindparams(bindparam("ids", list(product_ids), expanding=True)))
    return {int(number): (str(title), category) for number, title, category in rows}


def categories(session: Session) -> list[str]:
    """Every category that a product has."""
    found = session.execute(text("SELECT DISTINCT category FROM product WHERE category IS NOT NULL ORDER BY category"))
    return [str(row[0]) for row in found]
