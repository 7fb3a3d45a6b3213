"""Whatever happens in whatever order: the ledgers are sound, and replaying the rules gives exactly what is stored."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from core.store.database import Database
from tests.conftest import _administer, _database
from tests.services.programme_machine import ProgrammeMachine

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


@pytest.mark.xdist_group("postgres_lives")
def test_any_life_of_a_shop_leaves_sound_ledgers_on_postgres(empty_postgres: str) -> None:
    def new_database() -> Database:
        name = f"memberdesk_life_{next(_numbers)}"
        _administer(empty_postgres, f"CREATE DATABASE {name} TEMPLATE memberdesk_empty STRATEGY FILE_COPY")
        return Database(_database(empty_postgres, name))

    _run(new_database, examples=3, steps=10)
