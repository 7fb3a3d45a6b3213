"""The sentence of a group, as an owner would say it."""

import re
from typing import Any

import pytest

from core.documents.segment import FIELDS, Leaf, Not, parse_segment
from core.documents.segment_templates import templates
from core.i18n import LANGS, catalog
from core.rules.segment_words import Names, describe

NAMES = {
    "zh": Names({"vip": "VIP会员", "supreme": "至尊VIP"}, {3: "秋季老客券"}),
    "en": Names({"vip": "VIP", "supreme": "Supreme VIP"}, {3: "Autumn coupon"}),
}


def leaf(field: str, op: str, value: Any, **extra: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value, **extra}


@pytest.mark.parametrize(
    ("raw", "zh", "en"),
    [
        ({"all": []}, "所有人。", "Everyone."),
        (leaf("recency_days", "ge", 90), "有 90 天以上没下单的人。", "People who last ordered 90 or more days ago."),
        (
            leaf("tier", "in", ["vip", "supreme"]),
            "等级是VIP会员或至尊VIP的人。",
            "People who are VIP or Supreme VIP.",
        ),
        (
            {"not": leaf("bought", "category", "奶粉", days=90)},
            "近 90 天没买过「奶粉」类商品的人。",
            "People who have not bought from “奶粉” in the last 90 days.",
        ),
        (
            leaf("bought", "product", "纸尿裤", at_least=3),
            "买过名称含「纸尿裤」的商品，至少 3 单的人。",
            "People who bought an item called “纸尿裤” in 3 or more orders.",
        ),
        (
            leaf("spend_fen", "between", [100_000, 250_050]),
            "累计净消费 1,000 到 2,500.50 元的人。",
            "People who spent ¥1,000 to ¥2,500.50 in all.",
        ),
        (
            leaf("orders", "between", [1, 1]),
            "累计只下过 1 单的人。",
            "People who placed a single order in all.",
        ),
        (
            leaf("birthday_month", "in", [6, 7, 8]),
            "生日在6月、7月或8月的人。",
            "People who have their birthday in June, July or August.",
        ),
        (
            leaf("campaign", "held_out", 3),
            "被发券活动「秋季老客券」留出没发的人。",
            "People who were left out of the campaign “Autumn coupon”.",
        ),
        (
            {"all": [leaf("is_member", "is", True), {"any": [leaf("tag", "has", "a"), leaf("tag", "has", "b")]}]},
            "是会员，并且（有标签「a」，或者有标签「b」）的人。",
            "People who are members, and (are tagged “a”, or are tagged “b”).",
        ),
        (
            {"not": {"all": [leaf("orders", "ge", 2), leaf("is_member", "is", True)]}},
            "不属于（累计下单至少 2 单，并且是会员）的人。",
            "People who are not among those who (placed 2 or more orders in all, and are members).",
        ),
    ],
)
def test_the_sentence(raw: dict[str, Any], zh: str, en: str) -> None:
    tree = parse_segment(raw)
    assert (describe(tree, "zh", NAMES["zh"]), describe(tree, "en", NAMES["en"])) == (zh, en)


def samples() -> list[Leaf]:
    found = []
    for name, field in FIELDS.items():
        texts: dict[str, Any] = {"flag": True, "texts": ("甲", "乙"), "numbers": (1, 2), "words": "甲"}
        choices: dict[str, Any] = {"choice": field.choices[:1] and field.choices[0], "choices": field.choices}
        for op in field.ops:
            value = (2, 5) if op == "between" else (texts | choices).get(field.sort, 3)
            if field.sort == "custom":
                value = {"in": ("甲", "乙"), "between": ("2", "5")}.get(op, "3")
            found.append(Leaf(name, op, value, 30 if field.days else None, 2 if field.at_least else None))
            found += [Leaf(name, op, value)] if field.days else []
            found += [Leaf(name, op, (3, 3))] if op == "between" else []
            found += [Leaf(name, op, choice) for choice in field.choices] if field.sort == "choice" else []
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_every_condition_can_be_said_and_denied(lang: Any) -> None:
    for sample in samples():
        said, denied = describe(sample, lang), describe(Not(sample), lang)
        assert said != denied
        assert "{" not in said + denied
        assert "  " not in said + denied


@pytest.mark.parametrize("found", templates(), ids=lambda found: found.code)
def test_every_ready_group_has_a_name_a_use_and_a_sentence(found: Any) -> None:
    for lang in LANGS:
        assert catalog(lang)[f"segment.template.{found.code}"]
        assert catalog(lang)[f"segment.template.{found.code}.use"]
        assert describe(found.tree("奶粉"), lang)


def test_a_name_with_braces_stays_text() -> None:
    tricky = Leaf("tag", "has", "{n}{0}")
    assert "{n}{0}" in describe(Not(tricky), "zh")
    assert re.search(r"\{n\}", describe(tricky, "en"))
