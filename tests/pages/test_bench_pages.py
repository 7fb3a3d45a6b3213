"""The measuring of pages: a page and an empty one, run in turn."""

from pathlib import Path

import pytest

from core.services.desk import Desk
from pages.ui import bench_pages, menu


def test_a_page_is_measured_beside_an_empty_one(demo: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENTRIES", "WELCOME"):
        monkeypatch.setattr(menu, name, getattr(menu, name))
    path = tmp_path / "empty.py"
    path.write_text(bench_pages.EMPTY, "utf-8")
    empty = menu.Entry(str(path), "today", "todo", "checklist", "empty")
    view = next(view for view in bench_pages.views() if view[2] == "regions")
    found = bench_pages.measure(*view, empty, 1)
    assert found["page"] == "analysis/regions"
    assert found["ms"] > 0 and found["empty_ms"] > 0 and found["kb"] > 1
