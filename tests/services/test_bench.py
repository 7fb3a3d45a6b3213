"""Every row of the performance table in its short form: the sides agree, or there is no row."""

import pytest

from core.errors import Refusal
from core.services.bench import BENCHES, Step, growth, known_names, run_benches, sizes_up_to
from core.services.bench_row import Row, Target

SMALL = [
    name for name in BENCHES if name != "P10"
]  # builds a demo shop of its own; see tests/pages/test_bench_pages.py


def test_every_row_is_measured_over_one_store_and_only_where_its_sides_agree() -> None:
    rows = {row.name: row for row in run_benches(SMALL, members=300, rounds=1, seed=1)}
    assert list(rows) == SMALL
    assert {rows[name].orders for name in ("P2", "P3", "P4", "P5", "P7", "B1M")} == {3_000}
    assert all(len(row.ratios) == 1 for row in rows.values() if row.ratio is not None)
    assert all(row.as_json()["equal"] for row in rows.values())
    assert rows["P3"].details["new_orders"] == 10_000
    assert rows["P4"].details["delta_people"] > 0 and rows["P5"].details["people"] > 0
    assert rows["P8"].details["difference"] <= 1e-3
    assert set(rows["B1M"].details) >= {"list", "search", "portrait", "group"}


def test_a_target_says_whether_it_was_reached_and_a_row_all_of_its_own() -> None:
    fast, slow = Target("ratio", 21, 20, least=True), Target("seconds", 2, 1)
    assert (fast.reached, slow.reached, slow.words) == (True, False, "seconds <= 1")
    row = _row("P9", 1_000, 1.0)
    assert row.reached is None
    assert Row(**{**vars(row), "targets": (fast, slow)}).reached is False


def test_growth_names_what_costs_more_than_fifteen_times_for_ten_times_the_people() -> None:
    assert (sizes_up_to(1_000_000), sizes_up_to(3_000)) == ([10_000, 100_000, 1_000_000], [300, 3_000])
    rows = [_row("P2", 10, 1.0), _row("P3", 10, 1.0), _row("P2", 100, 9.0), _row("P3", 100, 16.0)]
    steps = growth(rows)
    assert steps == [Step("P2", 100, 9.0), Step("P3", 100, 16.0)]
    assert [step.steep for step in steps] == [False, True]


def test_rows_run_in_the_order_of_the_table_and_an_unknown_one_is_refused() -> None:
    assert known_names(["p9", "P2"]) == ["P2", "P9"]
    with pytest.raises(Refusal) as refused:
        known_names(["P2", "P99"])
    assert refused.value.code == "bench_unknown"


def _row(name: str, members: int, seconds: float) -> Row:
    return Row(name, members, members, 1, seconds, seconds, None, None, None, (), None)
