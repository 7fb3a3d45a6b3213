"""The proof of a tier: its leaves add up, and they lead to the tier that the kernel says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ShopZone
from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument
from core.i18n import translate
from core.rules.tier_reasons import OrderFact, TierProof, explain, sentences

ZONE = ShopZone()
LADDER = tmall_ladder()
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
JOINED = NOW - timedelta(days=700)


def shanghai(text: str) -> datetime:
    return ZONE.from_wall(datetime.fromisoformat(text))


def words(proof: TierProof, document: RuleDocument = LADDER, now: datetime = NOW) -> list[str]:
    return [translate("zh", key, **params) for key, params in sentences(proof, document, "zh", ZONE, now)]


order_facts = st.lists(
    st.builds(
        lambda index, hours, paid, refund, back, finish: OrderFact(
            f"N{index}",
            NOW - timedelta(hours=hours),
            paid,
            min(refund, paid),
            None if back is None else NOW - timedelta(hours=hours) + timedelta(hours=back),
            None if finish is None else NOW - timedelta(hours=hours) + timedelta(hours=finish),
        ),
        st.uuids(),
        st.integers(-48, 800 * 24),
        st.sampled_from([0, 1, 50_000, 99_999, 100_000, 300_000]),
        st.sampled_from([0, 0, 1, 100_000]),
        st.one_of(st.none(), st.integers(0, 900 * 24)),
        st.one_of(st.none(), st.integers(0, 400)),
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(
    order_facts,
    st.one_of(st.none(), st.just(JOINED)),
    st.sampled_from(["paid", "finished"]),
    st.sampled_from(["any", "all"]),
)
def test_the_leaves_lead_to_the_tier_of_the_kernel(
    facts: list[OrderFact], joined: datetime | None, counts_from: str, match: str
) -> None:
    document = LADDER.model_copy(update={"spend_counts_from": counts_from, "match": match})
    proof = explain(facts, joined, document, ZONE, NOW)
    assert proof.tier == proof.recomputed_tier
    assert sum(leaf.counted_fen for leaf in proof.facts) == proof.total_fen
    assert (proof.tier is None) == (joined is None)


@pytest.mark.parametrize(("paid", "note"), [("2025-07-01T23:59:59", "left_window"), ("2025-07-02T00:00", "counted")])
def test_the_oldest_day_that_counts_is_364_days_ago(paid: str, note: str) -> None:
    proof = explain([OrderFact("A", shanghai(paid), 100_000)], JOINED, LADDER, ZONE, NOW)
    assert [leaf.note for leaf in proof.facts] == [note]
    assert proof.tier == proof.recomputed_tier


def test_the_answer_has_the_shape_of_the_command_line() -> None:
    order = OrderFact("A1", shanghai("2025-12-31T09:00"), 90_000, 2_800, shanghai("2026-01-05T09:00"))
    old = OrderFact("A0", shanghai("2025-01-01T09:00"), 500_000)
    answer = explain([order, old], JOINED, LADDER, ZONE, NOW).as_json("7", 1)
    assert set(answer) == {
        *("member", "tier", "rule_version", "reason", "facts", "thresholds", "total_fen", "orders", "next"),
        *("drops", "recomputed_tier"),
    }
    assert [(fact["kind"], fact["amount_fen"], fact["counted_fen"], fact["note"]) for fact in answer["facts"]] == [
        ("order", 500_000, 0, "left_window"),
        ("order", 90_000, 90_000, "counted"),
        ("refund", -2_800, -2_800, "counted"),
    ]
    assert answer["next"] == {
        "tier": "silver",
        "missing_fen": 12_800,
        "missing_orders": 4,
        "until": shanghai("2026-12-31T00:00").isoformat(),
    }
    assert (answer["tier"], answer["reason"], answer["total_fen"], answer["orders"]) == ("regular", "entry", 87_200, 1)


@pytest.mark.parametrize(
    ("reason", "amounts"),
    [("entry", [99_999]), ("amount", [100_000]), ("orders", [1] * 5), ("both", [100_000, 1, 1, 1, 1])],
)
def test_the_reason_says_which_way_led_there(reason: str, amounts: list[int]) -> None:
    facts = [OrderFact(str(index), NOW - timedelta(days=index), paid) for index, paid in enumerate(amounts)]
    assert explain(facts, JOINED, LADDER, ZONE, NOW).reason == reason


def test_the_page_says_what_is_missing_and_until_when() -> None:
    near = explain([OrderFact("A", shanghai("2025-12-31T09:00"), 87_200)], JOINED, LADDER, ZONE, NOW)
    assert words(near)[1] == "12 月 31 日前再买 128 元或再下 4 单，就升高级会员。"
    held = explain([OrderFact("A", shanghai("2025-12-31T09:00"), 187_200)], JOINED, LADDER, ZONE, NOW)
    assert words(held)[0] == "近 365 天净消费 1,872 元，满 1,000 元，所以是高级会员。"
    assert words(held)[2] == "不再下单的话，12 月 31 日起降为普通会员。"


def test_who_is_no_member_is_told_so() -> None:
    assert words(explain([], None, LADDER, ZONE, NOW)) == ["还没入会，没有等级。"]


def test_a_new_member_hears_no_date() -> None:
    assert words(explain([], JOINED, LADDER, ZONE, NOW))[1] == "再买 1,000 元或再下 5 单，就升高级会员。"


def test_with_both_needed_only_the_missing_one_is_said() -> None:
    document = LADDER.model_copy(update={"match": "all"})
    proof = explain([OrderFact("A", NOW - timedelta(days=1), 200_000)], JOINED, document, ZONE, NOW)
    assert sentences(proof, document, "zh", ZONE, NOW)[1][0] == "tier.next.orders"
