"""A member file as members and rejected rows: contacts, birthday, grade and what each person agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.clock import ShopZone
from core.documents.custom_field import OwnField
from core.errors import Refusal
from core.importers.cells import by_value
from core.importers.columns import Table, plain_column, type_columns
from core.importers.mapping import MEMBER_FIELDS, Mapped, check_mapping, suggest_members
from core.importers.own_fields import OWN, columns_of, parse_own
from core.importers.personal import (
    ADULT_CONSENT,
    Birthday,
    is_placeholder,
    parse_birthday,
    parse_consent,
    parse_gender,
    parse_grade,
    parse_tags,
)
from core.importers.reader import Progress, read_sheet
from core.importers.rejects import Fault, Reject

Note = tuple[str, dict[str, Any]]
MEMBER_COLUMNS = (
    "line",
    "member_id",
    "phone",
    "phone_masked",
    "email",
    "name",
    "nickname",
    "gender",
    "birthday_year",
    "birthday_month",
    "birthday_day",
    "province",
    "city",
    "joined_at",
    "grade",
    "source",
    "tags",
    "consent_sms",
    "consent_email",
)
_DTYPES = {
    **dict.fromkeys(("birthday_year", "birthday_month", "birthday_day", "grade", "joined_at"), "Int64"),
    **dict.fromkeys(("consent_sms", "consent_email"), "boolean"),
}
_PERSONAL = ("gender", "birthday", "grade", "tags", "consent_sms", "consent_email")


@dataclass(frozen=True)
class ParsedMembers:
    """A member file's values; ``members`` has MEMBER_COLUMNS (a missing consent is no consent, ``tags`` a tuple of str)
    and ``field:CODE`` for each own field of the shop that the file names.

    ``rows - len(rejects)`` were accepted, repeated rows among them.
    """

    platform: str
    mapping: Mapping[str, str]
    headers: list[str]
    rows: int
    members: pd.DataFrame
    rejects: list[Reject]
    notes: list[Note]

    @property
    def accepted(self) -> int:
        """Rows taken, repeats of the same row among them."""
        return self.rows - len(self.rejects)


def parse_members(
    path: Path,
    *,
    zone: ShopZone,
    now: datetime,
    mapping: Mapped | None = None,
    platform: str | None = None,
    fields: Sequence[OwnField] = (),
    progress: Progress | None = None,
) -> ParsedMembers:
    """Parse a member file; a column called as one of the owner's ``fields`` fills it.

    Refuses whole-file faults and ``mapping_incomplete`` without member id and phone.
    """
    report = progress or (lambda share: None)
    sheet = read_sheet(path, progress=lambda share: report(0.5 * share))
    columns = check_mapping(mapping, sheet.headers, MEMBER_FIELDS) if mapping else suggest_members(sheet.headers)
    if not {"member_id", "phone"} & set(columns):
        raise Refusal("mapping_incomplete", field="member_id")
    typed = {name: column for name, column in columns.items() if name not in _PERSONAL}
    table = type_columns(sheet, typed, zone, now)
    _type_personal(table, {name: columns[name] for name in _PERSONAL if name in columns}, zone, now)
    own = columns_of(sheet.headers, columns, fields)
    for code, column in own.items():
        one = next(field for field in fields if field.code == code)
        parsed = by_value(plain_column(sheet, column), partial(parse_own, one), "str")
        table.quarantine.add_all(parsed.faults, column)
        table.values[OWN + code] = parsed.values
    report(0.8)
    keep = _check_members(table)
    members = table.values[keep & table.quarantine.good()].copy()
    members.insert(0, "line", sheet.line_numbers[members.index.to_numpy(dtype=np.int64)])
    for name in MEMBER_COLUMNS:
        if name not in members:
            members[name] = _missing(name, members.index)
    rejects = sorted([*sheet.rejects, *table.quarantine.rejects()], key=lambda reject: reject.line)
    report(1.0)
    return ParsedMembers(
        platform or "own",
        columns,
        sheet.headers,
        sheet.rows,
        members[[*MEMBER_COLUMNS, *(OWN + code for code in own)]].reset_index(drop=True),
        rejects,
        table.notes,
    )


def _missing(name: str, index: "pd.Index[Any]") -> "pd.Series[Any]":
    if name == "tags":
        return pd.Series([()] * len(index), index=index, dtype=object)
    return pd.Series(pd.array([None] * len(index), dtype=_DTYPES.get(name, "str")), index=index)


def _type_personal(table: Table, columns: Mapping[str, str], zone: ShopZone, now: datetime) -> None:
    """Type the columns that only member files have."""
    parsers = {
        "gender": (parse_gender, "str"),
        "grade": (parse_grade, "Int64"),
        "consent_sms": (parse_consent, "boolean"),
        "consent_email": (parse_consent, "boolean"),
    }
    for name, column in columns.items():
        texts = plain_column(table.sheet, column)
        if name == "birthday":
            _type_birthdays(table, texts, column, zone, now)
        elif name == "tags":
            table.values[name] = (
                by_value(texts, lambda text: " ".join(text.split()), "str").values.fillna("").map(parse_tags)
            )
        else:
            parse, dtype = parsers[name]
            parsed = by_value(texts, parse, dtype)
            table.quarantine.add_all(parsed.faults, column)
            table.values[name] = parsed.values
    _protect_children(table)


def _type_birthdays(table: Table, texts: "pd.Series[str]", column: str, zone: ShopZone, now: datetime) -> None:
    """Three whole-number columns, the year missing where it is not given; system placeholders are missing, with a note."""
    today = zone.day(now)
    placeholder = texts.map(is_placeholder).astype(bool)
    if placeholder.any():
        table.notes.append(("birthday_placeholder", {"n": int(placeholder.sum())}))
    parsed = by_value(texts.where(~placeholder, ""), lambda text: parse_birthday(text, today), object)
    table.quarantine.add_all(parsed.faults, column)
    days = [day if isinstance(day, Birthday) else None for day in parsed.values]
    for part in ("year", "month", "day"):
        numbers = [None if day is None else getattr(day, part) for day in days]
        table.values[f"birthday_{part}"] = pd.array(numbers, dtype="Int64")
    children = [day is not None and (day.age(today) or ADULT_CONSENT) < ADULT_CONSENT for day in days]
    table.values["child"] = np.array(children, dtype=bool)


def _protect_children(table: Table) -> None:
    """A child under 14 gets no marketing, whatever the file says (PIPL 28, 31)."""
    if "child" not in table.values or not table.values["child"].any():
        return
    table.notes.append(("members_under_14", {"n": int(table.values["child"].sum())}))
    for name in ("consent_sms", "consent_email"):
        if name in table.values:
            table.values[name] = table.values[name].mask(table.values["child"] & table.values[name].notna(), False)


def _check_members(table: Table) -> "pd.Series[bool]":
    """True for rows that stand for a member; contradictions are kept out, exact repeats are accepted without effect."""
    values = table.values
    blank = pd.Series(pd.array([None] * len(values), dtype="str"), index=values.index)
    ids, phones = values.get("member_id", blank), values.get("phone", blank)
    table.refuse(ids.isna() & phones.isna(), "member_id" if table.has("member_id") else "phone", "member_key_missing")
    key = ids.fillna(phones)
    doubled = key.notna() & key.duplicated(keep=False)
    if doubled.any():
        content = pd.util.hash_pandas_object(table.sheet.frame[doubled].astype("object"), index=False)
        for rows in (rows for _, rows in content.groupby(key[doubled].to_numpy()) if rows.nunique() > 1):
            lines = ", ".join(str(table.quarantine.line(position)) for position in rows.index[:5])
            for position in rows.index:
                table.quarantine.add(
                    position, table.columns.get("member_id", ""), Fault("member_differs", {"lines": lines})
                )
    repeats = doubled & key.duplicated()
    if same := int((repeats & table.quarantine.good()).sum()):
        table.notes.append(("rows_repeated", {"n": same}))
    first = ~repeats
    shared = first & phones.notna() & phones.where(first).duplicated(keep=False)
    table.refuse(shared, "phone", "phone_shared")
    return first
