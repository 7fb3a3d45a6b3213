"""Sentences by key in the owner's language: one flat catalog a language, ``{name}`` placeholders, no compile step."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@lru_cache(maxsize=2)
def catalog(lang: Lang) -> dict[str, str]:
    """All sentences of a language by key."""
    sentences: dict[str, str] = json.loads((Path(__file__).parent / f"{lang}.json").read_text("utf-8"))
    return sentences


def translate(lang: Lang, key: str, /, **params: Any) -> str:
    """The sentence for ``key`` with its placeholders filled; a missing key is a bug and raises KeyError."""
    sentence = catalog(lang)[key]
    return sentence.format(**params) if params else sentence
