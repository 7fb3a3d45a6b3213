"""Rows that an import left out, as the command line tells them: the first in the answer, all in a file to correct."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.shop import Shop
from core.errors import Refusal

if TYPE_CHECKING:
    from core.importers.rejects import Reject

LISTED = 50
SHOWN = 10


def write_rejected(shop: Shop, target: Path | None, rejects: "Iterable[Reject]", headers: Sequence[str]) -> None:
    """Write them to correct, where a file was asked for; refuses ``file_unwritable``."""
    from core.importers.rejects import write_rejects

    if target is None:
        return
    try:
        write_rejects(target, rejects, headers, shop.lang)
    except OSError as fault:
        raise Refusal("file_unwritable", name=str(target), reason=fault.strerror) from None


def rejected_json(shop: Shop, rejects: "Sequence[Reject]") -> list[dict[str, Any]]:
    """The first of them as JSON."""
    names = ("line", "column", "value", "code")
    return [
        {name: getattr(one, name) for name in names} | {"message": one.sentence(shop.lang)} for one in rejects[:LISTED]
    ]


def rejected_lines(shop: Shop, rejects: "Sequence[Reject]") -> Iterator[str]:
    """The first few of them as text."""
    for one in rejects[:SHOWN]:
        yield shop.say("import.reject", line=one.line, column=one.column, reason=one.sentence(shop.lang))
