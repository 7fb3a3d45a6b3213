"""Charts: what stands where, in which colour; the drawing itself is looked at in the browser."""

from datetime import date, timedelta

import pytest

from core.i18n import LANGS, Lang, translate
from pages.ui.charts.effect import Effect, signed
from pages.ui.charts.grid import Cell, grid_chart
from pages.ui.charts.provinces import TILES, province_chart, province_code
from pages.ui.charts.trend import Festival, TrendPoint, trend_chart
from pages.ui.theme import Palette, ink_on, ramp

PALETTE = Palette(
    dark=False,
    background="#FFFFFF",
    text="#000000",
    muted="#888888",
    border="#EEEEEE",
    primary="#E8590C",
    good="#0F9D6B",
    bad="#D6336C",
    categorical=("#E8590C", "#2F6FDE", "#0F9D6B"),
    sequential=("#FFFFFF", "#808080", "#000000"),
    font="sans-serif",
)
WEEK = timedelta(days=7)


def _weeks(first: date, values: list[int], series: str = "") -> list[TrendPoint]:
    return [TrendPoint(first + WEEK * i, first + WEEK * (i + 1), value, series) for i, value in enumerate(values)]


def test_bars_of_one_week_stand_on_each_other_in_yuan() -> None:
    monday = date(2026, 11, 9)
    points = _weeks(monday, [10_000], "a") + _weeks(monday, [25_000], "b")
    spec = trend_chart(points, "yuan", "bars", [], PALETTE, "zh").to_dict()
    rows = spec["data"]["values"] if "data" in spec else spec["layer"][0]["data"]["values"]
    assert [(row["low"], row["high"]) for row in rows] == [(0.0, 100.0), (100.0, 350.0)]
    assert [row["label"] for row in rows] == ["¥100", "¥250"]


@pytest.mark.parametrize(("lang", "label"), [("zh", "11-09"), ("en", "9 Nov")])
def test_a_week_is_labelled_by_its_first_day(lang: Lang, label: str) -> None:
    spec = trend_chart(_weeks(date(2026, 11, 9), [1]), "count", "bars", [], PALETTE, lang).to_dict()
    assert label in str(spec)


def test_festivals_outside_are_left_out_and_close_ones_share_a_label() -> None:
    festivals = [
        Festival(date(2025, 11, 11), "last year"),
        Festival(date(2026, 9, 27), "first"),
        Festival(date(2026, 9, 28), "second"),
    ]
    spec = str(trend_chart(_weeks(date(2026, 8, 17), [1] * 14), "count", "bars", festivals, PALETTE, "en").to_dict())
    assert "first" in spec
    assert "second" not in spec
    assert "last year" not in spec


def test_the_ramp_runs_from_end_to_end() -> None:
    assert [ramp(PALETTE.sequential, share) for share in (-1, 0, 0.25, 1, 2)] == [
        "#FFFFFF",
        "#FFFFFF",
        "#C0C0C0",
        "#000000",
        "#000000",
    ]


def test_labels_can_be_read_on_their_cells() -> None:
    assert ink_on("#7C2D12") == "#FFFFFF"
    assert ink_on("#FFF4EC") != "#FFFFFF"
    cells = [Cell("1", "1", 0, "0"), Cell("2", "1", 10, "10")]
    spec = grid_chart(cells, ["1", "2"], ["1"], None, None, False, PALETTE, "zh").to_dict()
    rows = spec["data"]["values"] if "data" in spec else spec["layer"][0]["data"]["values"]
    assert [row["colour"] for row in rows] == ["#FFFFFF", "#000000"]
    assert rows[1]["ink"] == "#FFFFFF"


@pytest.mark.parametrize(
    ("_case", "name", "code"),
    [
        ("short", "浙江", "ZJ"),
        ("with 省", "浙江省", "ZJ"),
        ("autonomous region", "广西壮族自治区", "GX"),
        ("three characters", "黑龙江省", "HL"),
        ("special region", "香港特别行政区", "HK"),
        ("English", "Zhejiang", "ZJ"),
        ("unknown", "火星", None),
        ("empty", "", None),
    ],
)
def test_a_province_is_found_as_files_write_it(_case: str, name: str, code: str | None) -> None:
    assert province_code(name) == code


def test_the_map_has_34_tiles_each_on_its_own_place() -> None:
    assert len(TILES) == 34
    assert len(set(TILES.values())) == 34
    for lang in LANGS:
        assert len({translate(lang, f"province.{code}") for code in TILES}) == 34
        assert len(str(province_chart([("ZJ", 3)], "count", None, PALETTE, lang).to_dict())) > 1_000


def test_an_effect_counts_only_when_its_whole_interval_does() -> None:
    assert [signed(value) for value in (-0.04, 0.0, 0.04, -0.06, 1.25)] == ["0.0", "0.0", "0.0", "-0.1", "+1.2"]
    assert [Effect("", low, 0, high).sign for low, high in [(1, 3), (-1, 3), (-3, -1), (0, 1)]] == [1, 0, -1, 0]
