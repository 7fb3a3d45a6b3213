"""The main job on real orders, through the command line. The whole year: ``python -m tests.trust mainjob``."""

from pathlib import Path

import pytest

from tests.trust.mainjob import EVERYONE, main_job


def test_the_first_120_households_go_from_file_to_result_and_every_number_is_that_of_pandas(tmp_path: Path) -> None:
    figures = main_job(tmp_path, 120)
    assert figures.compared > 50
    assert figures.wrong == []


@pytest.mark.slow
def test_the_whole_year_comes_in_and_every_number_is_that_of_pandas(tmp_path: Path) -> None:
    figures = main_job(tmp_path, EVERYONE)
    assert figures.wrong == []
    # 970 to 1,170 MB were seen, by how much pyarrow's pool keeps; a column kept twice would be far above this.
    assert figures.values["first"]["peak_mb"] < 1_500
