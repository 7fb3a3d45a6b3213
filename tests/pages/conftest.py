"""Pages for tests: the real frame over an empty store, and pages of the test's own in its menu."""

import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config import ROOT, config
from core.services.actor import Actor
from core.services.build_demo import build_demo
from core.services.desk import Desk, open_desk
from core.store.vault import KEY_BYTES
from pages.ui import menu

FRAME = ROOT / "pages" / "frame.py"
DEMO_NOW = "2026-11-22T10:00:00+08:00"


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """No page cache and no open store is left over from another test."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def frame(own_data_dir: Path) -> AppTest:
    """The frame over the store of this test, not yet run."""
    return AppTest.from_file(str(FRAME), default_timeout=30)


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo shop of 400 people, built once and copied."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMBERDESK_DATA_DIR", str(folder))
        patch.setenv("MEMBERDESK_NOW", DEMO_NOW)
        config.cache_clear()
        # Who is left out of a reminder is drawn with the shop's key: the same people in every run of the tests.
        config().key_file.write_text(f"1:{b64encode(b'k' * KEY_BYTES).decode()}\n", "ascii")
        desk = open_desk("demo")
        build_demo(desk, Actor.owner(), now=desk.now(), members=400, months=14)
        desk.db.checkpoint()
        desk.close()
        config().activate("demo")
    config.cache_clear()
    return folder


@pytest.fixture
def demo(small_demo: Path, own_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The small demo shop as the store in use, and its desk."""
    shutil.copytree(small_demo, own_data_dir, dirs_exist_ok=True)
    monkeypatch.setenv("MEMBERDESK_NOW", DEMO_NOW)
    config.cache_clear()
    desk = open_desk("demo")
    yield desk
    desk.close()


@pytest.fixture
def page_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
    """The frame with one page of the given source as its start page, not yet run."""

    def make(source: str) -> AppTest:
        path = tmp_path / "sample.py"
        path.write_text(source, "utf-8")
        entry = menu.Entry(str(path), "today", "todo", "checklist", "todo")
        monkeypatch.setattr(menu, "ENTRIES", (entry,))
        monkeypatch.setattr(menu, "WELCOME", str(path))
        return AppTest.from_file(str(FRAME), default_timeout=30)

    return make


@pytest.fixture
def open_page(frame: AppTest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open one page of the menu at once, in a language; the start page, which reads much more, is not run before it."""

    def open_at(path: str, lang: str = "zh") -> AppTest:
        first = replace(next(entry for entry in menu.ENTRIES if entry.path == path), hidden=False)
        rest = [entry for entry in menu.ENTRIES if entry.path != path]
        rest.sort(key=lambda entry: entry.group != first.group)
        monkeypatch.setattr(menu, "ENTRIES", (first, *rest))
        monkeypatch.setattr(menu, "WELCOME", path)
        # AppTest words the options of a widget outside of the session, in the language of the process.
        monkeypatch.setenv("MEMBERDESK_LANG", lang)
        config.cache_clear()
        frame.session_state["lang"] = lang
        return frame.run()

    return open_at
