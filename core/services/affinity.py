"""Learn what goods say of each other: pairs for recommended goods, and the document behind the page of goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row
from sqlmodel import Session

from core.analytics.affinity import Neighbours, nearest, recall_at
from core.analytics.distinct import distinct, places
from core.analytics.lift import pairs_together
from core.analytics.likes import age_band, likes, side_of
from core.analytics.next_category import cycles, follows
from core.analytics.places import city_level
from core.clock import day_number, day_of
from core.documents.enums import Area
from core.documents.goods import NAME, GoodsModel, Like, Seller
from core.services.desk import Desk
from core.store.queries import affinity as queries
from core.store.write_lock import Turn, take_turn

Ints = npt.NDArray[np.int64]

HISTORY_DAYS = 730  # older purchases say little about what goods go together today
MOST_PEOPLE = 200_000  # of a bigger shop one person in so many: memory stays the same, the shares hardly move
MOST_CATEGORIES = 30
HELD_OUT_DAYS, HELD_OUT_PART = 60, 5  # the last sixty days, or the last fifth of a shorter history
LIVE_DAYS = 120  # not sold for so long: taken off
BEST_DAYS, BEST, BEST_OF = 90, 50, 10
LIKES_DAYS = 365


@dataclass(frozen=True)
class PairsReport:
    """What a refresh of the pairs learnt from and kept."""

    people: int
    products: int
    pairs: int


@dataclass(frozen=True)
class _Purchases:
    """The lines people kept: columns of equal length; ``category`` a place in ``names``, beyond them another, -1 unknown."""

    since: int
    until: int
    every: int
    person: Ints
    product: Ints
    day: Ints
    order: Ints
    category: Ints
    names: tuple[str, ...]


def refresh_pairs(desk: Desk, *, now: datetime) -> PairsReport:
    """Learn anew from the purchases up to today; replaces the kept pairs and the document ``recommend``."""
    today = day_number(desk.zone.day(now))
    with desk.db.read() as session:
        bought = _read(session, today)
        traits = queries.read_traits(session, bought.every)
        listed = [int(row.id) for row in queries.product_categories(session)]
        live = queries.sold_since(session, bought.until - LIVE_DAYS)
    near = _without(nearest(bought.person, bought.product), live)
    model = _learn(bought, traits, pairs=len(near.product), gone=tuple(one for one in listed if one not in live))
    columns = (near.product, near.other, near.rank, near.both, near.score)
    with desk.db.write(Area.ORDERS) as session:
        take_turn(session, Turn.IMPORT)
        queries.replace_pairs(session, zip(*(column.tolist() for column in columns), strict=True))
        queries.replace_model(session, NAME, today, model.canonical(), now)
    return PairsReport(model.people, model.products, model.pairs)


def _read(session: Session, today: int) -> _Purchases:
    every = max(1, -(-queries.count_buyers(session) // MOST_PEOPLE))
    since = today - HISTORY_DAYS
    person, product, day, order = queries.read_purchases(session, since, today, every)
    category_of = {int(row.id): row.category for row in queries.product_categories(session)}
    names, category = _categories(product, category_of)
    until = int(day.max()) if len(day) else today
    return _Purchases(since, until, every, person, product, day, order, category, names)


def _categories(product: Ints, category_of: dict[int, str | None]) -> tuple[tuple[str, ...], Ints]:
    """The categories most lines are of, and each line's place among them; all others share the place after the last."""
    products, place, lines = np.unique(product, return_inverse=True, return_counts=True)
    count: dict[str, int] = {}
    for number, many in zip(products.tolist(), lines.tolist(), strict=True):
        if name := category_of.get(number):
            count[name] = count.get(name, 0) + many
    names = sorted(count, key=lambda name: (-count[name], name))[:MOST_CATEGORIES]
    known = {name: number for number, name in enumerate(names)}
    places = [known.get(name, len(names)) if (name := category_of.get(one)) else -1 for one in products.tolist()]
    return tuple(names), np.array(places, np.int64)[place]


def _without(near: Neighbours, live: set[int]) -> Neighbours:
    """Only pairs whose other product still sells; ranks close up."""
    kept = np.isin(near.other, np.array(sorted(live), np.int64))
    product = near.product[kept]
    first = np.searchsorted(product, product)
    return Neighbours(product, near.other[kept], np.arange(len(product)) - first + 1, near.both[kept], near.score[kept])


def _learn(bought: _Purchases, traits: Sequence[Row[Any]], *, pairs: int, gone: tuple[int, ...]) -> GoodsModel:
    person, product, day = bought.person, bought.product, bought.day
    first = int(day.min()) if len(day) else bought.until
    cut = bought.until + 1 - min(HELD_OUT_DAYS, (bought.until - first) // HELD_OUT_PART)
    new, everything = recall_at(person, product, day, cut=cut)
    people, orders = len(distinct(person)), len(distinct(bought.order))
    best, best_of = _best(bought, set(gone))
    entry, entry_share = _entry(bought, {int(row.id): int(row.first_day) for row in traits})
    return GoodsModel(
        since=max(first, bought.since),
        until=bought.until,
        every=bought.every,
        people=people,
        products=len(distinct(product)),
        pairs=pairs,
        cut=cut,
        recall_new=new,
        recall_all=everything,
        order_pairs=tuple(pairs_together(bought.order, product, baskets=orders)),
        person_pairs=tuple(pairs_together(person, product, baskets=people)),
        follows=tuple(follows(person, day, bought.category, bought.names)),
        cycles=tuple(cycles(person, day, bought.category, bought.names, until=bought.until)),
        likes=tuple(_likes(bought, traits)),
        best=best,
        best_of=best_of,
        entry=entry,
        entry_share=entry_share,
        gone=gone,
    )


def _best(bought: _Purchases, gone: set[int]) -> tuple[tuple[Seller, ...], dict[str, tuple[int, ...]]]:
    """What most people bought lately, in all and by category."""
    lately = bought.day > bought.until - BEST_DAYS
    _, person = places(bought.person[lately])
    wide = int(person.max(initial=0)) + 1
    products, buyers = np.unique(distinct(bought.product[lately] * wide + person) // wide, return_counts=True)
    ranked = [
        Seller(int(products[place]), int(buyers[place]))
        for place in np.argsort(-buyers, kind="stable")
        if int(products[place]) not in gone
    ]
    category = dict(zip(bought.product[lately].tolist(), bought.category[lately].tolist(), strict=True))
    by_name = {
        name: tuple(one.product for one in ranked if category[one.product] == place)[:BEST_OF]
        for place, name in enumerate(bought.names)
    }
    return tuple(ranked[:BEST]), by_name


def _entry(bought: _Purchases, first_day: dict[int, int]) -> tuple[str | None, float | None]:
    """The category that most first purchase days hold, and their share."""
    starts = np.array([first_day.get(one, -1) for one in bought.person.tolist()], np.int64) == bought.day
    people = len(distinct(bought.person[starts]))
    share = [
        len(distinct(bought.person[starts & (bought.category == place)])) / people if people else 0.0
        for place in range(len(bought.names))
    ]
    if not share:
        return None, None
    place = int(np.argmax(share))
    return bought.names[place], share[place]


def _likes(bought: _Purchases, traits: Sequence[Row[Any]]) -> list[Like]:
    """Of the last year; the traits are in the order of the people's ids."""
    lately = (bought.day > bought.until - LIKES_DAYS) & (bought.category >= 0)
    ids = np.array([int(row.id) for row in traits], np.int64)
    lately &= np.isin(bought.person, ids)
    year = day_of(bought.until).year
    sides = {
        "tier": [row.tier for row in traits],
        "gender": [row.gender for row in traits],
        "age": [age_band(row.birth_year, year) for row in traits],
        "city_level": [_level(row.city, row.province) for row in traits],
    }
    known = {name: side_of(words, sorted({word for word in words if word})) for name, words in sides.items()}
    return likes(np.searchsorted(ids, bought.person[lately]), bought.category[lately], bought.names, known)


def _level(city: str | None, province: str | None) -> str | None:
    level = city_level(city, province)
    return None if level is None else str(level)
