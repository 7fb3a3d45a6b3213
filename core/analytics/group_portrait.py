"""Who a group is beside others: shares by age, gender, place, spend, goods, state and tier, and which of them differ.

Beside the whole shop, of which the group is a part: share in the group minus share in the shop is (1 - n/N) times group
minus everybody else, so its interval is Newcombe's of these two (``effects.share_difference``) times the same. Beside another
group the two are held to be apart; people in both make the interval wider than it need be, never narrower.
A difference matters when its 95 % interval leaves out 0 and it is at least ``LEAST`` wide. Of a trait that is not known of much
more people on one side than on the other, none does: who is unknown would be what differs.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.analytics.effects import share_difference

TraitName = Literal["age", "gender", "province", "city_level", "spend", "category", "state", "tier"]
Key = str | int | None  # a class of a trait; None: not known
Counts = Mapping[Key, int]

AGE_EDGES = (18, 25, 30, 35, 40, 50)
ENOUGH = 30
LEAST = 0.05
SAID = 3
OTHER = "other"
_NICE = (1, 2, 5)


@dataclass(frozen=True)
class GroupCounts:
    """The people of a group by trait and class; each trait's counts sum to ``people``. Money is net fen over all time."""

    people: int
    customers: int
    again: int
    orders: int
    net_fen: int
    traits: Mapping[TraitName, Counts]


@dataclass(frozen=True)
class Slice:
    """One class of a trait: how many of the group and of the others, their shares, the difference with its 95 % interval."""

    key: Key
    group: int
    others: int
    group_share: float
    others_share: float
    difference: float
    low: float
    high: float

    @property
    def matters(self) -> bool:
        """Whether the interval leaves out 0 and the difference is large enough to care about."""
        return (self.low > 0 or self.high < 0) and abs(self.difference) >= LEAST


@dataclass(frozen=True)
class Trait:
    """One trait, its classes in order; ``unclear``: what is not known differs so much that nothing can be said."""

    name: TraitName
    slices: tuple[Slice, ...]
    unclear: bool

    @property
    def strongest(self) -> Slice | None:
        """The class that differs most, where it matters."""
        found = [one for one in self.slices if one.matters and one.key is not None]
        return None if self.unclear or not found else max(found, key=lambda one: abs(one.difference))


@dataclass(frozen=True)
class Differences:
    """A group beside others, trait by trait."""

    people: int
    others: int
    traits: tuple[Trait, ...]

    @property
    def too_few(self) -> bool:
        """Whether either side is too small to say anything of."""
        return min(self.people, self.others) < ENOUGH

    def said(self, without: Collection[TraitName] = ()) -> tuple[tuple[TraitName, Slice], ...]:
        """What is worth saying, the largest difference first, one class a trait; ``without`` what the group was chosen by."""
        if self.too_few:
            return ()
        found = [(trait.name, trait.strongest) for trait in self.traits if trait.name not in without]
        kept = [(name, one) for name, one in found if one is not None]
        return tuple(sorted(kept, key=lambda pair: -abs(pair[1].difference))[:SAID])


def compare_groups(
    group: GroupCounts, others: GroupCounts, orders: Mapping[TraitName, Sequence[Key]], *, within: bool
) -> Differences:
    """``group`` beside ``others``; ``within``: it is a part of them (the whole shop). ``orders``: the classes of each trait to show."""
    traits = tuple(
        _trait(name, _sorted_in(group.traits[name], keys), _sorted_in(others.traits[name], keys), group, others, within)
        for name, keys in orders.items()
    )
    return Differences(group.people, others.people, traits)


def age_class(age: int | None) -> int | None:
    """The band of an age: the number of ``AGE_EDGES`` it has reached; None for an age nobody has."""
    return None if age is None or not 0 <= age <= 120 else bisect_right(AGE_EDGES, age)


def nice_edges(quantiles: Sequence[int]) -> tuple[int, ...]:
    """Amounts of fen as one says them (1, 2 or 5 with zeros, in yuan) near some quantiles, rising, each once."""
    return tuple(sorted({_nice(value) for value in quantiles if value > 0}))


def top_classes(others: Counts, group: Counts, most: int) -> tuple[Key, ...]:
    """The ``most`` classes with most people among the others, then the rest together, then the unknown."""
    known = sorted(
        {*others, *group} - {None, OTHER}, key=lambda key: (-others.get(key, 0), -group.get(key, 0), str(key))
    )
    rest: tuple[Key, ...] = (OTHER,) if len(known) > most or OTHER in others else ()
    return (*known[:most], *rest, None)


def _nice(value: int) -> int:
    """The nearest 1, 2 or 5 with zeros, at least one yuan."""
    scale = 100
    while scale * 10 <= value:
        scale *= 10
    return min((step * scale for step in (*_NICE, 10)), key=lambda step: abs(step - value))


def _sorted_in(counts: Counts, keys: Sequence[Key]) -> dict[Key, int]:
    """The counts of the classes to show; all others are OTHER where it is one of them."""
    found: dict[Key, int] = dict.fromkeys(keys, 0)
    for key, people in counts.items():
        found[key if key in found else OTHER] = found.get(key if key in found else OTHER, 0) + people
    return found


def _trait(
    name: TraitName,
    group: Mapping[Key, int],
    others: Mapping[Key, int],
    one: GroupCounts,
    two: GroupCounts,
    within: bool,
) -> Trait:
    slices = tuple(
        _slice(key, group[key], one.people, others.get(key, 0), two.people, within)
        for key in group
        if key is not None or group[key] or others.get(key)
    )
    return Trait(name, slices, any(cut.matters for cut in slices if cut.key is None))


def _slice(key: Key, cases: int, people: int, other_cases: int, other_people: int, within: bool) -> Slice:
    shares = (cases / people if people else 0.0, other_cases / other_people if other_people else 0.0)
    difference, weight, rest, rest_cases = shares[0] - shares[1], 1.0, other_people, other_cases
    if within:
        rest = max(other_people - people, 0)
        rest_cases = min(max(other_cases - cases, 0), rest)
        weight = rest / other_people if other_people else 0.0
    if not people or not rest:
        return Slice(key, cases, other_cases, *shares, difference, difference, difference)
    effect = share_difference(cases, people, rest_cases, rest)
    low, high = (effect.low or 0.0) * weight, (effect.high or 0.0) * weight
    return Slice(key, cases, other_cases, *shares, difference, low, high)
