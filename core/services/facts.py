"""The stored facts of some members as the kernels take them, and the rules that they follow."""

from collections.abc import Sequence

import numpy as np
from sqlmodel import Session

from core.documents.rules import read_rules
from core.rules.facts import (
    NOBODY,
    OVERRIDE_SOURCES,
    POINTS_KINDS,
    Actions,
    Facts,
    Ints,
    Lines,
    Orders,
    Overrides,
    PointsFacts,
    Refunds,
    RuleInForce,
    as_ints,
)
from core.store.queries import facts as queries
from core.store.queries.facts import Whom
from core.store.queries.tiers import published_versions


def timeline_of(session: Session) -> list[RuleInForce]:
    """The published versions as the kernels take them."""
    return [RuleInForce(read_rules(v.document), v.effective_from) for v in published_versions(session)]


def weighs_categories(timeline: Sequence[RuleInForce]) -> bool:
    """Whether some rules count goods by their category."""
    parts = [part for rule in timeline for part in (rule.document.growth, rule.document.points)]
    return any(part is not None and part.category_pct for part in parts)


def load_facts(session: Session, whom: Whom, timeline: Sequence[RuleInForce]) -> tuple[Ints, Facts]:
    """Member ids in order, and their facts: what a version of ``timeline`` looks at, lines of orders only if one does."""
    documents = [rule.document for rule in timeline]
    ids, joined = queries.read_people(session, whom)
    finished = any(document.spend_counts_from == "finished" for document in documents)
    member, *order = queries.read_orders(session, whom, finished=finished)
    orders = Orders(np.searchsorted(ids, member), *order)
    place = _OrderPlaces(orders.id)
    lines, categories = Lines(), tuple[str, ...]()
    if weighs_categories(timeline):
        lines, categories = _lines(session, whom, place)
    overrides, codes = _overrides(session, whom, ids)
    who, *action = queries.read_actions(session, whom)
    owner, *moved = queries.read_points_facts(session, whom, POINTS_KINDS)
    return ids, Facts(
        joined=joined,
        orders=orders,
        refunds=_refunds(session, whom, place),
        lines=lines,
        categories=categories,
        actions=Actions(np.searchsorted(ids, who), *action),
        overrides=overrides,
        tier_codes=codes,
        points=PointsFacts(np.searchsorted(ids, owner), *moved),
    )


class _OrderPlaces:
    """Where an order of some id stands in the sorted orders."""

    def __init__(self, ids: Ints) -> None:
        self._by_id = np.argsort(ids, kind="stable")
        self._sorted = ids[self._by_id]

    def of(self, ids: Ints) -> Ints:
        """The places of ids that are there."""
        return as_ints(self._by_id[np.searchsorted(self._sorted, ids)])


def _refunds(session: Session, whom: Whom, place: _OrderPlaces) -> Refunds:
    of_order, number, at, fen = queries.read_refunds(session, whom)
    order = place.of(of_order) if len(of_order) else of_order
    sequence = np.lexsort((number, at, order))
    return Refunds(*(as_ints(column[sequence]) for column in (order, number, at, fen)))


def _lines(session: Session, whom: Whom, place: _OrderPlaces) -> tuple[Lines, tuple[str, ...]]:
    by_product = queries.read_categories(session)
    names = tuple(sorted(set(by_product.values())))
    index = {name: number for number, name in enumerate(names)}
    category = np.full(max(by_product, default=0) + 2, NOBODY, np.int64)
    for number, name in by_product.items():
        category[number] = index[name]
    of_order, product, amount, refund = queries.read_lines(session, whom)
    order = place.of(of_order) if len(of_order) else of_order
    known = np.minimum(product, len(category) - 1)  # a product after the last one with a category has none
    return Lines(order, as_ints(category[known]), amount, refund), names


def _overrides(session: Session, whom: Whom, ids: Ints) -> tuple[Overrides, tuple[str, ...]]:
    (member, number, starts, ends, source), tiers = queries.read_overrides(session, whom, OVERRIDE_SOURCES)
    codes = tuple(sorted(set(tiers) - {""}))
    places = {"": NOBODY} | {code: place for place, code in enumerate(codes)}
    tier = as_ints([places[code] for code in tiers])
    return Overrides(as_ints(np.searchsorted(ids, member)), number, tier, starts, ends, source), codes
