"""``segment``."""

import json
from pathlib import Path

from tests.commands.conftest import EXAMPLES, CommandLine

RULE = EXAMPLES / "segment.json"


def test_the_example_group_holds_people_of_the_demo_shop(demo: CommandLine) -> None:
    found = demo.json("segment", "count", RULE)
    assert found["members"] > 50
    assert found["seconds"] >= 0


def test_the_list_goes_on_after_the_last_number_and_ends_with_everybody(demo: CommandLine) -> None:
    members = demo.json("segment", "count", RULE)["members"]
    ids: list[int] = []
    while page := demo.json("segment", "list", RULE, "--limit", 40, "--after", ids[-1] if ids else 0)["people"]:
        ids += [person["id"] for person in page]
    assert len(ids) == len(set(ids)) == members
    assert ids == sorted(ids)


def test_a_listed_person_is_masked(demo: CommandLine) -> None:
    people = demo.json("segment", "list", RULE, "--limit", 5)["people"]
    assert all("*" in (person["name"] or person["nickname"]) for person in people)


def test_a_group_is_said_in_both_languages(demo: CommandLine) -> None:
    found = demo.json("segment", "describe", RULE)
    assert list(found) == ["zh", "en"]
    assert found["zh"].endswith("的人。") and found["en"].startswith("People who")


def test_tiers_and_campaigns_are_called_by_name(demo: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "rule.json"
    leaf = {"field": "campaign", "op": "treated", "value": 2}
    path.write_text(json.dumps({"all": [{"field": "tier", "op": "in", "value": ["vip"]}, leaf]}), "utf-8")
    said = demo.json("segment", "describe", path)
    assert "VIP会员" in said["zh"] and "春季老客券" in said["zh"]


def test_a_rule_that_makes_no_sense_is_refused_with_its_place(cli: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "rule.json"
    for text, code in (
        ('{"all": [{"field": "mood", "op": "is", "value": 1}]}', "segment_field"),
        ("nonsense", "document_not_json"),
        ("[]", "document_not_object"),
    ):
        path.write_text(text, "utf-8")
        assert cli.refused("segment", "count", path) == code
    path.write_bytes("{}".encode("utf-16"))
    assert cli.refused("segment", "count", path) == "document_not_json"
