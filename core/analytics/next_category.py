"""What people buy next, by category: which one follows which, and after how long they buy the same again."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.stats import norm

from core.analytics.distinct import distinct, places
from core.analytics.effects import holm
from core.documents.goods import LEAST_CASES, Cycle, Follow

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HORIZON_DAYS = 365  # who does not come back within a year does not count as coming back
ALPHA = 0.05


def follows(person: Ints, day: Ints, category: Ints, names: Sequence[str]) -> list[Follow]:
    """What the next purchase day holds after one that held a category; rows are purchases, ``category`` a place in ``names``.

    Places beyond the names are other categories: they make a day, but are not told. -1 is unknown. Categories with fewer
    than ``LEAST_CASES`` cases are left out; of each one those that follow, the likeliest first.
    """
    who, when, what = _days(person, day, category)
    visit = np.concatenate(([0], np.cumsum((np.diff(who) != 0) | (np.diff(when) != 0)))).astype(np.int64)
    if not len(who):
        return []
    visits = int(visit[-1]) + 1
    first = np.searchsorted(visit, np.arange(visits))
    goes_on = np.flatnonzero(who[first][1:] == who[first][:-1])
    if not len(goes_on):
        return []
    holds = csr_array((np.ones(len(visit)), (visit, what)), shape=(visits, max(len(names), int(what.max()) + 1)))
    now, later = holds[goes_on], holds[goes_on + 1]
    cases = np.asarray(now.sum(axis=0), np.int64).ravel()
    return _told(cases, (now.T @ later).toarray(), np.asarray(later.sum(axis=0)).ravel() / len(goes_on), names)


def _told(cases: Ints, counts: Floats, base: Floats, names: Sequence[str]) -> list[Follow]:
    """Shares against the base rate; a difference is sure when it stays so with all rows in mind (Holm 1979)."""
    asked = [one for one in range(len(names)) if cases[one] >= LEAST_CASES]
    share = counts[asked] / cases[asked][:, None]
    spread = np.sqrt(np.maximum(base * (1 - base), 1e-12) / cases[asked][:, None])
    adjusted = holm((2 * norm.sf(np.abs(share - base) / spread)).ravel().tolist())
    return [
        Follow(
            names[one],
            names[then],
            int(cases[one]),
            float(share[row, then]),
            float(base[then]),
            adjusted[row * len(base) + then] < ALPHA,
        )
        for row, one in enumerate(asked)
        for then in np.argsort(-share[row], kind="stable")
        if then < len(names) and share[row, then] > 0
    ]


def cycles(person: Ints, day: Ints, category: Ints, names: Sequence[str], *, until: int) -> list[Cycle]:
    """The cycle of each category from purchases up to the shop day ``until``, by category."""
    what, who, when = _sorted_days(category, person, day)
    same = np.concatenate(((np.diff(what) == 0) & (np.diff(who) == 0), [False])) if len(what) else np.zeros(0, bool)
    following = np.concatenate((when[1:], [until])) if len(when) else when
    span = np.where(same, following, until) - when
    return [_cycle(name, who, what == place, same, span) for place, name in enumerate(names)]


def _cycle(category: str, who: Ints, mine: npt.NDArray[np.bool_], came: npt.NDArray[np.bool_], span: Ints) -> Cycle:
    came_back, spans = came[mine], span[mine]
    buyers, people, gaps = len(distinct(who[mine])), len(distinct(who[mine & came])), int(came_back.sum())
    if gaps < LEAST_CASES:
        return Cycle(category, buyers, people, gaps, None, None, None, None)
    days, back = came_curve(spans, came_back)
    early, median, late = (int(days[np.searchsorted(back, part * back[-1] - 1e-12)]) for part in (0.25, 0.5, 0.75))
    return Cycle(category, buyers, people, gaps, float(back[-1]), early, median, late)


def came_curve(span: Ints, came: npt.NDArray[np.bool_], horizon: int = HORIZON_DAYS) -> tuple[Ints, Floats]:
    """Days on which somebody came back, and the share that has by then; who has not yet is censored (Kaplan & Meier 1958)."""
    came = came & (span <= horizon)
    days, count = np.unique(span[came], return_counts=True)
    waiting = len(span) - np.searchsorted(np.sort(span), days)
    return days, np.asarray(1 - np.cumprod(1 - count / np.maximum(waiting, 1)), np.float64)


def _days(person: Ints, day: Ints, category: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct (person, day, category) of the purchases whose category is known, in that order."""
    known = category >= 0
    if not known.any():
        return person[known], day[known], category[known]
    low, wide, kinds = int(day[known].min()), int(np.ptp(day[known])) + 1, int(category.max()) + 1
    people, who = places(person[known])
    keys = distinct((who * wide + day[known] - low) * kinds + category[known])
    rest, what = np.divmod(keys, kinds)
    who, when = np.divmod(rest, wide)
    return people[who], when + low, what


def _sorted_days(category: Ints, person: Ints, day: Ints) -> tuple[Ints, Ints, Ints]:
    """The same by category, person, day."""
    who, when, what = _days(person, day, category)
    order = np.argsort(what, kind="stable")
    return what[order], who[order], when[order]
