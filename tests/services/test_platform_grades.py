"""The platform's grades beside our tiers: who differs, which grade is which tier, and whose holds."""

import pytest

from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.platform_grades import read_grades, set_grade_map, set_sides
from core.services.programme import review_programme
from core.services.shop_settings import read_settings
from core.store.database import Database
from tests.services.outbox_shop import NOW, add_member, open_shop

OWNER = Actor.owner()


@pytest.fixture
def desk(db: Database) -> Desk:
    desk = open_shop(db)
    for number, grade in ((1, 1), (2, 2), (3, None), (4, 2)):
        add_member(desk, number, grade=grade)
    add_member(desk, 5, grade=4, not_counted="staff")
    review_programme(desk, now=NOW)
    return desk


def test_who_has_another_grade_on_the_platform_is_listed(desk: Desk) -> None:
    view = read_grades(desk, now=NOW)
    assert view.counts == {(1, "regular"): 1, (2, "regular"): 2}
    assert view.graded == 3
    assert [(one.member_id, one.platform_tier, one.tier) for one in view.listed] == [
        (2, "silver", "regular"),
        (4, "silver", "regular"),
    ]
    assert read_grades(desk, now=NOW, most=1).differing == 2


def test_the_owner_says_which_grade_is_which_tier(desk: Desk) -> None:
    set_grade_map(desk, OWNER, {1: "regular", 2: "regular", 3: "vip"}, now=NOW)
    view = read_grades(desk, now=NOW)
    assert (view.differing, view.tier_of[3], view.tier_of[4]) == (0, "vip", "supreme")


@pytest.mark.parametrize(("code", "tiers"), [("tier_unknown", {1: "gold"}), ("grade_falls", {1: "vip", 2: "silver"})])
def test_a_map_that_makes_no_sense_is_refused(desk: Desk, code: str, tiers: dict[int, str]) -> None:
    with pytest.raises(Refusal, match=code):
        set_grade_map(desk, OWNER, tiers, now=NOW)


def test_a_shop_says_whose_tiers_and_points_hold(desk: Desk) -> None:
    assert (read_settings(desk).tier_side, read_settings(desk).points_side) == ("memberdesk", "memberdesk")
    set_sides(desk, OWNER, tier_side="platform", points_side="memberdesk")
    assert (read_settings(desk).tier_side, read_settings(desk).points_side) == ("platform", "memberdesk")
