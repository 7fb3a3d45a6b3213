"""Several desks spend the same balance at the same instant: it is never overdrawn, and the naive way breaks."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pysqlite3
from sqlalchemy import create_engine, text

from core.errors import Refusal
from core.services.desk import Desk
from core.services.stored_account import read_account
from core.services.stored_value import DUTIES, Balance, pay, save_plan, switch_on, top_up
from core.store.database import Database
from core.store.queries import stored_value as rows
from core.store.vault import Vault
from tests.services.campaign_shop import NOW, OWNER, open_shop
from tests.services.test_stored_value import PLAN

DESKS, ROUNDS, PRICE = 4, 6, 50_00


def _together(count: int, act: Callable[[int], bool]) -> int:
    """How many of ``count`` threads that start at one instant succeed."""
    barrier, done = threading.Barrier(count), [False] * count

    def run(number: int) -> None:
        barrier.wait(timeout=30)
        done[number] = act(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sum(done)


def test_a_balance_that_is_enough_for_one_pays_one(db: Database) -> None:
    desk = open_shop(db, ROUNDS)
    switch_on(desk, OWNER, acknowledged=DUTIES, now=NOW)
    save_plan(desk, OWNER, PLAN, now=NOW)
    desks = [Desk(Database(db.url), Vault({1: b"k" * 32}), "shop") for _ in range(DESKS)]

    def spend(number: int, member: int) -> bool:
        try:
            pay(desks[number], OWNER, member, PRICE, key=f"{member}-{number}", now=NOW)
        except Refusal as refusal:
            assert refusal.code == "stored_not_enough"
            return False
        return True

    for member in range(1, ROUNDS + 1):
        top_up(desk, OWNER, member, 99_99, route="cash", key=f"t{member}", now=NOW)
        assert _together(DESKS, lambda number, member=member: spend(number, member)) == 1  # type: ignore[misc]
        assert read_account(desk, member, now=NOW).balance == Balance(49_99, 0)
    with db.read() as session:
        assert rows.violations(session) == dict.fromkeys(rows.violations(session), 0)
    for other in desks:
        other.close()


def test_looking_first_and_writing_afterwards_overdraws(db: Database) -> None:
    with db.write() as session:
        session.execute(text("CREATE TABLE naive_balance (id INTEGER PRIMARY KEY, fen BIGINT NOT NULL)"))
        session.execute(text("INSERT INTO naive_balance VALUES (1, 9999)"))
    engine = create_engine(db.url, **({"module": pysqlite3} if db.is_sqlite else {}))

    def spend(_: Any) -> bool:
        with engine.begin() as connection:
            held = connection.execute(text("SELECT fen FROM naive_balance WHERE id = 1")).scalar_one()
            time.sleep(0.02)  # as long as a page takes to ask whether the owner is sure
            if held < PRICE:
                return False
            connection.execute(text("UPDATE naive_balance SET fen = :fen WHERE id = 1"), {"fen": held - PRICE})
        return True

    assert _together(DESKS, spend) > 1
    engine.dispose()
