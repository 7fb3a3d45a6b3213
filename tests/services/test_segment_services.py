"""Groups as services: groups of groups, lists, overlap, snapshots, and the why of one person."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.documents.segment import Group, Leaf, Node, Not, parse_segment
from core.errors import Refusal
from core.i18n import Lang
from core.rules.segment_words import Names
from core.services.campaigns import draft_campaign, launch_campaign
from core.services.explain_message import explain_messages
from core.services.explain_segment import explain_json, explain_segment, read_tree
from core.services.saved_groups import delete_group, save_group
from core.services.segments import compile_segment, count_segment, list_segment, overlap
from core.services.snapshots import read_snapshot, why_in
from core.services.static_lists import delete_list, list_lists, make_list, read_list_file, save_list
from core.store.database import Database
from tests.services.campaign_shop import NOW, OWNER, document, open_shop

NAMES: dict[Lang, Names] = {"zh": Names(), "en": Names()}
WOMEN = Leaf("gender", "in", ("female",))
BOUGHT = Leaf("orders", "ge", 1)


def _group(number: int) -> Leaf:
    return Leaf("segment", "in", number)


def test_a_group_of_groups_is_what_they_are_together(db: Database) -> None:
    desk = open_shop(db, 30)
    buyers = save_group(desk, OWNER, "buyers", BOUGHT, now=NOW)
    both = save_group(desk, OWNER, "both", Group("all", (_group(buyers), Leaf("is_member", "is", True))), now=NOW)
    plain = Group("all", (BOUGHT, Leaf("is_member", "is", True)))
    assert list_segment(desk, OWNER, _group(both), now=NOW) == list_segment(desk, OWNER, plain, now=NOW)
    others = count_segment(desk, OWNER, Not(_group(both)), now=NOW).members
    found = overlap(desk, OWNER, _group(buyers), plain, now=NOW)
    assert others + found.b == count_segment(desk, OWNER, Group("all", ()), now=NOW).members
    assert (found.both, found.only_b, found.either) == (found.b, 0, found.a)


@pytest.mark.parametrize(
    ("_case", "tree", "code"),
    [
        ("a group that is not there", _group(99), "group_unknown"),
        ("a list that is not there", Leaf("list", "in", 99), "list_unknown"),
        ("an own field that is not there", Leaf("custom", "is", "x", key="no"), "field_unknown"),
        ("itself", _group(2), "group_loop"),
        ("one that names it", _group(1), "group_loop"),
        ("too deep with what it names", Not(Not(Not(Not(Not(_group(3)))))), "segment_deep"),
        ("too much with what it names", Group("any", (_group(4), _group(4))), "segment_leaves"),
    ],
)
def test_a_group_that_could_not_be_asked_is_refused(_case: str, tree: Node, code: str, sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url), 2)
    save_group(desk, OWNER, "one", BOUGHT, now=NOW)
    assert save_group(desk, OWNER, "two", BOUGHT, now=NOW) == 2
    save_group(desk, OWNER, "one", _group(2), group_id=1, now=NOW)
    save_group(desk, OWNER, "deep", Not(Not(BOUGHT)), now=NOW)
    save_group(desk, OWNER, "wide", Group("any", (BOUGHT,) * 30), now=NOW)
    with pytest.raises(Refusal, match=code):
        save_group(desk, OWNER, "two", tree, group_id=2, now=NOW)


def test_what_another_group_or_a_draft_names_is_not_deleted(db: Database) -> None:
    desk = open_shop(db, 5)
    first = save_group(desk, OWNER, "first", BOUGHT, now=NOW)
    second = save_group(desk, OWNER, "second", _group(first), now=NOW)
    chosen = save_list(desk, OWNER, "some", [1, 2], now=NOW)
    tree = Group("all", (_group(second), Leaf("list", "in", chosen)))
    draft_campaign(desk, OWNER, document(segment=tree.as_json(), name="draft"), draft_key="k", now=NOW)
    for act, names in (
        (lambda: delete_group(desk, OWNER, first, now=NOW), "second"),
        (lambda: delete_group(desk, OWNER, second, now=NOW), "draft"),
        (lambda: delete_list(desk, OWNER, chosen, now=NOW), "draft"),
    ):
        with pytest.raises(Refusal, match="in_use") as refused:
            act()
        assert refused.value.params["names"] == names


def test_a_list_from_a_file_accounts_for_every_line(db: Database, tmp_path: Path) -> None:
    desk = open_shop(db, 6)
    with db.read() as session:
        orders = session.execute(text("SELECT order_no, member_id FROM shop_order ORDER BY id")).all()
    known = [(str(number), member) for number, member in orders if member is not None]
    (first, one), (second, other) = known[0], next(pair for pair in known if pair[1] != known[0][1])
    path = tmp_path / "list.csv"
    path.write_text(f"订单号,备注\n{first},a\n{first},again\n,blank\nnobody-1,x\n{second},b\n", "utf-8")
    seen = read_list_file(path)
    assert (seen.column, seen.kind, seen.lines) == (0, "order_no", 5)
    made = make_list(desk, OWNER, "from orders", path, file_name="list.csv", column=0, kind="order_no", now=NOW)
    assert (made.lines, made.found, made.people) == (5, 2, 2)
    assert [(lost.line, lost.reason) for lost in made.missing] == [(3, "repeated"), (4, "empty"), (5, "unknown")]
    found = list_segment(desk, OWNER, Leaf("list", "in", made.id), now=NOW)
    assert {person.id for person in found} == {one, other}
    assert [(line.name, line.people) for line in list_lists(desk)] == [("from orders", 2)]
    with pytest.raises(Refusal, match="list_name_taken"):
        save_list(desk, OWNER, " from  orders ", [one], now=NOW)
    delete_list(desk, OWNER, made.id, now=NOW)
    assert list_lists(desk) == []


def test_a_launch_writes_down_who_was_in_the_group_and_why(db: Database) -> None:
    desk = open_shop(db, 40)
    buyers = save_group(desk, OWNER, "buyers", BOUGHT, now=NOW)
    tree = Group("any", (_group(buyers), WOMEN, Leaf("is_member", "is", True)))
    number = draft_campaign(desk, OWNER, document(segment=tree.as_json()), draft_key="k", now=NOW)
    with db.read() as session:
        meant = set(session.execute(compile_segment(session, tree, now=NOW)).scalars())
    launch = launch_campaign(desk, OWNER, number, now=NOW)
    subject = f"campaign:{number}"
    snapshot = read_snapshot(desk, subject)
    assert snapshot is not None and snapshot.people == launch.audience == len(meant)
    assert snapshot.tree == Group("any", (BOUGHT, WOMEN, Leaf("is_member", "is", True)))
    save_group(desk, OWNER, "buyers", Leaf("orders", "ge", 99), group_id=buyers, now=NOW)
    for member in range(1, 41):
        why = why_in(desk, subject, member)
        assert (why is not None) == (member in meant)
        if why is not None:
            truths = [explain_segment(desk, leaf, member, now=NOW).inside for leaf, _ in why.held]
            assert [held for _, held in why.held] == truths
    told = explain_messages(desk, min(meant), "zh", Names())[0]
    assert told.rule == subject and told.group_sentence and any(held for _, _, held in told.held)


def _again(node: dict[str, Any]) -> bool:
    """The tree evaluated from what its leaves say."""
    parts = [_again(part) for part in node["parts"]]
    if "field" in node:
        assert not parts or parts == [node["held"]]
        return bool(node["held"])
    return {"all": all(parts), "any": any(parts), "not": not parts[0] if parts else False}[node["op"]]


def test_the_why_of_one_person_evaluates_to_the_group_itself(db: Database) -> None:
    desk = open_shop(db, 25)
    repeat = save_group(desk, OWNER, "repeat", Group("all", (Leaf("orders", "ge", 2),)), now=NOW)
    raw = {
        "any": [
            {"all": [{"field": "segment", "op": "in", "value": repeat}, {"not": WOMEN.as_json()}]},
            {"field": "recency_days", "op": "le", "value": 20},
            {"field": "joined_days", "op": "le", "value": 5},
            {"field": "lifecycle", "op": "in", "value": ["loyal"]},
        ]
    }
    tree = parse_segment(raw)
    with db.read() as session:
        meant = set(session.execute(compile_segment(session, tree, now=NOW)).scalars())
    assert 0 < len(meant) < 25
    for member in range(1, 26):
        explained = explain_segment(desk, tree, member, now=NOW)
        told = json.loads(json.dumps(explain_json(explained, "x", tree, "en", NAMES)))
        assert told["inside"] == _again(told["tree"]) == (member in meant)
        assert set(told) == {"segment", "member", "inside", "counted", "sentence", "tree"}


def test_a_group_is_named_by_its_number_a_code_or_a_file(sqlite_url: str, tmp_path: Path) -> None:
    desk = open_shop(Database(sqlite_url), 2)
    number = save_group(desk, OWNER, "g", BOUGHT, now=NOW)
    path = tmp_path / "rule.json"
    path.write_text(json.dumps(WOMEN.as_json()), "utf-8")
    assert read_tree(desk, str(number)) == BOUGHT
    assert read_tree(desk, str(path)) == WOMEN
    assert read_tree(desk, "birthday_soon") == Group("all", (Leaf("birthday_within", "le", 7),))
    with pytest.raises(Refusal, match="explain_group"):
        read_tree(desk, "nothing")
