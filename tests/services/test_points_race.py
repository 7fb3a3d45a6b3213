"""Eight desks spend the same points at the same instant: never more than there are; looking first and writing then breaks."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import Refusal
from core.services.desk import Desk
from core.services.points_ledger import grant_points, read_points, spend_points
from core.services.programme import derive_members
from core.store.database import Database
from core.store.tables import PointsFact
from core.store.vault import Vault
from tests.services.order_files import NOW, OWNER, bring_in, order
from tests.services.programme_shop import open_shop, violations

DESKS, MEMBERS, PRICE, FITS = 8, 4, 100, 3


@pytest.fixture
def desks(db: Database, tmp_path: Path) -> Iterator[list[Desk]]:
    """The same store opened eight times; every member can pay for three."""
    first = open_shop(db)
    bring_in(first, tmp_path, [order(n, member_id=f"M{n}", amount="1", refund="1") for n in range(MEMBERS)])
    for member in range(1, MEMBERS + 1):
        with db.write() as session:
            points = FITS * PRICE + PRICE - 1
            grant_points(session, first, member, points, subject="g", key=f"g{member}", actor=OWNER, now=NOW)
    opened = [Desk(Database(db.url), Vault({1: b"k" * 32}), "shop") for _ in range(DESKS)]
    yield opened
    for desk in opened:
        desk.close()


def _together(act: Callable[[int], bool]) -> int:
    """How many of eight threads that start at one instant succeed."""
    barrier, done = threading.Barrier(DESKS), [False] * DESKS

    def run(number: int) -> None:
        barrier.wait(timeout=30)
        done[number] = act(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return sum(done)


def _spend(desk: Desk, number: int, member: int) -> bool:
    try:
        with desk.db.write() as session:
            key = f"s{member}-{number}"
            spend_points(session, desk, member, PRICE, subject="cup", key=key, actor=OWNER, now=NOW)
    except Refusal as refusal:
        assert refusal.code == "points_not_enough"
        return False
    return True


def test_points_are_never_spent_twice(desks: list[Desk]) -> None:
    for member in range(1, MEMBERS + 1):
        assert _together(lambda number, member=member: _spend(desks[number], number, member)) == FITS  # type: ignore[misc]
        assert read_points(desks[0], member, now=NOW).available == PRICE - 1
    assert violations(desks[0]) == {}


def test_looking_first_and_writing_then_spends_what_is_not_there(desks: list[Desk]) -> None:
    looked = threading.Barrier(DESKS)

    def naive(number: int) -> bool:
        desk = desks[number]
        enough = read_points(desk, 1, now=NOW).available >= PRICE
        looked.wait(timeout=30)
        if enough:
            more = {"occurred_at": NOW, "recorded_at": NOW, "actor": "t"}
            with desk.db.write() as session:
                session.add(
                    PointsFact(member_id=1, kind="spend", points=PRICE, subject="cup", key=f"n{number}", **more)
                )
                derive_members(session, desk, [1], NOW)
        return enough

    assert _together(naive) == DESKS > FITS
    assert read_points(desks[0], 1, now=NOW).debt == DESKS * PRICE - FITS * PRICE - PRICE + 1
