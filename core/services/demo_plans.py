"""The paid plan of the demo shop: some of its good customers bought the year card at various times, a few have renewed or left."""

from datetime import datetime, timedelta

from core.documents.paid_plan import PaidPlan, PlanBenefit
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.members import list_people
from core.services.paid_plans import record_purchase, refund_purchase, save_plan
from core.store.queries.members import MemberFilter

LEAST_PEOPLE = 1_000  # in a smaller shop nobody would see a pattern
ONE_IN = 80
SPAN_DAYS = 420

PLAN = PaidPlan(
    name_zh="云朵年卡",
    name_en="Cloud year card",
    price_fen=88_00,
    months=12,
    benefits=(
        PlanBenefit(name_zh="全年包邮", name_en="Free shipping all year", worth_fen=60_00),
        PlanBenefit(name_zh="新品先试用", name_en="First to try new products", worth_fen=40_00),
        PlanBenefit(name_zh="专属客服", name_en="A service person of one's own"),
    ),
    remind_days=14,
)


def add_paid_plan(desk: Desk, actor: Actor, people: int, *, now: datetime) -> int:
    """Put the plan on sale and record its purchases, spread over the last months; how many."""
    if people < LEAST_PEOPLE:
        return 0
    plan_id = save_plan(desk, actor, PLAN, now=now - timedelta(days=SPAN_DAYS))
    count = people // ONE_IN
    found = list_people(desk, MemberFilter(kind="members"), sort="orders", size=count * 3, now=now)
    buyers = [line for number, line in enumerate(found) if number % 3 == 1]
    for number, line in enumerate(buyers):
        since = now - timedelta(days=SPAN_DAYS * (len(buyers) - number) // len(buyers))
        bought = record_purchase(desk, actor, line.id, plan_id, key=f"demo:{line.id}", now=since)
        if bought.ends_at <= now + timedelta(days=30) and number % 3 == 0:
            again = min(now, bought.ends_at) - timedelta(days=1)
            record_purchase(desk, actor, line.id, plan_id, key=f"demo:{line.id}:2", now=again)
        elif number % 40 == 39:
            refund_purchase(desk, actor, bought.id, reason="demo", now=min(now, since + timedelta(days=20)))
    return len(buyers)
