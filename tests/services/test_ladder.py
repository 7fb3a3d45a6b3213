"""The ladder by name: who drops when and what keeps it, who is near, and everybody on the way once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.services.actor import Actor
from core.services.build_demo import build_demo
from core.services.desk import Desk
from core.services.ladder import count_progress, list_dropping, list_near, read_ladder
from core.store.database import Database
from tests.services.outbox_shop import NOW, open_shop


@pytest.fixture
def desk(db: Database) -> Desk:
    desk = open_shop(db)
    build_demo(desk, Actor.owner(), now=NOW, members=300, months=14)
    return desk


def test_lists_agree_with_the_counts_of_the_ladder(desk: Desk) -> None:
    view = read_ladder(desk, now=NOW)
    dropping, near = list_dropping(desk, now=NOW), list_near(desk)
    assert len(dropping) == sum(step.dropping for step in view.steps)
    assert len(near) == sum(step.within_reach[0] for step in view.steps)
    assert [one.drops_at for one in dropping] == sorted(one.drops_at for one in dropping)
    assert all(NOW < one.drops_at <= NOW + timedelta(days=30) and any(one.keep) for one in dropping)
    assert all(0 < one.missing_fen <= 100_00 for one in near)


def test_everybody_on_the_way_is_counted_once(desk: Desk) -> None:
    with desk.db.read() as session:
        statement = "SELECT count(*) FROM member_tier WHERE next_tier IS NOT NULL AND missing_fen > 0"
        people = session.execute(text(statement)).scalar_one()
    found = count_progress(desk)
    assert sum(found.values()) == people > 0
    assert {tenth for _, tenth in found} <= set(range(10))
