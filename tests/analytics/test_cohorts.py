"""The cohort table against a hand table and against pandas; what its title may say."""

from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.cohorts import (
    Cells,
    best_cohort,
    cohort_cells,
    first_month_change,
    join_cells,
    make_cohorts,
    month_days,
    month_index,
)
from core.clock import day_number


def _orders(*rows: tuple[int, str, int]) -> tuple[np.ndarray, ...]:
    ordered = sorted((who, day_number(date.fromisoformat(day)), fen) for who, day, fen in rows)
    return tuple(np.array(column, np.int64) for column in zip(*ordered, strict=True))


def _rows(cells: Cells) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in cells), strict=True))


HAND = _orders(
    (1, "2025-11-30", 100),
    (1, "2025-12-01", 50),
    (1, "2025-12-31", 50),
    (2, "2025-11-01", 70),
    (2, "2026-01-05", 30),
    (3, "2025-12-11", 10),
)
NOVEMBER = 2025 * 12 + 10


def test_the_hand_table() -> None:
    assert _rows(cohort_cells(*HAND)) == [
        (NOVEMBER, 0, 2, 2, 170),
        (NOVEMBER, 1, 1, 2, 100),
        (NOVEMBER, 2, 1, 1, 30),
        (NOVEMBER + 1, 0, 1, 1, 10),
    ]


def test_a_month_counts_as_over_only_after_its_last_day() -> None:
    november, december = make_cohorts(cohort_cells(*HAND), day_number(date(2026, 1, 30)))
    assert [(one.buyers, one.share, one.over) for one in november.steps] == [
        (2, 1.0, True),
        (1, 0.5, True),
        (1, 0.5, False),
    ]
    assert [one.buyers for one in december.steps] == [1, 0]
    assert make_cohorts(cohort_cells(*HAND), day_number(date(2026, 1, 31)))[0].at(2) is not None


def test_months_are_those_of_the_calendar() -> None:
    days = np.array([day_number(date(1969, 12, 31)), day_number(date(2024, 2, 29)), day_number(date(2024, 3, 1))])
    assert month_index(days).tolist() == [1969 * 12 + 11, 2024 * 12 + 1, 2024 * 12 + 2]
    assert month_days(2024 * 12 + 1) == (day_number(date(2024, 2, 1)), day_number(date(2024, 3, 1)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(20_000, 20_400), st.integers(-50, 900)), max_size=60))
def test_the_table_is_that_of_pandas_however_the_people_are_divided(rows: list[tuple[int, int, int]]) -> None:
    frame = pd.DataFrame(sorted(rows), columns=["member", "day", "net"], dtype="int64")
    columns = [frame[name].to_numpy() for name in ("member", "day", "net")]
    parts = [cohort_cells(*(column[frame["member"] % 3 == part] for column in columns)) for part in range(3)]
    frame["month"] = (
        pd.to_datetime(frame["day"], unit="D").dt.year * 12 + pd.to_datetime(frame["day"], unit="D").dt.month - 1
    )
    frame["cohort"] = frame.groupby("member")["month"].transform("min")
    frame["step"] = frame["month"] - frame["cohort"]
    expected = frame.groupby(["cohort", "step"]).agg(b=("member", "nunique"), o=("member", "size"), n=("net", "sum"))
    assert (
        _rows(cohort_cells(*columns))
        == _rows(join_cells(parts))
        == list(expected.reset_index().itertuples(index=False, name=None))
    )


def _cohorts(*shares: tuple[int, int]) -> Cells:
    cells = [row for k, (size, back) in enumerate(shares) for row in ((k, 0, size, size, 0), (k, 1, back, back, 0))]
    return Cells(*(np.array(column, np.int64) for column in zip(*cells, strict=True)))


def test_the_change_is_clear_only_when_chance_does_not_explain_it() -> None:
    until = month_days(6)[1] - 1
    clear = first_month_change(make_cohorts(_cohorts(*[(200, 40)] * 3, *[(200, 80)] * 3), until))
    assert clear is not None and (clear.before, clear.recent, clear.clear) == (0.2, 0.4, True)
    chance = first_month_change(make_cohorts(_cohorts(*[(20, 4)] * 3, *[(20, 6)] * 3), until))
    assert chance is not None and not chance.clear
    assert first_month_change(make_cohorts(_cohorts(*[(9, 4)] * 6), until)) is None


def test_no_best_cohort_is_named_among_small_ones() -> None:
    until = month_days(9)[1] - 1
    assert best_cohort(make_cohorts(_cohorts(*[(29, 20)] * 6), until)) is None
    found = best_cohort(make_cohorts(_cohorts((100, 10), (100, 30), (100, 20), (29, 29)), until))
    assert found is not None and found[0].month == 1
