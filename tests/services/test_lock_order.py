"""Two writers on PostgreSQL that want the same rows wait for each other in one order: never in a ring."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from core.documents.earning import Milestone
from core.services.desk import Desk
from core.services.milestones import reward_milestones
from core.services.not_counted import mark_members
from core.services.rewards import retire_reward, save_reward
from core.services.rule_versions import draft_version, publish_version
from core.store.audit import record
from core.store.database import Database
from core.store.queries.programme_facts import lock_member
from core.store.queries.rewards import take_one
from core.store.vault import Vault
from core.store.write_lock import Turn, take_turn
from tests.services.order_files import NOW, OWNER, at, bring_in, order, value_of
from tests.services.programme_shop import QUICK, open_shop
from tests.services.test_rewards import _good

LATER = 0.5  # as long as the other one may take to run into what is held


def _beside(
    url: str, first: Callable[[Session], object], act: Callable[[Desk], object], then: Callable[[Session], object]
) -> None:
    """``act`` at another desk between the two halves of a transaction here; whoever is thrown out fails the test."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            act(other)
        except BaseException as fault:
            faults.append(fault)

    here, other = Database(url), Desk(Database(url), Vault({1: b"k" * 32}), "shop")
    thread = threading.Thread(target=run)
    with here.write() as session:
        first(session)
        thread.start()
        time.sleep(LATER)
        then(session)
    thread.join(timeout=30)
    assert faults == []
    here.close()
    other.db.close()


def test_a_mark_and_points_for_the_same_person(postgres_url: str, tmp_path: Path) -> None:
    bring_in(open_shop(Database(postgres_url)), tmp_path, [order(1)])
    _beside(
        postgres_url,
        lambda session: take_turn(session, Turn.TIERS),
        lambda desk: mark_members(desk, OWNER, [1], "staff", now=NOW),
        lambda session: lock_member(session, 1),
    )


def test_an_exchange_and_the_same_reward_taken_off_the_catalogue(postgres_url: str) -> None:
    number = save_reward(open_shop(Database(postgres_url)), OWNER, _good(), now=NOW)

    def paid(session: Session) -> None:
        take_turn(session, Turn.TIERS)
        record(session, "t", "points.spend", "member:1", now=NOW)

    _beside(
        postgres_url,
        paid,
        lambda desk: retire_reward(desk, OWNER, number, now=NOW),
        lambda session: take_one(session, number),
    )


def test_milestones_and_a_change_of_one_of_the_rewarded(postgres_url: str, tmp_path: Path) -> None:
    desk = open_shop(Database(postgres_url))
    bring_in(desk, tmp_path, [order(n, member_id=f"M{n}", paid_at=at(3)) for n in (1, 2)])
    second = Milestone(code="second", name_zh="第二单", name_en="Second", at=2, points=50)
    rules = QUICK.model_copy(update={"milestones": (second,)})
    publish_version(desk, OWNER, draft_version(desk, OWNER, rules, now=NOW), now=NOW)
    with desk.db.write() as session:  # as if an import had been killed before it rewarded anybody
        session.execute(text("UPDATE shop_order SET paid_at = paid_at + 259200000000, shop_day = shop_day + 3"))
        session.execute(
            text(
                "INSERT INTO shop_order (platform, order_no, member_id, status, paid_at, paid_fen, refund_fen, quantity,"
                " shop_day, batch_id, recorded_at) SELECT platform, order_no || 'b', member_id, status, paid_at, paid_fen,"
                " 0, 1, shop_day, batch_id, recorded_at FROM shop_order"
            )
        )
    _beside(
        postgres_url,
        lambda session: session.execute(text("UPDATE member SET nickname = 'n' WHERE id = 2")),
        lambda other: reward_milestones(other, now=NOW.replace(hour=23)),
        lambda session: record(session, "t", "consent.said", "member:2", now=NOW),
    )
    assert value_of(desk.db, "SELECT count(*) FROM points_fact") == 2
