"""Pages for tests: the real frame over an empty store, and pages of the test's own in its menu."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from pages.ui import menu

FRAME = ROOT / "pages" / "frame.py"


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
