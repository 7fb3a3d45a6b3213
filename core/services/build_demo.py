"""Load the demo shop into an empty store: facts through the driver, then the same profiles and tiers as any import."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.demo.generate import generate
from core.demo.prices import demo_prices
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.demo_campaigns import add_campaigns
from core.services.demo_cards import add_cards
from core.services.demo_facts import add_orders, add_people
from core.services.demo_goal import add_goal
from core.services.demo_groups import add_groups
from core.services.demo_plans import add_paid_plan
from core.services.demo_promises import add_promises
from core.services.demo_rewards import add_reviews, add_rewards
from core.services.desk import Desk
from core.services.insight import refresh_insight
from core.services.price_settings import put_price_settings
from core.services.programme import review_programme
from core.services.shop_settings import load_settings, put_settings
from core.store.audit import record
from core.store.queries import profiles
from core.store.tables import Setting

TRUTH = "demo_truth"


@dataclass(frozen=True)
class DemoReport:
    """What the demo shop holds, and how long it took."""

    people: int
    orders: int
    campaigns: int
    seconds: float


def build_demo(
    desk: Desk,
    actor: Actor,
    *,
    now: datetime,
    members: int = 12_000,
    months: int = 24,
    seed: int = 618,
    progress: Callable[[float], None] | None = None,
) -> DemoReport:
    """Build the demo shop, ending at ``now``, in an empty store; refuses ``store_not_empty``."""
    started = time.monotonic()
    report = progress or (lambda share: None)
    with desk.db.read() as session:
        if profiles.count_people(session):
            raise Refusal("store_not_empty")
    zone = desk.zone
    shop = generate(members, months, seed, now=now, zone=zone)
    report(0.3)
    with desk.db.write(*Area) as session:
        settings = load_settings(session)
        put_settings(session, settings.model_copy(update={"shop_name": shop.name, "joined_rule": "file", "demo": True}))
        put_price_settings(session, demo_prices())
        add_people(session, desk, shop, now)
        report(0.5)
        orders = add_orders(session, shop, zone, actor, now)
        report(0.7)
        profiles.rebuild_profiles(session)
        profiles.rebuild_days(session)
        add_campaigns(session, desk, shop, orders, actor)
        add_reviews(session, actor)
        session.add(Setting(key=TRUTH, value=json.dumps(shop.truth, ensure_ascii=False)))
        record(session, actor.name, "demo.built", "store", now=now, count=len(shop.people), seed=seed)
    report(0.8)
    review_programme(desk, now=now)
    report(0.9)
    add_rewards(desk, actor, now=now, seed=seed)
    refresh_insight(desk, now=now)
    report(0.95)
    add_promises(desk, actor, now=now)
    add_paid_plan(desk, actor, len(shop.people), now=now)
    add_cards(desk, actor, now=now)
    add_goal(desk, actor, now=now, seed=seed)
    add_groups(desk, actor, now=now)
    report(1.0)
    return DemoReport(len(shop.people), len(shop.orders), len(shop.campaigns), time.monotonic() - started)


def read_truth(desk: Desk) -> dict[str, object]:
    """What was planted in the demo store; refuses ``not_a_demo`` for any other."""
    with desk.db.read() as session:
        row = session.get(Setting, TRUTH)
    if row is None:
        raise Refusal("not_a_demo")
    found: dict[str, object] = json.loads(row.value)
    return found
