"""The programme's books on both stores, each cost from the ledger it stands in."""

from datetime import timedelta

import pytest

from core.analytics.programme_profit import RunningCosts
from core.errors import Refusal
from core.services.desk import Desk
from core.services.programme_profit import compare_upgrades, read_profit, read_running_costs, save_running_costs
from core.services.today_cards import read_cards
from core.services.todo_marks import clear_marks, mark_todo, read_marks
from core.store.database import Database
from core.store.queries.rule_versions import ensure_first_version
from core.store.tables import Obligation
from tests.services.campaign_shop import NOW, OWNER, add_order, open_shop


def _shop(db: Database, people: int) -> Desk:
    """The shop of the campaign tests with rules in force from the first day."""
    with db.write() as session:
        ensure_first_version(session, NOW)
    return open_shop(db, people)


def test_the_months_hold_what_each_ledger_says(db: Database) -> None:
    desk = _shop(db, 6)
    today = NOW.date().toordinal() - 719_163
    with db.write() as session:
        for number, (code, actual) in enumerate((("yearly_gift", 70_00), ("goodwill", 9_00), ("yearly_gift", None))):
            session.add(
                Obligation(
                    member_id=number + 1, benefit_code=code, kind="gift", occasion="once", what_zh="礼", what_en="gift",
                    status="done", begins_day=today - 9, due_day=today, done_day=today - 1, done_at=NOW, done_by="owner",
                    cost_fen=50_00, actual_fen=actual, created_at=NOW,
                )
            )  # fmt: skip
    found = read_profit(desk, 3, now=NOW)
    assert (found.costs.benefits, found.costs.goodwill, found.costs.total) == (120_00, 9_00, 129_00)
    assert [month.costs.total for month in found.months][-1] == 129_00
    assert (found.proven.comparisons, found.net_fen, found.cost_to_keep_fen) == (0, -129_00, None)


def test_what_a_sale_costs_to_run_is_nothing_until_it_is_said(db: Database) -> None:
    desk = _shop(db, 0)
    assert not read_running_costs(desk).set
    with pytest.raises(Refusal, match="running_commission"):
        save_running_costs(desk, OWNER, RunningCosts(commission_bp=5_001), now=NOW)
    with pytest.raises(Refusal, match="running_amount"):
        save_running_costs(desk, OWNER, RunningCosts(shipping_fen=-1), now=NOW)
    save_running_costs(desk, OWNER, RunningCosts(commission_bp=500, shipping_fen=600), now=NOW)
    assert read_profit(desk, 2, now=NOW).running == RunningCosts(commission_bp=500, shipping_fen=600)


def test_people_are_near_a_threshold_by_what_they_had_spent_that_day(db: Database) -> None:
    desk = _shop(db, 3)
    for number, fen in ((1, 1_100_00), (2, 900_00), (3, 500_00)):
        add_order(db, number, f"then-{number}", NOW - timedelta(days=120), fen)
        add_order(db, number, f"since-{number}", NOW - timedelta(days=10), 30_00)
    found = compare_upgrades(desk, now=NOW)
    assert (found.tier, found.threshold_fen) == ("silver", 1_000_00)
    assert (found.near.over, found.near.under, found.near.over_fen, found.near.enough) == (
        1,
        1,
        130_01,
        False,
    )  # 100.01 is their own order of the shop


def test_a_line_is_put_away_until_its_day_and_comes_back(db: Database) -> None:
    desk = _shop(db, 0)
    mark_todo(desk, OWNER, "dropping", now=NOW)
    mark_todo(desk, OWNER, "due:奶粉", days=3, now=NOW)
    assert set(read_marks(desk, now=NOW)) == {"dropping", "due:奶粉"}
    assert set(read_marks(desk, now=NOW + timedelta(days=1))) == {"due:奶粉"}
    assert read_marks(desk, now=NOW + timedelta(days=3)) == {}
    assert clear_marks(desk, OWNER, now=NOW) == 2
    with pytest.raises(Refusal, match="todo_mark"):
        mark_todo(desk, OWNER, "dropping", days=31, now=NOW)


def test_nothing_is_compared_with_a_time_before_the_shop(db: Database) -> None:
    desk = _shop(db, 0)
    figures = {one.name: one for one in read_cards(desk, 30, now=NOW).figures}
    assert len(figures) == 9
    assert all(one.now is None or one.now == 0 for one in figures.values())
    assert all(one.before is None and one.last_year is None for one in figures.values())
