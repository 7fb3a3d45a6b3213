"""Customers by province, by level of city and by where they came from, over the whole history."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, TypeVar

from core.analytics.places import LEVELS, LEVELS_YEAR, city_level, province_name
from core.services.desk import Desk
from core.store.queries.regions import PlaceRow, place_rows

ENOUGH = 30
_CLEAR = 3.0
Key = TypeVar("Key")


@dataclass(frozen=True)
class Place:
    """The people of one place or source. ``again``: customers with two paid orders or more; ``first_fen``: first buying day, net."""

    people: int = 0
    customers: int = 0
    orders: int = 0
    sales_fen: int = 0
    again: int = 0
    first_fen: int = 0

    @property
    def aov_fen(self) -> int | None:
        """Sales by paid order; None without one."""
        return (2 * self.sales_fen + self.orders) // (2 * self.orders) if self.orders else None

    @property
    def repeat_share(self) -> float | None:
        """Customers who ever bought again; None where they are too few to say."""
        return self.again / self.customers if self.customers >= ENOUGH else None

    @property
    def first_order_fen(self) -> int | None:
        """What a customer brought on the first buying day, net; None without one."""
        return self.first_fen // self.customers if self.customers else None

    def joined(self, row: PlaceRow) -> "Place":
        """With the people of one more row."""
        return Place(*(value + getattr(row, name) for name, value in asdict(self).items()))


@dataclass(frozen=True)
class Regions:
    """By short name of province, by level of city (None: city unknown or not ranked), by source; ``unknown`` province."""

    provinces: dict[str, Place]
    levels: dict[int | None, Place]
    sources: dict[str | None, Place]
    unknown: Place
    whole: Place

    def as_json(self) -> dict[str, Any]:
        """As the command line answers."""
        names = ("people", "customers", "orders", "sales_fen")
        return {
            "provinces": [{"province": name, **_part(one, names)} for name, one in self.provinces.items()],
            "city_levels": [{"level": level, **_part(one, names)} for level, one in self.levels.items()],
            "city_levels_year": LEVELS_YEAR,
            "sources": [
                {
                    "source": name,
                    **_part(one, names),
                    "first_order_fen": one.first_order_fen,
                    "repeat_share": one.repeat_share,
                }
                for name, one in self.sources.items()
            ],
            "unknown": self.unknown.people,
        }


def read_regions(desk: Desk) -> Regions:
    """Everybody who counts; provinces and sources with the most customers first, levels from the largest cities down."""
    with desk.db.read() as session:
        rows = place_rows(session)
    provinces = _sum(rows, lambda row: province_name(row.province))
    levels = _sum(rows, lambda row: city_level(row.city, row.province))
    unknown = provinces.pop(None, Place())
    return Regions(
        provinces={str(name): one for name, one in _ranked(provinces)},
        levels={level: levels[level] for level in (*LEVELS, None) if level in levels},
        sources=dict(_ranked(_sum(rows, lambda row: row.source or None))),
        unknown=unknown,
        whole=_sum(rows, lambda row: True).get(True, Place()),
    )


def _part(place: Place, names: Iterable[str]) -> dict[str, int]:
    return {name: getattr(place, name) for name in names}


def _sum(rows: Iterable[PlaceRow], key: Callable[[PlaceRow], Key]) -> dict[Key, Place]:
    found: dict[Key, Place] = {}
    for row in rows:
        name = key(row)
        found[name] = found.get(name, Place()).joined(row)
    return found


def _ranked(places: dict[Key, Place]) -> list[tuple[Key, Place]]:
    return sorted(places.items(), key=lambda pair: (-pair[1].customers, -pair[1].people, str(pair[0])))


def most_loyal(places: Mapping[Key, Place], whole: Place) -> Key | None:
    """Where customers buy again clearly more often than elsewhere: past three standard errors, for many are compared."""
    if not whole.customers or not 0 < whole.again < whole.customers:
        return None
    rate = whole.again / whole.customers
    ahead = {
        name: (one.repeat_share - rate) / sqrt(rate * (1 - rate) / one.customers)
        for name, one in places.items()
        if name is not None and one.repeat_share is not None
    }
    best = max(ahead, key=lambda name: ahead[name], default=None)
    return best if best is not None and ahead[best] > _CLEAR else None
