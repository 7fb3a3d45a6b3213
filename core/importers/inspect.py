"""A first look at a file for the import page: what it is, its first rows, a mapping to confirm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.importers.columns import plain_column
from core.importers.headers import fingerprint
from core.importers.mapping import suggest_members, suggest_orders
from core.importers.presets import TAOBAO_ITEMS, match_preset
from core.importers.reader import Sheet, read_sheet
from core.importers.rejects import neutral

SAMPLE_ROWS = 5
SAMPLE_LENGTH = 120
_MEMBER_ONLY = ("birthday", "joined_at", "grade", "consent_sms", "consent_email", "gender")


class FileKind(StrEnum):
    """What a file seems to hold."""

    ORDERS = "orders"
    ITEMS = "items"
    MEMBERS = "members"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Inspection:
    """What a file seems to be. ``sample``: up to five rows of neutral text; ``rows``: exact for xlsx, else estimated."""

    path: Path
    kind: FileKind
    preset: str | None
    headers: list[str]
    sample: list[list[str]]
    mapping: dict[str, str]
    fingerprint: str
    encoding: str
    rows: int


def inspect_file(path: Path) -> Inspection:
    """Look at a file without parsing all of it; refuses what no import could read."""
    sheet = read_sheet(path, limit=200)
    preset = match_preset(sheet.headers)
    kind, mapping = _guess(sheet)
    cells = [
        plain_column(sheet, header).iloc[:SAMPLE_ROWS].str.slice(0, SAMPLE_LENGTH).tolist() for header in sheet.headers
    ]
    sample = [[neutral(cell) for cell in row] for row in zip(*cells, strict=True)]
    return Inspection(
        path,
        kind,
        preset.name if preset else None,
        sheet.headers,
        sample,
        mapping,
        fingerprint(sheet.headers),
        sheet.encoding,
        _estimate_rows(path, sheet),
    )


def _guess(sheet: Sheet) -> tuple[FileKind, dict[str, str]]:
    """The likely kind and the mapping that goes with it."""
    preset = match_preset(sheet.headers)
    if preset is not None:
        return (FileKind.ITEMS if preset is TAOBAO_ITEMS else FileKind.ORDERS), preset.resolve(sheet.headers)
    orders, members = suggest_orders(sheet.headers), suggest_members(sheet.headers)
    if "order_no" in orders and {"created_at", "paid_at", "amount"} & set(orders):
        return FileKind.ORDERS, orders
    if {"member_id", "phone"} & set(members) and (len(members) > 1 or any(name in members for name in _MEMBER_ONLY)):
        return FileKind.MEMBERS, members
    return FileKind.UNKNOWN, orders


def _estimate_rows(path: Path, sheet: Sheet) -> int:
    """Data rows by the line ends of the first four megabytes; a field that spans lines counts a little too much."""
    size = path.stat().st_size
    if sheet.rows < 200:
        return sheet.rows
    with path.open("rb") as handle:
        beginning = handle.read(4_000_000)
    lines = max(beginning.count(b"\n"), beginning.count(b"\r"), 1)
    return max(sheet.rows, lines * size // len(beginning) - 1)


def pair_files(found: Iterable[Inspection]) -> list[tuple[Inspection, Inspection | None]]:
    """Each order list with its item detail file, in the order given; a detail file goes with the first Taobao list without one."""
    files = list(found)
    details = [file for file in files if file.kind is FileKind.ITEMS]
    pairs: list[tuple[Inspection, Inspection | None]] = []
    for file in (file for file in files if file.kind is not FileKind.ITEMS):
        fits = file.preset == "taobao_orders" and details
        pairs.append((file, _matching(file, details) if fits else None))
    return pairs


def _matching(orders: Inspection, details: Sequence[Inspection]) -> Inspection:
    """The detail file whose first orders the list holds too, else the first."""
    return details[0] if len(details) == 1 else max(details, key=lambda detail: _shared(orders, detail))


def _shared(orders: Inspection, detail: Inspection) -> int:
    """How many order numbers the two samples share."""
    own, other = (file.headers.index(file.mapping["order_no"]) for file in (orders, detail))
    return len({row[own] for row in orders.sample} & {row[other] for row in detail.sample})
