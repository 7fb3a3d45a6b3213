"""The demo shop from a seed: the same members, months, seed and now give the same shop to the last fen."""

from calendar import monthrange
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from core.clock import DAY_MICROSECONDS, ShopZone, day_of, to_micros
from core.demo.baskets import fill_baskets
from core.demo.book import Book, open_book
from core.demo.campaigns import PLANS, Stage, draw_live_offer, plant
from core.demo.catalog import CATEGORY_NAMES, CYCLE_DAYS, products_frame
from core.demo.people import draw_people, grades
from core.demo.seasons import Calendar, calendar
from core.demo.settle import settle
from core.demo.shop import Assign, DemoShop, Ints, PastCampaign
from core.demo.visits import Habits, draw_habits, draw_visits
from core.errors import Refusal
from core.rules.assignment import assign as shop_assign

SHOP_NAME = "云朵母婴旗舰店"
PLATFORM = "taobao"
MOST_MEMBERS = 2_000_000
MOST_MONTHS = 120


def generate(
    members: int = 12_000,
    months: int = 24,
    seed: int = 618,
    *,
    now: datetime,
    zone: ShopZone,
    assign: Assign = shop_assign,
) -> DemoShop:
    """A mother-and-baby shop of ``members`` people whose data ends where the shop day of ``now`` begins.

    Refuses ``demo_members`` and ``demo_months`` outside 1 to two million people and 1 to 120 months.
    """
    _check(members, months)
    today = zone.day(now)
    days = calendar(_months_before(today, months), today, zone)
    until = to_micros(zone.start(today))
    habit_rng, visit_rng, basket_rng, people_rng, book_rng, plan_rng, settle_rng = _generators(members, months, seed)
    habits = draw_habits(habit_rng, days, members)
    people = draw_people(people_rng, days, habits, until, today)
    visits = draw_visits(visit_rng, days, habits)
    book = open_book(book_rng, days, visits, fill_baskets(basket_rng, days, habits, visits), until)
    stage = Stage(days, zone, today, until, people, assign, seed)
    habits, book, campaigns = _plant_all(plan_rng, stage, habits, book)
    products = products_frame()
    orders, items, row_of_visit = settle(settle_rng, book, people, products, until)
    _name_orders(campaigns, orders, row_of_visit)
    return DemoShop(
        name=SHOP_NAME,
        platform=PLATFORM,
        zone=zone.name,
        now=to_micros(now),
        data_until=until,
        products=products,
        people=people.assign(grade=_grades(people, orders, until)),
        orders=orders,
        items=items,
        campaigns=campaigns,
        live_offer=draw_live_offer(plan_rng, stage, book),
        truth=_truth(days, habits, campaigns),
    )


def _check(members: int, months: int) -> None:
    if not 1 <= members <= MOST_MEMBERS:
        raise Refusal("demo_members", value=members, most=MOST_MEMBERS)
    if not 1 <= months <= MOST_MONTHS:
        raise Refusal("demo_months", value=months, most=MOST_MONTHS)


def _generators(members: int, months: int, seed: int) -> list[np.random.Generator]:
    """One stream for each part, so that a change in one part leaves the others as they were."""
    return [np.random.default_rng(child) for child in np.random.SeedSequence([abs(seed), members, months]).spawn(7)]


def _months_before(day: date, months: int) -> date:
    """The same day ``months`` calendar months earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _plant_all(
    rng: np.random.Generator, stage: Stage, habits: Habits, book: Book
) -> tuple[Habits, Book, list[PastCampaign]]:
    """The shop after all campaigns, one after the other."""
    campaigns: list[PastCampaign] = []
    for plan in PLANS:
        habits, book, campaign = plant(rng, stage, habits, book, plan)
        campaigns += [campaign] if campaign else []
    return habits, book, campaigns


def _name_orders(campaigns: list[PastCampaign], orders: pd.DataFrame, row_of_visit: Ints) -> None:
    """Give the redemptions their order numbers, now that there are some."""
    for campaign in campaigns:
        rows = row_of_visit[campaign.redemptions.pop("visit").to_numpy()]
        campaign.redemptions.insert(1, "order_no", orders["order_no"].iloc[rows].to_numpy())


def _grades(people: pd.DataFrame, orders: pd.DataFrame, until: int) -> "pd.Series[int]":
    """The platform's grade of each person at the end of the data."""
    recent = orders[(orders["paid_at"] >= until - 365 * DAY_MICROSECONDS).fillna(False)]
    net = recent["paid_fen"] - recent["refund_fen"]
    by_person = net.groupby(recent["number"])
    numbers = people["number"]
    count, total = by_person.size().reindex(numbers, fill_value=0), by_person.sum().reindex(numbers, fill_value=0)
    return grades(people["joined_at"].notna().to_numpy(), count.to_numpy(), total.to_numpy())


def _truth(days: Calendar, habits: Habits, campaigns: list[PastCampaign]) -> dict[str, Any]:
    """What was planted, as JSON: lists are in the order of the people; a churn day in the future is null."""
    gone = habits.buys & (habits.churn_day < days.length)
    plans = {plan.key: plan for plan in PLANS}
    return {
        "data_from": day_of(days.first).isoformat(),
        "data_until": day_of(days.first + days.length).isoformat(),
        "category_cycle_days": dict(zip(CATEGORY_NAMES, CYCLE_DAYS.tolist(), strict=True)),
        "people": {
            "buys": habits.buys.tolist(),
            "one_time": habits.one_time.tolist(),
            "comes_for": [CATEGORY_NAMES[category] for category in habits.comes_for.tolist()],
            "cycle_days": np.round(habits.cycle_days, 2).tolist(),
            "churn_day": [
                day_of(days.first + day).isoformat() if left else None
                for day, left in zip(habits.churn_day.tolist(), gone.tolist(), strict=True)
            ],
        },
        "campaigns": {
            campaign.key: {
                "expect": plans[campaign.key].expect,
                "true_effect": plans[campaign.key].effect,
                "extra_buyers": round(plans[campaign.key].effect * campaign.treated.size),
            }
            for campaign in campaigns
        },
    }
