"""The real command in a process of its own: exit codes, clean stdout, the bar only for a terminal, a fast start."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.commands.conftest import NOW, ROOT


def _run(folder: Path, *args: object, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEMBERDESK_")}
    # A Chinese Windows console: what is printed must be UTF-8 all the same.
    own = {"MEMBERDESK_DATA_DIR": str(folder), "MEMBERDESK_NOW": NOW, "PYTHONIOENCODING": "gbk"}
    return subprocess.run(
        [sys.executable, "-m", "core", *map(str, args)],
        cwd=ROOT,
        env=clean | own,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_an_import_prints_one_json_object_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "订单.csv"
    path.write_text("订单号,会员号,付款时间,实付金额\nA1,张,2026-06-01 10:00,-1\nA2,张,2026-06-01 10:00,1\n", "utf-8")
    done = _run(tmp_path, "import", "orders", path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["rows"], found["accepted"], found["rejects"][0]["column"]) == (2, 1, "实付金额")


def test_a_refusal_is_one_line_on_stderr_and_exit_code_one(tmp_path: Path) -> None:
    done = _run(tmp_path, "show", "member", "7", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "member_unknown: 找不到这个人：7。\n"


def test_wrong_use_is_exit_code_two(tmp_path: Path) -> None:
    done = _run(tmp_path, "show", "everything")
    assert (done.returncode, done.stdout) == (2, "")
    assert "everything" in done.stderr
    assert not list(tmp_path.iterdir()), "wrong use opens no store"


def test_a_bar_is_drawn_for_a_terminal_and_stdout_stays_clean(tmp_path: Path) -> None:
    terminal, child = pty.openpty()
    try:
        done = _run(tmp_path, "demo", "--members", 30, "--months", 3, "--json", stderr=child)
        os.close(child)
        drawn = os.read(terminal, 65_536).decode()
    finally:
        os.close(terminal)
    assert done.returncode == 0
    assert json.loads(done.stdout)["people"] == 30
    assert "100%" in drawn


def test_help_loads_no_heavy_library() -> None:
    probe = "import sys, core.commands.app; print([n for n in ('numpy', 'pandas', 'sqlalchemy', 'scipy') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
