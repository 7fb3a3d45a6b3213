"""``show lifetime``: the shape that scripts rely on, with and without days of their own."""

from tests.commands.conftest import CommandLine


def test_lifetime_answers_with_models_and_what_was_held_out(demo: CommandLine) -> None:
    found = demo.json("show", "lifetime")
    assert set(found["bgnbd"]) == {"r", "alpha", "a", "b", "log_likelihood"} and {"p", "q", "v"} <= set(
        found["gamma_gamma"]
    )
    held = found["holdout"]
    assert [one["frequency"] for one in held["by_frequency"]] == list(range(8))
    assert sum(one["actual"] for one in held["by_frequency"]) == held["actual_purchases"]
    assert sum(one["expected"] for one in held["by_frequency"]) - held["expected_purchases"] < 0.01
    assert found["customers"] > sum(one["members"] for one in held["by_frequency"])
    assert demo.run("show", "lifetime").stdout.strip()


def test_lifetime_of_a_calibration_is_learnt_from_it_alone(demo: CommandLine) -> None:
    end = demo.json("show", "lifetime")["holdout"]["calibration_end"]
    found = demo.json("show", "lifetime", "--calibration-end", end)
    assert found["as_of"] == end == found["holdout"]["calibration_end"]
    assert found["bgnbd"] == found["holdout"]["bgnbd"] and found["customers"] == found["holdout"]["customers"]
    assert demo.refused("show", "lifetime", "--calibration-end", end, "--holdout-end", end) == "period_empty"
