"""The programme's profit and loss (J7): costs from the ledgers by month, gains only as far as comparisons prove them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from core.analytics.periods import Every, Period, buckets
from core.analytics.programme_profit import (
    Costs,
    NearThreshold,
    Proven,
    RunningCosts,
    Shown,
    add_up,
    near_threshold,
)
from core.channels.registry import KINDS
from core.clock import ShopZone, day_number, to_micros
from core.documents.enums import Area, Arm, CampaignStatus
from core.errors import Refusal
from core.services.actor import Actor
from core.services.campaign_list import CampaignLine, list_campaigns
from core.services.campaign_results import CampaignResult, campaign_result
from core.services.desk import Desk
from core.services.numbers import day_range
from core.services.rule_versions import read_live
from core.services.shop_settings import load_settings
from core.services.traffic import ENOUGH
from core.services.visits import visits_of
from core.store.audit import record
from core.store.queries import programme_profit as queries
from core.store.queries import traffic
from core.store.queries.shop_goals import member_sales
from core.store.tables import Setting

KEY = "running_costs"
MOST_COMMISSION_BP = 5_000
MOST_EACH_FEN = 1_000_00
AFTER_DAYS = 90
NEAR_SHARE = 5  # near: within a fifth of the threshold


@dataclass(frozen=True)
class MonthProfit:
    """One month: costs, advertising apart, and how many comparisons ended in it with what they showed."""

    start: date
    end: date
    costs: Costs
    spend_fen: int
    proven: Proven
    member_sales_fen: int


@dataclass(frozen=True)
class Upgrade:
    """People near the threshold of a tier on a day 90 days ago; ``tier`` None: no tier is reached by spending."""

    tier: str | None
    threshold_fen: int
    day: date
    near: NearThreshold


@dataclass(frozen=True)
class League:
    """A finished campaign and what it showed."""

    line: CampaignLine
    result: CampaignResult


@dataclass(frozen=True)
class ProgrammeProfit:
    """Months, oldest first, and all of them together; ``running`` as set by the owner."""

    months: tuple[MonthProfit, ...]
    costs: Costs
    proven: Proven
    running: RunningCosts
    points_value_fen: int
    spend_fen: int
    kept: int
    campaigns: tuple[League, ...]

    @property
    def net_fen(self) -> int:
        """What is proven less all costs: what is known, not what the programme earned."""
        return self.proven.net - self.costs.total

    @property
    def cost_to_keep_fen(self) -> int | None:
        """The programme's cost for each member who had bought before and bought again; None with too few of them."""
        return self.costs.total // self.kept if self.kept >= ENOUGH else None


def read_running_costs(desk: Desk) -> RunningCosts:
    """What a sale costs to run; nothing until the owner says so."""
    with desk.db.read() as session:
        return _running(session)


def save_running_costs(desk: Desk, actor: Actor, costs: RunningCosts, *, now: datetime) -> None:
    """Keep what a sale costs to run. Refuses ``running_commission`` above 50 % and ``running_amount`` above 1,000 yuan."""
    if not 0 <= costs.commission_bp <= MOST_COMMISSION_BP:
        raise Refusal("running_commission", limit=MOST_COMMISSION_BP // 100)
    if not all(0 <= fen <= MOST_EACH_FEN for fen in (costs.shipping_fen, costs.insurance_fen)):
        raise Refusal("running_amount", limit=f"{MOST_EACH_FEN // 100:,}")
    with desk.db.write(Area.SETTINGS) as session:
        session.merge(Setting(key=KEY, value=costs.canonical()))
        record(session, actor.name, "running_costs.saved", "setting:running_costs", now=now, **costs.as_json())


def read_profit(desk: Desk, months: int = 12, *, now: datetime) -> ProgrammeProfit:
    """The last ``months`` months with this one up to today."""
    today = desk.zone.day(now)
    label = today.year * 12 + today.month - months
    period = Period(date(label // 12, label % 12 + 1, 1), today + timedelta(days=1))
    steps = [Period(step.start, step.end) for step in buckets(period, Every.MONTH)]
    points = read_live(desk, now=now)[0].points
    value = 0 if points is None else points.value_fen
    campaigns = _finished(desk, now)
    with desk.db.read() as session:
        zone, running = ShopZone(load_settings(session).zone), _running(session)
        costs = _costs(session, zone, steps, value)
        spend = traffic.spend_by_month(session, label, label + months)
        sales = [sum(member_sales(session, *day_range(step)).values()) for step in steps]
        kept = visits_of(session).of_members.returned(*day_range(period))
    shown = [[one for one in campaigns if _ended_in(one, zone, step)] for step in steps]
    found = tuple(
        MonthProfit(
            start=step.start,
            end=step.end,
            costs=costs[place],
            spend_fen=spend.get(label + place, 0),
            proven=add_up(_shown(shown[place]), running),
            member_sales_fen=sales[place],
        )
        for place, step in enumerate(steps)
    )
    within = [one for part in shown for one in part]
    return ProgrammeProfit(
        months=found,
        costs=sum((month.costs for month in found), Costs()),
        proven=add_up(_shown(within), running),
        running=running,
        points_value_fen=value,
        spend_fen=sum(spend.values()),
        kept=kept,
        campaigns=tuple(campaigns),
    )


def compare_upgrades(desk: Desk, *, now: datetime) -> Upgrade:
    """Who had spent just over the lowest threshold in a year against who just had not, in the 90 days after that day."""
    document, _ = read_live(desk, now=now)
    day = desk.zone.day(now) - timedelta(days=AFTER_DAYS)
    tier = next((one for one in document.tiers[1:] if one.min_spend_fen), None)
    if tier is None or not tier.min_spend_fen:
        return Upgrade(None, 0, day, near_threshold([], []))
    threshold, end = tier.min_spend_fen, day_number(day)
    with desk.db.read() as session:
        found = queries.spent_around(session, threshold, threshold // NEAR_SHARE, (end - 365, end), end + AFTER_DAYS)
    over = [after for before, after in found if before >= threshold]
    under = [after for before, after in found if before < threshold]
    return Upgrade(tier.code, threshold, day, near_threshold(over, under))


def _running(session: Session) -> RunningCosts:
    row = session.get(Setting, KEY)
    return RunningCosts() if row is None else RunningCosts.read(row.value)


def _costs(session: Session, zone: ShopZone, steps: list[Period], value_fen: int) -> list[Costs]:
    """The costs of each step; points at the value of a hundred."""
    dates = [*(step.start for step in steps), steps[-1].end]
    days, instants = [day_number(day) for day in dates], [to_micros(zone.start(day)) for day in dates]
    benefits, used = queries.benefit_costs(session, days), queries.coupon_costs(session, instants)
    coupons, gifts = queries.goodwill_coupons(session, instants), queries.goodwill_gifts(session, days)
    spent, held = queries.points_moved(session, instants)
    messages = queries.messages_by_channel(session, instants)
    return [
        Costs(
            benefits=benefits.get(place, 0),
            points_spent=spent.get(place, 0) * value_fen // 100,
            points_owed=held.get(place, 0) * value_fen // 100,
            coupons=used.get(place, 0),
            messages=sum(
                count * KINDS[channel].cost_fen
                for (step, channel), count in messages.items()
                if step == place and channel in KINDS
            ),
            goodwill=coupons.get(place, 0) + gifts.get(place, 0),
        )
        for place in range(len(steps))
    ]


def _finished(desk: Desk, now: datetime) -> list[League]:
    """Finished campaigns with their results, the best proven first."""
    lines = [line for line in list_campaigns(desk, now=now) if line.status is CampaignStatus.FINISHED]
    found = [League(line, campaign_result(desk, line.id, now=now)) for line in lines if line.measure_until]
    return sorted(found, key=lambda one: -(one.result.judgement.net_fen or 0))


def _ended_in(one: League, zone: ShopZone, step: Period) -> bool:
    assert one.line.measure_until is not None
    return step.start <= zone.day(one.line.measure_until) < step.end


def _shown(campaigns: list[League]) -> list[Shown]:
    """What each comparison showed before its cost; none of a campaign that left nobody out."""
    found = []
    for one in campaigns:
        judged, effects = one.result.judgement, one.result.effects
        if judged.net_fen is None or judged.net_low_fen is None or judged.net_high_fen is None:
            continue
        treated = next(arm.assigned for arm in one.result.arms if arm.arm is Arm.TREATED)
        sales, orders = (effects[name].difference or 0.0 for name in ("net_fen", "orders"))
        cost = one.result.cost_fen
        found.append(
            Shown(
                margin=judged.net_fen + cost,
                low=judged.net_low_fen + cost,
                high=judged.net_high_fen + cost,
                sales=round(sales * treated),
                orders=orders * treated,
            )
        )
    return found
