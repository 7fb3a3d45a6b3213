"""The proof of a member's points: the balance comes out again from its leaves, and the words say what they say."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ShopZone
from core.documents.earning import Earning, MultiplierDay
from core.i18n import translate
from core.rules.facts import RuleInForce
from core.rules.points import walk_points
from core.rules.points_reasons import PointsProof, explain_points, lot_sentences, member_text, owner_sentences
from core.rules.tiers import walk_tiers
from tests.rules.points_oracle import Bought, Done, Moved
from tests.rules.points_stories import persons, timelines
from tests.rules.points_world import NOW, SHANGHAI, Person, facts_of, micros, plain, rules


def explain(person: Person, timeline: list[RuleInForce], zone: ShopZone = SHANGHAI, now: datetime = NOW) -> PointsProof:
    facts, _ = facts_of([person])
    return explain_points(facts, timeline, zone, now, walk_tiers(facts, timeline, zone, now))


@settings(max_examples=150, deadline=None)
@given(person=persons(), timeline=timelines(), zone=st.sampled_from([SHANGHAI, ShopZone("Europe/Berlin")]))
def test_the_balance_comes_out_again_from_the_leaves(
    person: Person, timeline: list[RuleInForce], zone: ShopZone
) -> None:
    proof = explain(person, timeline, zone)
    assert proof.recomputed_balance == proof.balance
    facts, _ = facts_of([person])
    walked = walk_points(facts, timeline, zone, NOW, walk_tiers(facts, timeline, zone, NOW))
    assert {name: int(getattr(walked.state, name)[0]) for name in proof.balance} == proof.balance
    for lot in proof.lots:
        assert all(
            term.units <= term.uncut and (term.cap is not None or term.units == term.uncut) for term in lot.terms
        )
        assert lot.left == lot.remaining or (lot.expires_at is not None and lot.expires_at <= NOW)
    assert json.loads(json.dumps(proof.as_json(7, range(len(timeline)))))["balance"] == proof.balance


RULES = [
    RuleInForce(
        rules(
            plain(
                earnings=(Earning(kind="spend", rate=100, per_day=500), Earning(kind="review", rate=20)),
                tier_pct={"low": 150, "high": 150},
                days=(MultiplierDay(pct=200, day_of_month=8),),
                pending_days=15,
                expiry="year_end",
            )
        )
    )
]
SOMEBODY = Person(
    micros("2024-01-01T00:00"),
    bought=[
        Bought(1, micros("2024-05-08T10:00"), 100_00),
        Bought(2, micros("2024-05-09T10:00"), 90_00, refunds=[(5, micros("2024-05-10T10:00"), 40_00)]),
        Bought(3, micros("2024-06-20T10:00"), 400_00),
    ],
    done=[Done(4, micros("2024-05-12T10:00"), "review")],
    moved=[Moved(6, "spend", 90, micros("2024-06-01T00:00"))],
)


def test_a_proof_tells_each_number_of_each_lot() -> None:
    proof = explain(SOMEBODY, RULES)
    assert proof.balance == {"pending": 500, "active": 305, "debt": 0, "spent": 90, "expired": 0}
    first, second, review, capped = proof.lots
    term = first.terms[0]
    assert (term.counted_fen, term.rate, term.tier_pct, term.day_pct, term.units) == (100_00, 100, 150, 200, 300)
    assert (second.units, second.issued, second.terms[0].counted_fen) == (75, 135, 50_00)
    assert (review.kind, review.units) == ("interaction", 20)
    assert (capped.terms[0].uncut, capped.units, capped.terms[0].cap) == (600, 500, "day")
    assert [(part.account, part.points, part.cause_kind, part.cause_id) for part in first.taken] == [
        ("spent", 90, "points_fact", 6)
    ]
    assert [(one.kind, one.id, one.of) for one in proof.moves] == [("refund", 5, 2), ("spend", 6, None)]
    assert proof.next_expiry == (datetime(2025, 12, 31, 16, tzinfo=UTC), 305)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ["计入 100 元 × 每元 1 积分 × 等级 1.5 倍 × 当天 2 倍 = 300 积分。"]),
        ("en", ["¥100 that count × 1 a yuan × 1.5 for the tier × 2 for the day = 300 points."]),
    ],
)
def test_a_lot_says_its_sum(lang: str, said: list[str]) -> None:
    lot = explain(SOMEBODY, RULES).lots[0]
    assert [translate(lang, key, **params) for key, params in lot_sentences(lot, lang)] == said  # type: ignore[arg-type]


def test_a_cap_is_named() -> None:
    keys = [key for key, _ in lot_sentences(explain(SOMEBODY, RULES).lots[3], "zh")]
    assert keys == ["pointswhy.lot.spend", "pointswhy.cap.day"]


def test_the_member_reads_what_is_there_what_comes_and_until_when() -> None:
    proof = explain(SOMEBODY, RULES)
    assert member_text(proof, SHANGHAI, NOW, "zh") == (
        "亲，您现在有 305 积分可以用。还有 500 积分在路上，最早 7 月 5 日到账。"
        "其中 305 积分可以用到 2025 年 12 月 31 日，记得来换喜欢的东西哦。"
    )
    text = member_text(proof, SHANGHAI, NOW, "en")
    assert "305 points" in text and "5 July" in text and "31 December 2025" in text


def test_a_debt_is_told_softly() -> None:
    person = Person(0, [Bought(1, micros("2024-01-02T00:00"), 90_00, refunds=[(3, micros("2024-01-04T00:00"), 90_00)])])
    person.moved = [Moved(2, "spend", 90, micros("2024-01-03T00:00"))]
    proof = explain(person, [RuleInForce(rules(plain()))])
    assert proof.balance["debt"] == 90
    assert [key for key, _ in owner_sentences(proof, SHANGHAI, NOW, "zh")] == ["pointswhy.balance", "pointswhy.debt"]
    assert "90" in member_text(proof, SHANGHAI, NOW, "zh")
