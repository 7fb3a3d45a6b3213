"""What several files dropped together are, and what is imported from them: each order list with its details and keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.documents.enums import ImportKind
from core.importers.inspect import FileKind, Inspection, inspect_file, pair_files
from core.importers.mapping import suggest_members, suggest_orders
from core.importers.presets import PRESETS, match_preset
from core.services.desk import Desk
from core.services.mappings import recall_mapping
from core.store.queries.imports import find_platforms

OWN_PLATFORM = "own"


class Role(StrEnum):
    """What a file is used for."""

    ORDERS = "orders"
    ITEMS = "items"
    KEYS = "keys"
    MEMBERS = "members"
    SKIP = "skip"


@dataclass(frozen=True)
class Look:
    """A file as it was found: ``mapping`` is None where a preset reads it, ``sure`` that nobody needs to confirm it."""

    name: str
    inspection: Inspection
    role: Role
    mapping: Mapping[str, str] | None
    platform: str | None
    sure: bool


@dataclass(frozen=True)
class ImportPlan:
    """One import: a file, how its columns are read (None: by its preset), and the files that complete it."""

    kind: ImportKind
    path: Path
    name: str
    rows: int
    mapping: tuple[tuple[str, str], ...] | None = None
    platform: str | None = None
    items: Path | None = None
    keys: Path | None = None


def look_at(desk: Desk, path: Path, name: str) -> Look:
    """What a file seems to be, with the mapping that was used for its like; refuses what no import could read."""
    found = inspect_file(path)
    role = _role(found)
    if found.preset is not None:
        return Look(name, found, role, None, PRESETS[found.preset].platform, sure=True)
    kind = ImportKind.MEMBERS if role is Role.MEMBERS else ImportKind.ORDERS
    known = recall_mapping(desk, found.headers, kind)
    if known is not None and role is not Role.KEYS:
        role = Role.MEMBERS if kind is ImportKind.MEMBERS else Role.ORDERS
        return Look(name, found, role, known.mapping, known.platform, sure=True)
    return Look(name, found, role, found.mapping, None, sure=role is Role.KEYS)


def _role(found: Inspection) -> Role:
    """The role of a file; order numbers beside member ids or phones and no time or amount are a table of keys."""
    orders = suggest_orders(found.headers)
    bare = not {"created_at", "paid_at", "amount", "status"} & set(orders)
    if found.preset is None and "order_no" in orders and {"member_id", "phone"} & set(orders) and bare:
        return Role.KEYS
    roles = {FileKind.ORDERS: Role.ORDERS, FileKind.ITEMS: Role.ITEMS, FileKind.MEMBERS: Role.MEMBERS}
    return roles.get(found.kind, Role.SKIP)


def pair_items(looks: Sequence[Look]) -> dict[Path, Path]:
    """Order list -> its item detail file, as far as they can be told."""
    lists = [look.inspection for look in looks if look.role in (Role.ORDERS, Role.ITEMS)]
    return {orders.path: items.path for orders, items in pair_files(lists) if items is not None}


def usual_platform(desk: Desk, looks: Sequence[Look]) -> str:
    """Whose member ids a file without a platform holds: those of the order list beside it, else of the last import."""
    beside = [look.platform for look in looks if look.role is Role.ORDERS and look.platform]
    if beside:
        return beside[0]
    with desk.db.read() as session:
        return next(iter(find_platforms(session)), OWN_PLATFORM)


def suggest(headers: Sequence[str], role: Role) -> dict[str, str]:
    """Field -> column by the columns' names."""
    return suggest_members(headers) if role is Role.MEMBERS else suggest_orders(headers)


def preset_columns(headers: Sequence[str]) -> dict[str, str]:
    """Field -> column as the platform's preset reads them; empty where no preset fits."""
    preset = match_preset(headers)
    return {} if preset is None else preset.resolve(headers)


def missing_fields(mapping: Mapping[str, str], role: Role) -> list[str]:
    """The fields without which a file cannot be read; one of each pair is named."""
    if role is Role.MEMBERS:
        return [] if {"member_id", "phone"} & set(mapping) else ["member_id"]
    missing = [name for name in ("order_no", "amount") if name not in mapping]
    return missing if {"created_at", "paid_at"} & set(mapping) else [*missing, "created_at"]
