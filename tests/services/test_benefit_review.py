"""The numbers of the review are those that pandas finds, and the advice follows from them."""

import random
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlmodel import select, update

from core.analytics.benefit_review import DAYS, FEWEST, Advice, Repeat, advise, compare_repeat, median_gap
from core.analytics.periods import Period
from core.rules.benefits import Family
from core.services.benefit_review import review_benefits, review_json
from core.services.obligations import create_due
from core.services.promises import finish_promises
from core.store.database import Database
from core.store.tables import MemberTier, Obligation, Order
from tests.services.promise_shop import NOW, OWNER, ZONE, add_order, benefit, open_shop

START = NOW - timedelta(days=200)
TODAY = ZONE.day(NOW)


def _orders(session: object) -> pd.DataFrame:
    rows = session.execute(select(Order.member_id, Order.shop_day, Order.paid_fen)).all()  # type: ignore[attr-defined]
    return pd.DataFrame(rows, columns=["member", "day", "fen"])


def test_the_review_is_what_pandas_counts(db: Database) -> None:
    rng = random.Random(7)
    desk = open_shop(
        db,
        benefit("box", "yearly_gift", "month", due_days=3, cost_fen=10_00),
        benefit("ship", "free_shipping", "order", ("regular", "vip"), cost_fen=8_00),
        people=160,
    )
    for number in range(1, 161):
        for one in range(rng.randint(0, 4)):
            add_order(desk, number, f"{number}-{one}", paid_at=NOW - timedelta(days=rng.randint(1, 350)))
    with db.write() as session:
        session.execute(update(MemberTier).values(since=NOW - timedelta(days=400)))
    create_due(desk, OWNER, now=START)
    with db.read() as session:
        ids = [number or 0 for number in session.exec(select(Obligation.id).order_by(Obligation.id))]  # type: ignore[arg-type]
    finish_promises(desk, OWNER, ids[:30], now=START + timedelta(days=3), by="小敏")
    finish_promises(desk, OWNER, ids[30:40], now=START + timedelta(days=4), by="小敏", each_fen=12_00)
    period = Period(TODAY - timedelta(days=364), TODAY + timedelta(days=1))
    lines = {(line.code, line.tier): line for line in review_benefits(desk, period, now=NOW).lines}
    with db.read() as session:
        orders = _orders(session)
        promises = pd.DataFrame([row.model_dump() for row in session.exec(select(Obligation))])
    done = promises[promises.status == "done"]
    box = lines["box", "vip"]
    assert (box.entitled, box.used, box.cost_fen) == (80, len(done), int(done.actual_fen.sum()))
    assert box.usage_rate == done.member_id.nunique() / 80
    assert box.on_time_rate == (done.done_day <= done.due_day).sum() / 80  # the forty that are owed are late as well
    ship = lines["ship", "vip"]
    assert ship.used == orders[orders.member % 2 == 0].member.nunique()
    middle = int(np.median(done.done_day))
    days = dict(zip(done.member_id, done.done_day, strict=True))
    others = [member for member in range(2, 161, 2) if member not in days]
    bought = orders.groupby("member").day.apply(set).to_dict()

    def after(member: int, day: int) -> bool:
        return any(day < one <= day + DAYS for one in bought.get(member, ()))

    assert box.repeat.with_it == pytest.approx(np.mean([after(member, day) for member, day in days.items()]))
    assert box.repeat.without == pytest.approx(np.mean([after(member, middle) for member in others]))
    found = review_json(review_benefits(desk, period, now=NOW))
    assert (
        found["promises"]["owed"] == 40
        and found["promises"]["late"] == 40
        and found["from"] == period.start.isoformat()
    )


def test_the_difference_is_after_less_before_on_both_sides() -> None:
    members = np.arange(80, dtype=np.int64)
    users = np.column_stack([members[:40], np.full(40, 1_000)])
    everybody = np.column_stack([members, np.zeros(80, dtype=np.int64)])
    # Users bought before and after; of the others every second one bought before, none after.
    before, after = [(m, 990) for m in range(40)], [(m, 1_010) for m in range(40)]
    bought = np.array(sorted(before + after + [(m, 990) for m in range(40, 80, 2)]), dtype=np.int64)
    found = compare_repeat(users, everybody, bought)
    assert (found.with_it, found.without, found.difference) == (1.0, 0.0, pytest.approx(0.5))
    change = np.array([-1.0, 0.0] * 20)
    error = 1.959963984540054 * np.sqrt(change.var(ddof=1) / 40)
    assert (found.low, found.high) == (pytest.approx(0.5 - error), pytest.approx(0.5 + error))


@pytest.mark.parametrize("users", [FEWEST - 1, FEWEST])
def test_too_few_are_not_compared(users: int) -> None:
    members = np.arange(FEWEST * 3, dtype=np.int64)
    had = np.column_stack([members[:users], np.full(users, 500)])
    found = compare_repeat(had, np.column_stack([members, np.zeros_like(members)]), np.zeros((0, 2), dtype=np.int64))
    assert (found.with_it is None) == (users < FEWEST)


def test_who_came_to_the_tier_later_is_no_other() -> None:
    members = np.arange(100, dtype=np.int64)
    had = np.column_stack([members[:40], np.full(40, 500)])
    since = np.where(members < 75, 0, 501)
    found = compare_repeat(had, np.column_stack([members, since]), np.zeros((0, 2), dtype=np.int64))
    assert (found.users, found.others) == (40, 35)


NONE, UP, DOWN = Repeat(0, 0), Repeat(50, 50, 0.5, 0.3, 0.2, 0.1, 0.3), Repeat(50, 50, 0.3, 0.5, -0.2, -0.3, -0.1)


@pytest.mark.parametrize(
    ("_case", "family", "entitled", "usage", "on_time", "repeat", "cycle", "advice", "reason"),
    [
        ("they come back more", Family.GIFT, 100, 0.5, 0.5, UP, 40, Advice.STRENGTHEN, "more_repeat"),
        ("one in five is late", Family.GIFT, 100, 0.5, 0.79, NONE, 40, Advice.ON_TIME, "often_late"),
        ("just in time enough", Family.GIFT, 100, 0.5, 0.80, NONE, 40, Advice.KEEP, "too_few"),
        ("nobody wants the thing", Family.GIFT, 100, 0.05, None, NONE, 40, Advice.SWAP, "little_used_thing"),
        ("nobody wants the price", Family.PRICE, 100, 0.05, None, NONE, 40, Advice.DROP, "little_used"),
        ("too few to say nobody", Family.PRICE, 29, 0.05, None, NONE, 40, Advice.KEEP, "often_price"),
        ("it costs and does nothing", Family.GIFT, 100, None, None, DOWN, 40, Advice.SWAP, "less_repeat"),
        ("a price where people buy rarely", Family.PRICE, 100, None, None, NONE, 90, Advice.SWAP, "rare_price"),
        ("a service where people buy rarely", Family.SERVICE, 100, None, None, NONE, 90, Advice.STRENGTHEN, "rare_service"),
        ("a price that is used where people buy often", Family.PRICE, 100, 0.5, None, NONE, 45, Advice.STRENGTHEN, "often_price_used"),
        ("in between", Family.PRICE, 100, None, None, NONE, 60, Advice.KEEP, "too_few"),
    ],
)  # fmt: skip
def test_advice_follows_the_stronger_evidence(
    _case: str,
    family: Family,
    entitled: int,
    usage: float | None,
    on_time: float | None,
    repeat: Repeat,
    cycle: int,
    advice: Advice,
    reason: str,
) -> None:
    said = advise(
        family,
        entitled=entitled,
        usage_rate=usage,
        cost_fen=100,
        on_time_rate=on_time,
        repeat=repeat,
        cycle_days=cycle,
    )
    assert said == (advice, reason)


def test_the_middle_gap_is_the_weighted_median() -> None:
    assert median_gap([(10, 1), (20, 1), (30, 3)]) == 30 and median_gap([(10, 5), (90, 4)]) == 10
    assert median_gap([]) is None
