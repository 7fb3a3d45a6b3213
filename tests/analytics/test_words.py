"""Every group, ground, method and reason has its sentence in both languages, with the same placeholders."""

import string

import pytest

import core.i18n
from core.analytics.effects import Method, Unmeasured
from core.analytics.rfm import RfmGroup
from core.analytics.verdict import Ground
from core.documents.enums import Verdict

NEEDED = [
    *(f"verdict.{one}" for one in Verdict),
    *(f"verdict.short.{one}" for one in Verdict),
    *(f"verdict.ground.{one}" for one in Ground),
    *(f"effect.method.{one}" for one in Method),
    *(f"effect.unmeasured.{one}" for one in Unmeasured),
    *(f"rfm.group.{one}" for one in RfmGroup),
    *(f"rfm.advice.{one}" for one in RfmGroup),
]


@pytest.mark.parametrize("key", NEEDED)
def test_the_sentence_is_written_in_both_languages(key: str) -> None:
    zh, en = core.i18n.catalog("zh")[key], core.i18n.catalog("en")[key]
    assert zh != en
    assert placeholders(zh) == placeholders(en)


def placeholders(sentence: str) -> set[str]:
    """The names in braces of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
