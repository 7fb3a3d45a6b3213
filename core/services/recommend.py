"""Goods to show one person next, each with why; for who does not want to be judged by what they did, what sells most."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from core.clock import day_number
from core.documents.goods import NAME, GoodsModel
from core.errors import Refusal
from core.rules.suggestions import (
    LOOK_DAYS,
    LOOKS,
    Bought,
    Look,
    Reason,
    Suggestion,
    fill,
    fit_price,
    outgrown,
    price_band,
    ranked,
    stage_of,
    suggest,
)
from core.services.desk import Desk
from core.store.queries import affinity
from core.store.queries import recommend as queries
from core.store.queries.prices import recent_lines

CANDIDATES = 60  # the strongest, whose prices are looked at
BEST_DAYS, BEST_ORDERS = 90, 5_000  # what sells most in a shop that was not refreshed yet
HALF_LIFE_DAYS = 90.0  # as core.analytics.affinity weighs purchases


@dataclass(frozen=True)
class Recommended:
    """A product and why; ``because_title`` the product that led to it, ``days`` ago for a cycle of ``cycle_days``."""

    product_id: int
    title: str
    category: str | None
    price_fen: int | None
    reason: Reason
    because_title: str | None
    score: float
    days: int | None = None
    cycle_days: int | None = None


@dataclass(frozen=True)
class _Shop:
    """What the last refresh learnt of the goods."""

    best: tuple[int, ...]
    best_of: Mapping[str, tuple[int, ...]]
    entry: str | None
    cycles: Mapping[str, int]
    gone: frozenset[int]


def recommend_goods(desk: Desk, member_id: int, *, limit: int = 3, now: datetime) -> list[Recommended]:
    """The goods to show a person, the strongest first; empty in a shop without goods. Refuses ``member_unknown``."""
    today = day_number(desk.zone.day(now))
    with desk.db.read() as session:
        personalised = queries.is_personalised(session, member_id)
        if personalised is None:
            raise Refusal("member_unknown", member=member_id)
        shop = _shop(session, today)
        if not personalised:
            return _shown(session, fill(shop.best[:limit], Reason.NOT_PERSONALISED, set()))
        lines = queries.own_lines(session, member_id, today)
        bought = [_bought(line, today) for line in lines]
        looks = _looks(session, desk, member_id, now)
        near = _near(session, {one.product for one in bought} | {look.product for look in looks})
        past = _outgrown(session, bought)
        found = suggest(bought, looks, near, shop.cycles, today)
        found = past([one for one in found if one.product not in shop.gone])
        found = _fitting(session, bought, found[:CANDIDATES])[:limit]
        if len(found) < limit:
            found += past(_filled(shop, bought, found))[: limit - len(found)]
        return _shown(session, found)


def _shop(session: Session, today: int) -> _Shop:
    document = affinity.model_document(session, NAME)
    if document is None:
        count = Counter(line.product_id for line in recent_lines(session, today - BEST_DAYS, BEST_ORDERS))
        return _Shop(tuple(product for product, _ in count.most_common(50)), {}, None, {}, frozenset())
    model = GoodsModel.model_validate_json(document)
    return _Shop(
        tuple(one.product for one in model.best),
        model.best_of,
        model.entry,
        {one.category: one.median_days for one in model.cycles if one.median_days},
        frozenset(model.gone),
    )


def _bought(line: Row[Any], today: int) -> Bought:
    back = line.refund_fen >= line.amount_fen > 0 or line.order_refund_fen >= line.paid_fen
    weight = 0.5 ** (max(today - line.shop_day, 0) / HALF_LIFE_DAYS)
    return Bought(line.product_id, line.category, line.shop_day, line.quantity, line.amount_fen, back, weight)


def _looks(session: Session, desk: Desk, member_id: int, now: datetime) -> list[Look]:
    """Cart, favourites and visits that name a product of the shop."""
    rows = queries.own_looks(session, member_id, [kind.value for kind in LOOKS], now - timedelta(days=LOOK_DAYS + 1))
    named = queries.products_named(session, {row.subject for row in rows})
    return [
        Look(named[row.subject], Reason(row.kind), day_number(desk.zone.day(row.occurred_at)))
        for row in rows
        if row.subject in named and row.occurred_at <= now
    ]


def _near(session: Session, products: set[int]) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = {}
    for row in affinity.neighbours(session, products) if products else ():
        found.setdefault(int(row.product_id), []).append((int(row.other_id), float(row.score)))
    return found


def _outgrown(session: Session, bought: list[Bought]) -> Callable[[list[Suggestion]], list[Suggestion]]:
    """What takes out the goods of a stage that the person has passed."""
    stages: dict[str | None, int] = {}
    for row in queries.goods(session, {one.product for one in bought if not one.back}).values():
        stages[row.category] = max(stages.get(row.category, 0), stage_of(row.title) or 0)

    def kept(found: list[Suggestion]) -> list[Suggestion]:
        known = queries.goods(session, {one.product for one in found}) if any(stages.values()) else {}
        return [
            one
            for one in found
            if one.product not in known or not outgrown(known[one.product].title, known[one.product].category, stages)
        ]

    return kept


def _fitting(session: Session, bought: list[Bought], found: list[Suggestion]) -> list[Suggestion]:
    """The same by how well their price suits the person; what somebody already buys does."""
    known = queries.goods(session, {one.product for one in found})
    bands = {row.category: price_band(bought, row.category) for row in known.values()}
    return ranked(
        one
        if one.reason is Reason.DUE
        else fit_price(one, _price(known[one.product]), bands[known[one.product].category])
        for one in found
    )


def _filled(shop: _Shop, bought: list[Bought], found: list[Suggestion]) -> list[Suggestion]:
    """What sells most: in the category one buys most, or that people start with, then at all."""
    barred = {one.product for one in bought} | {one.product for one in found}
    count = Counter(one.category for one in bought if one.category is not None and not one.back)
    category = count.most_common(1)[0][0] if count else None if bought else shop.entry
    reason = Reason.CATEGORY_BEST if count else Reason.ENTRY_BEST
    own = fill(shop.best_of.get(category, ()) if category else (), reason, barred)
    return own + fill(shop.best, Reason.BEST_SELLER, barred | {one.product for one in own})


def _shown(session: Session, found: Iterable[Suggestion]) -> list[Recommended]:
    chosen = list(found)
    known = queries.goods(session, {one.product for one in chosen} | {one.because for one in chosen if one.because})
    return [
        Recommended(
            product_id=one.product,
            title=known[one.product].title,
            category=known[one.product].category,
            price_fen=_price(known[one.product]),
            reason=one.reason,
            because_title=None if one.because is None else known[one.because].title,
            score=round(one.score, 4),
            days=one.days,
            cycle_days=one.cycle_days,
        )
        for one in chosen
    ]


def _price(row: Row[Any]) -> int | None:
    found = row.last_fen if row.price_fen is None else row.price_fen
    return None if found is None else int(found)
