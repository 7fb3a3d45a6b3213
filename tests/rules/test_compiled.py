"""A compiled kernel never outlives the sources it was made from."""

from pathlib import Path

import numba
import pytest

from core.rules import compiled


def test_kernels_are_kept_in_a_folder_of_exactly_these_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in compiled._SOURCES:
        (tmp_path / name).write_bytes((Path(compiled.__file__).parent / name).read_bytes())
    monkeypatch.setattr(numba.core.config, "CACHE_DIR", "")
    monkeypatch.setattr(compiled, "_HERE", tmp_path)
    before = compiled.cache_folder()
    (tmp_path / "earning.py").write_text("# changed")
    assert before.parent == tmp_path / "__pycache__"
    assert compiled.cache_folder() != before


def test_every_file_with_a_kernel_is_in_the_hash() -> None:
    rules = Path(compiled.__file__).parent
    with_kernels = {path.name for path in rules.glob("*.py") if "@njit" in path.read_text("utf-8")}
    assert with_kernels <= set(compiled._SOURCES)
    assert not [
        path
        for path in rules.parent.rglob("*.py")
        if "from numba import" in path.read_text("utf-8") and path.name != "compiled.py"
    ]
