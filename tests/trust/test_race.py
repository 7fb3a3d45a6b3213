"""The short form of ``python -m tests.trust race``."""

from tests.trust.race import race


def test_what_many_want_at_once_happens_once_and_the_naive_way_breaks(database_url: str) -> None:
    figures = race(database_url, processes=3, rounds=10)
    assert figures.broken == {"redeem": 0, "issue": 0, "launch": 0}
    assert figures.violations == {}
    assert figures.control_broken > 0
