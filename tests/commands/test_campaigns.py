"""``campaign``."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import EXAMPLES, CommandLine

CAMPAIGN = EXAMPLES / "campaign.json"
ESTIMATE = ["audience", "reachable", "held_out", "suppressed", "cost_fen", "worst_cost_fen", "smallest_effect"]
ARM = ["arm", "assigned", "sent", "redeemed", "buyers", "orders", "sales_fen", "margin_fen"]


def test_the_example_goes_the_whole_way(demo: CommandLine) -> None:
    number = demo.json("campaign", "draft", CAMPAIGN)["id"]
    estimate = demo.json("campaign", "estimate", number)
    assert set(ESTIMATE) <= set(estimate) and estimate["faults"] == []
    assert estimate["audience"] == demo.json("segment", "count", EXAMPLES / "segment.json")["members"]
    assert estimate["reachable"] + sum(estimate["suppressed"].values()) == estimate["audience"]
    assert 0 <= estimate["cost_fen"] <= estimate["worst_cost_fen"]
    assert demo.refused("campaign", "result", number) == "campaign_not_launched"
    launched = demo.json("campaign", "launch", number)
    assert (launched["held_out"], launched["treated"]) == (estimate["held_out"], estimate["treated"])
    assert launched["suppressed"] == estimate["suppressed"]
    assert demo.json("campaign", "launch", number) == launched | {"again": True}
    result = demo.json("campaign", "result", number)
    assert [(arm["arm"], arm["assigned"]) for arm in result["arms"]] == [
        ("treated", launched["treated"]),
        ("held_out", launched["held_out"]),
    ]
    assert result["verdict"] == "cannot_tell"
    cancelled = demo.json("campaign", "cancel", number)
    assert cancelled["stopped_messages"] == launched["treated"]
    assert demo.json("show", "campaigns")["campaigns"][0]["status"] == "cancelled"
    assert demo.json("verify")["violations"] == 0


def test_a_finished_campaign_has_a_result(demo: CommandLine) -> None:
    found = demo.json("campaign", "result", 1)
    assert all(set(ARM) <= set(arm) for arm in found["arms"])
    assert all({"outcome", "arm", "difference", "low", "high", "p_value"} <= set(e) for e in found["effects"])
    assert found["verdict"] in ("works", "does_not", "cannot_tell")
    assert isinstance(found["cost_fen"], int) and isinstance(found["incremental_margin_fen"], int)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_answer_can_be_read_by_a_person(demo: CommandLine, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("MEMBERDESK_LANG", lang)
    demo.run("campaign", "draft", CAMPAIGN)
    for args in (("estimate", 4), ("launch", 4), ("result", 4), ("result", 1), ("cancel", 4)):
        said = demo.run("campaign", *args).stdout
        assert said.strip()
        assert ("人" in said) == (lang == "zh") or args[0] == "cancel"


def test_an_unknown_campaign_is_refused(cli: CommandLine) -> None:
    for act in ("estimate", "launch", "result", "cancel"):
        assert cli.refused("campaign", act, 12) == "campaign_unknown"
    cli.run("campaign", "launch", "first", code=2)


def test_a_campaign_without_sense_is_not_kept(cli: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "campaign.json"
    document = json.loads(CAMPAIGN.read_text("utf-8"))
    path.write_text(json.dumps(document | {"goal": "world_peace"}), "utf-8")
    assert cli.refused("campaign", "draft", path) == "campaign_goal"
    path.write_text(json.dumps({key: value for key, value in document.items() if key != "segment"}), "utf-8")
    assert cli.refused("campaign", "draft", path) == "document_missing"
    assert cli.json("show", "campaigns")["campaigns"] == []
