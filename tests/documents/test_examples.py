"""The files of docs/examples are right as they stand, and use the tiers of the default ladder."""

from pathlib import Path

from core.documents.campaign import campaign_faults, read_campaign
from core.documents.ladder import tmall_ladder
from core.documents.rule_faults import rule_faults
from core.documents.rules import read_rules
from core.documents.segment import parse_segment
from core.rules.templates import check_template
from core.rules.versions import differences

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def text_of(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


def test_the_example_rules_change_the_highest_tier_only() -> None:
    document = read_rules(text_of("rules.json"))
    assert rule_faults(document) == []
    keys = [key for key, _ in differences(tmall_ladder(), document, "zh")]
    assert keys == ["rules.diff.tier_spend", "rules.diff.tier_orders"]


def test_the_example_segment_is_the_segment_of_the_example_campaign() -> None:
    assert parse_segment(text_of("segment.json")) == read_campaign(text_of("campaign.json")).tree


def test_the_example_campaign_could_be_launched() -> None:
    document = read_campaign(text_of("campaign.json"))
    assert campaign_faults(document, tmall_ladder().codes) == []
    assert check_template(document.message.subject) == check_template(document.message.text) == []
