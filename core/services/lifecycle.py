"""The six states of the shop's customers: how many are in each, what they brought last year, and how right the states were."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from core.analytics.lifecycle import DORMANT, LOST, LOYAL_FROM, NEW_DAYS, SLIPPING, STATES, foresee
from core.clock import day_number, day_of
from core.services.desk import Desk
from core.services.rhythm import YEAR, Accuracy, ShopRhythm, load_rhythm
from core.store.queries import outlook as queries
from core.store.queries.numbers import known_day


@dataclass(frozen=True)
class StateSum:
    """One state: people, their net spend of the last 365 shop days; ``alive``: of who bought twice, the mean chance to buy on."""

    state: str
    people: int
    net_fen: int
    alive: float | None


@dataclass(frozen=True)
class Usual:
    """What is usual with who buys a category twice (None: the whole shop), in days after the last purchase."""

    category: str | None
    people: int
    rhythm_days: int
    slipping_after: int
    dormant_after: int
    lost_after: int


@dataclass(frozen=True)
class Lifecycle:
    """``states`` is empty while too few people bought twice; ``fitted_on``: None where nothing was ever learnt."""

    as_of: date
    fitted_on: date | None
    customers: int
    repeaters: int
    states: tuple[StateSum, ...]
    usual: tuple[Usual, ...]
    accuracy: Accuracy | None

    def as_json(self) -> dict[str, Any]:
        """As the command line answers."""
        states = [
            {"state": one.state, "people": one.people, "net_fen": one.net_fen, "alive_pct": _percent(one.alive)}
            for one in self.states
        ]
        chances = {"slipping": SLIPPING, "dormant": DORMANT, "lost": LOST}
        return {
            "as_of": self.as_of.isoformat(),
            "fitted_on": self.fitted_on and self.fitted_on.isoformat(),
            "customers": self.customers,
            "repeaters": self.repeaters,
            "too_few": not self.states,
            "states": states,
            "thresholds": {"chances": chances, "usual": [asdict(one) for one in self.usual]},
            "accuracy": self.accuracy and self.accuracy.as_json(),
        }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def read_lifecycle(desk: Desk, *, now: datetime) -> Lifecycle:
    """Everybody's state as of the last day with orders, by the outlook that is kept."""
    with desk.db.read() as session:
        today = known_day(session, day_number(desk.zone.day(now)))
        known = load_rhythm(session)
        customers, repeaters = queries.repeat_customers(session)
        sums = queries.state_sums(session, today, today + 1 - YEAR, NEW_DAYS, LOYAL_FROM)
    return Lifecycle(
        as_of=day_of(today),
        fitted_on=None if known is None else day_of(known.as_of_day),
        customers=customers,
        repeaters=repeaters,
        states=_ordered(sums),
        usual=() if known is None else _usual(known),
        accuracy=None if known is None else known.accuracy,
    )


def _ordered(sums: list[tuple[str, int, int, float | None]]) -> tuple[StateSum, ...]:
    """All six, also those of nobody; none at all where nobody has a state."""
    found: Mapping[str, StateSum] = {
        state: StateSum(state, people, net, None if alive is None else alive / 10_000)
        for state, people, net, alive in sums
    }
    return tuple(found.get(state, StateSum(state, 0, 0, None)) for state in STATES) if found else ()


def _usual(known: ShopRhythm) -> tuple[Usual, ...]:
    """The shop first, then its categories, that of most people first: of who has bought twice, at the category's own gap."""
    rhythm = known.rhythm
    if rhythm is None:
        return ()
    names = sorted(rhythm.categories, key=lambda name: -rhythm.categories[name].people)
    priors = [rhythm.shop, *(rhythm.categories[name] for name in names)]
    gap = np.array([round(one.mean_days) for one in priors], dtype=np.int64)
    once, zero = np.ones_like(gap), np.zeros_like(gap)
    days = foresee(rhythm, once, gap, zero, np.arange(-1, len(names)), names)
    rows = zip([None, *names], priors, *(one.tolist() for one in days), strict=True)
    return tuple(Usual(name, one.people, usual, *ends) for name, one, usual, _, *ends in rows)
