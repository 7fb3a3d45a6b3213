"""Masked names, nicknames, phones and e-mails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.masking import mask_email, mask_name, mask_nickname, mask_person, mask_phone


@pytest.mark.parametrize(
    ("_case", "name", "shown"),
    [
        ("three characters", "李思雨", "李**"),
        ("two characters", "王芳", "王*"),
        ("one character", "李", "李*"),
        ("four characters show no more stars", "欧阳娜娜", "欧**"),
        ("Latin", "Anna Smith", "A***"),
        ("already masked", "李**", "李**"),
        ("spaces around", " 李思雨 ", "李**"),
        ("empty", "", ""),
    ],
)
def test_a_name_keeps_its_first_character(_case: str, name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("_case", "nickname", "shown"),
    [
        ("long", "cloud_2020", "c**0"),
        ("three", "abc", "a**c"),
        ("two", "ab", "a*"),
        ("one", "a", "a*"),
        ("emoji kept as text", "😀小宝妈", "😀**妈"),
        ("already masked by the platform", "t**8", "t**8"),
        ("a star of its own hides nothing", "happy*mama", "h**a"),
    ],
)
def test_a_nickname_keeps_its_ends(_case: str, nickname: str, shown: str) -> None:
    assert mask_nickname(nickname) == shown


@pytest.mark.parametrize(
    ("_case", "phone", "shown"),
    [
        ("plain", "13812345678", "138****5678"),
        ("country code", "+86 138-1234-5678", "138****5678"),
        ("already masked", "138****5678", "138****5678"),
        ("a star hides nothing by itself", "1381234*5678", "138****5678"),
        ("short", "5678", "****5678"),
        ("too short to show", "56", "****"),
    ],
)
def test_a_phone_keeps_head_and_tail(_case: str, phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def test_an_email_keeps_its_domain() -> None:
    assert mask_email("anna@qq.com") == "a***@qq.com"
    assert mask_email("not an address") == "***"


def test_a_person_is_called_by_name_then_nickname_then_number() -> None:
    assert mask_person("李思雨", "cloud_2020", 7) == "李**"
    assert mask_person(None, "cloud_2020", 7) == "c**0"
    assert mask_person(None, None, 7) == "#7"


@given(st.text(alphabet="李思雨abc12", min_size=2, max_size=20))
def test_a_masked_name_is_masked_once(name: str) -> None:
    once = mask_name(name)
    assert mask_name(once) == once
    assert name not in once
