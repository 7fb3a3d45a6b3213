"""``python -m pages.ui.bench_pages --members N --rounds R``: how long each page of the menu takes to run again, as one JSON object.

In the data folder of the environment, where the demo shop is built first if nothing is there. Each round runs a page and an empty
page, turn and turn about; a page that shows an exception is a fault.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st
from sqlalchemy import func, select
from streamlit.testing.v1 import AppTest

from core.config import config
from core.services.actor import Actor
from core.services.bench_row import clock, least, middle, peak_mb
from core.services.build_demo import build_demo
from core.services.desk import open_desk
from core.services.import_history import has_imports
from core.services.refresh import refresh
from core.store.tables import Order
from pages.ui import menu

FRAME = str(menu.PAGES / "frame.py")
EMPTY = "import streamlit as st\n\nst.title('-')\n"
MEMBER = "1"
# Sections of pages, by the widget that chooses one.
SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "numbers/members.py": ("section", ("trends", "retention", "rfm", "lifecycle", "lifetime", "membership", "regions")),
    "numbers/products.py": ("products:section", ("together", "next", "likes", "accuracy")),
    "numbers/results.py": ("results", ("profit", "campaigns", "win")),
}
TIMEOUT = 120


def views() -> Iterator[tuple[menu.Entry, str | None, str]]:
    """Each page of the menu with the widget and the section to open, "" for the first."""
    for entry in menu.ENTRIES:
        if entry.exists:
            yield entry, None, ""
            widget, names = SECTIONS.get(entry.path, ("", ()))
            for name in names:
                yield entry, widget, name


def open_app(entry: menu.Entry, widget: str | None = None, section: str = "") -> AppTest:
    """The frame with a page as its first one, not yet run."""
    first = replace(entry, hidden=False)
    rest = [other for other in ENTRIES if other.path != entry.path]
    rest.sort(key=lambda other: other.group != entry.group)
    menu.ENTRIES, menu.WELCOME = (first, *rest), entry.path
    app = AppTest.from_file(FRAME, default_timeout=TIMEOUT)
    app.session_state["lang"] = "zh"
    app.query_params["member"] = MEMBER
    if widget:
        app.session_state[widget] = section
    return app


def sent_kb(app: AppTest) -> float:
    """What a run sent to the browser, in kB of its elements."""
    protos = [getattr(node, "proto", None) for block in (app.main, app.sidebar) for node in block]
    return round(sum(proto.ByteSize() for proto in protos if proto is not None) / 1e3, 1)


def measure(entry: menu.Entry, widget: str | None, section: str, empty: menu.Entry, rounds: int) -> dict[str, Any]:
    """One page: the first run with cold caches, then the rounds."""
    st.cache_data.clear()
    name = f"{entry.url}/{section}" if section else entry.url
    app = open_app(entry, widget, section)
    chosen = menu.ENTRIES
    cold = clock(app.run)
    assert not app.exception, (name, app.exception[0].message, app.exception[0].stack_trace)
    blank = open_app(empty)
    other = menu.ENTRIES
    blank.run()
    own, bare = [], []
    for _ in range(rounds):
        menu.ENTRIES, menu.WELCOME = chosen, entry.path
        own.append(clock(app.run))
        menu.ENTRIES, menu.WELCOME = other, empty.path
        bare.append(clock(blank.run))
    return {
        "page": name,
        "ms": round(least(own) * 1e3, 1),
        "wall_ms": round(middle(own) * 1e3, 1),
        "cpu_ms": round(middle(own, cpu=True) * 1e3, 1),
        "empty_ms": round(middle(bare) * 1e3, 1),
        "cold_ms": round(cold.least * 1e3, 1),
        "kb": sent_kb(app),
    }


def build(members: int, seed: int) -> int:
    """The demo shop where there is none, with what a night derives; how many orders there are."""
    desk = open_desk("demo")
    if not has_imports(desk):
        build_demo(desk, Actor.owner(), now=desk.now(), members=members, seed=seed)
        refresh(desk, Actor.owner(), now=desk.now())
        desk.db.checkpoint()
    with desk.db.read() as session:
        orders = int(session.execute(select(func.count()).select_from(Order)).scalar_one())
    desk.close()
    config().activate("demo")
    return orders


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    for name, default in (("members", 10_000), ("rounds", 5), ("seed", 618)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    orders = build(asked.members, asked.seed)
    started = time.perf_counter(), time.process_time()
    open_app(ENTRIES[0]).run()
    first = min(time.perf_counter() - started[0], time.process_time() - started[1])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.py"
        path.write_text(EMPTY, "utf-8")
        empty = menu.Entry(str(path), "today", "todo", "checklist", "empty")
        pages = [measure(*view, empty, asked.rounds) for view in list(views())]
    answer = {"pages": pages, "first_seconds": round(first, 2), "orders": orders, "peak_mb": peak_mb()}
    sys.stdout.write(json.dumps(answer) + "\n")


ENTRIES = menu.ENTRIES

if __name__ == "__main__":
    main()
