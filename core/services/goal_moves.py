"""What moved a goal: by whom, and the campaigns that a comparison showed to have helped. Nothing unproven is claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlmodel import Session

from core.analytics.goal_pace import Metric, Part, split_rate
from core.analytics.periods import Period, last_year_aligned
from core.clock import ShopZone, day_number, day_of, to_micros
from core.documents.enums import Arm, CampaignStatus, Verdict
from core.services.campaign_list import list_campaigns
from core.services.campaign_results import campaign_result
from core.services.desk import Desk
from core.store.queries import numbers
from core.store.queries import shop_goals as queries
from core.store.queries import today as sales

SHOWN = 8
Moved = Mapping[str, tuple[Part, ...]]


@dataclass(frozen=True)
class Helped:
    """A campaign whose comparison says that it worked: extra buyers over all who got it, with the 95 % limits."""

    id: int
    name: str
    treated: int
    low: float
    middle: float
    high: float


def what_moved(
    session: Session, zone: ShopZone, metric: Metric, first: int, end: int, until: int
) -> tuple[Moved, date | None]:
    """Parts by "visit" and "tier" or "source", and the day the comparison begins; nothing where there is none."""
    if until <= first:
        return {}, None
    match metric:
        case Metric.FIRST_TO_SECOND:
            return {}, None
        case Metric.MEMBER_SALES:
            return _sales(session, first, end, until)
        case Metric.MEMBERS_JOINED:
            return _joined(session, zone, first, until)
        case _:
            return _rates(session, metric.window, first, until)


def helpful_campaigns(desk: Desk, since: datetime, *, now: datetime) -> tuple[Helped, ...]:
    """Campaigns whose comparison ended since an instant and says "works", the biggest first."""
    found = []
    for line in list_campaigns(desk, now=now):
        if line.status is not CampaignStatus.FINISHED or line.measure_until is None or line.measure_until < since:
            continue
        result = campaign_result(desk, line.id, now=now)
        extra = result.judgement.extra_buyers_per_100
        if result.verdict is Verdict.WORKS and extra is not None:
            treated = next(arm.assigned for arm in result.arms if arm.arm is Arm.TREATED)
            low, middle, high = (share * treated / 100 for share in extra)
            found.append(Helped(line.id, line.name, treated, low, middle, high))
    return tuple(sorted(found, key=lambda one: -one.middle))


def _rates(session: Session, window: int, first: int, until: int) -> tuple[Moved, date | None]:
    """The window as of the goal's first day against the window as of now."""
    span = numbers.data_span(session)
    if span is None or span[0] > first - window:
        return {}, None
    found = {}
    for by in ("visit", "tier"):
        groups = partial(queries.repeat_groups, session, by=by)
        before, after = groups(first - window, first), groups(until - window, until)
        names = sorted({*before, *after})
        found[by] = tuple(
            split_rate(
                [(name, *before.get(name, (0, 0))) for name in names],
                [(name, *after.get(name, (0, 0))) for name in names],
            )
        )
    return found, day_of(first)


def _sales(session: Session, first: int, end: int, until: int) -> tuple[Moved, date | None]:
    """The goal's days so far against the same days of the year before."""
    aligned = last_year_aligned(Period(day_of(first), day_of(end))).period
    shift, span = first - day_number(aligned.start), numbers.data_span(session)
    if span is None or span[0] > first - shift:
        return {}, None
    now, old = (sales.split_sales(session, first - back, until - back) for back in (0, shift))
    visit = (Part("new", 0, now.new_fen - old.new_fen), Part("returning", 0, now.returning_fen - old.returning_fen))
    after, before = (queries.tier_sales(session, first - back, until - back) for back in (0, shift))
    return {"visit": visit, "tier": _differences(before, after, 1)}, aligned.start


def _joined(session: Session, zone: ShopZone, first: int, until: int) -> tuple[Moved, date | None]:
    """The goal's days so far against as many days before them, by where people came from."""
    start, middle, end = (to_micros(zone.start(day_of(day))) for day in (2 * first - until, first, until))
    before, after = queries.joined_groups(session, start, middle), queries.joined_groups(session, middle, end)
    return {"source": _differences(before, after, 0)}, day_of(2 * first - until)


def _differences(before: queries.Groups, after: queries.Groups, side: int) -> tuple[Part, ...]:
    """By group: its people now, and its sum now less then; the largest first."""
    none = (0, 0)
    parts = [
        Part(name, after.get(name, none)[0], after.get(name, none)[side] - before.get(name, none)[side])
        for name in {*before, *after}
        if name
    ]
    return tuple(sorted(parts, key=lambda part: (-abs(part.moved), part.name))[:SHOWN])
