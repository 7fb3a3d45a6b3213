"""A group beside others: which differences are said, and which are not."""

import pytest

from core.analytics.group_portrait import GroupCounts, Key, age_class, compare_groups, nice_edges, top_classes

CLASSES: tuple[Key, ...] = ("female", "male", None)


def _counts(female: int, male: int, unknown: int) -> GroupCounts:
    people = female + male + unknown
    return GroupCounts(people, people, 0, people, 0, {"gender": {"female": female, "male": male, None: unknown}})


@pytest.mark.parametrize(
    ("_case", "group", "others", "within", "said"),
    [
        ("clearly more women", (80, 20, 0), (500, 500, 0), True, "female"),
        ("the whole shop is like itself", (500, 500, 0), (500, 500, 0), True, None),
        ("too few to say", (29, 0, 0), (500, 500, 0), True, None),
        ("real but too small to care about", (5400, 4600, 0), (50_400, 49_600, 0), True, None),
        ("large but may be chance", (20, 12, 0), (500, 500, 0), True, None),
        ("who is unknown is what differs", (20, 30, 50), (500, 500, 60), True, None),
        ("beside another group", (80, 20, 0), (50, 50, 0), False, "female"),
        ("nobody to compare with", (80, 20, 0), (0, 0, 0), False, None),
    ],
)
def test_only_a_sure_and_large_difference_is_said(
    _case: str, group: tuple[int, int, int], others: tuple[int, int, int], within: bool, said: str | None
) -> None:
    found = compare_groups(_counts(*group), _counts(*others), {"gender": CLASSES}, within=within)
    assert [one.key for _, one in found.said()] == ([said] if said else [])
    assert found.said({"gender"}) == ()
    (trait,) = found.traits
    assert sum(one.group for one in trait.slices) == sum(group)
    assert sum(one.others for one in trait.slices) == sum(others)


def test_beside_the_shop_the_interval_is_that_of_the_rest_weighted_back() -> None:
    half = compare_groups(_counts(80, 20, 0), _counts(130, 70, 0), {"gender": CLASSES}, within=True)
    apart = compare_groups(_counts(80, 20, 0), _counts(50, 50, 0), {"gender": CLASSES}, within=False)
    one, other = half.traits[0].slices[0], apart.traits[0].slices[0]
    assert one.difference == pytest.approx(other.difference / 2) == pytest.approx(0.15)
    assert (one.low, one.high) == pytest.approx((other.low / 2, other.high / 2))


def test_classes_are_bands_of_plain_numbers_and_the_largest_few() -> None:
    assert [age_class(age) for age in (None, -1, 17, 18, 29, 50, 120, 121)] == [None, None, 0, 1, 2, 6, 6, None]
    assert nice_edges([0, 1_00, 137_00, 180_00, 960_00, 1_040_00]) == (1_00, 100_00, 200_00, 1_000_00)
    assert top_classes({"a": 1, "b": 3, "c": 2, None: 9}, {"d": 5}, 2) == ("b", "c", "other", None)
