"""The command line in a test: a store of its own, a small demo shop built once, a runner that checks the exit code."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.commands.app import app
from core.config import config

NOW = "2026-06-25T10:00:00+08:00"
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


class CommandLine:
    """Runs commands in this process; ``json`` is what a command answered, ``lines`` what it said to a person."""

    def run(self, *args: object, code: int = 0) -> Any:
        """The result of a command that must end with ``code``."""
        config.cache_clear()
        result = CliRunner().invoke(app, [str(arg) for arg in args])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, f"{args}: {result.exit_code} {result.stderr}"
        return result

    def json(self, *args: object, code: int = 0) -> Any:
        """The JSON object of a command; stdout must hold just that."""
        out = self.run(*args, "--json", code=code).stdout
        assert out.count("\n") == 1
        found = json.loads(out)
        assert isinstance(found, dict)
        return found

    def refused(self, *args: object) -> str:
        """The code of a refusal; nothing may be on stdout and one sentence on stderr."""
        result = self.run(*args, code=1)
        assert result.stdout == ""
        code, colon, sentence = result.stderr.partition(": ")
        assert colon and sentence.strip() and result.stderr.count("\n") == 1
        return str(code)


@pytest.fixture
def cli(own_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on an empty store."""
    monkeypatch.setenv("MEMBERDESK_NOW", NOW)
    monkeypatch.delenv("MEMBERDESK_BACKUP_PASSPHRASE", raising=False)
    return CommandLine()


@pytest.fixture(scope="session")
def demo_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a demo shop of 400 people, built by the command itself."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMBERDESK_DATA_DIR", str(folder))
        patch.setenv("MEMBERDESK_NOW", NOW)
        report = CommandLine().json("demo", "--members", 400, "--months", 12, "--seed", 7)
    assert report["people"] == 400
    assert report["campaigns"] == 3
    config.cache_clear()
    yield folder


@pytest.fixture
def demo(cli: CommandLine, demo_dir: Path, own_data_dir: Path) -> CommandLine:
    """The command line on a copy of the demo shop."""
    for name in ("shop.db", "secret.key"):
        shutil.copy(demo_dir / name, own_data_dir / name)
    return cli


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV of a header line and rows."""

    def write(name: str, header: str, *rows: str) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows, ""]), "utf-8")
        return path

    return write
