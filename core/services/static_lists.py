"""Lists of people out of a file: one column says who, every line is accounted for, and what was found is kept under a name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from sqlmodel import Session

from core.documents.enums import Area
from core.documents.segment import Node
from core.errors import Refusal
from core.importers.cells import parse_buyer
from core.importers.mapping import suggest_members, suggest_orders
from core.importers.phones import parse_phone
from core.importers.reader import Sheet, read_sheet
from core.rules.masking import mask_phone
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.saved_groups import users_of
from core.services.segments import find_members
from core.services.stage_orders import identity_key
from core.store.audit import record
from core.store.queries import static_lists as rows
from core.store.queries.people import find_identities

LONGEST_NAME = 60
SHOWN = 5
ListKind = Literal["platform_id", "phone", "order_no"]
KINDS: tuple[ListKind, ...] = get_args(ListKind)
Reason = Literal["empty", "repeated", "unknown", "several", "no_buyer", "not_phone", "unreadable"]


@dataclass(frozen=True)
class ListFile:
    """What a file looks like: its columns, which one seems to say who and how, how many lines, the first few of them."""

    headers: tuple[str, ...]
    column: int | None
    kind: ListKind
    lines: int
    sample: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class NotFound:
    """One line that leads to nobody; a phone is masked. The sentence is ``list.reason.<reason>``."""

    line: int
    value: str
    reason: Reason


@dataclass(frozen=True)
class MadeList:
    """A list as it was made: ``lines`` = ``found`` (lines that led to a person) + those in ``missing``."""

    id: int
    name: str
    lines: int
    found: int
    people: int
    missing: tuple[NotFound, ...]


@dataclass(frozen=True)
class ListLine:
    """One list."""

    id: int
    name: str
    file_name: str
    people: int
    author: str
    created_at: datetime


def read_list_file(path: Path) -> ListFile:
    """Look into a CSV or XLSX; refuses what an import refuses."""
    sheet = read_sheet(path)
    members, orders = suggest_members(sheet.headers), suggest_orders(sheet.headers)
    guesses: tuple[tuple[ListKind, str | None], ...] = (
        ("platform_id", members.get("member_id")),
        ("phone", members.get("phone")),
        ("order_no", orders.get("order_no")),
    )
    found = [guess for guess in guesses if guess[1] in sheet.headers]
    kind, header = found[0] if found else guesses[0]
    sample = tuple(tuple(str(cell) for cell in line) for line in sheet.frame.head(SHOWN).to_numpy().tolist())
    column = sheet.headers.index(header) if header in sheet.headers else 0 if len(sheet.headers) == 1 else None
    return ListFile(tuple(sheet.headers), column, kind, sheet.rows, sample)


def make_list(
    desk: Desk, actor: Actor, name: str, path: Path, *, file_name: str, column: int, kind: str, now: datetime
) -> MadeList:
    """Keep the people whom one column of a file names. Refuses ``list_name``, ``list_name_taken``, ``list_column``,
    ``list_kind``, ``list_empty`` (nobody found), and what an import refuses."""
    name, sort = _name(name), next((one for one in KINDS if one == kind), None)
    if sort is None:
        raise Refusal("list_kind", kind=kind)
    sheet = read_sheet(path)
    if not 0 <= column < len(sheet.headers):
        raise Refusal("list_column", column=column + 1)
    with desk.db.read() as session:
        people, missing = _find(session, desk, sheet, column, sort)
    if not people:
        raise Refusal("list_empty", lines=sheet.rows)
    number = save_list(desk, actor, name, people, file_name=file_name, now=now)
    return MadeList(number, name, sheet.rows, sheet.rows - len(missing), len(people), tuple(missing))


def save_list(
    desk: Desk, actor: Actor, name: str, member_ids: Sequence[int], *, file_name: str = "", now: datetime
) -> int:
    """Keep some people under a name, for good; the list's id. Refuses ``list_name``, ``list_name_taken``."""
    name, wanted = _name(name), sorted(set(member_ids))
    with desk.db.write(Area.CAMPAIGNS) as session:
        there = rows.people_there(session, wanted)
        kept = [number for number in wanted if number in there]
        values = {"name": name, "file_name": file_name[:200], "author": actor.name, "created_at": now}
        number = rows.insert_list(session, desk.db, kept, **values)
        if number is None:
            raise Refusal("list_name_taken", name=name)
        record(session, actor.name, "list.saved", f"list:{number}", now=now, count=len(kept), ids=kept)
    return number


def freeze_group(desk: Desk, actor: Actor, name: str, tree: Node, *, now: datetime) -> int:
    """Keep whoever is in a group now as a list; its id. Refuses ``list_name``, ``list_name_taken``, ``list_nobody``."""
    with desk.db.read() as session:
        people = find_members(session, desk, tree, now=now)
    if not people:
        raise Refusal("list_nobody")
    return save_list(desk, actor, name, people, now=now)


def list_lists(desk: Desk) -> list[ListLine]:
    """All lists, the newest first."""
    with desk.db.read() as session:
        return [
            ListLine(row.id, row.name, row.file_name, int(row.people), row.author, row.created_at)
            for row in rows.all_lists(session)
        ]


def delete_list(desk: Desk, actor: Actor, list_id: int, *, now: datetime) -> None:
    """Forget a list. Refuses ``list_unknown``, ``list_in_use``."""
    with desk.db.write(Area.CAMPAIGNS) as session:
        if names := users_of(session, "list", list_id):
            raise Refusal("list_in_use", names=names)
        if not rows.delete_list(session, list_id):
            raise Refusal("list_unknown", list=list_id)
        record(session, actor.name, "list.deleted", f"list:{list_id}", now=now)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refusal("list_name", most=LONGEST_NAME)
    return name


def _find(session: Session, desk: Desk, sheet: Sheet, column: int, kind: ListKind) -> tuple[list[int], list[NotFound]]:
    """The people of a column, in the file's order, and the lines that lead to nobody."""
    cells = [str(cell).strip() for cell in sheet.frame.iloc[:, column]]
    keys = [_read(cell, kind) for cell in cells]
    meant = _look_up(session, desk, kind, list(dict.fromkeys(key for key in keys if key)))
    found: dict[int, None] = {}
    missing = [NotFound(one.line, "", "unreadable") for one in sheet.rejects]
    for line, cell, key in zip(sheet.line_numbers.tolist(), cells, keys, strict=True):
        people = meant.get(key or "", set())
        reason = _reason(cell, key, people, found)
        if reason is None:
            found[next(number for number in people if number is not None)] = None
        else:
            missing.append(NotFound(int(line), mask_phone(cell) if kind == "phone" else cell[:64], reason))
    return list(found), sorted(missing, key=lambda one: one.line)


def _reason(cell: str, key: str | None, people: set[int | None], found: Mapping[int, None]) -> Reason | None:
    """Why a line leads to nobody; None where it leads to one person who was not met before."""
    if not cell:
        return "empty"
    if key is None:
        return "not_phone"
    if not people:
        return "unknown"
    if len(people) > 1:
        return "several"
    (number,) = people
    if number is None:
        return "no_buyer"
    return "repeated" if number in found else None


def _read(cell: str, kind: ListKind) -> str | None:
    """A cell as the store knows it; None for what is no phone."""
    if not cell:
        return None
    if kind == "phone":
        number = parse_phone(cell)
        return number if isinstance(number, str) and "*" not in number else None
    text = parse_buyer(cell)
    return text if isinstance(text, str) else cell


def _look_up(session: Session, desk: Desk, kind: ListKind, keys: list[str]) -> Mapping[str, set[int | None]]:
    """By key the people it means: of several platforms there may be several."""
    platforms = rows.known_platforms(session)
    if kind == "order_no":
        return rows.people_by_order(session, keys, platforms)
    found: dict[str, set[int | None]] = {}
    for own in [identity_key("phone", "")] if kind == "phone" else [identity_key("platform_id", p) for p in platforms]:
        hashes = _hashes(desk.vault.fingerprint, own, keys)
        for digest, member in find_identities(session, list(hashes)).items():
            found.setdefault(hashes[digest], set()).add(member)
    return found


def _hashes(fingerprint: Callable[[str, str], bytes], own: str, keys: Sequence[str]) -> dict[bytes, str]:
    return {fingerprint(own, key): key for key in keys}
