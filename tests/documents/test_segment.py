"""The rule tree of a group: what it accepts, and where exactly it refuses."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.segment import EVERYONE, FIELDS, MOST_LEAVES, Field, Leaf, leaves, parse_segment
from core.documents.segment_templates import template, templates
from core.errors import Refusal


def leaf(field: str = "recency_days", op: str = "ge", value: Any = 90, **extra: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value, **extra}


def deep(levels: int) -> dict[str, Any]:
    tree = leaf()
    for _ in range(levels - 1):
        tree = {"all": [tree]}
    return tree


def values(field: Field, op: str) -> st.SearchStrategy[Any]:
    numbers = st.integers(field.least, field.most)
    words = st.text("奶粉abc%_'\"", min_size=1, max_size=8)
    match field.sort:
        case "flag":
            return st.booleans()
        case "number" | "fen" if op == "between":
            return st.tuples(numbers, numbers).map(lambda pair: sorted(pair))
        case "number" | "fen" | "id":
            return numbers
        case "numbers":
            return st.lists(numbers, min_size=1, max_size=4)
        case "choice":
            return st.sampled_from(field.choices)
        case "choices":
            return st.lists(st.sampled_from(field.choices), min_size=1, max_size=2)
        case "words":
            return words
        case "custom" if op == "between":
            return st.tuples(words, words).map(list)
        case "custom" if op != "in":
            return words
        case _:
            return st.lists(words, min_size=1, max_size=4)


@st.composite
def any_leaf(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(FIELDS)))
    field = FIELDS[name]
    op = draw(st.sampled_from(field.ops))
    found = {"field": name, "op": op, "value": draw(values(field, op))}
    if field.key:
        found["key"] = "skin"
    if field.days and draw(st.booleans()):
        found["days"] = draw(st.integers(1, 400))
    if field.at_least and draw(st.booleans()):
        found["at_least"] = draw(st.integers(1, 9))
    return found


any_tree = st.recursive(
    any_leaf(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
).filter(lambda tree: json.dumps(tree).count("all") + json.dumps(tree).count("any") + json.dumps(tree).count("not") < 6)


@settings(max_examples=80, deadline=None)
@given(any_tree)
def test_every_tree_survives_its_own_json(raw: dict[str, Any]) -> None:
    tree = parse_segment(raw)
    assert parse_segment(json.dumps(tree.as_json())) == tree


@pytest.mark.parametrize(
    ("code", "path", "raw"),
    [
        ("document_not_json", None, "{"),
        ("document_not_object", None, "[]"),
        ("segment_shape", "-", {}),
        ("segment_shape", "-", {"all": [leaf()], "any": [leaf()]}),
        ("segment_shape", "all", {"all": leaf()}),
        ("segment_shape", "all.0", {"all": ["x"]}),
        ("segment_shape", "not", {"not": [leaf()]}),
        ("segment_empty", "any", {"any": []}),
        ("segment_empty", "all.1.all", {"all": [leaf(), {"all": []}]}),
        ("segment_field", "all.0", {"all": [leaf("password")]}),
        ("segment_field", "-", leaf(["x"])),  # type: ignore[arg-type]
        ("segment_op", "op", leaf(op="like")),
        ("segment_op", "op", {"field": "tier", "value": ["vip"]}),
        ("segment_extra", "-", leaf(days=30)),
        ("segment_extra", "-", leaf("orders", value=2, sql="1=1")),
        ("segment_value", "value", leaf(value="90")),
        ("segment_value", "value", leaf(value=90.0)),
        ("segment_value", "value", leaf(value=True)),
        ("segment_value", "not.value", {"not": {"field": "tag", "op": "has"}}),
        ("segment_value", "value", leaf("tag", "has", "  ")),
        ("segment_value", "value", leaf("tag", "has", "长" * 101)),
        ("segment_value", "value", leaf("tier", "in", [])),
        ("segment_value", "value.1", leaf("tier", "in", ["vip", 3])),
        ("segment_value", "value", leaf("consent", "has", "fax")),
        ("segment_value", "value", leaf("recency_days", "between", [1])),
        ("segment_between", "value", leaf("recency_days", "between", [9, 1])),
        ("segment_range", "value", leaf(value=-1)),
        ("segment_range", "value", leaf("top_spend_share", "le", 101)),
        ("segment_range", "value.0", leaf("birthday_month", "in", [13])),
        ("segment_range", "days", leaf("orders", value=1, days=0)),
        ("segment_deep", "all.0.all.0.all.0.all.0.all.0.all.0", deep(7)),
        ("segment_leaves", None, {"all": [{"all": [leaf()] * 26}, {"all": [leaf()] * 26}]}),
    ],
)
def test_a_wrong_tree_is_refused_with_its_place(code: str, path: str | None, raw: Any) -> None:
    with pytest.raises(Refusal) as refused:
        parse_segment(raw)
    assert refused.value.code == code
    assert refused.value.params.get("path") == path


def test_the_limits_themselves_are_allowed() -> None:
    assert len(list(leaves(parse_segment(deep(6))))) == 1
    assert len(list(leaves(parse_segment({"any": [leaf()] * MOST_LEAVES})))) == MOST_LEAVES


def test_an_empty_rule_is_everyone() -> None:
    assert parse_segment({"all": []}) == EVERYONE


def test_choices_lose_their_duplicates_and_months_are_sorted() -> None:
    assert parse_segment(leaf("tier", "in", ["vip", " vip ", "supreme"])) == Leaf("tier", "in", ("vip", "supreme"))
    assert parse_segment(leaf("birthday_month", "in", [12, 1, 12])) == Leaf("birthday_month", "in", (1, 12))


@pytest.mark.parametrize("found", templates(), ids=lambda found: found.code)
def test_every_ready_group_is_a_right_tree(found: Any) -> None:
    tree = found.tree("奶粉")
    assert parse_segment(tree.as_json()) == tree
    assert template(found.code) is found


def test_a_group_of_category_lovers_needs_its_category() -> None:
    with pytest.raises(Refusal, match="segment_template_choice"):
        template("category_lovers").tree(" ")
    with pytest.raises(Refusal, match="segment_template"):
        template("nobody")
