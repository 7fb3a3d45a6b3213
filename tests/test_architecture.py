"""The dependency law and the sizes of DESIGN, executable: who may import whom, and how long a file may be."""

import ast
from pathlib import Path

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
    (
        "pages/",
        PURE
        | {
            "core.services",
            "core.config",
            "core.channels",
            "core.store.queries",
            "core.store.tables",
            "pages.ui",
            "core",
        },
    ),
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


def test_every_part_imports_only_what_the_law_allows() -> None:
    broken = {}
    for path in PRODUCT + ENTRIES:
        allowed = next(allowed for prefix, allowed in LAW if _name(path).startswith(prefix))
        own = {name for name in _imports(path) if name.split(".")[0] in ("core", "pages", "scheduler", "app")}
        if outside := {name for name in own if not _allowed(name, allowed)}:
            broken[_name(path)] = outside
    assert broken == {}


def test_core_knows_no_screen() -> None:
    parts = [path for path in PRODUCT if _name(path).startswith("core/")]
    assert [_name(p) for p in parts if {name.split(".")[0] for name in _imports(p)} & {"streamlit", "altair"}] == []


def test_no_file_is_longer_than_400_lines_or_named_after_nothing() -> None:
    files = PRODUCT + ENTRIES + sorted((ROOT / "tests").rglob("*.py"))
    assert [_name(path) for path in files if len(path.read_text("utf-8").splitlines()) > 400] == []
    assert [_name(path) for path in files if path.stem in {"utils", "helpers", "common", "misc", "manager"}] == []


def test_a_page_has_at_most_120_lines() -> None:
    pages = [p for p in PRODUCT if _name(p).startswith("pages/") and not _name(p).startswith("pages/ui/")]
    assert [_name(path) for path in pages if len(path.read_text("utf-8").splitlines()) > 120] == []


def test_a_page_never_writes_html_and_never_asks_the_clock() -> None:
    forbidden = ("unsafe_allow_html", "st.html(", "datetime.now(", "date.today(")
    pages = [path for path in PRODUCT if _name(path).startswith("pages/")]
    assert [_name(p) for p in pages if any(word in p.read_text("utf-8") for word in forbidden)] == []


def test_the_top_of_the_tree_holds_what_design_says() -> None:
    ignored = {".git", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "__pycache__"}
    assert {path.name for path in ROOT.iterdir()} - ignored <= TOP
