"""The shop's lifetime figures against a plain reading of its orders, and what is kept of them."""

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.analytics.lifetime import Histories
from core.analytics.lifetime_fit import Fit, Reason, fit_bgnbd, fit_gamma_gamma
from core.analytics.value_factors import Year, factors
from core.clock import day_number
from core.errors import Refusal
from core.services.lifetime import fit_shop_lifetime, foresee_members, load_lifetime, read_kept, read_lifetime
from core.services.lifetime_json import lifetime_json
from core.services.not_counted import mark_members
from core.store.database import Database
from core.store.queries.lifetime import read_histories
from tests.services.order_files import NOW, OWNER, at, bring_in, new_desk, order, value_of

TODAY = date(2026, 3, 2)
CUT = date(2025, 10, 31)


def _orders(people: int = 260) -> list[dict[str, Any]]:
    """Two years of invented orders; one in six is refunded in part, two of one day are one purchase."""
    rng = random.Random(4)
    found = []
    for person in range(people):
        day, gap, chance = rng.randint(5, 700), rng.gammavariate(1.2, 60), rng.betavariate(1, 5)
        usual = rng.choice((15, 30, 60, 120))
        while day >= 3:
            for _ in range(1 + (rng.random() < 0.1)):
                amount = round(rng.gammavariate(4, usual) + 5)
                refund = amount // 3 if rng.random() < 0.16 else 0
                given = {"amount": str(amount), "refund": str(refund), "paid_at": at(day)}
                found.append(order(len(found), member_id=f"M{person}", **given))
            if rng.random() < chance:
                break
            day -= 1 + round(rng.expovariate(1 / gap))
    return found


def _plain(orders: list[dict[str, Any]], until: date) -> Histories:
    """Fader's four columns, read from the rows one by one."""
    days: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in orders:
        paid = date.fromisoformat(str(row["paid_at"])[:10])
        if paid <= until:
            days[row["member_id"]][paid] += int(row["amount"]) - int(row["refund"])
    rows = []
    for bought in days.values():
        first, last, x = min(bought), max(bought), len(bought) - 1
        money = (sum(bought.values()) - bought[first]) / x if x else 0.0
        rows.append((x, (last - first).days, (until - first).days, money))
    return Histories(*np.array(sorted(rows), dtype=np.float64).T)


def test_models_check_and_value_are_those_of_a_plain_reading(db: Database, tmp_path: Path) -> None:
    desk, orders = new_desk(db), _orders()
    bring_in(desk, tmp_path, orders)
    last = max(date.fromisoformat(str(row["paid_at"])[:10]) for row in orders)

    found = fit_shop_lifetime(desk, now=NOW)
    plain = _plain(orders, last)
    bought, spent = fit_bgnbd(plain), fit_gamma_gamma(plain)
    assert found is not None and isinstance(bought, Fit) and isinstance(spent, Fit)
    assert found.as_of_day == day_number(last) and found.learnt.log_likelihood == pytest.approx(bought.log_likelihood)
    assert found.gamma_gamma is not None and found.gamma_gamma.q == pytest.approx(spent.model.q, rel=1e-4)
    with db.read() as session:
        assert load_lifetime(session) == found
        assert len(read_histories(session)[0]) == len(plain.x)
    foreseen = foresee_members(found, plain)
    assert foreseen is not None and foreseen.value_fen is not None and found.spread is not None
    assert found.spread.value_fen == foreseen.value_fen.sum()
    kept = read_kept(desk)
    assert kept is not None and kept[0] == found

    held = read_lifetime(desk, now=NOW, calibration_end=CUT)
    assert held is not None and held.held is not None and held.held.check is not None
    before = fit_bgnbd(_plain(orders, CUT))
    assert isinstance(before, Fit) and held.learnt.log_likelihood == pytest.approx(before.log_likelihood)
    known = {row["member_id"] for row in orders if str(row["paid_at"])[:10] <= CUT.isoformat()}
    after = {(row["member_id"], row["paid_at"][:10]) for row in orders if row["paid_at"][:10] > CUT.isoformat()}
    assert held.held.check.actual == sum(member in known for member, _ in after)

    since = (last - timedelta(days=364)).isoformat()
    year: dict[str, list[int]] = defaultdict(list)
    for row in orders:
        if row["paid_at"][:10] >= since:
            year[row["member_id"]].append((int(row["amount"]) - int(row["refund"])) * 100)
    net = np.array([sum(values) for values in year.values()])
    sums = factors(Year(np.array([len(values) for values in year.values()]), net, net * 4_000 // 10_000))
    assert found.change is not None and found.change.last == sums


def test_who_is_not_counted_is_in_no_figure(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(
        desk, tmp_path, [*_orders(12), *(order(f"Z{day}", member_id="Z", paid_at=at(day)) for day in range(3, 300, 7))]
    )
    before = read_lifetime(desk, now=NOW)
    mark_members(
        desk,
        OWNER,
        [value_of(db, "SELECT member_id FROM member_profile ORDER BY orders DESC LIMIT 1")],
        "staff",
        now=NOW,
    )
    after = read_lifetime(desk, now=NOW)
    assert before is not None and after is not None and before.change is not None and after.change is not None
    assert before.learnt.customers - after.learnt.customers == 1
    assert before.change.last.buyers - after.change.last.buyers == 1


def test_a_year_is_compared_with_a_whole_one_only(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, [order(f"{day}", member_id="A", paid_at=at(day)) for day in range(0, 400, 20)])
    found = read_lifetime(desk, now=NOW)
    assert found is not None and found.change is not None
    assert found.change.last.buyers == 1 and found.change.before.buyers == 0


def test_thin_data_are_told_and_foresee_nothing(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    assert fit_shop_lifetime(desk, now=NOW) is None and read_kept(desk) is None
    orders = _orders(20)
    bring_in(desk, tmp_path, orders)
    found = fit_shop_lifetime(desk, now=NOW)
    assert found is not None and found.learnt.missing is not None
    assert (found.reason, found.learnt.missing.have) == (Reason.FEW_CUSTOMERS, 20)
    assert foresee_members(found, _plain(orders, TODAY)) is None
    told = lifetime_json(found)
    assert told["bgnbd"] is None and told["too_few"] == {"reason": "few_customers", "have": 20, "needed": 200}
    with pytest.raises(Refusal, match="period_empty"):
        read_lifetime(desk, now=NOW, calibration_end=TODAY)
