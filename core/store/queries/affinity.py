"""What people bought, for what goods say of each other; the pairs kept of it, and the document beside them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, delete, select, text
from sqlmodel import Session, col

from core.clock import to_micros
from core.store.bulk import bulk_insert
from core.store.queries.facts import read_columns
from core.store.queries.numbers import COUNTED, PAID
from core.store.tables import FittedModel, Product, ProductPair

Ints = npt.NDArray[np.int64]

# What was sent back is not what somebody wanted; what was given away nobody chose.
KEPT = "i.amount_fen > i.refund_fen AND o.refund_fen < o.paid_fen"


def count_buyers(session: Session) -> int:
    """People with a paid order."""
    return int(session.execute(text("SELECT count(*) FROM member_profile")).scalar_one())


def read_purchases(session: Session, since: int, until: int, every: int) -> list[Ints]:
    """Member, product, shop day and order of the lines kept on the shop days ``[since, until]``, of one in ``every`` people."""
    statement = text(
        "SELECT o.member_id, i.product_id, o.shop_day, o.id FROM shop_order o JOIN order_item i ON i.order_id = o.id"
        f" WHERE {PAID} AND o.member_id IS NOT NULL AND {COUNTED} AND {KEPT}"
        " AND o.shop_day >= :since AND o.shop_day <= :until AND o.member_id % :every = 0"
    )
    return read_columns(session, statement.bindparams(since=since, until=until, every=every), 4)


def read_traits(session: Session, every: int) -> list[Row[Any]]:
    """[id, first_day, tier, gender, birth_year, province, city] of the same customers."""
    statement = text(
        "SELECT m.id, p.first_day, t.tier, m.gender, m.birth_year, m.province, m.city FROM member m"
        " JOIN member_profile p ON p.member_id = m.id LEFT JOIN member_tier t ON t.member_id = m.id"
        " WHERE m.not_counted IS NULL AND m.id % :every = 0 ORDER BY m.id"
    )
    return list(session.execute(statement, {"every": every}))


def product_categories(session: Session) -> list[Row[Any]]:
    """[id, category] of all products, by id."""
    return list(session.execute(select(col(Product.id), col(Product.category)).order_by(col(Product.id))))


def sold_since(session: Session, day: int) -> set[int]:
    """The products that anybody bought from a shop day on."""
    statement = text(
        "SELECT DISTINCT i.product_id FROM shop_order o JOIN order_item i ON i.order_id = o.id"
        " WHERE o.shop_day >= :day AND o.paid_fen > 0"
    )
    return {int(row[0]) for row in session.execute(statement, {"day": day})}


def replace_pairs(session: Session, rows: Iterable[tuple[int, int, int, int, float]]) -> None:
    """Put (product, other, rank, both, score) in the place of all that were kept."""
    session.execute(delete(ProductPair))
    bulk_insert(session, ProductPair, ("product_id", "other_id", "rank", "both", "score"), rows)


def replace_model(session: Session, name: str, as_of_day: int, document: str, now: datetime) -> None:
    """Put a fitted model in the place of the one of its name."""
    session.execute(delete(FittedModel).where(col(FittedModel.name) == name))
    columns = ("name", "as_of_day", "document", "fitted_at")
    bulk_insert(session, FittedModel, columns, [(name, as_of_day, document, to_micros(now))])


def model_document(session: Session, name: str) -> str | None:
    """The document of the newest fitted model of a name."""
    statement = select(col(FittedModel.document)).where(col(FittedModel.name) == name)
    found = session.execute(statement.order_by(col(FittedModel.as_of_day).desc(), col(FittedModel.id).desc()).limit(1))
    document = found.scalar_one_or_none()
    return None if document is None else str(document)


def neighbours(session: Session, product_ids: Iterable[int]) -> list[Row[Any]]:
    """[product_id, other_id, score, both] of the kept pairs of some products, nearest first."""
    columns = (col(ProductPair.product_id), col(ProductPair.other_id), col(ProductPair.score), col(ProductPair.both))
    statement = select(*columns).where(col(ProductPair.product_id).in_(list(product_ids)))
    return list(session.execute(statement.order_by(col(ProductPair.product_id), col(ProductPair.rank))))
