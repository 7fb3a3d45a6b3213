"""Rule versions: a draft is tried, published from an instant that is not past, and never edited afterwards."""

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.documents.enums import VersionStatus
from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.services.desk import Desk
from core.services.programme import review_programme
from core.services.refresh import owe_everybody, owed_numbers, review_owed, settle_owed
from core.services.rule_versions import (
    delete_draft,
    draft_version,
    list_versions,
    publish_version,
    read_live,
    read_version,
)
from core.services.simulate import simulate_rules
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, at, bring_in, contents, new_desk, order, rows_of, value_of


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def _harder(**changes: Any) -> RuleDocument:
    """The first ladder with higher thresholds."""
    plain = tmall_ladder().model_dump(by_alias=True)
    for tier in plain["tiers"][1:]:
        tier["min_spend_fen"] = tier["min_spend_fen"] and 2 * tier["min_spend_fen"]
        tier["min_orders"] = tier["min_orders"] and tier["min_orders"] + 2
    return RuleDocument.read(plain | changes)


def _fill(desk: Desk, folder: Path, people: int = 40) -> None:
    rng = random.Random(7)
    rows = [
        order(
            f"{who}-{n}",
            member_id=f"M{who}",
            amount=str(rng.choice((50, 900, 2000, 2500, 5000, 9000))),
            paid_at=at(rng.randint(0, 420)),
        )
        for who in range(people)
        for n in range(rng.choice((1, 1, 2, 3, 6)))
    ]
    bring_in(desk, folder, rows)


def _tiers(desk: Desk) -> dict[int, str]:
    return dict(rows_of(desk.db, "SELECT member_id, tier FROM member_tier"))


def test_a_new_shop_has_the_first_ladder_in_force(desk: Desk) -> None:
    (live,) = list_versions(desk, now=NOW)
    assert (live.status, live.effective_from, live.live) == (VersionStatus.PUBLISHED, None, True)
    assert read_live(desk, now=NOW) == (tmall_ladder(), live.id)


def test_a_simulation_says_exactly_who_moves_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    _fill(desk, tmp_path)
    before, kept = _tiers(desk), contents(desk.db)
    found = simulate_rules(desk, _harder(), now=NOW)
    assert contents(desk.db) == kept
    number = draft_version(desk, OWNER, _harder(), now=NOW)
    assert _tiers(desk) == before
    publish_version(desk, OWNER, number, effective_from=NOW, now=NOW)
    after = _tiers(desk)
    order_of = {code: rank for rank, code in enumerate(tmall_ladder().codes)}
    moved = Counter((before[who], after[who]) for who in before)
    lost = {who for who in before if order_of[after[who]] < order_of[before[who]]}
    assert found.members == len(before) == len(after)
    assert {(move.from_tier, move.to_tier): move.members for move in found.migration} == dict(moved)
    assert {line.member_id for line in found.losers} == lost != set()
    assert found.winners == sum(order_of[after[who]] > order_of[before[who]] for who in before)
    spends = [line.window_spend_fen for line in found.losers]
    assert spends == sorted(spends, reverse=True)
    assert not found.identical
    assert verify_store(desk).violations == 0


def test_what_publishing_moves_is_history_with_its_version_and_reason(desk: Desk, tmp_path: Path) -> None:
    _fill(desk, tmp_path)
    before = rows_of(desk.db, "SELECT * FROM tier_change ORDER BY id")
    number = draft_version(desk, OWNER, _harder(), now=NOW)
    publish_version(desk, OWNER, number, effective_from=NOW, now=NOW)
    fresh = rows_of(
        desk.db, "SELECT DISTINCT reason, rule_version_id, changed_at FROM tier_change WHERE id > :n", n=len(before)
    )
    assert fresh == [("rules", number, int(NOW.timestamp() * 1_000_000))]
    assert rows_of(desk.db, "SELECT * FROM tier_change ORDER BY id")[: len(before)] == before
    assert rows_of(desk.db, "SELECT DISTINCT rule_version_id FROM member_tier") == [(number,)]


def test_a_version_to_come_waits_for_its_instant(desk: Desk, tmp_path: Path) -> None:
    _fill(desk, tmp_path, people=15)
    before = _tiers(desk)
    number = draft_version(desk, OWNER, _harder(), now=NOW)
    later = NOW + timedelta(hours=5)
    publish_version(desk, OWNER, number, effective_from=later, now=NOW)
    assert [(line.status, line.live) for line in list_versions(desk, now=NOW)] == [
        ("published", False),
        ("published", True),
    ]
    review_programme(desk, now=later - timedelta(microseconds=1))
    assert _tiers(desk) == before
    review_programme(desk, now=later)
    assert _tiers(desk) != before
    assert read_live(desk, now=later)[1] == number
    assert [line.status for line in list_versions(desk, now=later)] == ["retired", "published"]
    assert verify_store(desk).violations == 0


def test_what_is_past_or_before_another_version_is_refused(desk: Desk) -> None:
    first, second = (draft_version(desk, OWNER, _harder(), now=NOW) for _ in range(2))
    with pytest.raises(Refusal, match="effective_in_the_past"):
        publish_version(desk, OWNER, first, effective_from=NOW - timedelta(seconds=1), now=NOW)
    publish_version(desk, OWNER, first, effective_from=NOW + timedelta(days=2), now=NOW)
    for days in (1, 2):
        with pytest.raises(Refusal, match="effective_before_another"):
            publish_version(desk, OWNER, second, effective_from=NOW + timedelta(days=days), now=NOW)
    publish_version(desk, OWNER, second, effective_from=NOW + timedelta(days=3), now=NOW)
    with pytest.raises(Refusal, match="version_published"):
        publish_version(desk, OWNER, second, effective_from=NOW + timedelta(days=4), now=NOW)


def test_a_draft_can_be_changed_and_thrown_away_and_a_published_one_cannot(desk: Desk) -> None:
    number = draft_version(desk, OWNER, tmall_ladder(), now=NOW)
    assert draft_version(desk, OWNER, _harder(), now=NOW, version_id=number, note="涨") == number
    assert read_version(desk, number) == _harder()
    publish_version(desk, OWNER, number, effective_from=NOW, now=NOW)
    for act in (
        lambda: draft_version(desk, OWNER, tmall_ladder(), now=NOW, version_id=number),
        lambda: delete_draft(desk, OWNER, number, now=NOW),
    ):
        with pytest.raises(Refusal, match="version_published"):
            act()
    draft = draft_version(desk, OWNER, tmall_ladder(), now=NOW)
    delete_draft(desk, OWNER, draft, now=NOW)
    with pytest.raises(Refusal, match="version_unknown"):
        read_version(desk, draft)
    assert verify_store(desk).violations == 0


def test_a_confusing_document_is_neither_kept_as_a_draft_nor_published(desk: Desk) -> None:
    plain = tmall_ladder().model_dump(by_alias=True)
    plain["tiers"][2]["min_spend_fen"] = plain["tiers"][1]["min_spend_fen"]
    before = value_of(desk.db, "SELECT count(*) FROM rule_version")
    with pytest.raises(Refusal, match="tier_spend_not_rising"):
        draft_version(desk, OWNER, RuleDocument.read(plain), now=NOW)
    assert value_of(desk.db, "SELECT count(*) FROM rule_version") == before


def test_a_tier_falls_when_its_orders_leave_the_window(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, amount="2000", paid_at=at(360)), order(2, amount="1")])
    assert _tiers(desk) != {1: "regular"}
    (drops_at, drops_to) = rows_of(desk.db, "SELECT drops_at, drops_to FROM member_tier")[0]
    assert drops_to == "regular"
    review_programme(desk, now=NOW + timedelta(days=6))
    assert _tiers(desk) == {1: "regular"}
    assert rows_of(desk.db, "SELECT changed_at, reason FROM tier_change ORDER BY id DESC LIMIT 1") == [
        (drops_at, "expiry")
    ]
    assert review_programme(desk, now=NOW + timedelta(days=6)) == 0
    assert verify_store(desk).violations == 0


def test_a_publication_that_is_killed_before_its_review_leaves_word(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(desk, tmp_path)
    before = _tiers(desk)
    number = draft_version(desk, OWNER, _harder(), now=NOW)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("core.services.rule_versions.review_owed", killed)
        with pytest.raises(KeyboardInterrupt):
            publish_version(desk, OWNER, number, now=NOW)
    assert _tiers(desk) == before
    review_owed(desk, now=NOW)  # what the worker's next round does
    assert _tiers(desk) != before
    assert verify_store(desk).violations == 0


def test_a_review_settles_only_what_was_owed_before_it(desk: Desk) -> None:
    with desk.db.write() as session:
        first = owe_everybody(session)
    with desk.db.write() as session:
        second = owe_everybody(session)
    settle_owed(desk, [first])
    with desk.db.read() as session:
        assert owed_numbers(session) == [second]
