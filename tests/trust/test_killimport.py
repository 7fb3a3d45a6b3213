"""The short form of ``python -m tests.trust killimport``."""

from pathlib import Path

from tests.trust.killimport import kill_import


def test_an_import_killed_at_any_moment_leaves_nothing_of_its_file_or_all_of_it(tmp_path: Path) -> None:
    figures = kill_import(tmp_path, 2, 2_000, 11)
    assert (figures.half, figures.violations, figures.tiers_missing, figures.left_after_a_day) == (0, 0, 0, 0)
    assert figures.nothing + figures.everything == 2
