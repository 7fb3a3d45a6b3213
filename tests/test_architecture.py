"""The dependency law and the sizes of DESIGN, executable: who may import whom, and how long a file may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP = {
    "app.py",
    "scheduler.py",
    "pages",
    "core",
    "data",
    "tests",
    "docs",
    "requirements.txt",
    "requirements-dev.txt",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    ".streamlit",
    ".ci",
    ".gitignore",
}
PRODUCT = [
    path
    for folder in ("core", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
ENTRIES = [ROOT / "app.py", ROOT / "scheduler.py"]

# What a part may import of the product; the first matching prefix counts. Pure parts know values only.
LEAVES = {"core.errors", "core.money", "core.clock", "core.i18n", "core.documents"}
PURE = LEAVES | {"core.rules", "core.analytics", "core.importers", "core.demo"}
LAW: list[tuple[str, set[str]]] = [
    ("core/errors.py", set()),
    ("core/money.py", {"core.errors"}),
    ("core/clock.py", {"core.errors"}),
    ("core/config.py", {"core.errors", "core.clock"}),
    ("core/i18n/", set()),
    ("core/documents/", LEAVES),
    ("core/rules/", LEAVES | {"core.rules"}),
    ("core/analytics/", LEAVES | {"core.analytics", "core.rules"}),
    ("core/importers/", LEAVES | {"core.importers"}),
    ("core/demo/", PURE),
    ("core/channels/", LEAVES | {"core.channels"}),
    ("core/store/", LEAVES | {"core.store"}),
    ("core/services/", PURE | {"core.services", "core.store", "core.channels", "core.config"}),
    ("core/http/", LEAVES | {"core.services", "core.http", "core.config", "core"}),
    ("core/commands/", PURE | {"core.services", "core.commands", "core.config", "core"}),
    ("core/__main__.py", {"core"}),
    ("core/__init__.py", set()),
    ("pages/", PURE | {"core.services", "core.config", "core.channels", "core.store.queries", "core.store.tables", "pages.ui", "core"}),
    ("app.py", {"core.http", "core.config", "pages.frame"}),
    ("scheduler.py", {"core"}),
]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def _allowed(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("path", PRODUCT + ENTRIES, ids=_name)
def test_a_part_imports_only_what_the_law_allows(path: Path) -> None:
    allowed = next(allowed for prefix, allowed in LAW if _name(path).startswith(prefix))
    own = {name for name in _imports(path) if name.split(".")[0] in ("core", "pages", "scheduler", "app")}
    assert {name for name in own if not _allowed(name, allowed)} == set()


@pytest.mark.parametrize("path", [p for p in PRODUCT if _name(p).startswith("core/")], ids=_name)
def test_core_knows_no_screen(path: Path) -> None:
    assert {name.split(".")[0] for name in _imports(path)} & {"streamlit", "altair"} == set()


@pytest.mark.parametrize("path", PRODUCT + ENTRIES + sorted((ROOT / "tests").rglob("*.py")), ids=_name)
def test_no_file_is_longer_than_400_lines_or_named_after_nothing(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
    assert path.stem not in {"utils", "helpers", "common", "misc", "manager"}


@pytest.mark.parametrize("path", [p for p in PRODUCT if _name(p).startswith("pages/")], ids=_name)
def test_a_page_never_writes_html_and_never_asks_the_clock(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "unsafe_allow_html" not in text and "st.html(" not in text
    assert "datetime.now(" not in text and "date.today(" not in text


def test_the_top_of_the_tree_holds_what_design_says() -> None:
    ignored = {".git", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "__pycache__"}
    assert {path.name for path in ROOT.iterdir()} - ignored <= TOP
