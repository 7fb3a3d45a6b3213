"""How the sentences about faults name things, in both languages, and the fault that several documents share."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from core.errors import Refusal
from core.i18n import translate


class Named(Protocol):
    """Anything of a rule document with a name in both languages."""

    @property
    def name_zh(self) -> str:
        """The Chinese name."""

    @property
    def name_en(self) -> str:
        """The English name."""


def said(word: str, thing: Named) -> dict[str, str]:
    """How a sentence names a thing: ``{tier}`` in Chinese, ``{tier_en}`` in English."""
    return {word: thing.name_zh, f"{word}_en": thing.name_en}


def said_by_key(word: str, key: str) -> dict[str, str]:
    """The same for a name that the catalog knows."""
    return {word: translate("zh", key), f"{word}_en": translate("en", key)}


def twice(code: str, values: Sequence[str]) -> Iterator[Refusal]:
    """One fault for each value that occurs more than once."""
    for value in dict.fromkeys(value for value in values if values.count(value) > 1):
        yield Refusal(code, value=value)
