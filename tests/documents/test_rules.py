"""The rule document: one text for one meaning, and every confusing ladder refused with its own sentence."""

import json
from typing import Any

import pytest

from core.documents.canonical import canonical_json
from core.documents.ladder import tmall_ladder
from core.documents.rule_faults import checked, rule_faults
from core.documents.rules import RuleDocument, read_rules
from core.errors import Refusal


def ladder(*thresholds: tuple[int | None, int | None], **extra: Any) -> dict[str, Any]:
    tiers = [
        {
            "code": f"t{index}",
            "name_zh": f"第{index}级",
            "name_en": f"Step {index}",
            "min_spend_fen": spend,
            "min_orders": count,
        }
        for index, (spend, count) in enumerate(thresholds)
    ]
    return {"schema": 1, "tiers": tiers, **extra}


def with_benefit(*, kind: str = "sample", **cells: dict[str, Any]) -> dict[str, Any]:
    benefit = {"code": "b", "kind": kind, "name_zh": "小样", "name_en": "Samples", "cells": cells}
    return ladder((0, 0), (1, 1), benefits=[benefit])


def twin(field: str) -> dict[str, Any]:
    value = ladder((0, 0), (1, 1))
    value["tiers"][1][field] = value["tiers"][0][field]
    return value


def test_the_default_ladder_makes_sense_and_survives_its_own_text() -> None:
    document = tmall_ladder()
    assert rule_faults(document) == []
    again = read_rules(document.canonical())
    assert again == document
    assert again.digest() == document.digest()


def test_the_text_does_not_depend_on_the_order_of_the_keys() -> None:
    value = json.loads(tmall_ladder().canonical())
    shuffled = dict(reversed(value.items()))
    assert read_rules(shuffled).canonical() == canonical_json(value)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("tiers_none", ladder()),
        ("tiers_many", ladder((0, 0), *((n, n) for n in range(1, 11)))),
        ("tier_code_twice", twin("code")),
        ("tier_name_twice", twin("name_zh")),
        ("tier_name_twice", twin("name_en")),
        ("tier_entry", ladder((1, 0), (2, 2))),
        ("tier_entry", ladder((0, 2), (2, 3))),
        ("tier_no_way_up", ladder((0, 0), (None, None))),
        ("tier_no_way_up", ladder((0, 0), (0, 0))),
        ("tier_free", ladder((0, 0), (0, 5))),
        ("tier_spend_not_rising", ladder((0, 0), (100, 5), (100, 6))),
        ("tier_spend_not_rising", ladder((0, 0), (100, 5), (None, 6), (90, 7))),
        ("tier_orders_not_rising", ladder((0, 0), (100, 5), (200, 5))),
        ("tier_asks_less", ladder((0, 0), (100, 5), (200, None), match="all")),
        ("benefit_kind", with_benefit(kind="sampel", t0={})),
        ("benefit_for_nobody", with_benefit()),
        ("benefit_tier", with_benefit(t9={}, t0={}, t1={})),
        ("benefit_period", with_benefit(t1={"period": "weekly"})),
        ("benefit_worse", with_benefit(t0={})),
        ("benefit_worse", with_benefit(t0={"period": "month"}, t1={"period": "quarter"})),
        ("benefit_worse", with_benefit(t0={"quantity": 3}, t1={"quantity": 2})),
        ("benefit_worse", with_benefit(t0={"level": 20}, t1={"level": 10})),
    ],
)
def test_a_confusing_ladder_is_refused(code: str, value: dict[str, Any]) -> None:
    document = read_rules(value)
    assert code in [fault.code for fault in rule_faults(document)]
    with pytest.raises(Refusal):
        checked(document)


@pytest.mark.parametrize(
    ("_case", "value"),
    [
        ("one tier only", ladder((0, 0))),
        ("entry asks for the first order", ladder((0, 1), (100, 5))),
        ("by spend alone", ladder((0, None), (100, None), (200, None))),
        ("one tier by orders alone", ladder((0, 0), (100, 5), (None, 6), (200, 7))),
        ("more often higher up", with_benefit(t0={"period": "year"}, t1={"period": "month"})),
        ("only for the highest", with_benefit(t1={})),
    ],
)
def test_a_plain_ladder_is_accepted(_case: str, value: dict[str, Any]) -> None:
    assert rule_faults(read_rules(value)) == []


@pytest.mark.parametrize(
    ("code", "path", "change"),
    [
        ("document_missing", "tiers.0.min_spend_fen", lambda v: v["tiers"][0].pop("min_spend_fen")),
        ("document_unknown_field", "colour", lambda v: v.update(colour="red")),
        ("document_value", "tiers.1.min_spend_fen", lambda v: v["tiers"][1].update(min_spend_fen=10.5)),
        ("document_value", "tiers.1.min_spend_fen", lambda v: v["tiers"][1].update(min_spend_fen="10")),
        ("document_value", "tiers.1.min_spend_fen", lambda v: v["tiers"][1].update(min_spend_fen=-1)),
        ("document_value", "tiers.1.min_orders", lambda v: v["tiers"][1].update(min_orders=True)),
        ("document_value", "window.days", lambda v: v.update(window={"kind": "rolling", "days": 3})),
        ("rules_schema", None, lambda v: v.update(schema=2)),
        ("rules_schema", None, lambda v: v.update(schema=0)),
    ],
)
def test_a_wrong_shape_is_refused_with_its_place(code: str, path: str | None, change: Any) -> None:
    value = ladder((0, 0), (100, 5))
    change(value)
    with pytest.raises(Refusal) as refused:
        read_rules(value)
    assert refused.value.code == code
    assert refused.value.params.get("path") == path


@pytest.mark.parametrize(("text", "code"), [("{", "document_not_json"), ("[]", "document_not_object")])
def test_what_is_not_an_object_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        read_rules(text)


def test_a_published_document_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RuleDocument(tiers=()).match = "all"  # type: ignore[misc]
