"""``show`` and ``explain`` on the demo shop."""

import sqlite3
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tests.commands.conftest import CommandLine

KPIS = [
    "from",
    "to",
    "people",
    "customers",
    "members",
    "joined_rate",
    "member_sales_share",
    "buyers",
    "new_buyers",
    "orders",
    "sales_fen",
    "refund_fen",
    "aov_fen",
    "repurchase_rate",
    "first_to_second_rate",
    "top_20_share",
]
PROOF = [
    "member",
    "tier",
    "rule_version",
    "reason",
    "facts",
    "thresholds",
    "total_fen",
    "orders",
    "next",
    "recomputed_tier",
]
YEAR = ("--from", "2025-07-01", "--to", "2026-06-26")


def test_kpis_answer_the_keys_of_the_contract_for_the_last_thirty_days(demo: CommandLine) -> None:
    found = demo.json("show", "kpis")
    assert list(found) == KPIS
    assert (found["from"], found["to"]) == ("2026-05-27", "2026-06-26")
    assert found["people"] == 400
    assert all(isinstance(found[name], int) for name in ("sales_fen", "refund_fen", "aov_fen"))
    assert all(0 <= found[name] <= 1 for name in KPIS if name.endswith(("_rate", "_share")))


def test_from_is_included_and_to_is_not(demo: CommandLine) -> None:
    days = [f"2026-06-{day:02d}" for day in (10, 11, 12)]
    parts = [demo.json("show", "kpis", "--from", a, "--to", b)["sales_fen"] for a, b in pairwise(days)]
    whole = demo.json("show", "kpis", "--from", days[0], "--to", days[2])["sales_fen"]
    assert sum(parts) == whole > 0


@pytest.mark.parametrize("every", ["day", "week", "month"])
def test_the_steps_of_a_trend_sum_to_the_period(demo: CommandLine, every: str) -> None:
    whole = demo.json("show", "kpis", *YEAR)
    steps = demo.json("show", "trends", "--every", every, *YEAR)["steps"]
    assert sum(step["sales_fen"] for step in steps) == whole["sales_fen"]
    assert sum(step["orders"] for step in steps) == whole["orders"]
    assert all(a["to"] == b["from"] for a, b in pairwise(steps))
    if every == "week":
        assert all(date.fromisoformat(step["label"]).weekday() == 0 for step in steps)


def test_tiers_hold_every_member_once(demo: CommandLine) -> None:
    found = demo.json("show", "tiers")
    assert [tier["tier"] for tier in found["tiers"]] == ["regular", "silver", "vip", "supreme"]
    assert sum(tier["members"] for tier in found["tiers"]) == found["members"] == demo.json("show", "kpis")["members"]


def test_rfm_groups_and_grid_hold_every_buyer_once(demo: CommandLine) -> None:
    found, buyers = demo.json("show", "rfm", *YEAR), demo.json("show", "kpis", *YEAR)["buyers"]
    assert found["bins"] == 5 and len(found["grid"]["buyers"]) == 5
    assert sum(group["buyers"] for group in found["groups"]) == buyers
    assert sum(map(sum, found["grid"]["buyers"])) == buyers == found["buyers"]
    assert sum(map(sum, found["grid"]["net_fen"])) == sum(group["net_fen"] for group in found["groups"])


def test_pareto_says_what_the_kpis_say(demo: CommandLine) -> None:
    found = demo.json("show", "pareto")
    assert found["top_20_share"] == demo.json("show", "kpis")["top_20_share"]
    assert found["curve"][0] == [0.0, 0.0] and found["curve"][-1] == [1.0, 1.0]


def test_campaigns_are_listed_newest_first(demo: CommandLine) -> None:
    found = demo.json("show", "campaigns")["campaigns"]
    assert [line["id"] for line in found] == [3, 2, 1]
    assert {line["status"] for line in found} == {"finished"}
    assert all(line["treated"] > 0 and line["held_out"] > 0 for line in found)


def test_an_empty_shop_has_no_rates_and_no_campaigns(cli: CommandLine) -> None:
    found = cli.json("show", "kpis")
    assert (found["orders"], found["sales_fen"], found["aov_fen"], found["repurchase_rate"]) == (0, 0, None, None)
    assert cli.json("show", "campaigns") == {"campaigns": []}
    assert cli.json("show", "rfm")["groups"] == []
    for noun in ("kpis", "tiers", "trends", "rfm", "pareto", "campaigns"):
        assert cli.run("show", noun).stdout


@pytest.mark.parametrize(
    ("_case", "options", "code"),
    [
        ("no day at all", ("--from", "2026-06-02", "--to", "2026-06-02"), 1),
        ("upside down", ("--from", "2026-06-02", "--to", "2026-06-01"), 1),
        ("no such day", ("--from", "2026-02-30"), 2),
    ],
)
def test_a_period_must_hold_a_day(cli: CommandLine, _case: str, options: tuple[str, ...], code: int) -> None:
    assert cli.run("show", "kpis", *options, code=code).stdout == ""


def test_what_is_not_built_yet_is_not_offered(cli: CommandLine) -> None:
    for args in (("measure", "x.csv"), ("show", "posts")):
        cli.run(*args, code=2)


def test_a_portrait_shows_no_name_and_no_number_in_clear(demo: CommandLine, own_data_dir: Path) -> None:
    store = sqlite3.connect(own_data_dir / "shop.db")
    rows = store.execute(
        "SELECT id, name, nickname FROM member WHERE length(name) > 1 AND length(nickname) > 3 LIMIT 5"
    ).fetchall()
    store.close()
    assert len(rows) == 5
    for number, name, nickname in rows:
        for said in (demo.run("show", "member", number).stdout, demo.run("show", "member", number, "--json").stdout):
            assert name not in said
            assert f'"{nickname}"' not in said


def test_a_member_is_found_by_number_and_by_the_platforms_id(demo: CommandLine, own_data_dir: Path) -> None:
    store = sqlite3.connect(own_data_dir / "shop.db")
    label = store.execute("SELECT label FROM member_identity WHERE member_id = 7 AND kind = 'platform_id'").fetchone()[
        0
    ]
    store.close()
    by_label = demo.json("show", "member", f"taobao:{label}")
    assert by_label == demo.json("show", "member", 7)
    assert by_label["id"] == 7
    for unknown in ("0", "99999", "taobao:nobody", "nobody"):
        assert demo.refused("show", "member", unknown) == "member_unknown"


def test_a_tier_is_proved_by_its_facts(demo: CommandLine) -> None:
    seen = set()
    for number in range(1, 31):
        proof = demo.json("explain", "tier", number)
        assert set(PROOF) <= set(proof)
        assert proof["tier"] == proof["recomputed_tier"]
        assert proof["total_fen"] == sum(fact["counted_fen"] for fact in proof["facts"])
        assert all({"kind", "id", "at", "amount_fen", "counted_fen"} <= set(fact) for fact in proof["facts"])
        stored = demo.json("show", "member", number)["tier"]
        assert proof["tier"] == (stored and stored["tier"])
        if stored:
            assert (proof["total_fen"], proof["orders"]) == (stored["window_spend_fen"], stored["window_orders"])
        seen.add(proof["tier"])
    assert {None, "regular", "silver"} <= seen


def test_a_tier_is_explained_in_both_languages(demo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "按第 1 版规则" in demo.run("explain", "tier", 7).stdout
    monkeypatch.setenv("MEMBERDESK_LANG", "en")
    assert "By version 1 of the rules." in demo.run("explain", "tier", 7).stdout


def test_cohorts_and_regions_hold_the_same_customers(demo: CommandLine) -> None:
    cohorts, regions = demo.json("show", "cohorts"), demo.json("show", "regions")
    customers = demo.json("show", "kpis")["customers"]
    assert sum(one["size"] for one in cohorts["cohorts"]) == customers
    assert all(one["cells"][0]["share"] == 1 for one in cohorts["cohorts"])
    assert {"month", "size", "cells"} <= set(cohorts["cohorts"][0]) and cohorts["until"]
    assert set(cohorts["cohorts"][0]["cells"][0]) >= {"step", "buyers", "share", "orders", "net_fen"}
    for name in ("provinces", "city_levels", "sources"):
        assert (
            sum(one["customers"] for one in regions[name]) + (regions["unknown"] if name == "provinces" else 0)
            >= customers
        )
    assert "2026-06" in demo.run("show", "cohorts").stdout and demo.run("show", "regions").stdout
