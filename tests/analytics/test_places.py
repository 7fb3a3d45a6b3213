"""Levels of cities: one spelling decides, so that a query and a plain reading agree."""

import pytest

from core.analytics.places import LEVELS, cities_of_level, city_level, province_name
from core.importers.places import PROVINCES, city_of


@pytest.mark.parametrize(
    ("city", "province", "level"),
    [
        ("北京", None, 1), ("广州市", "广东", 1), ("苏州", "江苏", 2), ("宁波", "浙江", 3), ("汕头", "广东", 4), ("大理", "云南", 5),
        ("大理白族自治州", "云南", 5), (None, "上海", 1), ("", "重庆市", 2), (None, "广东", None), ("昆山", "江苏", None),
        ("香港", "香港", None), (None, None, None),
    ],
)  # fmt: skip
def test_the_level_of_a_city(city: str | None, province: str | None, level: int | None) -> None:
    assert city_level(city, province) == level


def test_the_ranking_is_whole_and_nothing_stands_in_two_levels() -> None:
    names = [set(cities_of_level(level)) for level in LEVELS]
    assert [len({name.removesuffix("市") for name in found}) for found in names[:4]] == [4, 15, 30, 70]
    assert sum(len(found) for found in names) == len(set.union(*names))
    assert all(city_level(name) == level for level, found in zip(LEVELS, names, strict=True) for name in found)


def test_cities_as_the_importers_keep_them_are_known() -> None:
    assert all(city_level(city_of(name)) for level in LEVELS for name in cities_of_level(level))
    assert {province_name(f"{name}省") for name in PROVINCES} == set(PROVINCES)
