"""Address labels of gifts: the sealed receivers of the members' newest orders, opened for a reason that is written down."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from core.clock import day_of
from core.documents.enums import Area
from core.errors import Refusal
from core.i18n import Lang, translate
from core.importers.rejects import neutral
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.print_files import fill_html
from core.store.audit import record
from core.store.queries import promises as queries

MOST_LABELS = 500
COLUMNS = ("name", "phone", "address", "what", "due")


@dataclass(frozen=True)
class Label:
    """One label: to whom, where, and what goes into the parcel."""

    promise_id: int
    name: str
    phone: str
    address: str
    what: str
    due: str


@dataclass(frozen=True)
class Labels:
    """The labels that could be made, and how many promises have no address with us."""

    labels: tuple[Label, ...]
    missing: int


def count_addresses(desk: Desk, member_ids: Sequence[int]) -> int:
    """Of these members, for how many an address is known; nothing is opened."""
    with desk.db.read() as session:
        return len(queries.newest_receivers(session, sorted(set(member_ids))))


def open_labels(desk: Desk, actor: Actor, ids: Sequence[int], *, reason: str, lang: Lang, now: datetime) -> Labels:
    """Open the addresses behind some promises; who, why and how many is audited.

    Refuses ``reveal_reason`` without a reason, ``promises_none``, ``promises_many``.
    """
    if not reason.strip():
        raise Refusal("reveal_reason")
    if not ids:
        raise Refusal("promises_none")
    if len(ids) > MOST_LABELS:
        raise Refusal("promises_many", most=MOST_LABELS)
    with desk.db.write(Area.MEMBERS) as session:
        rows = queries.read_promises(session, list(ids))
        sealed = queries.newest_receivers(session, sorted({row.member_id for row in rows}))
        opened = {member: json.loads(desk.vault.unseal(cipher)) for member, cipher in sealed.items()}
        labels = []
        for row in rows:
            receiver = opened.get(row.member_id, {})
            if not receiver.get("address"):
                continue
            what = row.what_zh if lang == "zh" else row.what_en
            name = receiver.get("name") or row.name or row.nickname or f"#{row.member_id}"
            due = day_of(row.due_day).isoformat()
            labels.append(Label(row.id, name, receiver.get("phone", ""), receiver["address"], what, due))
        record(
            session,
            actor.name,
            "addresses.revealed",
            "promises",
            now=now,
            count=len(labels),
            ids=[label.promise_id for label in labels],
            reason=reason.strip()[:200],
        )
    return Labels(tuple(labels), len(rows) - len(labels))


def labels_html(found: Labels, lang: Lang) -> bytes:
    """Two labels a row on A4, to print and cut."""
    missing = translate(lang, "promises.labels.missing", n=found.missing) if found.missing else ""
    title = translate(lang, "promises.labels.title", n=len(found.labels))
    return fill_html("labels.html", {"lang": lang, "title": title, "labels": found.labels, "missing": missing})


def labels_xlsx(found: Labels, lang: Lang) -> bytes:
    """The same as a sheet for the courier's own program; no cell runs as a formula."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(translate(lang, "promises.labels.sheet"))
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, translate(lang, f"promises.labels.{name}"))
    for place, label in enumerate(found.labels, start=1):
        for column, name in enumerate(COLUMNS):
            sheet.write_string(place, column, neutral(getattr(label, name)))
    sheet.set_column(2, 2, 60)
    book.close()
    return file.getvalue()
