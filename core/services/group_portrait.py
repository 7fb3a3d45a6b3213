"""What the people of a group are like, beside the whole shop or another group."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.analytics.group_portrait import (
    AGE_EDGES,
    Counts,
    Differences,
    GroupCounts,
    Key,
    TraitName,
    age_class,
    compare_groups,
    nice_edges,
    top_classes,
)
from core.analytics.lifecycle import LOYAL_FROM, NEW_DAYS, STATES
from core.analytics.places import LEVELS, city_level, province_name
from core.clock import day_number
from core.documents.segment import Node
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.segments import compile_segment, fields_asked
from core.store.queries import group_portrait as queries
from core.store.queries.group_portrait import NONE, CountRow
from core.store.queries.numbers import known_day

QUANTILES = (0.2, 0.4, 0.6, 0.8, 0.95)
MOST_CLASSES = 8
GENDERS = ("female", "male")
# What a group that asks a field differs in by its own making.
_MADE_BY: dict[str, tuple[TraitName, ...]] = {
    "age": ("age",),
    "gender": ("gender",),
    "province": ("province", "city_level"),
    "city": ("province", "city_level"),
    "city_level": ("city_level",),
    "bought": ("category",),
    "tier": ("tier",),
    "is_member": ("tier",),
    "joined_days": ("tier",),
    "missing_to_next": ("tier",),
    "missing_growth": ("tier",),
    "growth": ("tier", "spend"),
    **dict.fromkeys(("spend_fen", "aov_fen", "top_spend_share", "m_score", "value_fen"), ("spend",)),
    **dict.fromkeys(("lifecycle", "recency_days", "first_order_days", "alive_pct", "r_score"), ("state",)),
    **dict.fromkeys(("orders", "f_score", "rfm_group", "is_customer"), ("state", "spend")),
}
Row = TypeVar("Row")


@dataclass(frozen=True)
class SpendBands:
    """Where the bands of net spend end, in fen: near the 20th, 40th, 60th, 80th and 95th of a hundred of the shop's customers."""

    edges: tuple[int, ...]


def read_bands(desk: Desk) -> SpendBands:
    """The bands of the shop as it is now."""
    with desk.db.read() as session:
        return SpendBands(nice_edges(queries.spend_quantiles(session, QUANTILES)))


def count_group(desk: Desk, actor: Actor, tree: Node, bands: SpendBands, *, now: datetime) -> GroupCounts:
    """Count a group by every trait as of now; refuses what the group's tree does (``segment_*``, ``group_*`` ...)."""
    with desk.db.read() as session:
        today = day_number(desk.zone.day(now))
        found = queries.group_rows(
            session,
            compile_segment(session, tree, now=now),
            bands.edges,
            now=now,
            today=today,
            known=known_day(session, today),
            new_days=NEW_DAYS,
            loyal_from=LOYAL_FROM,
        )
    places, persons, standing = found.places, found.persons, found.standing
    traits: dict[TraitName, Counts] = {
        "age": _keyed(persons, lambda age, _: age_class(age)),
        "gender": _keyed(persons, lambda _, gender: gender if gender in GENDERS else None),
        "province": _keyed(places, lambda province, _: province_name(province)),
        "city_level": _keyed(places, lambda province, city: city_level(city, province)),
        "spend": _summed(standing, lambda row: row.band if row.band == NONE else int(row.band), _people),
        "category": _summed(standing, lambda row: row.category, _people),
        "state": _summed(standing, lambda row: row.state, _people),
        "tier": _summed(standing, lambda row: row.tier, _people),
    }
    bought = [row for row in standing if row.band != NONE]
    return GroupCounts(
        people=sum(row.people for row in standing),
        customers=sum(row.people for row in bought),
        again=sum(row.again for row in bought),
        orders=sum(row.orders for row in bought),
        net_fen=sum(row.net_fen for row in bought),
        traits=traits,
    )


def traits_asked(desk: Desk, tree: Node) -> frozenset[TraitName]:
    """The traits in which a group differs because it was chosen by them."""
    with desk.db.read() as session:
        return frozenset(trait for field in fields_asked(session, tree) for trait in _MADE_BY.get(field, ()))


def compare_counts(
    group: GroupCounts, others: GroupCounts, bands: SpendBands, tiers: Sequence[str], *, within: bool
) -> Differences:
    """A group beside others, both counted by the same bands; ``tiers`` from the lowest; ``within``: it is a part of them."""
    orders: dict[TraitName, Sequence[Key]] = {
        "age": (*range(len(AGE_EDGES) + 1), None),
        "gender": (*GENDERS, None),
        "province": _largest("province", others, group),
        "city_level": (*LEVELS, None),
        "spend": (NONE, *range(len(bands.edges) + 1)),
        "category": (*_largest("category", others, group), NONE),
        "state": (*STATES, NONE, None),
        "tier": (NONE, *tiers, None),
    }
    return compare_groups(group, others, _with_rest(orders, group, others), within=within)


def _with_rest(
    orders: dict[TraitName, Sequence[Key]], group: GroupCounts, others: GroupCounts
) -> dict[TraitName, Sequence[Key]]:
    """The classes to show; where people are in another one (a tier of older rules), the rest is one more."""
    found: dict[TraitName, Sequence[Key]] = {}
    for name, keys in orders.items():
        strange = {*group.traits[name], *others.traits[name]} - set(keys)
        found[name] = (*keys, "other") if strange and "other" not in keys else keys
    return found


def _largest(name: TraitName, others: GroupCounts, group: GroupCounts) -> tuple[Key, ...]:
    counts = [{key: n for key, n in side.traits[name].items() if key != NONE} for side in (others, group)]
    return top_classes(counts[0], counts[1], MOST_CLASSES)


def _people(row: queries.StandingRow) -> int:
    return row.people


def _keyed(rows: Iterable[CountRow], key: Callable[..., Key]) -> Counts:
    return _summed(rows, lambda row: key(*row.keys), lambda row: row.people)


def _summed(rows: Iterable[Row], key: Callable[[Row], Key], number: Callable[[Row], int]) -> Counts:
    found: Counter[Key] = Counter()
    for row in rows:
        found[key(row)] += number(row)
    return dict(found)
