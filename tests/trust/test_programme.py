"""The short form of ``python -m tests.trust programme``."""

from pathlib import Path

import pytest

from tests.trust.mainjob import EVERYONE
from tests.trust.programme import programme


def test_forty_households_of_real_baskets_are_their_own_replay(tmp_path: Path) -> None:
    figures = programme(tmp_path, 40)
    assert (figures.violations, figures.identical, figures.control_identical) == ({}, [True] * 3, False)
    assert figures.corrected > 0 < figures.spends


@pytest.mark.slow
def test_the_whole_year_is_its_own_replay(tmp_path: Path) -> None:
    figures = programme(tmp_path, EVERYONE)
    assert not figures.broken
