"""The main job on real orders, through the command line. The whole year: ``python -m tests.trust mainjob``."""

from pathlib import Path

from tests.trust.mainjob import main_job


def test_400_households_go_from_file_to_result_and_every_number_is_that_of_pandas(tmp_path: Path) -> None:
    figures = main_job(tmp_path, 400)
    assert figures.compared > 50
    assert figures.wrong == []
    # 671 MB were seen for a sixth of the year, with what is learnt after it and the file's mapped pages; a refresh that keeps
    # its lines once more than it needs is above this.
    assert figures.values["first"]["peak_mb"] < 850
