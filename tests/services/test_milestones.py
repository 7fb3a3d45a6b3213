"""Rewards on the way: once, only for what was reached after they were promised, and standing after a refund."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.documents.earning import Earning, Growth, Milestone, Points
from core.documents.ladder import tmall_ladder
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.milestones import reward_milestones
from core.services.points_ledger import read_points
from core.services.programme import review_programme
from core.services.rule_versions import draft_version, publish_version
from core.store.database import Database
from core.store.tables import ImportBatch, Obligation, Order, PointsFact, Refund
from tests.services.outbox_shop import NOW, add_member, open_shop

OWNER = Actor.owner()
DAY = timedelta(days=1)
SPEND = Earning(kind="spend", rate=100)
SECOND = Milestone(code="second", name_zh="第二单", name_en="Second", at=2, points=50, gift_zh="小样", cost_fen=5_00)


def _publish(desk: Desk, *milestones: Milestone, now: Any = NOW) -> None:
    grows = Growth(earnings=(SPEND,)) if any(one.measure == "growth" for one in milestones) else None
    rules = tmall_ladder().model_copy(
        update={"points": Points(earnings=(SPEND,)), "growth": grows, "milestones": milestones}
    )
    publish_version(desk, OWNER, draft_version(desk, OWNER, rules, now=now), now=now)


def _order(desk: Desk, member: int, number: int, at: Any, fen: int = 100_00) -> int:
    with desk.db.write() as session:
        batch = ImportBatch(
            kind="orders", file_name="f", file_hash="h", preset="p", platform="taobao", actor="o", recorded_at=NOW
        )
        session.add(batch)
        session.flush()
        order = Order(
            platform="taobao", order_no=f"{member}-{number}", member_id=member, status="paid", paid_at=at,
            paid_fen=fen, shop_day=0, batch_id=batch.id, recorded_at=at,
        )  # fmt: skip
        session.add(order)
        session.flush()
        found = order.id
    assert found is not None
    review_programme(desk, now=at)
    return found


def _refund(desk: Desk, order_id: int, fen: int, at: Any) -> None:
    with desk.db.write() as session:
        order = session.get(Order, order_id)
        assert order is not None
        order.refund_fen = fen
        session.add(Refund(order_id=order_id, amount_fen=fen, occurred_at=at, recorded_at=at))
    review_programme(desk, now=at)


def _gifts(desk: Desk) -> list[tuple[int, str, int]]:
    with desk.db.read() as session:
        rows = session.exec(select(Obligation).where(Obligation.benefit_code == "milestone:second"))
        return [(row.member_id, row.what_en, row.cost_fen) for row in rows]


def _grants(desk: Desk) -> list[tuple[int, int]]:
    with desk.db.read() as session:
        facts = session.exec(select(PointsFact).where(PointsFact.kind == "grant"))
        return sorted((fact.member_id, fact.points) for fact in facts)


def test_a_milestone_is_rewarded_once_with_points_and_a_gift(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    _publish(desk, SECOND)
    _order(desk, 1, 1, NOW + DAY)
    assert reward_milestones(desk, now=NOW + DAY) == 0
    _order(desk, 1, 2, NOW + 2 * DAY)
    assert reward_milestones(desk, now=NOW + 2 * DAY) == 1
    assert reward_milestones(desk, now=NOW + 3 * DAY) == 0
    assert (_grants(desk), _gifts(desk)) == ([(1, 50)], [(1, "小样", 5_00)])
    assert read_points(desk, 1, now=NOW + 2 * DAY).active == 50


def test_nothing_is_owed_for_what_was_reached_before_it_was_promised(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    add_member(desk, 2)
    _order(desk, 1, 1, NOW - 3 * DAY)
    _order(desk, 1, 2, NOW - 2 * DAY)
    _order(desk, 2, 1, NOW - 2 * DAY)
    _publish(desk, SECOND)
    _order(desk, 1, 3, NOW + DAY)
    _order(desk, 2, 2, NOW + DAY)
    assert reward_milestones(desk, now=NOW + DAY) == 1
    assert _grants(desk) == [(2, 50)]


def test_a_reward_stands_after_a_refund_and_does_not_come_twice(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    _publish(desk, SECOND)
    _order(desk, 1, 1, NOW + DAY)
    second = _order(desk, 1, 2, NOW + DAY)
    reward_milestones(desk, now=NOW + DAY)
    _refund(desk, second, 100_00, NOW + 2 * DAY)
    assert reward_milestones(desk, now=NOW + 2 * DAY) == 0
    _order(desk, 1, 3, NOW + 3 * DAY)
    assert reward_milestones(desk, now=NOW + 3 * DAY) == 0
    assert _grants(desk) == [(1, 50)]


@pytest.mark.parametrize(
    ("measure", "at", "reached"),
    [("spend", 200_00, True), ("spend", 200_01, False), ("growth", 200, True), ("growth", 201, False)],
)
def test_amounts_and_growth_count_to_the_unit(sqlite_url: str, measure: Any, at: int, reached: bool) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    _publish(desk, SECOND.model_copy(update={"measure": measure, "at": at}))
    _order(desk, 1, 1, NOW + DAY)
    _order(desk, 1, 2, NOW + DAY)
    assert reward_milestones(desk, now=NOW + DAY) == int(reached)


def test_who_is_no_member_or_not_counted_gets_none(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1, joined_at=None, joined_by=None)
    add_member(desk, 2, not_counted="staff")
    _publish(desk, SECOND)
    for member in (1, 2):
        _order(desk, member, 1, NOW + DAY)
        _order(desk, member, 2, NOW + DAY)
    assert reward_milestones(desk, now=NOW + DAY) == 0


def test_the_same_goal_in_later_rules_is_the_same_promise(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    _publish(desk, SECOND)
    _order(desk, 1, 1, NOW + DAY)
    _order(desk, 1, 2, NOW + DAY)
    _publish(desk, SECOND.model_copy(update={"name_zh": "两单"}), now=NOW + 2 * DAY)  # its review rewards
    assert _grants(desk) == [(1, 50)]
    assert reward_milestones(desk, now=NOW + 3 * DAY) == 0


def test_who_joins_tomorrow_gets_it_then(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1, joined_at=NOW + 2 * DAY)
    add_member(desk, 2)
    _publish(desk, SECOND)
    for member in (1, 2):
        _order(desk, member, 1, NOW + DAY)
        _order(desk, member, 2, NOW + DAY)
    assert reward_milestones(desk, now=NOW + DAY) == 1
    assert _grants(desk) == [(2, 50)]
    assert reward_milestones(desk, now=NOW + 2 * DAY) == 1
