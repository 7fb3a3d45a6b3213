"""Options and arguments that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.commands.words import help_of
from core.errors import Refusal

DAY = "%Y-%m-%d"

AsJson = Annotated[bool, typer.Option("--json", help=help_of("json"))]
Start = Annotated[datetime | None, typer.Option("--from", formats=[DAY], metavar="DATE", help=help_of("from"))]
End = Annotated[datetime | None, typer.Option("--to", formats=[DAY], metavar="DATE", help=help_of("to"))]
MemberRef = Annotated[str, typer.Argument(metavar="MEMBER", help=help_of("member"))]


def existing(path: Path) -> Path:
    """The path of a file that is there; refuses ``file_missing``."""
    if not path.is_file():
        raise Refusal("file_missing", name=path.name)
    return path


def writable(path: Path) -> Path:
    """A path whose folder is there; refuses ``folder_missing``, before any work is done."""
    if not path.parent.is_dir() or path.is_dir():
        raise Refusal("folder_missing", name=str(path))
    return path


def read_text(path: Path) -> str:
    """The text of a JSON file; refuses ``file_missing`` and, for what is no UTF-8, ``document_not_json``."""
    try:
        return existing(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("document_not_json") from None
