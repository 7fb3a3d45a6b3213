"""A long order list in one go, measured in a process of its own. 200,000 rows: ``python -m tests.trust bigfile``."""

from pathlib import Path

from tests.trust.bigfile import big_file


def test_20000_rows_of_46_columns_come_in_once_and_change_nothing_the_second_time(tmp_path: Path) -> None:
    figures = big_file(tmp_path, 20_000)
    assert figures["columns"] == 46
    assert figures["broken"] == []
