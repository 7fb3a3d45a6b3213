"""The proof of a tier: its leaves add up, its sentences say what is missing, its JSON has the shape of the command line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import ShopZone
from core.documents.earning import Earning, Growth
from core.documents.ladder import tmall_ladder
from core.documents.rules import Downgrade, RuleDocument, Window
from core.i18n import translate
from core.rules.facts import Lines, RuleInForce, as_ints
from core.rules.growth_reasons import explain_growth, growth_sentences
from core.rules.tier_reasons import TierProof, explain
from core.rules.tier_words import member_text, sentences
from tests.rules.tier_oracle import Action, Floor, Life, Order, facts_of

ZONE = ShopZone()
LADDER = tmall_ladder()
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
JOINED = NOW - timedelta(days=700)
NAMES = {1: "tmall:A1", 2: "tmall:A2"}


def wall(text: str) -> datetime:
    return ZONE.from_wall(datetime.fromisoformat(text))


def prove(life: Life, document: RuleDocument = LADDER) -> TierProof:
    return explain(facts_of([life]), NAMES, [RuleInForce(document)], ZONE, NOW)


def bought(*orders: tuple[str, int]) -> Life:
    return Life(JOINED, tuple(Order(wall(at), fen) for at, fen in orders))


def words(proof: TierProof, document: RuleDocument = LADDER) -> list[str]:
    return [translate("zh", key, **params) for key, params in sentences(proof, document, "zh", ZONE, NOW)]


@pytest.mark.parametrize(("paid", "note"), [("2025-07-01T23:59:59", "left_window"), ("2025-07-02T00:00", "counted")])
def test_the_oldest_day_that_counts_is_364_days_ago(paid: str, note: str) -> None:
    proof = prove(bought((paid, 100_000)))
    assert [leaf.note for leaf in proof.facts] == [note]
    assert proof.tier == proof.recomputed_tier


def test_the_answer_has_the_shape_of_the_command_line() -> None:
    back = ((wall("2026-01-05T09:00"), 2_800),)
    life = Life(JOINED, (Order(wall("2025-01-01T09:00"), 500_000), Order(wall("2025-12-31T09:00"), 90_000, None, back)))
    answer = prove(life).as_json("7", 1)
    asked = {"member", "tier", "rule_version", "reason", "facts", "thresholds", "total_fen", "orders", "next"}
    assert asked | {"drops", "recomputed_tier", "growth", "held", "held_by"} == set(answer)
    assert [(fact["kind"], fact["id"], fact["counted_fen"], fact["note"]) for fact in answer["facts"]] == [
        ("order", "tmall:A1", 0, "left_window"),
        ("order", "tmall:A2", 90_000, "counted"),
        ("refund", "tmall:A2", -2_800, "counted"),
    ]
    assert answer["next"] == {
        "tier": "silver",
        "missing_fen": 12_800,
        "missing_orders": 4,
        "missing_growth": None,
        "until": wall("2026-12-31T00:00").isoformat(),
    }
    assert (answer["tier"], answer["reason"], answer["total_fen"], answer["orders"]) == ("regular", "entry", 87_200, 1)


@pytest.mark.parametrize(
    ("reason", "amounts"),
    [("entry", [99_999]), ("amount", [100_000]), ("orders", [1] * 5), ("both", [100_000, 1, 1, 1, 1])],
)
def test_the_reason_says_which_way_led_there(reason: str, amounts: list[int]) -> None:
    orders = tuple(Order(NOW - timedelta(days=9 - index), paid) for index, paid in enumerate(amounts))
    assert prove(Life(JOINED, orders)).reason == reason


def test_an_order_that_is_not_finished_is_shown_and_does_not_count() -> None:
    document = LADDER.model_copy(update={"spend_counts_from": "finished"})
    proof = prove(bought(("2026-06-01T10:00", 100_000)), document)
    assert [(leaf.note, leaf.counted_fen) for leaf in proof.facts] == [("not_finished", 0)]
    assert proof.tier == proof.recomputed_tier == "regular"


def test_the_owner_reads_what_is_missing_and_until_when() -> None:
    near = prove(bought(("2025-12-31T09:00", 87_200)))
    assert words(near)[1] == "12 月 31 日前再买 128 元或再下 4 单，就升高级会员。"
    held = prove(bought(("2025-12-31T09:00", 187_200)))
    assert words(held) == [
        "近 365 天净消费 1,872 元，满 1,000 元，所以是高级会员。",
        "12 月 31 日前再买 1,128 元或再下 11 单，就升VIP会员。",
        "不再下单的话，12 月 31 日起降为普通会员。",
        "再买 1,000 元或再下 5 单（12 月 31 日前）就能保住高级会员。",
    ]


def test_who_is_no_member_is_told_so() -> None:
    assert words(prove(Life(None))) == ["还没入会，没有等级。"]


def test_a_new_member_hears_no_date() -> None:
    assert words(prove(Life(JOINED)))[1] == "再买 1,000 元或再下 5 单，就升高级会员。"


def test_with_both_needed_only_the_missing_one_is_said() -> None:
    document = LADDER.model_copy(update={"match": "all"})
    proof = prove(bought(("2026-06-30T10:00", 200_000)), document)
    assert sentences(proof, document, "zh", ZONE, NOW)[1][0] == "tier.next.orders"


def yearly(grace: int) -> RuleDocument:
    falls = Downgrade(grace_days=grace)
    return LADDER.model_copy(update={"window": Window(kind="calendar_year"), "downgrade": falls})


def test_a_tier_of_last_year_says_so_and_shows_its_leaves() -> None:
    proof = prove(bought(("2025-03-01T10:00", 120_000), ("2026-03-01T10:00", 20_000)), yearly(0))
    assert [leaf.note for leaf in proof.facts] == ["last_period", "counted"]
    assert (proof.tier, proof.recomputed_tier, proof.reason, proof.before[0]) == (
        "silver",
        "silver",
        "last_period",
        120_000,
    )
    assert words(proof, yearly(0))[0].startswith("上一期达到了高级会员，保留到这一期结束。")


def test_in_grace_the_member_hears_what_saves_the_tier() -> None:
    proof = prove(bought(("2024-09-01T10:00", 120_000), ("2026-03-01T10:00", 20_000)), yearly(300))
    assert (proof.reason, proof.tier, proof.recomputed_tier) == ("grace", "silver", "silver")
    assert words(proof, yearly(300))[2] == "已经不够保住高级会员，缓冲期到10 月 28 日，之后降为普通会员。"
    said = member_text(proof, yearly(300), "zh", ZONE, NOW)
    assert "10 月 28 日前再买 800 元或再下 4 单，高级会员就能继续保留。" in said
    assert said.startswith("您好")
    assert "¥800" in member_text(proof, yearly(300), "en", ZONE, NOW)


def test_a_tier_given_by_hand_says_so_and_is_recomputed() -> None:
    proof = prove(replace(bought(), floors=(Floor("vip", wall("2026-05-01T00:00")),)))
    assert (proof.tier, proof.recomputed_tier, proof.reason, proof.held_by) == ("vip", "vip", "held", "hand")
    assert words(proof)[0].startswith("店里手工给的等级，所以是VIP会员。")


def test_growth_is_shown_leaf_by_leaf_with_the_cap_that_cut_it() -> None:
    growth = Growth(
        earnings=(Earning(kind="spend", rate=100), Earning(kind="review", rate=60, per_day=100)),
        category_pct={"赠品": 0},
    )
    document = LADDER.model_copy(update={"growth": growth})
    life = Life(
        JOINED,
        (Order(wall("2026-06-01T10:00"), 200_00, None, ((wall("2026-06-03T10:00"), 100_00),)),),
        (Action(wall("2026-06-02T09:00"), "review"), Action(wall("2026-06-02T10:00"), "review")),
    )
    lines = Lines(as_ints([0, 0]), as_ints([0, -1]), as_ints([50_00, 150_00]), as_ints([0, 100_00]))
    facts = replace(facts_of([life]), lines=lines, categories=("赠品",))
    proof = explain_growth(facts, NAMES, [RuleInForce(document)], ZONE, NOW)
    assert [(leaf.source, leaf.full, leaf.amount, leaf.cut_by) for leaf in proof.leaves] == [
        ("spend", 50, 50, None),
        ("review", 60, 60, None),
        ("review", 60, 40, "per_day"),
    ]
    assert proof.total == proof.recomputed_total == 150
    said = [translate("zh", key, **params) for key, params in growth_sentences(proof, "zh", ZONE, NOW)]
    assert said[1] == "6 月 2 日，评价，得 40 成长值（本该得 60，当天已到上限）"
    assert len(proof.as_json(7)["facts"]) == 3
