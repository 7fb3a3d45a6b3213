"""Traffic (A9): a daily report in, by day and as often as one likes; what comes of visitors, and what winning one costs."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from core.analytics.periods import Every, Period, buckets
from core.clock import day_of
from core.documents.enums import Area
from core.errors import Refusal
from core.importers.rejects import Reject
from core.importers.traffic import ParsedTraffic
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.import_files import BAD_SHARE
from core.services.numbers import day_range
from core.store.audit import record
from core.store.queries import traffic as queries

ENOUGH = 30  # below this many people a rate says nothing


@dataclass(frozen=True)
class TrafficReport:
    """What a traffic file did or, on trial, would do."""

    rows: int
    accepted: int
    rejected: int
    days_new: int
    days_changed: int
    unchanged: int
    first: date | None
    last: date | None
    rejects: list[Reject]


@dataclass(frozen=True)
class TrafficSpan:
    """Which days there are."""

    first: date
    last: date
    days: int


@dataclass(frozen=True)
class MonthWon:
    """One month: what visitors became, and what was spent on winning them. None: not known.

    ``new_buyers``: people whose first paid order is in it; ``joined``: those of them who are members by now.
    ``buyers``: paying buyers as the platform counts them, of ``visitors_of_buyers`` visitors.
    """

    start: date
    end: date
    days: int
    visitors: int
    buyers: int
    visitors_of_buyers: int
    new_buyers: int
    joined: int
    spend_fen: int | None

    @property
    def covered(self) -> bool:
        """Whether there is traffic of every day."""
        return self.days == (self.end - self.start).days

    @property
    def conversion(self) -> float | None:
        """Buyers of visitors."""
        return self.buyers / self.visitors_of_buyers if self.buyers and self.visitors_of_buyers else None

    @property
    def cost_to_win_fen(self) -> int | None:
        """Advertising for each new buyer; None without advertising or with too few of them."""
        if self.spend_fen is None or self.new_buyers < ENOUGH:
            return None
        return self.spend_fen // self.new_buyers


def import_traffic(
    desk: Desk, actor: Actor, parsed: ParsedTraffic, *, now: datetime, dry_run: bool = False, max_bad: float = BAD_SHARE
) -> TrafficReport:
    """Bring the days of a file in; a day that is there is replaced. Refuses ``too_many_bad_rows`` but on trial."""
    rejected = len(parsed.rejects)
    if not dry_run and rejected > max_bad * parsed.rows:
        raise Refusal("too_many_bad_rows", rows=parsed.rows, rejected=rejected)
    days = [row.shop_day for row in parsed.days]
    with desk.db.read() as session:
        known = queries.days_between(session, min(days), max(days) + 1) if days else {}
    values = {row.shop_day: tuple(getattr(row, name) for name in queries.VALUES) for row in parsed.days}
    fresh = [row for row in parsed.days if row.shop_day not in known]
    changed = [row for row in parsed.days if known.get(row.shop_day, values[row.shop_day]) != values[row.shop_day]]
    if not dry_run and (fresh or changed):
        with desk.db.write(Area.ORDERS) as session:
            queries.put_days(session, desk.db, [asdict(row) | {"recorded_at": now} for row in [*fresh, *changed]])
            record(session, actor.name, "traffic.imported", "traffic", now=now, count=len(fresh) + len(changed))
    return TrafficReport(
        rows=parsed.rows,
        accepted=parsed.rows - rejected,
        rejected=rejected,
        days_new=len(fresh),
        days_changed=len(changed),
        unchanged=len(days) - len(fresh) - len(changed),
        first=day_of(min(days)) if days else None,
        last=day_of(max(days)) if days else None,
        rejects=parsed.rejects,
    )


def read_span(desk: Desk) -> TrafficSpan | None:
    """The days there is traffic of; none before the first file."""
    with desk.db.read() as session:
        span = queries.traffic_span(session)
    return None if span is None else TrafficSpan(day_of(span[0]), day_of(span[1]), span[2])


def read_won(desk: Desk, months: int = 12, *, now: datetime) -> list[MonthWon]:
    """The last ``months`` months with this one up to today, oldest first."""
    today = desk.zone.day(now)
    label = today.year * 12 + today.month - months
    period = Period(date(label // 12, label % 12 + 1, 1), today + timedelta(days=1))
    found = []
    with desk.db.read() as session:
        spend = queries.spend_by_month(session, label, label + months)
        for step in buckets(period, Every.MONTH):
            days = day_range(Period(step.start, step.end))
            sums = queries.traffic_sums(session, *days)
            new, joined = queries.won_between(session, *days)
            month = step.start.year * 12 + step.start.month - 1
            found.append(
                MonthWon(
                    start=step.start,
                    end=step.end,
                    days=int(sums.days),
                    visitors=int(sums.visitors),
                    buyers=int(sums.buyers),
                    visitors_of_buyers=int(sums.visitors_of_buyers),
                    new_buyers=new,
                    joined=joined,
                    spend_fen=spend.get(month),
                )
            )
    return found
