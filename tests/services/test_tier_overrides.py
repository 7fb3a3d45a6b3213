"""Held tiers: a floor while it is in force, by whatever hand; and interactions, recorded once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import Refusal
from core.services.desk import Desk
from core.services.interactions import record_interaction
from core.services.refresh import refresh
from core.services.rule_versions import draft_version, publish_version
from core.services.tier_overrides import hold_tier, holds_of, revoke_hold
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, at, bring_in, order, rows_of, value_of
from tests.services.programme_shop import OWN_YEAR, open_shop


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    desk = open_shop(db)
    bring_in(desk, tmp_path, [order(1, amount="50"), order(2, member_id="B", amount="950")])
    return desk


def _hold(desk: Desk, tier: str | None, key: str = "k", **more: Any) -> int:
    values = {"source": "hand", "starts_at": NOW, "actor": OWNER, "now": NOW} | more
    with desk.db.write() as session:
        return hold_tier(session, desk, 1, tier, key=key, **values)


def _tier(desk: Desk, member: int = 1) -> Any:
    return rows_of(desk.db, "SELECT tier, held_by FROM member_tier WHERE member_id = :m", m=member)[0]


def test_a_held_tier_is_there_at_once_and_ends_by_itself(desk: Desk) -> None:
    assert _tier(desk) == ("regular", None)
    number = _hold(desk, "vip", ends_at=NOW + timedelta(days=5))
    assert _tier(desk) == ("vip", "hand")
    assert _hold(desk, "vip", ends_at=NOW + timedelta(days=5)) == number
    refresh(desk, OWNER, now=NOW + timedelta(days=5))
    assert _tier(desk) == ("regular", None)
    reasons = [
        row[0] for row in rows_of(desk.db, "SELECT reason FROM tier_change WHERE member_id = 1 ORDER BY changed_at")
    ]
    assert reasons[-2:] == ["override", "override"]
    assert verify_store(desk).violations == 0


def test_a_held_tier_can_be_taken_away_and_stays_in_the_records(desk: Desk) -> None:
    number = _hold(desk, "silver")
    later = NOW + timedelta(hours=1)
    for _ in range(2):
        with desk.db.write() as session:
            revoke_hold(session, desk, number, actor=OWNER, now=later)
    assert _tier(desk) == ("regular", None)
    (held,) = holds_of(desk, 1)
    assert held.revoked_at == later
    assert verify_store(desk).violations == 0


def test_what_cannot_be_held_is_refused(desk: Desk) -> None:
    _hold(desk, "silver")
    for code, act in (
        ("key_taken", lambda: _hold(desk, "vip")),
        ("tier_unknown", lambda: _hold(desk, "gold", key="x")),
        ("hold_span", lambda: _hold(desk, "vip", key="x", ends_at=NOW)),
    ):
        with pytest.raises(Refusal, match=code):
            act()
    with pytest.raises(Refusal, match="hold_unknown"), desk.db.write() as session:
        revoke_hold(session, desk, 99, actor=OWNER, now=NOW)


@pytest.mark.parametrize("days", [0, 2])
def test_who_would_lose_a_tier_by_new_rules_keeps_it_until_then(days: int, desk: Desk) -> None:
    starts = NOW + timedelta(days=days)
    number = draft_version(desk, OWNER, OWN_YEAR, now=NOW)  # 1,000 of growth for the highest tier
    before = _tier(desk, 2)
    assert before == ("vip", None)
    until = starts + timedelta(days=30)
    kept = publish_version(
        desk, OWNER, number, effective_from=starts, keep_losers=True, grandfather_until=until, now=NOW
    )
    refresh(desk, OWNER, now=starts)
    assert (kept, _tier(desk, 2)) == (1, ("vip", None))  # the five days of grace
    refresh(desk, OWNER, now=starts + timedelta(days=6))
    assert _tier(desk, 2) == ("vip", "grandfather")
    assert value_of(desk.db, "SELECT key FROM tier_override") == f"grandfather:{number}:2"
    refresh(desk, OWNER, now=until)
    assert _tier(desk, 2) == ("silver", None)
    assert verify_store(desk).violations == 0


def test_an_interaction_counts_once(desk: Desk) -> None:
    def review(key: str, **more: Any) -> int:
        values = {"kind": "review", "at": NOW, "actor": OWNER, "now": NOW} | more
        with desk.db.write() as session:
            return record_interaction(session, desk, 1, values.pop("kind"), key=key, **values)

    first = review("a")
    assert review("a") == first
    assert value_of(desk.db, "SELECT sum(amount) FROM growth_entry WHERE fact_kind = 'interaction'") == 40
    review("b")
    review("c")
    assert (
        value_of(desk.db, "SELECT sum(amount) FROM growth_entry WHERE fact_kind = 'interaction'") == 60
    )  # a day's cap
    for code, more in (
        ("key_taken", {"kind": "share"}),
        ("interaction_unknown", {"kind": "spend"}),
        ("interaction_stars", {"stars": 6}),
    ):
        with pytest.raises(Refusal, match=code):
            review("a", **more)
    assert verify_store(desk).violations == 0
    assert rows_of(desk.db, "SELECT at.member_id FROM interaction at") == [(1,)] * 3


def test_an_earlier_interaction_is_found_by_the_day_on_which_it_was(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(3, amount="1", paid_at=at(40))])
    with desk.db.write() as session:
        record_interaction(session, desk, 1, "review", at=NOW - timedelta(days=35), key="r", actor=OWNER, now=NOW)
    assert value_of(desk.db, "SELECT expired FROM member_points WHERE member_id = 1") > 0
    assert verify_store(desk).violations == 0
