"""What is usual in this shop: the fitted rhythm, the borders of the last year's ranks, and how right both would have been."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlmodel import Session

from core.analytics.lifecycle import MOST_FITTED, Return, Rhythm, fit_rhythm, foresee, returns, states
from core.analytics.rfm import Borders
from core.clock import day_number, day_of
from core.services.desk import Desk
from core.store.queries import outlook as queries
from core.store.queries.numbers import data_span

Ints = npt.NDArray[np.int64]

NAME = "rhythm"
YEAR = 365  # days: the window of ranks, and how long ago the question is asked whose answer is known now


@dataclass(frozen=True)
class Accuracy:
    """What was said of everybody on a day a year ago, knowing only what was known then, and who has bought since."""

    asked_on: date
    states: tuple[Return, ...]
    every: int  # one in so many people was asked

    def as_json(self) -> dict[str, Any]:
        """As it is kept; shares are parts of one."""
        found = [asdict(one) | {"share": one.came_back / one.people if one.people else None} for one in self.states]
        return {"asked_on": self.asked_on.isoformat(), "every": self.every, "states": found}


@dataclass(frozen=True)
class ShopRhythm:
    """The parameters in force; ``rhythm`` is None while too few people bought twice."""

    as_of_day: int
    customers: int
    repeaters: int
    rhythm: Rhythm | None
    borders: Borders
    accuracy: Accuracy | None

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "customers": self.customers,
            "repeaters": self.repeaters,
            "rhythm": self.rhythm and self.rhythm.as_json(),
            "borders": asdict(self.borders),
            "accuracy": self.accuracy and self.accuracy.as_json(),
        }


def load_rhythm(session: Session) -> ShopRhythm | None:
    """The newest that was fitted; None: never."""
    found = queries.read_fitted(session, NAME)
    if found is None:
        return None
    day, document = found
    cuts = document["borders"]
    return ShopRhythm(
        as_of_day=day,
        customers=document["customers"],
        repeaters=document["repeaters"],
        rhythm=Rhythm.read(document["rhythm"]) if document["rhythm"] else None,
        borders=Borders(cuts["bins"], *(tuple(cuts[name]) for name in "rfm")),
        accuracy=_read_accuracy(document["accuracy"]),
    )


def _read_accuracy(found: dict[str, Any] | None) -> Accuracy | None:
    if found is None:
        return None
    told = tuple(Return(one["state"], one["people"], one["came_back"]) for one in found["states"])
    return Accuracy(date.fromisoformat(found["asked_on"]), told, found["every"])


def fit_shop_rhythm(desk: Desk, *, now: datetime) -> ShopRhythm:
    """Fit on what the store knows; reads only. The borders are found, and everything is kept, with everybody's outlook."""
    today = day_number(desk.zone.day(now))
    with desk.db.read() as session:
        customers, repeaters = queries.repeat_customers(session)
        every = max(-(-repeaters // MOST_FITTED), 1)
        numbers, last = queries.fit_sample(session, every)
        codes, names = category_codes(last)
        bought, first, until = numbers.T
        rhythm = fit_rhythm(bought - 1, until - first, codes, names)
        accuracy = _ask_a_year_ago(session, today, customers) if rhythm else None
    return ShopRhythm(today, customers, repeaters, rhythm, Borders(0), accuracy)


def category_codes(last: Sequence[str | None], names: Sequence[str] | None = None) -> tuple[Ints, list[str]]:
    """Each person's category as an index of the names (-1: none, or not among ``names`` when these are given)."""
    values = np.array(last, dtype=object)
    if names is not None:
        return np.asarray(pd.Index(list(names), dtype=object).get_indexer(values), dtype=np.int64), list(names)
    codes, found = pd.factorize(values)
    return np.asarray(codes, dtype=np.int64), [str(name) for name in found]


def _ask_a_year_ago(session: Session, today: int, customers: int) -> Accuracy | None:
    """Everything anew from the orders up to a year before the last one; None where too few had bought twice by then."""
    span = data_span(session)
    if span is None:
        return None
    asked = min(today, span[1]) + 1 - YEAR
    every = max(-(-customers // MOST_FITTED), 1)
    numbers, last = queries.sample_until(session, asked, every)
    if not len(numbers):
        return None
    ids, bought, first, until = numbers.T
    codes, names = category_codes(last)
    rhythm = fit_rhythm(bought - 1, until - first, codes, names)
    if rhythm is None:
        return None
    said = states(asked - 1, first, bought, foresee(rhythm, bought - 1, until - first, until, codes, names))
    present = queries.last_days(session, every)
    since = present[np.searchsorted(present[:, 0], ids), 1] >= asked
    return Accuracy(day_of(asked - 1), returns(said, since), every)
