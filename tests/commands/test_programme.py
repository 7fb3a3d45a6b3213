"""``rules simulate``, ``explain points|growth``, ``show liability``, ``bench``."""

import json
from pathlib import Path

from tests.commands.conftest import EXAMPLES, CommandLine

MONTH = {"month", "points_issued", "points_spent", "benefit_cost_fen", "coupon_cost_fen", "margin_fen"}


def test_the_live_version_is_replayed_as_it_is(demo: CommandLine) -> None:
    found = demo.json("rules", "simulate", 1)
    assert (found["version"], found["compared_with"], found["identical"]) == (1, 1, True)
    assert (found["losers"], found["winners"], found["shortfall"]) == (0, 0, 0)
    assert sum(move["members"] for move in found["migration"]) == found["members"]
    assert all(move["from"] == move["to"] for move in found["migration"])
    assert set(found["months"][0]) >= MONTH
    assert found["months"] == found["live_months"]
    assert found["orders"] > 1_000


def test_a_draft_is_tried_on_all_history_or_from_a_day_on(demo: CommandLine) -> None:
    demo.json("rules", "draft", EXAMPLES / "rules.json")
    always = demo.json("rules", "simulate", 2)
    later = demo.json("rules", "simulate", 2, "--from", "2026-06-01")
    assert not always["identical"]
    assert always["months"][0]["month"] < later["months"][0]["month"] == "2026-06"
    assert len(always["losers_listed"]) == always["losers"]
    lines = demo.run("rules", "simulate", 2).stdout.splitlines()
    assert len(lines) > 4 + len(always["months"])
    assert demo.refused("rules", "simulate", 9) == "version_unknown"
    demo.run("rules", "simulate", 2, "--from", "June", code=2)


def test_points_and_growth_are_explained_from_their_leaves(demo: CommandLine) -> None:
    found = [demo.json("explain", "points", number) for number in range(1, 40)]
    assert all(proof["balance"] == proof["recomputed_balance"] for proof in found)
    growth = [demo.json("explain", "growth", number) for number in range(1, 40)]
    assert all(proof["total"] == proof["recomputed_total"] for proof in growth)
    for word in ("points", "growth"):
        assert demo.run("explain", word, 7).stdout.strip()
        assert demo.refused("explain", word, 9_999_999) == "member_unknown"


def test_what_is_owed_in_points_ties_to_the_ledger(demo: CommandLine) -> None:
    found = demo.json("show", "liability")
    assert found["ties"] is True
    closing = found["months"][-1]["closing"] if found["months"] else 0
    assert closing == found["outstanding"] - found["debt"]
    assert demo.run("show", "liability").stdout.strip()


def test_the_replay_is_measured_against_the_live_path(cli: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    found = cli.json("bench", "p9", "--members", 200, "--rounds", 1, "--out", out)
    assert found == json.loads(out.read_text("utf-8"))
    (row,) = found["rows"]
    assert (row["name"], row["equal"], row["orders"], len(row["ratios"])) == ("P9", True, 1_000, 1)
    assert row["ratio"] > 1
    said = cli.run("bench", "P9", "--members", 1_000, "--rounds", 1, "--growth").stdout
    assert said.count("P9") == 3 and "1,000" in said
    assert cli.refused("bench", "P99") == "bench_unknown"
