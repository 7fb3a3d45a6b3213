"""What a draft would change, in words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.documents.canonical import Document
from core.documents.industry_templates import industry_template
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
        (changed(match="all"), "改为设了的门槛都达到才升级。"),
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


EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "rules.json"
# Words of the closed vocabularies, to change one into another.
OTHERS = {
    "kind": {
        "rolling": "calendar_year",
        "spend": "share",
        "order": "task",
        "review": "event",
        "check_in": "like",
        "profile": "follow",
    },
    "mode": {"one_step": "straight", "automatic": "claim", "claim": "automatic"},
    "match": {"any": "all"},
    "spend_counts_from": {"paid": "finished"},
    "upgrade": {"nightly": "at_once"},
    "expiry": {"year_end": "days"},
    "measure": {"orders": "spend", "growth": "orders"},
    "period": {"birthday": "year"},
    "starts": {"06-01": "05-01", "2027-06-01": "2027-05-01"},
    "ends": {"08-31": "09-30", "2027-06-18": "2027-06-20"},
}
# Another code is another thing: that it goes and another comes is a sentence of its own.
FIRST_OF = {"day_of_month": 9, "weekday": 4}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(part, (*path, key))
    else:
        yield path, value


def _other(path: tuple[Any, ...], value: Any) -> Any:
    """Another value for a place, of the same kind."""
    name = path[-1]
    if isinstance(value, int):
        return FIRST_OF.get(name, value + 1 if value < 9_000 else value - 1)
    if name == "kind" and path[0] == "benefits":
        return "text" if value != "text" else "event_entry"
    if name in OTHERS:
        return OTHERS[name].get(value, "year" if name == "period" and value != "year" else "month")
    return f"{value}x"


def _changed(path: tuple[Any, ...]) -> RuleDocument:
    raw = json.loads(EXAMPLE.read_text("utf-8"))
    place = raw
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = _other(path, place[path[-1]])
    return read_rules(raw)


def _fields(model: type[Document], seen: set[str]) -> set[str]:
    """Names of all fields of a document and of the documents in it."""
    for name, field in model.model_fields.items():
        seen.add(field.alias or name)
        for part in [field.annotation, *getattr(field.annotation, "__args__", ())]:
            for kind in [part, *getattr(part, "__args__", ())]:
                if isinstance(kind, type) and issubclass(kind, Document):
                    _fields(kind, seen)
    return seen


PLACES = [path for path, value in _leaves(json.loads(EXAMPLE.read_text("utf-8"))) if value is not None]
TOLD = [path for path in PLACES if path[-1] != "schema"]


@pytest.mark.parametrize("path", TOLD, ids=[".".join(str(step) for step in path) for path in TOLD])
def test_a_change_anywhere_makes_a_sentence(path: tuple[Any, ...]) -> None:
    before, after = read_rules(EXAMPLE.read_text("utf-8")), _changed(path)
    assert before != after
    for lang in LANGS:
        found = differences(before, after, lang)
        assert found
        assert all(translate(lang, key, **params) for key, params in found)
        assert all(translate(lang, key, **params) for key, params in differences(after, before, lang))


def test_no_field_of_the_document_is_left_out_of_that() -> None:
    tried = {str(step) for path in PLACES for step in path}
    assert _fields(RuleDocument, set()) <= tried


def test_ready_rules_differ_from_those_of_a_new_shop_in_words() -> None:
    for lang in LANGS:
        found = differences(LADDER, industry_template("beauty"), lang)
        assert {"rules.diff.growth_on", "rules.diff.points_on", "rules.diff.milestone_added"} <= {
            key for key, _ in found
        }
        assert all(translate(lang, key, **params) for key, params in found)
