"""The shop's goal on both stores: what can be aimed at, where it stands, what is still needed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from core.analytics.goal_pace import Metric, Pace
from core.errors import Refusal
from core.services.shop_goals import (
    comparable,
    give_up_goal,
    measure,
    read_goal,
    read_goal_moves,
    read_goal_state,
    set_goal,
)
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, ZONE, at, bring_in, new_desk, order

TODAY = ZONE.day(NOW)
LAST = TODAY + timedelta(days=60)


def _shop(db: Database, folder: Path, *, again: int = 12) -> None:
    """Forty people who bought within the last month, ``again`` of them twice."""
    rows = [order(number, member_id=f"B{number}", paid_at=at(20)) for number in range(40)]
    rows += [order(f"again{number}", member_id=f"B{number}", paid_at=at(3)) for number in range(again)]
    bring_in(new_desk(db), folder, rows)


@pytest.mark.parametrize(
    ("metric", "target", "last", "code"),
    [
        ("love", 1, LAST, "goal_metric"),
        ("repurchase_90", 3_500, TODAY - timedelta(days=1), "goal_past"),
        ("repurchase_90", 3_500, TODAY, "goal_past"),
        ("repurchase_90", 3_500, TODAY + timedelta(days=800), "goal_too_long"),
        ("repurchase_90", 10_001, LAST, "goal_share"),
        ("members_joined", 0, LAST, "goal_amount"),
        ("repurchase_90", 3_000, LAST, "goal_not_above_rate"),
        ("member_sales", 5_200_00, LAST, "goal_not_above_sales"),
        ("members_joined", 40, LAST, "goal_not_above_people"),
    ],
)
def test_a_goal_that_is_none_is_refused(
    metric: str, target: int, last: date, code: str, sqlite_url: str, tmp_path: Path
) -> None:
    db = Database(sqlite_url)
    _shop(db, tmp_path)
    with pytest.raises(Refusal, match=code):
        set_goal(new_desk(db), OWNER, metric, target, last, now=NOW)
    db.close()


def test_too_few_people_make_no_rate_to_aim_at(db: Database) -> None:
    with pytest.raises(Refusal, match="goal_no_base"):
        set_goal(new_desk(db), OWNER, "repurchase_365", 3_500, LAST, now=NOW)
    assert read_goal_state(new_desk(db), now=NOW) is None


def test_a_goal_says_how_many_people_must_still_buy_again(db: Database, tmp_path: Path) -> None:
    _shop(db, tmp_path)
    desk = new_desk(db)
    assert measure(desk, Metric.REPURCHASE_90, now=NOW).value == 3_000
    assert measure(desk, Metric.FIRST_TO_SECOND, now=NOW).held == 12
    first = set_goal(desk, OWNER, "member_sales", 9_000_00, LAST, now=NOW)
    goal = set_goal(desk, OWNER, "repurchase_90", 3_500, LAST, now=NOW)
    assert read_goal(desk) == goal
    state = read_goal_state(desk, now=NOW)
    assert state is not None
    assert (state.standing.value, state.needed, state.pace, state.outlook) == (3_000, 2, Pace.ON_PACE, None)
    with pytest.raises(Refusal, match="goal_gone"):
        give_up_goal(desk, OWNER, first.id, now=NOW)
    give_up_goal(desk, OWNER, goal.id, now=NOW)
    assert read_goal(desk) is None


def test_a_sum_counts_from_its_first_day_against_last_years_course(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    days = [TODAY - timedelta(days=back) for back in range(430)]
    rows = [order(number, member_id="A", paid_at=f"{day} 12:00:00") for number, day in enumerate(days)]
    bring_in(desk, tmp_path, rows)
    starts = TODAY - timedelta(days=30)
    base = comparable(desk, Metric.MEMBER_SALES, starts, TODAY + timedelta(days=29), now=NOW)
    assert base.value == 60 * 100_00
    goal = set_goal(desk, OWNER, "member_sales", 7_200_00, TODAY + timedelta(days=29), starts=starts, now=NOW)
    state = read_goal_state(desk, now=NOW)
    assert state is not None
    assert (goal.baseline, state.standing.value, state.days_left) == (6_000_00, 3_100_00, 29)
    assert state.should == 3_720_00  # 31 of the 60 days of last year's course
    assert state.outlook is not None
    assert state.outlook.middle == 6_000_00  # as it was last year, so it goes on
    moves = read_goal_moves(desk, goal, now=NOW)
    assert sum(part.moved for part in moves.moved["visit"]) == 0
    assert moves.campaigns == ()
