"""Who likes what: the buyers of a category against everybody who bought, by tier, gender, age and level of city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from core.analytics.distinct import distinct
from core.analytics.effects import holm
from core.documents.goods import LEAST_CASES, Like

Ints = npt.NDArray[np.int64]

ALPHA = 0.05
AGES = ("0-24", "25-29", "30-34", "35-39", "40-")
_AGE_FROM = (25, 30, 35, 40)


@dataclass(frozen=True)
class Side:
    """One trait of people: a place in ``values`` for each person, -1 where it is not known."""

    values: tuple[str, ...]
    places: Ints


def side_of(known: Sequence[str | None], values: Sequence[str]) -> Side:
    """A trait from each person's word for it."""
    place = {value: number for number, value in enumerate(values)}
    return Side(tuple(values), np.array([place.get(one or "", -1) for one in known], np.int64))


def age_band(birth_year: int | None, year: int) -> str | None:
    """The band of somebody's age in a year (by year of birth); None when it cannot be true."""
    if birth_year is None or not 0 <= year - birth_year <= 110:
        return None
    return AGES[sum(year - birth_year >= edge for edge in _AGE_FROM)]


def likes(person: Ints, category: Ints, names: Sequence[str], sides: Mapping[str, Side]) -> list[Like]:
    """Every category with enough buyers by every value of every side.

    ``person`` and ``category`` are the distinct purchases (category beyond ``names``: another one); everybody is whoever
    stands in them. ``sure``: the share differs from everybody's by more than chance with all rows in mind (Holm 1979).
    """
    everybody = distinct(person)
    rows: list[tuple[Like, float]] = []
    for side, trait in sides.items():
        whole = _count(trait, everybody)
        for place, name in enumerate(names):
            part = _count(trait, distinct(person[category == place]))
            if part.sum() >= LEAST_CASES and len(whole):
                rows.extend(_rows(name, side, trait.values, part, whole))
    adjusted = holm([p_value for _, p_value in rows])
    return [replace(row, sure=p_value < ALPHA) for (row, _), p_value in zip(rows, adjusted, strict=True)]


def _count(trait: Side, people: Ints) -> Ints:
    places = trait.places[people]
    return np.bincount(places[places >= 0], minlength=len(trait.values)).astype(np.int64)


def _rows(category: str, side: str, values: Sequence[str], part: Ints, whole: Ints) -> list[tuple[Like, float]]:
    """The values of one side that anybody has, with the p-value of the difference of two shares of one population."""
    buyers, everybody = int(part.sum()), int(whole.sum())
    found = []
    for value, people, all_people in zip(values, part.tolist(), whole.tolist(), strict=True):
        if not all_people:
            continue
        base = all_people / everybody
        # The buyers are some of everybody: drawn without return, they vary less.
        spread = base * (1 - base) / buyers * (everybody - buyers) / max(everybody - 1, 1)
        z = (people / buyers - base) / np.sqrt(spread) if spread > 0 else 0.0
        row = Like(category, side, value, people, buyers, all_people, everybody, False)
        found.append((row, float(2 * norm.sf(abs(z)))))
    return found
