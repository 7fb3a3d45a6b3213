"""Both catalogs are whole: the same keys, the same placeholders, no sentence missing for anything that can be refused."""

import ast
import string
from pathlib import Path

import pytest

from core.i18n import LANGS, catalog
from core.rules.templates import ALIASES

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [path for folder in ("core", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]


# Chinese counts a discount in tenths that are paid (9 折), English in per cent that are not (10 % off).
OWN_COUNT = {"offer.words.share", "tiers.level.member_price"}


# Codes that are put together from a reason (``core.rules.coupons.Reject``) where they are raised.
PUT_TOGETHER = ("error.coupon_", "error.custom_value_")


def _placeholders(sentence: str) -> set[str]:
    """Names of the values in a sentence; ``tier_en`` is the English form of ``tier`` and counts as the same."""
    names = (name for _, name, _, _ in string.Formatter().parse(sentence) if name)
    return {name.removesuffix("_en").removesuffix("_zh") for name in names}


def _is_letter(key: str) -> bool:
    """Whether a sentence is the text of a message, whose placeholders are the owner's words in each language."""
    return any(f"{{{name}}}" in catalog("zh")[key] for name in ALIASES)


def _calls(name: str) -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0] if node.args else None
            if called == name and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalog("zh")) == set(catalog("en"))


def test_a_sentence_has_the_same_placeholders_in_both_languages() -> None:
    zh, en = catalog("zh"), catalog("en")
    keys = {key for key in zh if not _is_letter(key)} - OWN_COUNT
    assert {key for key in keys if _placeholders(zh[key]) != _placeholders(en[key])} == set()


@pytest.mark.parametrize("lang", LANGS)
def test_every_refusal_has_a_sentence(lang: str) -> None:
    known = catalog(lang)  # type: ignore[arg-type]
    assert {code for code in _calls("Refusal") if f"error.{code}" not in known} == set()


def test_no_error_has_a_sentence_that_nothing_says() -> None:
    sources = "".join(path.read_text("utf-8") for path in SOURCES)
    errors = {key for key in catalog("zh") if key.startswith("error.") and not key.startswith(PUT_TOGETHER)}
    assert {key for key in errors if f'"{key.removeprefix("error.")}"' not in sources} == set()


def test_every_sentence_that_a_page_asks_for_exists() -> None:
    assert {key for key in _calls("t") if "." in key and key not in catalog("zh")} == set()


def test_english_sentences_hold_no_chinese() -> None:
    mixed = {key: text for key, text in catalog("en").items() if any("一" <= sign <= "鿿" for sign in text)}
    assert {key for key in mixed if not key.startswith("frame.language.")} == set()
