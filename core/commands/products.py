"""``show products``: what sells, what goes together, what comes next, and how well recommended goods do."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from core.commands.options import AsJson, End, Start
from core.commands.output import money, percent, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of

if TYPE_CHECKING:
    from core.documents.goods import Pair, Recall
    from core.services.product_insight import GoodsView, SoldLine


def add_to(app: typer.Typer) -> None:
    """Put the command under ``show``."""
    app.command(help=help_of("show.products"))(products)


def products(start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """Best sellers of a period, and what the last refresh learnt of the goods."""
    from core.services.product_insight import read_best_sellers, read_goods

    with open_shop() as shop:
        period = shop.period(start, end)
        sold, view = read_best_sellers(shop.desk, period).lines, read_goods(shop.desk)
        found = {
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "products": [_sold_json(one) for one in sold],
            **_learnt_json(view),
        }

        def lines() -> Iterator[str]:
            yield shop.say("show.period", **{"from": found["from"], "to": found["to"]})
            names = ("product", "goods_category", "orders", "buyers", "pieces", "sales", "refunds", "margin")
            yield from table(
                [shop.say(f"column.{name}") for name in names],
                [
                    (*(one.title[:24], one.category or "–", one.orders, one.buyers, one.quantity), *_yuan(one))
                    for one in sold[:20]
                ],
            )
            if view is None:
                yield shop.say("products.not_learnt")
                return
            for name, recall in (("new", view.model.recall_new), ("all", view.model.recall_all)):
                if recall is not None:
                    shares = {"ours": percent(recall.recommended), "popular": percent(recall.popular)}
                    yield shop.say(f"products.recall_{name}", people=f"{recall.people:,}", **shares)

        answer(as_json, found, lines)


def _yuan(one: "SoldLine") -> tuple[str, str, str]:
    return money(one.sales_fen), money(one.refund_fen), money(one.margin_fen)


def _sold_json(one: "SoldLine") -> dict[str, Any]:
    return {**asdict(one), "repeat_share": one.repeat_share}


def _learnt_json(view: "GoodsView | None") -> dict[str, Any]:
    """Of the document what the contract names; empty lists before the first refresh."""
    if view is None:
        return {"pairs": [], "person_pairs": [], "next_categories": [], "cycles": [], "likes": [], "recommend": None}
    model = view.model
    return {
        "as_of": view.until.isoformat(),
        "pairs": [_pair_json(view, one) for one in model.order_pairs],
        "person_pairs": [_pair_json(view, one) for one in model.person_pairs],
        "next_categories": [asdict(one) for one in model.follows],
        "cycles": [asdict(one) for one in model.cycles],
        "likes": [{**asdict(one), "index": one.index} for one in model.likes],
        "recommend": {
            **_recall_json("", model.recall_new),
            **_recall_json("all_goods_", model.recall_all),
            "held_out_days": model.until + 1 - model.cut,
        },
    }


def _pair_json(view: "GoodsView", one: "Pair") -> dict[str, Any]:
    """``a`` and ``b`` are product ids."""
    measures = ("lift", "confidence_ab", "confidence_ba", "conviction_ab", "conviction_ba")
    found = {**asdict(one), "title_a": view.title(one.a), "title_b": view.title(one.b)}
    return found | {name: getattr(one, name) for name in measures} | {"confidence": one.confidence_ab}


def _recall_json(prefix: str, recall: "Recall | None") -> dict[str, Any]:
    names = ("recall_at_10", "popularity_at_10", "people", "standard_error", "verdict")
    if recall is None:
        return {f"{prefix}{name}": None for name in names}
    values = (recall.recommended, recall.popular, recall.people, recall.error, recall.verdict)
    return {f"{prefix}{name}": value for name, value in zip(names, values, strict=True)}
