"""The one write path: nothing is lost, nothing is half there, and a reader cannot write."""

import multiprocessing
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from core.documents.enums import Area
from core.errors import Refusal
from core.store.bulk import bulk_insert
from core.store.database import Database
from core.store.tables import Member, Revision, Setting

WRITERS, ROUNDS = 2, 40
# The thirteenth month is refused by the store.
PERSON: dict[str, Any] = {"public_id": "x", "platform": "p", "nickname": "小云朵", "name": "王小云", "birth_month": 13}


def _revisions(db: Database) -> dict[str, int]:
    with db.read() as session:
        return {row.area.value: row.number for row in session.exec(select(Revision))}


def test_a_write_is_there_afterwards_and_bumps_what_it_names(db: Database) -> None:
    for number in range(2):
        with db.write(Area.ORDERS, Area.MEMBERS, Area.ORDERS) as session:
            session.merge(Setting(key="k", value=str(number)))
    assert _revisions(db) == {"orders": 2, "members": 2}
    with db.read() as session:
        assert session.get_one(Setting, "k").value == "1"


def test_a_failed_write_leaves_nothing_and_bumps_nothing(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.write(Area.ORDERS) as session:
        session.add(Setting(key="k", value="v"))
        session.flush()
        _ = 1 / 0
    assert _revisions(db) == {}
    with db.read() as session:
        assert session.get(Setting, "k") is None
    with db.write() as session:  # the lock is free again
        session.add(Setting(key="k", value="v"))


def _by_row(session: Session) -> None:
    session.add(Member(**PERSON, recorded_at=datetime(2026, 3, 2, tzinfo=UTC)))


def _in_bulk(session: Session) -> None:
    flags = {"consent_sms": False, "consent_email": False, "opted_out": False, "recorded_at": 1}
    bulk_insert(session, Member, (*PERSON, *flags), [(*PERSON.values(), *flags.values())])


def _by_statement(session: Session) -> None:
    session.execute(text("INSERT INTO setting VALUES ('k', :v), ('k', :v)"), {"v": PERSON["name"]})


@pytest.mark.parametrize(("_case", "write"), [("row", _by_row), ("bulk", _in_bulk), ("statement", _by_statement)])
def test_an_error_of_the_store_names_nobody(_case: str, write: Callable[[Session], None], db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint") as caught, db.write() as session:
        write(session)
        session.flush()
    shown = "".join(traceback.format_exception(caught.value))
    assert not [value for value in (PERSON["name"], PERSON["nickname"]) if str(value) in shown]


def test_a_write_inside_a_write_says_so_instead_of_waiting(db: Database) -> None:
    with db.write(), pytest.raises(RuntimeError, match="write inside a write"), db.write():
        pass
    with db.write(Area.RULES):
        pass
    assert _revisions(db) == {"rules": 1}


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DatabaseError), db.read() as session:
        session.execute(text("INSERT INTO setting VALUES ('k', 'v')"))
    with db.read() as session:
        assert session.get(Setting, "k") is None


def test_a_reader_sees_one_snapshot(db: Database) -> None:
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM setting")).scalar_one() == 0
        with db.write() as writing:
            writing.add(Setting(key="k", value="v"))
        assert session.execute(text("SELECT count(*) FROM setting")).scalar_one() == 0
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM setting")).scalar_one() == 1


def test_the_revision_is_the_last_statement_of_a_write(db: Database) -> None:
    statements: list[str] = []

    @event.listens_for(db.writer, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with db.write(Area.ORDERS) as session:
        session.add(Setting(key="k", value="v"))
    written = [statement for statement in statements if statement.startswith("INSERT")]
    assert "setting" in written[0]
    assert "revision" in written[-1]
    assert written[-1] == statements[-1]


def test_a_store_in_memory_is_refused() -> None:
    with pytest.raises(Refusal, match="store_in_memory"):
        Database("sqlite://")


def test_an_unsafe_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version", "3.51.2")
    with pytest.raises(Refusal, match="sqlite_unsafe"):
        Database(sqlite_url)


def test_a_waiting_writer_comes_in_when_the_other_is_done(db: Database) -> None:
    with db.write() as session:
        session.add(Setting(key="k", value="before"))
    order: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with db.write() as session:
            session.merge(Setting(key="k", value="first"))
            session.flush()
            inside.set()
            go.wait(5)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(5)
    threading.Timer(0.1, go.set).start()
    with db.write() as session:
        session.merge(Setting(key="k", value="second"))
    order.append("second")
    thread.join()
    assert order == ["first", "second"]
    with db.read() as session:
        assert session.get_one(Setting, "k").value == "second"


def test_a_write_holds_the_lock_file_and_a_read_does_not(sqlite_url: str) -> None:
    fcntl = pytest.importorskip("fcntl")
    db = Database(sqlite_url)
    with db.write():
        pass
    with Path(f"{db.path}.lock").open("rb") as other:
        with db.write(), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with db.read():
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _count_up(url: str, start: Any) -> None:
    """Read a number, write the next; on PostgreSQL with the row held."""
    db = Database(url)
    lock = "" if db.is_sqlite else " FOR UPDATE"
    start.wait(60)
    for _ in range(ROUNDS):
        with db.write() as session:
            before = session.execute(text(f"SELECT value FROM setting WHERE key = 'n'{lock}")).scalar_one()
            session.execute(text("UPDATE setting SET value = :v WHERE key = 'n'"), {"v": str(int(before) + 1)})


def _count_up_naively(url: str, start: Any) -> None:
    """The same on the default engine: look first, write afterwards."""
    options = {"module": pysqlite3} if url.startswith("sqlite") else {}
    engine = create_engine(url, **options)
    start.wait(60)
    for _ in range(ROUNDS):
        with engine.begin() as connection:
            before = connection.execute(text("SELECT value FROM setting WHERE key = 'n'")).scalar_one()
            start.wait(60)  # both have looked before either writes
            connection.execute(text("UPDATE setting SET value = :v WHERE key = 'n'"), {"v": str(int(before) + 1)})


def _race(db: Database, work: Any) -> int:
    with db.write() as session:
        session.merge(Setting(key="n", value="0"))
    db.close()
    context = multiprocessing.get_context("fork")  # each child opens the store anew
    start = context.Barrier(WRITERS)
    processes = [context.Process(target=work, args=(db.url, start)) for _ in range(WRITERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    with db.read() as session:
        return int(session.get_one(Setting, "n").value)


def test_two_processes_lose_no_update_and_the_naive_way_does(db: Database) -> None:
    assert _race(db, _count_up) == WRITERS * ROUNDS
    assert _race(db, _count_up_naively) < WRITERS * ROUNDS
