"""The real app in a real browser: a server, one page a test, and a log of every request the page makes."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Server:
    """A running desk: its address and its data folder."""

    url: str
    data: Path

    def run(self, *command: str) -> str:
        """Run a command of the product on the same data; returns what it prints."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=_environment(self.data),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "MEMBERDESK_DATA_DIR": str(data), "MEMBERDESK_WORKER": "external", "PYTHONPATH": str(ROOT)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The product on an empty data folder."""
    with _serve(tmp_path) as started:
        yield started


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on a demo shop of 2,000 people, made once."""
    with _serve(tmp_path_factory.mktemp("small_shop")) as started:
        started.run("-m", "core", "demo", "--members", "2000", "--seed", "3")
        yield started


@contextmanager
def _serve(folder: Path) -> Iterator[Server]:
    """The product as README starts it, without its worker."""
    port = _free_port()
    data = folder / "data"
    log = (folder / "server.log").open("w")
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=_environment(data), stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        yield Server(f"http://127.0.0.1:{port}", data)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


@pytest.fixture
def page() -> Iterator[Page]:
    """A Chinese browser page 1440x900; at the end no request may have gone anywhere but to this machine."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    hosts: set[str] = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        opened.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        opened.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname or ""))
        yield opened
        browser.close()
    assert hosts <= {"127.0.0.1", ""}, hosts
