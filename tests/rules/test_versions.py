"""What a draft would change, in words."""

from typing import Any

import pytest

from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument, Window, read_rules
from core.i18n import LANGS, translate
from core.rules.versions import check_draft, differences

LADDER = tmall_ladder()


def changed(**changes: Any) -> RuleDocument:
    return LADDER.model_copy(update=changes)


def edited(change: Any) -> RuleDocument:
    value = LADDER.as_json()
    change(value)
    return read_rules(value)


def words(after: RuleDocument) -> list[str]:
    return [translate("zh", key, **params) for key, params in differences(LADDER, after, "zh")]


def test_nothing_changes_between_a_document_and_itself() -> None:
    assert differences(LADDER, LADDER, "zh") == []


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (
            edited(lambda v: v["tiers"][1].update(min_spend_fen=150_000)),
            "「高级会员」的金额门槛从 1,000 元 改为 1,500 元。",
        ),
        (edited(lambda v: v["tiers"][1].update(min_orders=None)), "「高级会员」的单数门槛从 5 单 改为 无。"),
        (edited(lambda v: v["tiers"][1].update(name_zh="银卡")), "等级「高级会员」改名为「银卡」。"),
        (changed(window=Window(days=180)), "计算期从近 365 天改为近 180 天。"),
        (changed(match="all"), "改为金额和单数都要达到才升级。"),
        (changed(spend_counts_from="finished"), "改为交易成功才计入消费。"),
        (changed(benefits=LADDER.benefits[:-1]), "取消权益「年度礼盒」。"),
        (
            edited(lambda v: v["benefits"][0]["cells"]["vip"].update(value_zh="60 元", level=6_000)),
            "「VIP会员」的「生日券」：50 元、生日 1 次、每次成本 50 元 → 60 元、生日 1 次、每次成本 50 元。",
        ),
        (
            edited(lambda v: v["benefits"][5]["cells"].update(vip={"period": "year", "value_zh": "小盒"})),
            "「VIP会员」的「年度礼盒」：无 → 小盒、每年 1 次。",
        ),
        (edited(lambda v: v["benefits"][0].update(name_zh="生日礼券")), "权益「生日券」改为「生日礼券」。"),
    ],
)
def test_one_change_is_one_sentence(after: RuleDocument, sentence: str) -> None:
    assert words(after) == [sentence]


def test_a_tier_that_goes_and_one_that_comes_are_both_named() -> None:
    after = edited(lambda v: v["tiers"][3].update(code="black", name_zh="黑金"))
    assert words(after)[:2] == [
        "取消等级「至尊VIP」。",
        "新增等级「黑金」：金额门槛 8,000 元，单数门槛 30 单。",
    ]


def test_tiers_that_change_places_are_told() -> None:
    after = changed(tiers=(LADDER.tiers[0], LADDER.tiers[2], LADDER.tiers[1], LADDER.tiers[3]))
    assert words(after) == ["等级的高低顺序变了。"]


def test_every_sentence_exists_in_both_languages() -> None:
    after = read_rules({"schema": 1, "tiers": LADDER.as_json()["tiers"][:2], "match": "all", "window": {"days": 90}})
    for lang in LANGS:
        assert all(translate(lang, key, **params) for key, params in differences(LADDER, after, lang))
        assert all(translate(lang, key, **params) for key, params in differences(after, LADDER, lang))


def test_a_draft_is_read_with_all_its_faults() -> None:
    value = LADDER.as_json()
    value["tiers"][1]["min_spend_fen"] = 0
    value["tiers"][3]["name_zh"] = "普通会员"
    document, faults = check_draft(value)
    assert document.tiers[3].name_zh == "普通会员"
    assert [fault.code for fault in faults] == ["tier_name_twice", "tier_free"]
