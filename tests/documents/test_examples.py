"""The files of docs/examples are right as they stand, and use the tiers of the default ladder."""

from pathlib import Path
from typing import Any

from core.documents.campaign import campaign_faults, read_campaign
from core.documents.ladder import tmall_ladder
from core.documents.rule_faults import rule_faults
from core.documents.rules import read_rules
from core.documents.segment import parse_segment
from core.rules.templates import check_template

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def text_of(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


def test_the_example_rules_make_sense_and_use_the_tiers_of_every_shop() -> None:
    document = read_rules(text_of("rules.json"))
    assert rule_faults(document) == []
    assert document.codes == tmall_ladder().codes
    assert document.names("zh") == tmall_ladder().names("zh")


def _without_a_value(value: Any, path: str = "") -> list[str]:
    """Places of an object that hold nothing."""
    if isinstance(value, dict):
        return [place for key, part in value.items() for place in _without_a_value(part, f"{path}.{key}")]
    if isinstance(value, list):
        return [path] if not value else [place for part in value for place in _without_a_value(part, path)]
    return [path] if value is None else []


def test_the_example_rules_show_every_field_in_use() -> None:
    document = read_rules(text_of("rules.json")).as_json()
    # An entry tier has nothing to keep, a member day one way of saying when, most benefits no season, partner, or level.
    empty = {
        path for path in _without_a_value(document) if not path.startswith((".tiers", ".benefits", ".points.days"))
    }
    assert empty == {".growth.earnings.lifetime", ".points.earnings.per_day", ".points.earnings.lifetime"}
    for name in ("tiers", "benefits"):
        rows = document[name]
        assert {key for key in rows[0] if all(row[key] is None for row in rows)} == set()


def test_the_example_segment_is_the_segment_of_the_example_campaign() -> None:
    assert parse_segment(text_of("segment.json")) == read_campaign(text_of("campaign.json")).tree


def test_the_example_campaign_could_be_launched() -> None:
    document = read_campaign(text_of("campaign.json"))
    assert campaign_faults(document, tmall_ladder().codes) == []
    assert check_template(document.message.subject) == check_template(document.message.text) == []
