"""The short form of ``python -m tests.trust programme``."""

from pathlib import Path

from tests.trust.programme import programme


def test_sixty_households_of_real_baskets_are_their_own_replay(tmp_path: Path) -> None:
    figures = programme(tmp_path, 60)
    assert (figures.violations, figures.identical, figures.control_identical) == ({}, [True] * 3, False)
    assert figures.corrected > 0 < figures.spends
