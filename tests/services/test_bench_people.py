"""The benches of everybody's figures run, and find their sides equal."""

from core.services.bench import run_bench


def test_ranks_and_profiles_are_measured_only_where_their_sides_agree() -> None:
    ranks = run_bench("p2", members=300, rounds=1, seed=1).as_json()
    assert (ranks["equal"], ranks["orders"]) == (True, 3_000)
    profiles = run_bench("p3", members=300, rounds=1, seed=1).as_json()
    assert (profiles["equal"], profiles["new_orders"]) == (True, 10_000)
