"""Groups under a name."""

import pytest
from sqlalchemy import text

from core.documents.segment import EVERYONE, Group, Leaf, Node, Not
from core.errors import Refusal
from core.services.member_tags import keep_tags, save_rule
from core.services.saved_groups import delete_group, list_groups, read_group, save_group
from core.store.database import Database
from tests.services.campaign_shop import NOW, OWNER, open_shop

TREE = Group("all", (Leaf("orders", "ge", 2, days=90), Not(Leaf("province", "in", ("浙江",)))))


def test_a_group_comes_back_as_it_was_kept(db: Database) -> None:
    desk = open_shop(db, 3)
    number = save_group(desk, OWNER, "  常来 的 ", TREE, now=NOW)
    found = read_group(desk, number)
    assert (found.name, found.tree, found.author) == ("常来 的", TREE, "owner")
    assert [one.id for one in list_groups(desk)] == [number]


def test_a_kept_group_is_changed_in_place(db: Database) -> None:
    desk = open_shop(db, 3)
    number = save_group(desk, OWNER, "a", TREE, now=NOW)
    assert save_group(desk, OWNER, "b", EVERYONE, group_id=number, now=NOW) == number
    assert [(one.name, one.tree) for one in list_groups(desk)] == [("b", EVERYONE)]


def test_two_groups_never_share_a_name(db: Database) -> None:
    desk = open_shop(db, 3)
    save_group(desk, OWNER, "a", TREE, now=NOW)
    other = save_group(desk, OWNER, "b", TREE, now=NOW)
    for group_id in (None, other):
        with pytest.raises(Refusal, match="group_name_taken"):
            save_group(desk, OWNER, "a", TREE, group_id=group_id, now=NOW)
    assert sorted(one.name for one in list_groups(desk)) == ["a", "b"]


@pytest.mark.parametrize(
    ("_case", "name", "tree", "code"),
    [
        ("no name", "  ", TREE, "group_name"),
        ("a name that is too long", "长" * 61, TREE, "group_name"),
        ("an empty inner group", "a", Group("any", ()), "segment_empty"),
        ("an unknown field", "a", Leaf("weather", "is", True), "segment_field"),
    ],
)
def test_what_cannot_be_kept_is_refused(_case: str, name: str, tree: Group, code: str, db: Database) -> None:
    desk = open_shop(db, 3)
    with pytest.raises(Refusal, match=code):
        save_group(desk, OWNER, name, tree, now=NOW)
    assert list_groups(desk) == []


def test_a_deleted_group_is_gone_and_each_act_is_in_the_audit_trail(db: Database) -> None:
    desk = open_shop(db, 3)
    number = save_group(desk, OWNER, "a", TREE, now=NOW)
    delete_group(desk, OWNER, number, now=NOW)
    for act in (
        lambda: read_group(desk, number),
        lambda: delete_group(desk, OWNER, number, now=NOW),
        lambda: save_group(desk, OWNER, "c", TREE, group_id=number, now=NOW),
    ):
        with pytest.raises(Refusal, match="group_unknown"):
            act()
    with db.read() as session:
        acts = session.execute(text("SELECT action FROM audit_entry ORDER BY id")).scalars().all()
    assert list(acts) == ["group.saved", "group.deleted"]


def test_a_change_that_would_break_a_tag_kept_by_the_group_is_refused(db: Database) -> None:
    desk = open_shop(db, 3)
    inner = save_group(desk, OWNER, "inner", Leaf("orders", "ge", 1), now=NOW)
    outer = save_group(desk, OWNER, "outer", Leaf("segment", "in", inner), now=NOW)
    save_rule(desk, OWNER, "回头客", Not(Leaf("segment", "in", outer)), now=NOW)
    deep: Node = Leaf("orders", "ge", 1)
    for _ in range(5):
        deep = Not(deep)
    with pytest.raises(Refusal, match="segment_deep"):
        save_group(desk, OWNER, "inner", deep, group_id=inner, now=NOW)
    assert read_group(desk, inner).tree == Leaf("orders", "ge", 1)
    keep_tags(desk, now=NOW)
    save_group(desk, OWNER, "inner", Not(Leaf("orders", "ge", 1)), group_id=inner, now=NOW)
