"""Goods and repeat purchases: what sells, and what the last refresh learnt of who buys what with what and when again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.analytics.periods import Period
from core.clock import day_of
from core.documents.goods import LEAST_CASES, NAME, GoodsModel
from core.services.desk import Desk
from core.services.numbers import day_range
from core.services.shop_settings import load_settings
from core.store.queries import product_insight as queries
from core.store.queries.affinity import model_document

MOST = 50
_WHOLE = 10_000


@dataclass(frozen=True)
class SoldLine:
    """One product's sales of a period. ``margin_fen``: net of refunds and cost; at the usual margin where no cost is known."""

    id: int
    title: str
    category: str | None
    orders: int
    buyers: int
    repeat_buyers: int
    quantity: int
    sales_fen: int
    refund_fen: int
    margin_fen: int
    cost_known: bool

    @property
    def repeat_share(self) -> float | None:
        """Of the buyers those who ordered it twice or more in the period; None when they are too few."""
        return self.repeat_buyers / self.buyers if self.buyers >= LEAST_CASES else None


@dataclass(frozen=True)
class BestSellers:
    """The lines with the most sales, and the sales of all products of the category, or of the shop."""

    lines: list[SoldLine]
    sales_fen: int


@dataclass(frozen=True)
class GoodsView:
    """What was learnt, with the titles and categories of the products it names."""

    model: GoodsModel
    titles: Mapping[int, tuple[str, str | None]]

    @property
    def since(self) -> date:
        """The first day it looks back to."""
        return day_of(self.model.since)

    @property
    def until(self) -> date:
        """The last day it knows."""
        return day_of(self.model.until)

    def title(self, product: int) -> str:
        """The title of a product."""
        return self.titles[product][0]

    def category(self, product: int) -> str | None:
        """The category of a product."""
        return self.titles[product][1]


def read_best_sellers(desk: Desk, period: Period, *, category: str | None = None, limit: int = MOST) -> BestSellers:
    """The products with the most sales of a period, of one category or all."""
    with desk.db.read() as session:
        margin_bp = load_settings(session).margin_bp
        rows = queries.best_sellers(session, *day_range(period), category, limit)
    found = []
    for row in rows:
        sales, refund, quantity = int(row.sales_fen), int(row.refund_fen), int(row.quantity)
        net = sales - refund
        # What came back was not used up: the cost of the pieces goes with the money that stayed.
        kept = (
            net * margin_bp // _WHOLE if row.cost_fen is None else net - row.cost_fen * quantity * net // max(sales, 1)
        )
        counts = (int(row.orders), int(row.buyers), int(row.repeat_buyers), quantity, sales, refund)
        found.append(SoldLine(int(row.id), row.title, row.category, *counts, kept, row.cost_fen is not None))
    return BestSellers(found, int(rows[0].whole_fen) if rows else 0)


def read_goods(desk: Desk) -> GoodsView | None:
    """What the last refresh learnt of the goods; None before the first one."""
    with desk.db.read() as session:
        document = model_document(session, NAME)
        if document is None:
            return None
        model = GoodsModel.model_validate_json(document)
        named = {one for pair in (*model.order_pairs, *model.person_pairs) for one in (pair.a, pair.b)}
        return GoodsView(model, queries.titles(session, named))


def list_categories(desk: Desk) -> list[str]:
    """The shop's categories by name."""
    with desk.db.read() as session:
        return queries.categories(session)
