"""``show benefits`` on the demo shop."""

from tests.commands.conftest import CommandLine

LINE = {
    "code",
    "kind",
    "tier",
    "entitled",
    "used",
    "usage_rate",
    "cost_fen",
    "on_time_rate",
    "repeat_with",
    "repeat_without",
    "advice",
    "reason",
}


def test_benefits_answer_the_keys_of_the_contract(demo: CommandLine) -> None:
    found = demo.json("show", "benefits")
    assert (found["from"], found["to"]) == ("2026-05-27", "2026-06-26")
    assert set(found["promises"]) == {"owed", "late", "done"}
    assert found["benefits"] and all(set(line) >= LINE for line in found["benefits"])
    rates = [line[name] for line in found["benefits"] for name in ("usage_rate", "on_time_rate")]
    assert all(rate is None or 0 <= rate <= 1 for rate in rates)
    assert {line["advice"] for line in found["benefits"]} <= {"strengthen", "swap", "drop", "keep"}


def test_the_table_says_the_same(demo: CommandLine) -> None:
    assert "至尊VIP" in demo.run("show", "benefits").stdout
