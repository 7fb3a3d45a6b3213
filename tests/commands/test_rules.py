"""``rules``."""

import json
from pathlib import Path
from typing import Any

from tests.commands.conftest import EXAMPLES, CommandLine

RULES = EXAMPLES / "rules.json"


def _statuses(cli: CommandLine) -> list[tuple[int, str]]:
    return [(line["id"], line["status"]) for line in cli.json("rules", "list")["versions"]]


def test_a_new_shop_has_one_version_from_the_first_order_on(cli: CommandLine) -> None:
    (version,) = cli.json("rules", "list")["versions"]
    assert (version["status"], version["effective_from"]) == ("published", None)


def test_the_example_is_drafted_and_published_today_and_moves_people(demo: CommandLine) -> None:
    before = demo.json("show", "tiers")["tiers"]
    assert demo.json("rules", "draft", RULES) == {"id": 2}
    assert _statuses(demo) == [(2, "draft"), (1, "published")]
    assert demo.json("show", "tiers")["tiers"] == before
    published = demo.json("rules", "publish", 2, "--effective", "2026-06-25")
    assert published == {"id": 2, "effective_from": "2026-06-25T02:00:00+00:00"}
    assert _statuses(demo) == [(1, "retired"), (2, "published")]
    proof = demo.json("explain", "tier", 7)
    assert proof["rule_version"] == 2
    assert proof["thresholds"][-1]["min_spend_fen"] == 600_000


def test_a_later_day_begins_at_its_start_and_the_live_version_stays_last(cli: CommandLine) -> None:
    cli.json("rules", "draft", RULES)
    found = cli.json("rules", "publish", 2, "--effective", "2026-07-01")
    assert found["effective_from"] == "2026-06-30T16:00:00+00:00"
    assert _statuses(cli) == [(2, "published"), (1, "published")]


def test_a_version_takes_no_effect_in_the_past_and_is_published_once(cli: CommandLine) -> None:
    cli.json("rules", "draft", RULES)
    assert cli.refused("rules", "publish", 2, "--effective", "2026-06-24") == "effective_in_the_past"
    cli.json("rules", "publish", 2, "--effective", "2026-06-25")
    assert cli.refused("rules", "publish", 2, "--effective", "2026-06-25") == "version_published"
    assert cli.refused("rules", "publish", 9, "--effective", "2026-06-25") == "version_unknown"
    cli.run("rules", "publish", 2, code=2)


def test_rules_that_make_no_sense_are_not_kept(cli: CommandLine, tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(RULES.read_text("utf-8"))
    document["tiers"][2]["min_spend_fen"] = 1
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(document), "utf-8")
    assert cli.refused("rules", "draft", path) == "tier_spend_not_rising"
    assert _statuses(cli) == [(1, "published")]
