"""The course of a goal: what it was until now, what last year's course says of the days to come, where it is likely to end."""

from bisect import bisect_left
from dataclasses import dataclass

from sqlmodel import Session

from core.analytics.goal_pace import WHOLE_BP, Metric, Outlook, foresee_rate, foresee_sum, should_be
from core.analytics.periods import Period, last_year_aligned
from core.analytics.visits import Visits
from core.clock import ShopZone, day_number, day_of, to_micros
from core.services.visits import visits_of
from core.store.queries import numbers
from core.store.queries import shop_goals as queries

STEP_DAYS = 28
MOST_STEPS = 8
WEEKS = 26


@dataclass(frozen=True)
class Course:
    """The way so far and the outlook; of a sum what it is and what it was before, of a rate its people now."""

    elapsed: float
    outlook: Outlook | None
    so_far: int = 0
    before: int = 0
    people: int = 0
    held: int = 0

    def should(self, baseline: int, target: int, metric: Metric) -> int:
        """Where it should stand now."""
        return should_be(baseline, target, self.elapsed, is_rate=metric.is_rate)


def rate_course(session: Session, metric: Metric, first: int, end: int, until: int) -> Course:
    """The course of a rate over ``[first, end)``, known before ``until``: by days, foreseen from steps of four weeks."""
    elapsed = (until - first) / (end - first)
    span = numbers.data_span(session)
    window = metric.window
    if span is None:
        return Course(elapsed, None)
    reach = (
        until - window - span[0]
    ) // STEP_DAYS  # windows that reach before the first order would be of a shorter time
    ends = [until - STEP_DAYS * back for back in range(min(max(reach, 0), MOST_STEPS), -1, -1)]
    visits = visits_of(session)
    found = [rate_counts(visits, metric, one) for one in ends]
    past = [held * WHOLE_BP // people if people else 0 for people, held in found]
    people, held = found[-1]
    return Course(elapsed, foresee_rate(past, max(end - until, 0) / STEP_DAYS), people=people, held=held)


def rate_counts(visits: Visits, metric: Metric, end: int) -> tuple[int, int]:
    """People of a rate over its days before ``end``, and those of them who did it."""
    first = end - metric.window
    return visits.seconds(first, end) if metric is Metric.FIRST_TO_SECOND else visits.repeats(first, end)


def sum_course(session: Session, zone: ShopZone, metric: Metric, first: int, end: int, until: int) -> Course:
    """The course of a sum over ``[first, end)``, known before ``until``; by last year's course where there is one.

    It is foreseen from the last half year's weeks, each against its week of last year (or against any week without one).
    """
    aligned = last_year_aligned(Period(day_of(first), day_of(end))).period
    shift = first - day_number(aligned.start)
    span = numbers.data_span(session)
    weeks = [(until - 7 * back, until - 7 * back + 7) for back in range(WEEKS, 0, -1)]
    low = min(first, weeks[0][0]) - shift
    known = span is not None and span[0] <= first - shift
    days_sum = _Days(session, zone, metric, low, max(end, until)).sum
    so_far = days_sum(first, until) if until > first else 0
    if known and days_sum(first - shift, end - shift) > 0:
        before = days_sum(first - shift, end - shift)
        weeks = [week for week in weeks if span is not None and week[0] - shift >= span[0]]
        like = [days_sum(start - shift, stop - shift) for start, stop in weeks]
        passed = days_sum(first - shift, max(until, first) - shift)
        elapsed, rest = passed / before, before - passed
    else:
        days = end - first
        before = days_sum(until - days, until)
        weeks = [week for week in weeks if span is not None and week[0] >= span[0]]
        like, elapsed, rest = [7] * len(weeks), (until - first) / days, max(end - max(until, first), 0)
    outlook = foresee_sum(so_far, [days_sum(*week) for week in weeks], like, rest)
    return Course(elapsed, outlook, so_far, before)


class _Days:
    """Sums of shop days from what was read once."""

    def __init__(self, session: Session, zone: ShopZone, metric: Metric, low: int, high: int) -> None:
        low = min(low, high - 366)
        if metric is Metric.MEMBER_SALES:
            found = sorted(queries.member_sales(session, low, high).items())
        else:
            start, until = (to_micros(zone.start(day_of(day))) for day in (low, high))
            found = sorted(queries.joined_by_day(session, zone, start, until).items())
        self._days = [day for day, _ in found]
        self._sums = [0]
        for _, value in found:
            self._sums.append(self._sums[-1] + value)

    def sum(self, first: int, end: int) -> int:
        """The sum of ``[first, end)``."""
        return self._sums[bisect_left(self._days, end)] - self._sums[bisect_left(self._days, first)]
