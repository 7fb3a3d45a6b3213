"""Templates: only the listed fields leave, once, whatever anybody writes."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.documents.journey import default_journeys
from core.errors import Refusal
from core.i18n import LANGS, catalog
from core.rules.templates import (
    ALIASES,
    FIELDS,
    SmsLength,
    check_template,
    count_characters,
    fields_of,
    render,
    sms_length,
)

# Values that would show it if they were read as templates.
VALUES = {name: f"<{name}|{{phone}}{{{{{name}}}}}>" for name in FIELDS} | {"phone": "SECRET"}


@pytest.mark.parametrize(
    ("_case", "text", "written"),
    [
        ("English", "Dear {nickname}", "Dear 小雨"),
        ("Chinese", "{昵称}，{店铺}送您 {面额} 元券", "小雨，好孩子送您 20 元券"),
        ("short English", "{name}: {code}", "小雨: ABC"),
        ("blanks inside", "{ 昵称 }", "小雨"),
        ("no placeholder", "全场八折", "全场八折"),
        ("doubled braces", "{{昵称}} {昵称}", "{昵称} 小雨"),
        ("a field in braces", "{{{昵称}}}", "{小雨}"),
        ("twice", "{昵称}{昵称}", "小雨小雨"),
        ("lines are kept", "{昵称}\n您好", "小雨\n您好"),
    ],
)
def test_placeholders_are_filled(_case: str, text: str, written: str) -> None:
    values = {"nickname": "小雨", "shop": "好孩子", "coupon_value": "20", "coupon_code": "ABC"}
    assert check_template(text) == []
    assert render(text, values) == written


@pytest.mark.parametrize(
    ("_case", "text", "fault", "position"),
    [
        ("unknown", "您好{phone}", "template_unknown", 2),
        ("attribute", "{nickname.__class__}", "template_unknown", 0),
        ("index", "{nickname[0]}", "template_unknown", 0),
        ("format", "{nickname!r:>99999999}", "template_unknown", 0),
        ("Jinja", "{% for i in x %}", "template_unknown", 0),
        ("nothing inside", "{}", "template_unknown", 0),
        ("not closed", "您好{昵称", "template_brace", 2),
        ("not opened", "昵称}", "template_brace", 2),
        ("full width", "｛昵称｝", "template_wide_brace", 0),
        ("blank", " \n", "template_blank", 0),
        ("one character too long", "a" * 501, "template_long", 0),
        ("emoji count twice", "😀" * 251, "template_long", 0),
        ("21 placeholders", "{昵称}" * 21, "template_many", 0),
    ],
)
def test_a_fault_is_told_with_its_place(_case: str, text: str, fault: str, position: int) -> None:
    first = check_template(text)[0]
    assert (first.code, first.position) == (fault, position)
    assert all(f"error.{first.code}" in catalog(lang) for lang in LANGS)
    with pytest.raises(Refusal, match=fault):
        render(text, VALUES)


def test_the_limits_themselves_are_allowed() -> None:
    assert check_template("a" * 500) == []
    assert check_template("{昵称}" * 20) == []


def test_a_field_that_the_occasion_has_not_is_a_fault() -> None:
    faults = check_template("{昵称} {券码}", allowed=("nickname", "shop"))
    assert [(fault.code, fault.params["name"]) for fault in faults] == [("template_field_here", "coupon_code")]


def test_a_field_without_a_value_is_refused() -> None:
    with pytest.raises(Refusal, match="template_value"):
        render("{昵称} {积分}", {"nickname": "小雨"})


def test_the_ready_reminders_are_without_fault() -> None:
    messages = [journey.message for journey in default_journeys()]
    assert [check_template(text) for message in messages for text in (message.subject, message.text)] == [
        [] for _ in range(2 * len(messages))
    ]
    assert all("nickname" in fields_of(message.text) for message in messages)


def test_every_field_is_named_in_both_languages() -> None:
    assert all(f"template.field.{name}" in catalog(lang) for name in FIELDS for lang in LANGS)


pieces = st.sampled_from(
    ["{", "}", "{{", "}}", "{phone}", "{昵称}", "｛", "{nickname}", "{%", "{0}", "{nickname.x}", " ", "您好"]
)
texts = st.one_of(st.text(max_size=80), st.lists(pieces, max_size=12).map("".join))


@settings(max_examples=500, deadline=None)
@given(texts)
@example("{{phone}}{昵称}")
def test_only_listed_fields_leave_whatever_the_text(text: str) -> None:
    try:
        written = render(text, VALUES)
    except Refusal:
        assert check_template(text)
        return
    assert check_template(text) == []
    assert "SECRET" not in written
    # The same text, filled the slow and plain way: braces aside, then each field by its value.
    plain = text.replace("{{", "\0").replace("}}", "\1") if "{{{" not in text and "}}}" not in text else None
    if plain is not None:
        for alias in sorted({*ALIASES, *FIELDS}, key=len, reverse=True):
            plain = plain.replace(f"{{{alias}}}", f"\2{ALIASES.get(alias, alias)}\3")
        for name in FIELDS:
            plain = plain.replace(f"\2{name}\3", VALUES[name])
        if "{ " not in text and " }" not in text and not set("\0\1\2\3") & set(text):
            assert written == plain.replace("\0", "{").replace("\1", "}")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert render("{昵称}|{店铺}", {"nickname": value, "shop": "{nickname}"}) == f"{value}|{{nickname}}"


def test_a_huge_text_costs_no_more_than_being_counted() -> None:
    text = "{" * 2_000_000
    start = time.perf_counter()
    assert [fault.code for fault in check_template(text)] == ["template_long"]
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("_case", "text", "length"),
    [
        ("empty", "", SmsLength(0, 0)),
        ("one", "a", SmsLength(1, 1)),
        ("70 in one", "券" * 70, SmsLength(70, 1)),
        ("71 in two", "券" * 71, SmsLength(71, 2)),
        ("134 in two", "券" * 134, SmsLength(134, 2)),
        ("135 in three", "券" * 135, SmsLength(135, 3)),
        ("an emoji is two", "😀" * 35, SmsLength(70, 1)),
        ("36 emoji are 72", "😀" * 36, SmsLength(72, 2)),
    ],
)
def test_sms_are_counted_as_they_are_billed(_case: str, text: str, length: SmsLength) -> None:
    assert sms_length(text) == length


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100))
def test_characters_are_utf_16_units(text: str) -> None:
    assert count_characters(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2
