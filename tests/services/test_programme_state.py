"""Whatever happens in whatever order: the ledgers are sound, and replaying the rules gives exactly what is stored."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from core.services.refresh import review_owed
from core.store.database import Database
from tests.conftest import _administer, _database
from tests.services.order_files import NOW, bring_in, order, rows_of, value_of
from tests.services.programme_machine import ProgrammeMachine
from tests.services.programme_shop import open_shop, violations

_numbers = itertools.count()
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def _run(new_database: Callable[[], Database], examples: int, steps: int) -> None:
    machine = type("Machine", (ProgrammeMachine,), {"new_database": staticmethod(new_database)})
    chosen = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=QUIET)
    run_state_machine_as_test(machine, settings=chosen)


def test_any_life_of_a_shop_leaves_sound_ledgers(empty_file: Path, tmp_path: Path) -> None:
    def new_database() -> Database:
        path = tmp_path / f"{next(_numbers)}.db"
        shutil.copy(empty_file, path)
        return Database(f"sqlite:///{path}")

    _run(new_database, examples=8, steps=16)


def test_any_life_of_a_shop_leaves_sound_ledgers_on_postgres(empty_postgres: str) -> None:
    def new_database() -> Database:
        name = f"memberdesk_life_{next(_numbers)}"
        _administer(empty_postgres, f"CREATE DATABASE {name} TEMPLATE memberdesk_empty STRATEGY FILE_COPY")
        return Database(_database(empty_postgres, name))

    _run(new_database, examples=3, steps=10)


def test_a_category_that_comes_later_counts_for_older_orders_of_others_at_once(db: Database, tmp_path: Path) -> None:
    desk = open_shop(db)
    bring_in(desk, tmp_path, [order(1, member_id="A", product="P1", amount="500", line_no="1")])
    bring_in(desk, tmp_path, [order(2, member_id="B", product="P1", amount="500", line_no="1", category="奶粉")])
    assert rows_of(db, "SELECT sum(amount) FROM growth_entry GROUP BY member_id ORDER BY member_id") == [(250,), (250,)]
    assert violations(desk) == {}


def test_what_an_older_version_derived_is_reviewed_before_it_is_called_wrong(db: Database, tmp_path: Path) -> None:
    desk = open_shop(db)
    bring_in(desk, tmp_path, [order(1, member_id="A", amount="500")])
    with db.write() as session:
        session.execute(text("UPDATE member_tier SET keep_fen = 7"))
    assert violations(desk) == {"replay": 1}
    with db.write() as session:
        session.execute(text("DELETE FROM setting WHERE key = 'tiers_owed'"))
        session.execute(text("INSERT INTO setting VALUES ('tiers_owed', '[0]')"))
    assert violations(desk) == {}
    review_owed(desk, now=NOW)
    assert violations(desk) == {}
    assert value_of(db, "SELECT value FROM setting WHERE key = 'tiers_owed'") == "[]"
